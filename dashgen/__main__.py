"""``python -m dashgen``."""

import sys

from dashgen.cli import main

sys.exit(main())
