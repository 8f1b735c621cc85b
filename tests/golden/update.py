"""Writes the JSON beside each statement fixture: `python -m tests.golden.update [--force]`.

A fixture that has its JSON keeps it, unless --force is given: then look at the difference, line by
line, before it is committed. The JSON is what the tests hold the parsers to.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.golden.statement_json import as_json, expected_path, fixtures


def main() -> int:
    """Write what is missing, or everything with --force."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--force", action="store_true", help="overwrite what is there")
    force = arguments.parse_args().force
    for fixture in fixtures():
        target = expected_path(fixture)
        if target.exists() and not force:
            continue
        target.write_text(as_json(fixture.read_bytes()), encoding="utf-8")
        sys.stdout.write(f"wrote {target.name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
