"""Readable output of the command line: fixed-width rows for a person, never for a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

TEXT_WIDTH: Final = 60
PARTY_WIDTH: Final = 24


def statement_heading(document: dict[str, Any]) -> str:
    """Return the lines above a parsed statement's rows."""
    account = document["account"]
    name = account["iban"] or account["number"] or "no account number"
    number = f", number {document['number']}" if document["number"] else ""
    period = f", {document['from'] or '?'} to {document['to'] or '?'}"
    return (
        f"{document['file']}: {document['format']}, {name} {account['currency']}{number}{period}\n"
        f"{_balance_row('opening', document['opening'])}"
    )


def line_row(line: dict[str, Any]) -> str:
    """Return one row for a line of a statement."""
    texts = (line["counterparty"]["name"], line["label"], line["label_more"], line["comment"])
    text = cut(" ".join(text for text in texts if text))
    status = "" if line["status"] == "booked" else f" [{line['status']}]"
    return (
        f"{line['position']:>6}  {line['booking_date']}  {line['amount']:>16} "
        f"{line['currency']}  {text}{status}\n"
    )


def statement_footing(document: dict[str, Any]) -> str:
    """Return the lines below a parsed statement's rows."""
    findings = "".join(
        f"  {finding['severity']}: {finding['code']}: {finding['message']}"
        f"{' (' + finding['position'] + ')' if finding['position'] else ''}\n"
        for finding in document["findings"]
    )
    return f"{_balance_row('closing', document['closing'])}{findings}\n"


def refusal_row(document: dict[str, Any]) -> str:
    """Return the row for a file that was refused."""
    error = document["error"]
    where = f" ({error['position']})" if error["position"] else ""
    return f"{document['file']}: refused: {error['code']}: {error['message']}{where}\n"


def decided_statement(
    document: dict[str, Any], amounts: Mapping[int, str], names: Mapping[str, str]
) -> str:
    """Return a decided statement: one row a line, then the levels.

    `amounts` are by position; `names` are what people call what is in the books, by id.
    """
    number = f", number {document['number']}" if document["number"] else ""
    rows = [f"{document['file']}{number}\n"]
    levels: dict[str, int] = {}
    for line in document["lines"]:
        level = line["level"]
        levels[level] = levels.get(level, 0) + 1
        party = cut(names.get(line["third_party"], line["third_party"] or ""), PARTY_WIDTH)
        row = (
            f"{line['position']:>6}  {amounts[line['position']]:>16}  {level:<2}  "
            f"{party:<{PARTY_WIDTH}}  {cut(_outcome(line, names))}"
        )
        rows.append(f"{row.rstrip()}\n")
    counts = ", ".join(f"{count} {level}" for level, count in sorted(levels.items()))
    return "".join(rows) + f"        {counts or 'no line'}\n\n"


def cut(text: str, width: int = TEXT_WIDTH) -> str:
    """Return a text on one line, cut to a width."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def _balance_row(name: str, balance: dict[str, Any] | None) -> str:
    if balance is None:
        return f"{name:>18}  {'none given':>16}\n"
    return f"{balance['date']:>18}  {balance['amount']:>16}  {name}\n"


def _outcome(line: dict[str, Any], names: Mapping[str, str]) -> str:
    """Say what a line settles, or what it might."""
    if line["settles"] or line["template"]:
        parts = [
            f"{names.get(part['id'], part['id'])} {part['amount']}" for part in line["settles"]
        ]
        parts += [f"template {line['template']}"] if line["template"] else []
        parts += [f"{found['kind']} {found['amount']}" for found in line["adjustments"]]
        return ", ".join(parts)
    if not line["candidates"]:
        return ""
    first = line["candidates"][0]
    found = [names.get(part["id"], part["id"]) for part in first["settles"]]
    found = found or [f"template {first['template']}"]
    others = len(line["candidates"]) - 1
    return f"perhaps {' + '.join(found)}" + (f", or {others} more" if others else "")
