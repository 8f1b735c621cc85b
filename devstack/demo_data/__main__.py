"""Writes the demo's files into a folder: `python -m devstack.demo_data DIR`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from devstack.demo_data import build


def main(arguments: list[str] | None = None) -> int:
    """Write the FEC, the statements, settings.json and truth.json."""
    parser = argparse.ArgumentParser(prog="python -m devstack.demo_data")
    parser.add_argument("folder", type=Path, help="where to write; made when missing")
    parser.add_argument("--seed", type=int, default=2026, help="another company's year")
    options = parser.parse_args(arguments)
    data = build(options.seed)
    options.folder.mkdir(parents=True, exist_ok=True)
    for file in data.files:
        (options.folder / file.name).write_bytes(file.content)
    truth = [asdict(line) for line in data.truth]
    for name, value in (("settings.json", data.settings), ("truth.json", truth)):
        text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
        (options.folder / name).write_text(f"{text}\n", encoding="utf-8")
    sys.stdout.write(f"{len(data.files)} files, settings and truth in {options.folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
