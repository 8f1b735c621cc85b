"""Books for the command line: a books document or a FEC, told apart by content, into one form."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath
from typing import BinaryIO, Final

from devstack.cli_files import opened
from rappro.domain.bank import Severity
from rappro.domain.books import (
    Company,
    Journal,
)
from rappro.domain.errors import InvalidRequest, MalformedBooks, UnknownFormat
from rappro.domain.ids import CompanyId
from rappro.domain.money import parse_amount
from rappro.domain.opening import OpenedBooks, ReconciledPoint, open_books
from rappro.edge.books_document import BOOKS_BYTES_MAX, read_books
from rappro.formats import fec
from rappro.formats.registry import peek
from rappro.use_cases.load_books import BookRecords

COMPANY: Final = CompanyId("company")
_FEC_NAME: Final = re.compile(r"(\d{9})FEC\d{8}", re.ASCII | re.IGNORECASE)
_RECONCILED: Final = re.compile(r"([^=]+)=(\d{4}-\d{2}-\d{2}),([+-]?[\d.]+)", re.ASCII)
_BEGINNING: Final = date(1900, 1, 1)

Points = dict[str, ReconciledPoint]


@dataclass(frozen=True, slots=True)
class Books:
    """A company and the records to load into it."""

    company: Company
    records: BookRecords


def load(file: str, reconciled: list[str]) -> Books:
    """Read a books document or a FEC.

    `reconciled` are options `JOURNAL=DATE,BALANCE`: up to that day the journal's bank account was
    pointed elsewhere. Raises InputError, OSError.
    """
    with opened(file) as stream:
        head = peek(stream)
        if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
            return _from_document(stream.read(BOOKS_BYTES_MAX + 1), reconciled)
        if fec.recognises(head):
            return _from_fec(stream, file, reconciled)
    raise UnknownFormat("books are a JSON document or a FEC; this is neither")


def _from_document(content: bytes, reconciled: list[str]) -> Books:
    books = read_books(content)
    points = _points(reconciled, books.company.currency)
    records = BookRecords(
        accounts=books.accounts,
        journals=tuple(_waiting_for_the_bank(journal, points) for journal in books.journals),
        third_parties=books.third_parties,
        open_items=books.open_items,
        bank_entries=books.bank_entries,
        past_payments=books.past_payments,
        templates=books.templates,
        card_contracts=books.card_contracts,
    )
    return Books(replace(books.company, id=COMPANY), records)


def _waiting_for_the_bank(journal: Journal, points: Points) -> Journal:
    """Give a journal its reconciled point, so that none is guessed from the first statement.

    A document lists entries that wait for the bank: all of them wait, however old they are.
    """
    on, balance = points.get(journal.code, (_BEGINNING, 0))
    return replace(journal, reconciled_on=on, reconciled_balance_minor=balance)


def _from_fec(stream: BinaryIO, file: str, reconciled: list[str]) -> Books:
    named = _FEC_NAME.match(PurePath(file).name)
    siren = named[1] if named else None
    company = Company(id=COMPANY, name=siren or PurePath(file).stem, siren=siren)
    points = _points(reconciled, company.currency)
    found = open_books(
        fec.read_rows(stream),
        company_currency=company.currency,
        settings=company.posting,
        reconciled=points,
    )
    return Books(company, _records(found))


def _records(found: OpenedBooks) -> BookRecords:
    """Return what a FEC holds. Raises MalformedBooks when a line of it could not be read."""
    blocking = [x for x in found.findings if x.severity is Severity.BLOCKING]
    if blocking:
        raise MalformedBooks(blocking[0].message, position=blocking[0].position)
    return BookRecords(
        accounts=found.accounts,
        journals=found.journals,
        third_parties=found.third_parties,
        entries=found.entries,
        open_items=found.open_items,
        bank_entries=found.bank_entries,
        findings=found.findings,
    )


def _points(options: list[str], currency: str) -> Points:
    points: Points = {}
    for option in options:
        found = _RECONCILED.fullmatch(option)
        if found is None:
            raise InvalidRequest(f"--reconciled takes JOURNAL=YYYY-MM-DD,BALANCE, not {option!r}")
        code, day, balance = found.groups()
        try:
            on = date.fromisoformat(day)
        except ValueError as error:
            raise InvalidRequest(f"--reconciled: no such day {day}") from error
        points[code] = (on, parse_amount(balance, currency))
    return points
