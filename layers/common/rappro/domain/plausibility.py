"""Warnings about a statement that no sum can give (SPEC IMP-11): repeated, foreign, out of order.

They are warnings, and silent in doubt: a warning that comes with every statement is read by nobody.
`controls` calls them and lists all findings; nothing else should.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from typing import Final

from rapidfuzz import fuzz

from rappro.domain.bank import Finding, Severity, StatementClosed, StatementLine
from rappro.domain.records import StatementRecord

REFERENCES_MAX: Final = 200_000
"""References of a statement that are remembered, at some 80 bytes each; later ones are only
compared with these."""

_UNIQUE: Final = frozenset({"ofx1", "ofx2"})
_UNIQUE_BY_ENTRY: Final = frozenset({"camt.052", "camt.053", "camt.054"})

_TELLS_NOTHING: Final = frozenset({
    "SARL", "SAS", "SASU", "EURL", "SCI", "SNC", "SELARL", "SCP", "SCM", "GIE", "GAEC", "EARL",
    "EIRL", "SCOP", "ASSOCIATION", "ASSO", "SOCIETE", "STE", "ETS", "ETABLISSEMENTS", "ENTREPRISE",
    "GROUPE", "HOLDING", "FRANCE", "CIE", "COMPAGNIE", "MONSIEUR", "MADAME", "MME", "MLLE", "GMBH",
    "SPRL", "BVBA", "SRL", "LTD", "LIMITED", "LLC", "INC", "PLC", "CORP", "COMPANY", "UND", "AND",
    "THE", "DES", "LES", "AUX", "SUR",
})  # fmt: skip
"""Legal forms and words that any two names may share."""

_OF_AN_ACCOUNT: Final = re.compile(
    "COMPTE|CPTE|CPT |ACCOUNT|KONTO|REKENING|CUENTA|CONTO |LIVRET|COURANT|CURRENT|CHECKING"
)
_WORD_CHARS_MIN: Final = 3
_ALIKE_MIN: Final = 80
_NUMBER: Final = re.compile(r"\d{1,9}")
NUMBER_MAX: Final = 9_999
"""A larger one is no count of statements, but a date, a year with a count, an id of the bank."""


class References:
    """Finds bank references that come twice where the format promises that they do not.

    An OFX id (FITID) is unique. In ISO 20022 some banks give all entries of a contract one NtryRef,
    so that there only the same reference with the same day and amount is an entry given twice.
    """

    __slots__ = ("_seen", "_with_entry", "count", "first", "is_watched")

    def __init__(self, format_name: str) -> None:
        self._seen: set[bytes] = set()
        self._with_entry = format_name in _UNIQUE_BY_ENTRY
        self.is_watched = self._with_entry or format_name in _UNIQUE
        self.count, self.first = 0, 0

    def add(self, line: StatementLine) -> None:
        """Note the reference of a line, if it has one."""
        text = line.entry_ref
        if not text:
            return
        if self._with_entry:
            text = f"{text}\0{line.amount_minor}\0{line.booking_date}"
        key = blake2b(text.encode(errors="replace"), digest_size=8).digest()
        if key in self._seen:
            self.count += 1
            self.first = self.first or line.position
        elif len(self._seen) < REFERENCES_MAX:
            self._seen.add(key)

    def forget(self) -> None:
        """Give the memory back at the end of a statement; what was found stays."""
        self._seen = set()


def repeated_references(references: References, where: str) -> list[Finding]:
    """Warn of lines that repeat the reference of an earlier one."""
    if not references.count:
        return []
    number = references.count
    lines = "a line repeats" if number == 1 else f"{number} lines repeat"
    return [
        Finding("repeated_reference", Severity.WARNING,
                f"{lines} the bank's reference of an earlier line of the statement",
                f"{where} line {references.first}")
    ]  # fmt: skip


def other_holder(closed: StatementClosed, names: Sequence[str]) -> list[Finding]:
    """Warn when the account's holder shares no word with any name of the company or journal."""
    holder = closed.account.holder
    if not holder or _OF_AN_ACCOUNT.search(f"{_plain(holder)} "):
        return []
    theirs, ours = _words(holder), [word for name in names for word in _words(name)]
    if not theirs or not ours or any(_is_alike(one, other) for one in theirs for other in ours):
        return []
    together = "".join(theirs)
    if any(_is_alike(together, "".join(_words(name))) for name in names):
        return []
    return [
        Finding("other_holder", Severity.WARNING,
                f"the account's holder is {holder[:70]!r}, which is like no name of the company",
                f"statement {closed.ordinal}")
    ]  # fmt: skip


def _plain(text: str) -> str:
    """Return capitals without accents, everything else but digits a blank."""
    letters = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE")).upper()
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", " ", bare.replace(".", "").replace("'", " ").replace("’", " "))


def _words(text: str) -> list[str]:
    """Return the words that tell one name from another."""
    return [
        word
        for word in _plain(text).split()
        if len(word) >= _WORD_CHARS_MIN and not word.isdigit() and word not in _TELLS_NOTHING
    ]


def _is_alike(one: str, other: str) -> bool:
    """Say whether two words may be the same: cut, abbreviated or misspelt."""
    if not one or not other:
        return False
    is_within = one in other or other in one
    return is_within or fuzz.ratio(one, other) >= _ALIKE_MIN


def out_of_order(
    closed: StatementClosed, accepted: Sequence[StatementRecord], format_name: str
) -> list[Finding]:
    """Compare the number with that of the statement before, of the same format and year.

    Only small whole numbers count statements; a new year may go on or begin anew. One that is the
    day of the year, or day and month, is a date. One that has stayed the same over two statements,
    or did not follow the last time either, counts something else.
    """
    number, last_day = _counted(closed.number), closed.period_to
    if number is None or last_day is None or _is_date(number, closed.period_from, last_day):
        return []
    before = sorted(
        (each.period_to, found)
        for each in accepted
        if (found := _counted(each.number)) is not None
        and (each.format, each.currency) == (format_name, closed.currency)
        and each.period_to is not None
        and each.period_to.year == last_day.year
        and (each.period_to, found) < (last_day, number)
    )[-2:]
    if not before:
        return []
    day, last = before[-1]
    step = last - before[0][1]
    where = f"statement {closed.ordinal}"
    if number > last + 1 and step <= 1:
        said = f"the number is {number}, that of the statement before is {last}"
        return [Finding("number_gap", Severity.WARNING, said, where)]
    is_constant = len(before) > 1 and step == 0 and number == last
    if number <= last and day < last_day and not is_constant:
        said = f"the number is {number}, after {last} on {day}"
        return [Finding("number_repeated", Severity.WARNING, said, where)]
    return []


def _counted(text: str | None) -> int | None:
    """Return the number of a statement without its page ("00012/001"), when it is a count."""
    head = (text or "").partition("/")[0].strip()
    if not head.isascii() or not _NUMBER.fullmatch(head):
        return None
    return int(head) if 0 < int(head) <= NUMBER_MAX else None


def _is_date(number: int, *days: date | None) -> bool:
    told = {day for day in days if day is not None}
    return any(
        number in (day.timetuple().tm_yday, day.month * 100 + day.day, day.day * 100 + day.month)
        for day in told
    )
