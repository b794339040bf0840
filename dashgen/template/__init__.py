"""A template version: its questions, the answers, and its rendered files."""
