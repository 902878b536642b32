"""The frozen packages are not installed; their tests import them from here."""

import sys
from pathlib import Path

for source in sorted(Path(__file__).parent.glob("*/src")):
    sys.path.insert(0, str(source))
