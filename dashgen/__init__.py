"""Writes new Plotly Dash apps and keeps them up to date."""
