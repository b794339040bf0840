"""Lets a Python that a simulated dashgen has started be simulated, too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
try:
    import tests.support.simulated.plugin  # noqa: F401
finally:
    sys.path.pop(0)
