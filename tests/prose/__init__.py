"""Texts are read as prose: short sentences in plain words."""
