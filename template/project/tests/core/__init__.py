"""The machinery keeps its promises."""
