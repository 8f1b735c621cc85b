"""Statements as JSON, for the golden files: every field that says something, amounts in units."""

from __future__ import annotations

import io
import json
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rappro.domain.bank import StatementClosed, StatementLine, StatementOpened
from rappro.domain.errors import RapproError
from rappro.domain.money import format_amount
from rappro.formats.registry import detect

FOLDER = Path(__file__).parents[1] / "fixtures" / "statements"


def fixtures() -> list[Path]:
    """Return the statement files; the JSON beside each says what is read from it."""
    return sorted(path for path in FOLDER.glob("*/*") if path.suffix not in (".json", ".md"))


def expected_path(fixture: Path) -> Path:
    """Return where the JSON of a fixture is."""
    return fixture.with_name(f"{fixture.name}.json")


def as_json(data: bytes) -> str:
    """Read a file and write what it says: its format, and its statements or its refusal."""
    parser = detect(data)
    statements: list[dict[str, Any]] = []
    lines: list[Any] = []
    document: dict[str, Any] = {"format": parser.format, "statements": statements}
    try:
        for event in parser.parse(io.BytesIO(data)):
            if isinstance(event, StatementOpened):
                lines = []
            elif isinstance(event, StatementLine):
                lines.append(_plain(event))
            else:
                statements.append({**_closed(event), "lines": lines})
    except RapproError as refused:
        document = {
            "format": parser.format,
            "refused": type(refused).__name__,
            "detail": refused.detail,
            "position": refused.position,
        }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _closed(closed: StatementClosed) -> dict[str, Any]:
    said: dict[str, Any] = _plain(closed)
    for name in ("opening", "closing"):
        if name in said:
            minor = said[name].pop("amount_minor")
            said[name]["amount"] = format_amount(minor, closed.currency)
    return said


def _plain(value: Any) -> Any:
    """Return a record as a dict of the fields that differ from their defaults."""
    if is_dataclass(value) and not isinstance(value, type):
        said = {
            each.name: _plain(getattr(value, each.name))
            for each in fields(value)
            if getattr(value, each.name) != each.default
            and getattr(value, each.name) not in (None, (), "")
        }
        if "amount_minor" in said and "currency" in said:
            minor = said.pop("amount_minor")
            said["amount"] = format_amount(minor, said["currency"])
        return said
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
