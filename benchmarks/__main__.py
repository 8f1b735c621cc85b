"""Runs every benchmark: `make bench`, or `python -m benchmarks` with the options of the formats."""

from __future__ import annotations

import sys

from benchmarks import formats

if __name__ == "__main__":
    sys.exit(formats.main(sys.argv[1:]))
