"""One message while its fields stream by: its head, its balances, its summary, its end.

Entries are made into lines by `mt_line`; the order in which fields are cut out of a file is the
business of `mt_message`. Source: SWIFT User Handbook, MT940 and MT942.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from enum import Enum
from typing import Final, NoReturn

from rappro.domain.bank import (
    BankAccountRef,
    StatementClosed,
    StatementEvent,
    StatementLine,
    StatementOpened,
)
from rappro.domain.errors import InputError, MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats.findings import FindingLog
from rappro.formats.mt_envelope import ENVELOPE_OPENS, bare, is_end, is_envelope, without_end
from rappro.formats.mt_fields import Block, Place, where
from rappro.formats.mt_free import holder_in_ns
from rappro.formats.mt_line import LineMaker
from rappro.formats.mt_told import joined
from rappro.formats.mt_values import (
    FieldBalance,
    account_of,
    currency_suffix,
    is_right_iban,
    parse_balance,
    parse_day,
    parse_summary,
)  # fmt: skip
from rappro.formats.protocol import STATEMENTS_PER_FILE_MAX

DEFAULT_CURRENCY: Final = "EUR"
_ABOUT_CHARS: Final = 200
_NUMBER_CHARS: Final = 40

_FLOOR: Final = re.compile(r"([A-Z]{3})[CD]?[\d.,]*", re.ASCII)
_TAG: Final = re.compile(r"[0-9A-Z]{2,3}", re.ASCII)


class _State(Enum):
    OUTSIDE = "outside"
    HEAD = "head"  # from :20: until the first entry
    ENTRIES = "entries"
    ENDED = "ended"  # after the closing balance, or the end mark of an interim report


class Statement:
    """The message being read. `is_interim`: it is an MT942, which has no balances."""

    def __init__(self, format_: str, findings: FindingLog) -> None:
        self._format, self._findings = format_, findings
        self._ordinal = 0
        self._state = _State.OUTSIDE
        self._place = (Block(1, []), 0)
        self._is_in_envelope = False
        self._fields: dict[str, Callable[[str], None]] = {
            "21": self._ignored, "25": self._account_field, "25P": self._account_field,
            "28": self._number_field, "28C": self._number_field, "NS": self._ns_field,
            "34F": self._floor_field, "13D": self._time_field, "13": self._time_field,
            "64": self._ignored, "65": self._ignored, "86": self._information,
        }  # fmt: skip
        self._reset()

    def _reset(self) -> None:
        """Forget the message before."""
        self._account_text: str | None = None
        self._holder: str | None = None
        self._begin_statement()

    def _begin_statement(self) -> None:
        """Forget the statement before; the account stays until another one is named."""
        self.is_interim = False
        self._number: str | None = None
        self._opening: FieldBalance | None = None
        self._closing: FieldBalance | None = None
        self._floor_currency: str | None = None
        self._reported_on: date | None = None
        self._summaries: dict[str, str] = {}
        self._is_page = False
        self._account = BankAccountRef()
        self._currency = DEFAULT_CURRENCY
        self._maker = LineMaker(DEFAULT_CURRENCY, self._findings)  # until the currency is known

    def note(self, code: str, place: Place, *, about: str = "") -> None:
        """Note a finding at a place of the file."""
        self._findings.note(code, where(place), about=about)

    def _noted(self, code: str, about: str = "") -> None:
        self.note(code, self._place, about=about)

    def _fail(self, sentence: str) -> NoReturn:
        raise MalformedStatement(sentence, position=where(self._place))

    # The entries

    def begin_entries(self, place: Place) -> Iterator[StatementEvent]:
        """Open the statement at its first entry. Raises MalformedStatement."""
        self._place = place
        if self._state is _State.OUTSIDE:
            self._fail("an entry (:61:) outside of a message")
        if self._state is _State.ENDED:
            self._fail("an entry (:61:) after the end of its statement")
        yield from self._opened()

    @property
    def line(self) -> Callable[[str, str | None, Place], StatementLine]:
        """What makes the lines of the statement; see `LineMaker.line`."""
        return self._maker.line

    def last_line(self, entry: str, details: str | None, place: Place) -> Iterator[StatementEvent]:
        """Yield the line of an entry that no other one follows: the message may end with it."""
        if self.is_interim:
            entry, details, rest = without_end(entry, details)
            yield self.line(entry, details, place)
            self._place = place
            self._rest(rest, "61")
        else:
            yield self.line(entry, details, place)

    def _opened(self) -> Iterator[StatementEvent]:
        """Yield the opening of the statement, once what is known of its account has been read."""
        if self._state is _State.ENTRIES:
            return
        if self._opening is None and not self.is_interim:
            self._fail("neither an opening balance (:60F:) nor a floor limit (:34F:) before this")
        kind = "mt942" if self.is_interim else "mt940"
        if kind != self._format:
            self._noted("other_message", kind.upper())
        if self._opening is not None:
            self._currency = self._opening.currency
        else:
            self._currency = self._interim_currency()
        if self._account_text is None:
            self._noted("account_missing")
        account = account_of(self._account_text or "", self._currency)
        if account.iban is not None and not is_right_iban(account.iban):
            self._noted("account_check")
        self._account = replace(account, holder=self._holder)
        try:
            self._maker = LineMaker(self._currency, self._findings)
        except UnsupportedCurrency as wrong:
            raise UnsupportedCurrency(wrong.detail, position=self._where) from wrong
        self._ordinal += 1
        if self._ordinal > STATEMENTS_PER_FILE_MAX:
            raise TooLarge(f"more than {STATEMENTS_PER_FILE_MAX} statements in a file",
                           position=self._where)  # fmt: skip
        self._state = _State.ENTRIES
        yield StatementOpened(self._account, self._ordinal)

    def _interim_currency(self) -> str:
        currency = self._floor_currency or currency_suffix(self._account_text or "")
        if currency is None:
            self._noted("currency_assumed")
        return currency or DEFAULT_CURRENCY

    # The other fields

    def field(self, field: str, place: Place) -> Iterator[StatementEvent]:
        """Read a field that is no entry, or what stands before the first field.

        Raises MalformedStatement and UnsupportedCurrency.
        """
        self._place = place
        tag, colon, value = field.partition(":")
        if tag == "20" and colon:
            yield from self._closed_before("another message (:20:)")
            self._reset()
            self._state = _State.HEAD
            self._rest(value.partition("\n")[2], tag)
        elif tag in ("60F", "60M"):
            yield from self._begun_without_reference(tag)
            self._opening_field(tag, value)
        elif tag in ("62F", "62M"):
            yield from self._opened_for_closing()
            self._closing_field(tag, value)
        elif tag in ("90D", "90C"):
            self.is_interim = self.is_interim or self._opening is None
            yield from self._opened_for_closing()
            self._summaries[tag] = value.partition("\n")[0]
            self._rest(value.partition("\n")[2], tag)
        elif tag in self._fields:
            yield from self._begun_without_reference(tag)
            self._fields[tag](value)
        else:
            self._unknown(field, tag)

    def _unknown(self, field: str, tag: str) -> None:
        if self._state is _State.OUTSIDE or self._state is _State.ENDED:
            self._rest(field, tag)
        elif _TAG.fullmatch(tag):
            self._noted("tag_unknown", f":{tag}:")
        else:
            self._noted("text_outside", _about(field))

    def _begun_without_reference(self, tag: str) -> Iterator[StatementEvent]:
        """Begin a statement at a field of its head, when no :20: did.

        After an end the next statement of a message may begin with its account, number or balance.
        """
        is_account = tag in ("25", "25P")
        begins = is_account or tag in ("28", "28C", "60F", "60M")
        if self._state is _State.OUTSIDE and begins:
            self._noted("reference_missing")
            self._state = _State.HEAD
        elif begins and (
            self._state is _State.ENDED or (self._state is _State.ENTRIES and self.is_interim)
        ):
            yield from self._closed_before("another statement")
            if is_account:
                self._account_text = self._holder = None
            self._begin_statement()
            self._state = _State.HEAD

    def _account_field(self, value: str) -> None:
        if self._state is not _State.HEAD or self._account_text is not None:
            self._fail("an account (:25:) where none may stand")
        first, _, rest = value.partition("\n")
        second, _, behind = rest.partition("\n")
        self._account_text = f"{first}\n{second}"
        self._rest(behind, "25")

    def _number_field(self, value: str) -> None:
        if self._state is not _State.HEAD:
            self._fail("a statement number (:28C:) where none may stand")
        first, _, rest = value.partition("\n")
        self._number = first.strip()[:_NUMBER_CHARS] or None
        self._rest(rest, "28C")

    def _ns_field(self, value: str) -> None:
        if self._state is _State.HEAD:
            self._holder = self._holder or holder_in_ns(value)
        else:
            self._information(value)

    def _floor_field(self, value: str) -> None:
        first, _, rest = value.partition("\n")
        found = _FLOOR.fullmatch(first.strip())
        if found is None:
            self._fail(f"not a floor limit (:34F:): {first[:40]!r}")
        self._floor_currency = found[1]
        self._interim_head(rest, "34F")

    def _time_field(self, value: str) -> None:
        first, _, rest = value.partition("\n")
        try:
            self._reported_on = parse_day(first[:6]).date
        except InputError:
            self._noted("timestamp_unreadable")
        self._interim_head(rest, "13D")

    def _interim_head(self, rest: str, tag: str) -> None:
        if self._state is _State.OUTSIDE:
            self._fail(f"a field :{tag}: outside of a message")
        if self._opening is None:
            self.is_interim = True
        self._rest(rest, tag)

    def _opening_field(self, tag: str, value: str) -> None:
        if self._state is not _State.HEAD or self._opening is not None:
            self._fail(f"an opening balance (:{tag}:) within a statement")
        self._opening = self._balance(tag, value)
        self.is_interim = False

    def _opened_for_closing(self) -> Iterator[StatementEvent]:
        if self._state is _State.OUTSIDE:
            self._fail("the end of a statement without its beginning")
        if self._state is _State.HEAD:
            yield from self._opened()

    def _closing_field(self, tag: str, value: str) -> None:
        if self._closing is not None:
            self._fail("two closing balances (:62F:) of one statement")
        self._state = _State.ENDED
        self._closing = self._balance(tag, value)
        if self._closing.currency != self._currency:
            self._fail(f"the closing balance is in {self._closing.currency},"
                       f" the statement in {self._currency}")  # fmt: skip

    def _balance(self, tag: str, value: str) -> FieldBalance:
        first, _, rest = value.partition("\n")
        try:
            balance = parse_balance(first)
        except UnsupportedCurrency as wrong:
            raise UnsupportedCurrency(wrong.detail, position=self._where) from wrong
        except InputError as wrong:
            raise MalformedStatement(f":{tag}: {wrong.detail}", position=self._where) from wrong
        if balance.is_clamped:
            self._noted("date_clamped", first[1:7])
        self._is_page = self._is_page or tag.endswith("M")
        self._rest(rest, tag)
        return balance

    @property
    def _where(self) -> str:
        return where(self._place)

    def _information(self, value: str) -> None:
        """Note what the bank says of the whole statement, up to the end of the message."""
        if self._state is _State.OUTSIDE:
            self._fail("details (:86:) outside of a message")
        lines = value.split("\n")
        ends = (number for number, line in enumerate(lines) if is_end(line))
        end = next(ends, len(lines)) if self._state is _State.ENDED or self.is_interim else None
        text = " ".join(joined("\n".join(lines[:end])).split())
        if text:
            self._noted("statement_information", text[:_ABOUT_CHARS])
        if end is not None:
            self._rest("\n".join(lines[end:]), "86")

    def _ignored(self, value: str) -> None:
        if self._state is _State.OUTSIDE:
            self._fail("a field outside of a message")
        self._rest(value.partition("\n")[2], "64")

    def _rest(self, text: str, tag: str) -> None:
        """Read the lines behind a field: end marks, envelopes, or text that has no place."""
        if not text or text.isspace():
            return
        for line in text.split("\n"):
            stripped = bare(line)
            if ENVELOPE_OPENS in stripped:
                self._is_in_envelope = True
            if is_end(stripped):
                self._is_in_envelope = ENVELOPE_OPENS in stripped
                self._end_mark()
            elif stripped and not is_envelope(stripped):
                is_outside = self._state in (_State.OUTSIDE, _State.ENDED)
                code = "text_outside" if is_outside else "text_ignored"
                self._noted(code, _about(stripped) if is_outside else tag)

    def _end_mark(self) -> None:
        if self._state is _State.ENTRIES or (self._state is _State.HEAD and self.is_interim):
            if not self.is_interim:
                self._fail("the message ends before its closing balance (:62F:)")
            if self._state is _State.ENTRIES:
                self._state = _State.ENDED

    def _closed_before(self, what: str) -> Iterator[StatementEvent]:
        """Yield the end of the statement before `what` begins."""
        if self._state is _State.OUTSIDE:
            return
        if self._state is _State.HEAD and self.is_interim:
            yield from self._opened()
        if self._state is _State.HEAD or (self._state is _State.ENTRIES and not self.is_interim):
            self._fail(f"{what} comes before the closing balance (:62F:) of its statement")
        yield self._closed()

    def _closed(self) -> StatementClosed:
        self._check_summaries()
        if self._is_page:
            self._noted("page", (self._number or "?").rpartition("/")[2])
        opening, closing = self._opening, self._closing
        return StatementClosed(
            self._account,
            self._ordinal,
            self._currency,
            number=self._number,
            period_from=opening.balance.on if opening else None,
            period_to=closing.balance.on if closing else self._reported_on,
            opening=opening.balance if opening else None,
            closing=closing.balance if closing else None,
            line_count=self._maker.count,
            findings=self._findings.take(),
        )

    def _check_summaries(self) -> None:
        """Compare :90D: and :90C: with the entries; banks may leave out those that are expected."""
        for tag, text in self._summaries.items():
            try:
                said = parse_summary(text, self._currency)
            except InputError:
                said = (-1, 0)
            if said not in self._maker.sums(tag[2]):
                self._noted("summary_differs", tag)

    def end_of_file(
        self, entry: str | None, details: str | None, *, began: Place, last: Place
    ) -> Iterator[StatementEvent]:
        """Yield what is left: the last entry, if it is still open, and the end of its statement.

        Raises MalformedStatement if the end of the statement has not come.
        """
        if entry is not None:
            yield from self.last_line(entry, details, began)
        self._place = last
        if self._is_in_envelope:
            self._fail("the file ends within a message: the end of its envelope (-}) is missing")
        yield from self._closed_before("the end of the file")
        if self._ordinal == 0:
            self._fail("the file holds no message")


def _about(text: str) -> str:
    return repr(" ".join(text.split())[:_ABOUT_CHARS])
