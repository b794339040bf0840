"""What a template version is: what it asks, what the answers are, and what it renders to."""
