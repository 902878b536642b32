"""``python -m lms_leiderschap.cli``: the command where the script of that name is not at hand."""

import sys

from lms_leiderschap.cli import main

if __name__ == "__main__":
    sys.exit(main())
