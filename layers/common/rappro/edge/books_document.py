"""The books document (contract of the command line, bulk loading of the API) into domain records.

Everything that is wrong is an InvalidRequest at a JSON pointer. Shapes are checked by
books_models.py, rows are converted by books_records.py; here are the whole document, the company
and doubles. Nothing is stored here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from rappro.domain.books import (
    BankEntry,
    CardContract,
    Company,
    EntryTemplate,
    Journal,
    LedgerAccount,
    OpenItem,
    PastPayment,
    ThirdParty,
)
from rappro.domain.errors import InvalidRequest, MalformedBooks, TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, derive_id
from rappro.edge.books_models import BooksInput, CompanyPart, SettingsPart
from rappro.edge.books_records import Rows, amount_at, currency_at
from rappro.edge.pointers import pointer

BOOKS_BYTES_MAX: Final = 512 * 1024 * 1024
"""About a million open items; a larger document is split by the sender."""


@dataclass(frozen=True, slots=True)
class BooksDocument:
    """A company's books as domain records, each list in document order."""

    company: Company
    accounts: tuple[LedgerAccount, ...] = ()
    journals: tuple[Journal, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    open_items: tuple[OpenItem, ...] = ()
    bank_entries: tuple[BankEntry, ...] = ()
    past_payments: tuple[PastPayment, ...] = ()
    templates: tuple[EntryTemplate, ...] = ()
    card_contracts: tuple[CardContract, ...] = ()


def read_books(
    document: bytes | dict[str, Any] | BooksInput, *, stored: BooksDocument | None = None
) -> BooksDocument:
    """Return the records that a books document holds, all of it checked; its shapes may be already.

    With `stored` the document completes books that exist: what it says of the company and its
    settings replaces what is there, and its rows may refer to the stored journals and third
    parties. Only the document's own rows are returned.

    Raises MalformedBooks (not JSON, at line and column), TooLarge, InvalidRequest (at a pointer).
    """
    content = _read_json(document) if isinstance(document, bytes) else document
    try:
        books = BooksInput.model_validate(content)
    except ValidationError as refusal:
        _refuse(refusal)
    _refuse_doubles(books)
    company = _company(books.company, stored.company if stored else None)
    if books.settings is not None:
        company = _with_settings(company, books.settings)
    rows = Rows.of(
        company, books,
        journals=stored.journals if stored else (),
        third_parties=stored.third_parties if stored else (),
    )  # fmt: skip
    return BooksDocument(
        company=company,
        accounts=rows.accounts(),
        journals=rows.journals(),
        third_parties=rows.third_parties(),
        open_items=rows.open_items(),
        bank_entries=rows.bank_entries(),
        past_payments=rows.past_payments(),
        templates=rows.templates(),
        card_contracts=rows.card_contracts(),
    )


def _read_json(document: bytes) -> object:
    if len(document) > BOOKS_BYTES_MAX:
        raise TooLarge(f"books document of more than {BOOKS_BYTES_MAX} bytes")
    try:
        return json.loads(
            document,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object_without_doubles,
        )
    except json.JSONDecodeError as error:
        at = f"line {error.lineno} column {error.colno}"
        raise MalformedBooks(f"not JSON: {error.msg}", position=at) from error
    except UnicodeDecodeError as error:
        raise MalformedBooks("not UTF-8 text", position=f"byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise MalformedBooks(f"not JSON: {error}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedBooks(f"{name} is not JSON")


def _object_without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise MalformedBooks(f"the field {twice[:60]!r} is given twice in one object")
    return found


def _refuse(refusal: ValidationError) -> NoReturn:
    first, *others = refusal.errors(include_url=False, include_input=False)
    sentences = {"extra_forbidden": "unknown field", "missing": "this field is required"}
    sentence = sentences.get(first["type"], first["msg"].removeprefix("Value error, "))
    more = f" (and {len(others)} more)" if others else ""
    raise InvalidRequest(sentence + more, position=pointer(*first["loc"])) from refusal


def _refuse_doubles(books: BooksInput) -> None:
    """Two rows under one key would silently be one."""
    _refuse_double("accounts", "number", [row.number for row in books.accounts or ()])
    _refuse_double("journals", "code", [row.code for row in books.journals or ()])
    _refuse_double("third_parties", "id", [row.id for row in books.third_parties or ()])
    _refuse_double("open_items", "id", [row.id for row in books.open_items or ()])
    _refuse_double("bank_entries", "id", [row.id for row in books.bank_entries or ()])
    _refuse_double("past_payments", "id", [row.id for row in books.past_payments or ()])
    _refuse_double("templates", "id", [row.id for row in books.templates or ()])
    _refuse_double("card_contracts", "number", [row.number for row in books.card_contracts or ()])


def _refuse_double(name: str, field: str, keys: Sequence[str]) -> None:
    first_rows: dict[str, int] = {}
    for index, key in enumerate(keys):
        first = first_rows.setdefault(key, index)
        if first != index:
            detail = f"{key[:60]!r} is already the {field} of {pointer(name, first)}"
            raise InvalidRequest(detail, position=pointer(name, index, field))


def _company(part: CompanyPart | None, stored: Company | None) -> Company:
    if part is None:
        if stored is None:
            raise InvalidRequest("this field is required", position="/company")
        return stored
    said = part.model_dump(exclude_none=True)
    if stored is None:
        key = derive_id("company", part.siren, part.name)
        stored = Company(id=CompanyId(key), name="")
    elif part.currency not in {None, stored.currency}:
        raise InvalidRequest("a company keeps its currency", position="/company/currency")
    currency_at(part.currency, "company", "currency")
    if part.timezone is not None:
        try:
            ZoneInfo(part.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidRequest("unknown time zone", position="/company/timezone") from error
    return replace(stored, **said)


def _with_settings(company: Company, settings: SettingsPart) -> Company:
    """Return the company with the settings that are said; amounts become minor units."""
    said = settings.model_dump(exclude_none=True)
    for name, field in (
        ("cents_tolerance", "cents_tolerance_minor"),
        ("bank_charge_max", "bank_charge_minor_max"),
    ):
        if name in said:
            said[field] = amount_at(said.pop(name), company.currency, "settings", name)
            if said[field] < 0:
                raise InvalidRequest("never negative", position=pointer("settings", name))
    posting = settings.posting()
    matching = {name: value for name, value in said.items() if name not in posting}
    return replace(
        company,
        matching=replace(company.matching, **matching),
        posting=replace(company.posting, **posting),
    )
