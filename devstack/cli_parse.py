"""`rappro parse`: statement files as JSON, one statement a line, or as a readable table.

A file is printed whole or refused whole: its output is spooled until its last byte was read, so
memory does not grow with the file and nothing of a broken one gets out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, Any

from devstack.cli_files import Spool, copy_spool, opened, refusal_of, text_spool
from devstack.cli_tables import line_row, refusal_row, statement_footing, statement_heading
from rappro.domain.bank import StatementClosed, StatementLine, StatementOpened
from rappro.domain.controls import LineTotals, control_file
from rappro.domain.errors import MalformedStatement
from rappro.edge.results import line_document, statement_document
from rappro.formats.registry import detect, peek


@dataclass(frozen=True, slots=True)
class Style:
    """How results are written: JSON for programs, or a table for people."""

    is_json: bool

    @property
    def between_lines(self) -> str:
        return "," if self.is_json else ""

    def line(self, line: StatementLine) -> str:
        document = line_document(line)
        return dump(document) if self.is_json else line_row(document)

    def before(self, document: dict[str, Any]) -> str:
        if not self.is_json:
            return statement_heading(document)
        head = {key: document[key] for key in document if key not in {"lines", "findings"}}
        return f'{dump(head)[:-1]},"lines":['

    def after(self, document: dict[str, Any]) -> str:
        if not self.is_json:
            return statement_footing(document)
        return f'],"findings":{dump(document["findings"])}}}\n'

    def refusal(self, document: dict[str, Any]) -> str:
        return f"{dump(document)}\n" if self.is_json else refusal_row(document)


def dump(document: object) -> str:
    """Return compact JSON text on one line."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def parse_files(files: Sequence[str], *, style: Style, out: IO[str], err: IO[str]) -> int:
    """Print every statement of every file; return how many files were refused.

    Refusals go to `out` as JSON, and to `err` when a person reads.
    """
    refused = 0
    for file in files:
        with text_spool() as spool:
            refusal = refusal_of(file, partial(_parse, file, style, spool))
            if refusal is None:
                copy_spool(spool, out)
            else:
                refused += 1
                (out if style.is_json else err).write(style.refusal(refusal))
        out.flush()
    return refused


class _Reading:
    """The statement that is being read: its rows so far, and what its controls need."""

    def __init__(self, style: Style, rows: Spool, format_code: str) -> None:
        self.style = style
        self.rows = rows
        self.format_code = format_code
        self.totals = LineTotals(format_code)
        self.currency = ""
        self.is_empty = True

    def open(self, event: StatementOpened) -> None:
        self.rows.seek(0)
        self.rows.truncate()
        self.totals = LineTotals(self.format_code)
        self.currency = event.account.currency or ""
        self.is_empty = True

    def add(self, line: StatementLine) -> None:
        self.currency = self.currency or line.currency
        self.totals.add(line, self.currency)
        if not self.is_empty:
            self.rows.write(self.style.between_lines)
        self.is_empty = False
        self.rows.write(self.style.line(line))

    def close(self, event: StatementClosed, spool: Spool, *, file: str) -> None:
        findings = (*event.findings, *control_file(event, self.totals))
        closed = replace(event, findings=findings)
        document = statement_document(closed, file=file, format_code=self.format_code)
        spool.write(self.style.before(document))
        copy_spool(self.rows, spool)
        spool.write(self.style.after(document))


def _parse(file: str, style: Style, spool: Spool) -> None:
    count = 0
    with opened(file) as stream, text_spool() as rows:
        parser = detect(peek(stream))
        reading = _Reading(style, rows, parser.format)
        for event in parser.parse(stream):
            if isinstance(event, StatementOpened):
                reading.open(event)
            elif isinstance(event, StatementLine):
                reading.add(event)
            else:
                reading.close(event, spool, file=file)
                count += 1
    if count == 0:
        raise MalformedStatement("the file holds no statement", position="end of file")
