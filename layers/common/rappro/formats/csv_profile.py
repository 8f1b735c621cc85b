"""What a CSV profile is: how one bank writes its exports, as data that is checked when made.

A profile is a plain mapping (JSON), so a tenant may add one of its own. It has no patterns and no
code: names of columns, marks and words only, so that nothing in it can be slow or do harm.
docs/formats/csv.md has the keys; the built-in profiles are in `csv_profiles`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final, TypeVar, cast

from rappro.domain.bank import LineStatusAtBank, Nature
from rappro.domain.errors import InvalidRequest, UnsupportedCurrency
from rappro.domain.frozen import dataclass
from rappro.domain.money import exponent
from rappro.formats.written import Mark, Order

COLUMNS_MAX: Final = 80
NAMES_MAX: Final = 16
TEXT_MAX: Final = 100
WORDS_MAX: Final = 200

TEXT_ROLES: Final = ("label", "label_more", "comment", "reference")
"""Several columns may have one of these roles; their texts are joined in the profile's order."""

ROLES: Final = frozenset(
    ("date", "other_date", "value_date", "amount", "debit", "credit", "side", "balance",
     "currency", "account", "holder", "bic", *TEXT_ROLES, "entry_ref", "counterparty",
     "counterparty_account", "counterparty_bic", "counterparty_id", "end_to_end", "mandate",
     "creditor", "kind", "status", "reason", "original_amount", "original_currency", "rate",
     "part_amount", "part_label", "ignored")
)  # fmt: skip
FACTS: Final = frozenset(
    ("account", "holder", "bic", "currency", "opening", "closing", "closing_on", "period",
     "period_from", "period_to", "count")
)  # fmt: skip
_SEPARATORS: Final = (";", ",", "\t", "|")
_CHARSETS: Final = ("cp1252", "iso-8859-1", "iso-8859-15", "cp850", "mac-roman")
_KEYS: Final = frozenset(
    ("name", "bank", "separator", "columns", "dates", "decimal", "currency", "preamble", "natures",
     "statuses", "debits", "charset", "quoted", "tables", "others", "footer")
)  # fmt: skip

_Word = TypeVar("_Word")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the names it may have; the first of them that the header has is taken."""

    role: str
    names: tuple[str, ...]
    is_needed: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """Something said above the header: in a cell by its place, or behind a text.

    Behind `text` in its cell, or else in the next cell that holds something; `is_start`: the cell
    begins with the text.
    """

    name: str
    row: int = 0
    cell: int = 0
    text: str = ""
    is_start: bool = False


@dataclass(frozen=True, slots=True)
class CsvProfile:
    """How one bank writes its exports."""

    name: str
    bank: str
    separator: str
    columns: tuple[Column, ...]
    dates: Order
    decimal: Mark
    currency: str
    facts: tuple[Fact, ...] = ()
    natures: Mapping[str, Nature] = field(default_factory=dict)
    statuses: Mapping[str, LineStatusAtBank] = field(default_factory=dict)
    debits: frozenset[str] = frozenset()
    charset: str = "cp1252"
    is_quoted: bool = True
    has_tables: bool = False
    allows_others: bool = False
    footer: tuple[str, ...] = ()

    def fit(self, header: Sequence[str]) -> dict[str, tuple[int, ...]] | None:
        """Return the places of each role's columns, None when the header is of another file.

        Every needed column is there, and no column that is not in the profile unless it allows
        others: a file that fits only in part is not read by guessing.
        """
        return self.fit_plain([plain(cell) for cell in header])

    def fit_plain(self, header: Sequence[str]) -> dict[str, tuple[int, ...]] | None:
        """Do the same for names that `plain` made already, as many profiles are tried on them."""
        places: dict[str, int] = {}
        for place, cell in enumerate(header):
            places.setdefault(cell, place)
        found: dict[str, tuple[int, ...]] = {}
        claimed = {""}
        for column in self.columns:
            name = next((name for name in column.names if name in places), None)
            if name is not None:
                claimed.add(name)
                found[column.role] = (*found.get(column.role, ()), places[name])
            elif column.is_needed:
                return None
        named = [name for name in header if name]
        if not self.allows_others and (
            not claimed.issuperset(named) or len(set(named)) < len(named)
        ):
            return None
        return found


def folded(text: str) -> str:
    """Return a text in small letters without accents, character by character."""
    if text.isascii():
        return text.lower()
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    """Fold one character to one, so that places in the folded text are places in the text."""
    if character in "\u00a0\u202f":
        return " "
    if character in "’‘`":
        return "'"
    base = unicodedata.normalize("NFKD", character)[:1].casefold()
    return base[:1] or character


def plain(text: str) -> str:
    """Return a header's name as names are compared: folded, blanks and quotes aside."""
    return " ".join(folded(text.replace("\ufeff", "")).replace('"', "").split())


def profile_of(data: Mapping[str, object]) -> CsvProfile:
    """Return the profile that a plain mapping describes.

    Raises InvalidRequest with the JSON pointer of what is wrong.
    """
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise _wrong("no such key in a CSV profile", f"/{unknown[0][:TEXT_MAX]}")
    columns = _columns(data.get("columns"))
    natures = _words(data, "natures", {nature.value: nature for nature in Nature})
    statuses = _words(data, "statuses", {status.value: status for status in LineStatusAtBank})
    return CsvProfile(
        name=_text(data, "name"),
        bank=_text(data, "bank"),
        separator=_choice(data, "separator", _SEPARATORS, ";"),
        columns=columns,
        dates=cast("Order", _choice(data, "dates", ("dmy", "mdy", "ymd"), "dmy")),
        decimal=cast("Mark", _choice(data, "decimal", (",", ".", ""), ",")),
        currency=_currency(data.get("currency", "EUR")),
        facts=_facts(data.get("preamble", ())),
        natures=natures,
        statuses=statuses,
        debits=frozenset(_texts(data.get("debits", ()), "/debits")),
        charset=_choice(data, "charset", _CHARSETS, "cp1252"),
        is_quoted=_flag(data, "quoted", default=True),
        has_tables=_flag(data, "tables", default=False),
        allows_others=_flag(data, "others", default=False),
        footer=_texts(data.get("footer", ()), "/footer"),
    )


def _wrong(sentence: str, pointer: str) -> InvalidRequest:
    return InvalidRequest(sentence, position=pointer)


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= TEXT_MAX:
        raise _wrong(f"a text of 1 to {TEXT_MAX} characters is needed", f"/{key}")
    return value.strip()


def _choice(data: Mapping[str, object], key: str, among: tuple[str, ...], default: str) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or value not in among:
        raise _wrong(f"one of {', '.join(map(repr, among))} is needed", f"/{key}")
    return value


def _flag(data: Mapping[str, object], key: str, *, default: bool) -> bool:
    value = data.get(key, default)
    if not isinstance(value, bool):
        raise _wrong("true or false is needed", f"/{key}")
    return value


def _currency(value: object) -> str:
    try:
        exponent(value if isinstance(value, str) else "")
    except UnsupportedCurrency as wrong:
        raise _wrong(wrong.detail, "/currency") from wrong
    return str(value)


def _list(value: object, pointer: str, most: int) -> list[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > most:
        raise _wrong(f"a list of at most {most} is needed", pointer)
    return list(value)


def _texts(value: object, pointer: str) -> tuple[str, ...]:
    texts = _list(value, pointer, WORDS_MAX)
    for rank, text in enumerate(texts):
        if not isinstance(text, str) or not plain(text) or len(text) > TEXT_MAX:
            raise _wrong(f"a text of 1 to {TEXT_MAX} characters is needed", f"{pointer}/{rank}")
    return tuple(plain(text) for text in texts)


def _words(
    data: Mapping[str, object], key: str, among: Mapping[str, _Word]
) -> dict[str, _Word]:  # fmt: skip
    given = data.get(key, {})
    if not isinstance(given, Mapping) or len(given) > WORDS_MAX:
        raise _wrong(f"a mapping of at most {WORDS_MAX} words is needed", f"/{key}")
    words = dict(zip(_texts(list(given), f"/{key}"), given.values(), strict=True))
    for word, value in words.items():
        if not isinstance(value, str) or value not in among:
            raise _wrong(f"one of {', '.join(among)} is needed", f"/{key}/{word}")
    return {word: among[str(value)] for word, value in words.items()}


def _columns(value: object) -> tuple[Column, ...]:
    """Read `[role, name, name…]` for each column; a role that ends in "?" may be missing."""
    columns = []
    for rank, given in enumerate(_list(value, "/columns", COLUMNS_MAX)):
        pointer = f"/columns/{rank}"
        role, *names = _list(given, pointer, NAMES_MAX) or [""]
        is_needed = not str(role).endswith("?")
        role = str(role).removesuffix("?")
        if role not in ROLES:
            raise _wrong(f"no such role: {role[:40]!r}", f"{pointer}/0")
        if not names:
            raise _wrong("a column needs a name", pointer)
        columns.append(Column(role, _texts(names, pointer), is_needed))
    needed = {column.role for column in columns if column.is_needed}
    once = [c.role for c in columns if c.role not in (*TEXT_ROLES, "ignored")]
    if "date" not in needed or not ("amount" in needed or {"debit", "credit"} <= needed):
        raise _wrong("a date and an amount, or debit and credit, are needed", "/columns")
    if "amount" in needed and {"debit", "credit"} & set(once):
        raise _wrong("either an amount, or debit and credit", "/columns")
    if len(set(once)) < len(once):
        raise _wrong("a role comes twice that one column only may have", "/columns")
    names = [name for column in columns for name in set(column.names)]
    if len(set(names)) < len(names):
        raise _wrong("a name is of two columns", "/columns")
    return tuple(columns)


def _facts(value: object) -> tuple[Fact, ...]:
    facts = []
    for rank, given in enumerate(_list(value, "/preamble", COLUMNS_MAX)):
        pointer = f"/preamble/{rank}"
        if not isinstance(given, Mapping) or str(given.get("fact")) not in FACTS:
            raise _wrong(f"a fact is one of {', '.join(sorted(FACTS))}", f"{pointer}/fact")
        name, keys = str(given["fact"]), set(given) - {"fact"}
        if keys == {"row", "cell"}:
            places = given["row"], given["cell"]
            if not all(type(place) is int and 0 < place <= COLUMNS_MAX for place in places):
                raise _wrong(f"rows and cells count from 1 to {COLUMNS_MAX}", pointer)
            facts.append(Fact(name, *places))
        elif keys in ({"after"}, {"starts"}):
            text = _texts([given[key] for key in keys], pointer)[0]
            facts.append(Fact(name, text=text, is_start=keys == {"starts"}))
        else:
            raise _wrong("a fact has row and cell, or after, or starts", pointer)
    return tuple(facts)
