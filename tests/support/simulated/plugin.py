"""Begins the simulation, as a plugin of pytest or in a Python that a simulated one has started."""

from . import install

install()
