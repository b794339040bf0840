"""The description of a user's file: certain facts, and doubts to ask about."""
