"""Makes statement lines of the entries (Ntry) of ISO 20022 messages, and of their details (TxDtls).

Which field of a line takes what is in docs/formats/camt.053.md; where a rule needs a reason it is
here. Amounts of the messages have no sign: `CdtDbtInd` is the direction on the account, already
so for reversals, and is never turned round.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import Final

from rappro.domain.bank import LineStatusAtBank, Nature, OriginalAmount, StatementLine
from rappro.domain.errors import InputError, MalformedStatement, TooLarge
from rappro.domain.money import AMOUNT_DIGITS_MAX, exponent, parse_amount
from rappro.formats.camt_codes import BankCode, Parts, bank_code
from rappro.formats.camt_layouts import Entry
from rappro.formats.camt_parties import Parties
from rappro.formats.camt_tables import DETAIL, ENTRY, REFERENCES
from rappro.formats.camt_texts import first_of, texts_of
from rappro.formats.camt_tree import CUT_DETAIL, Element, Fields, fill, xml_line
from rappro.formats.cfonb_codes import SEPA_DIRECT_DEBITS
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import DETAILS_PER_LINE_MAX, RAW_CHARS_MAX
from rappro.formats.quick import new_line

_STATUSES: Final = {
    "BOOK": LineStatusAtBank.BOOKED,
    "PDNG": LineStatusAtBank.PENDING,
    "FUTR": LineStatusAtBank.PENDING,
    "INFO": LineStatusAtBank.INFORMATION,
}
_FOREIGN: Final = ("InstdAmt", "TxAmt", "CntrValAmt")
_OF_DETAIL: Final = ("detail.Amt", "TxAmt", "CntrValAmt", "InstdAmt")
_TRUE: Final = ("true", "1")
_CODES_MAX: Final = 500


@dataclass(slots=True)
class Booking:
    """What an entry's line and the lines of its details have in common."""

    position: int
    booking_date: date
    value_date: date | None
    amount_minor: int
    currency: str
    is_credit: bool
    is_reversal: bool
    status: LineStatusAtBank
    code: BankCode


class EntryReader:
    """Reads entries and details from the tree."""

    def __init__(self) -> None:
        self._entry, self._detail = ENTRY.copied(), DETAIL.copied()

    def entry(self, element: Element, cut: deque[Fields] | None = None) -> Entry:
        """Return the fields of an entry and of its details; `cut` has those read elsewhere.

        Raises TooLarge, and MalformedStatement for an element that only stands for a detail.
        """
        fields: Fields = {}
        parts: list[Element] = []
        fill(element, self._entry, fields, parts)
        if len(parts) > DETAILS_PER_LINE_MAX:
            raise TooLarge(f"more than {DETAILS_PER_LINE_MAX} details in an entry",
                           position=xml_line(element))  # fmt: skip
        details: list[Fields] = []
        for part in parts:
            if not part.tag.endswith(CUT_DETAIL):
                details.append(self.detail(part).fields)
            elif cut:
                details.append(cut.popleft())
            else:
                raise MalformedStatement(f"an element {CUT_DETAIL}", position=xml_line(part))
        return Entry(fields, details)

    def detail(self, element: Element) -> Entry:
        """Return the fields of a detail."""
        fields: Fields = {}
        fill(element, self._detail, fields, [])
        return Entry(fields, [])


class LineMaker:
    """Makes the lines of one statement."""

    def __init__(
        self, parties: Parties, currency: str, fallback: date | None, *, ordinal: int,
        findings: FindingLog,
    ) -> None:  # fmt: skip
        self._parties, self._currency, self._fallback = parties, currency, fallback
        self._ordinal, self._findings = ordinal, findings
        self._codes: dict[Parts, BankCode] = {}
        self._dates: dict[str, date] = {}

    def line(self, entry: Entry, position: int) -> StatementLine:
        """Return the line of an entry. Raises InputError, TooLarge and UnsupportedCurrency.

        A single detail is the entry itself in more words, unless the entry says it is a batch.
        """
        fields, details = entry
        if len(details) == 1 and fields.get("batch.NbOfTxs", "1") in ("0", "1"):
            fields = details[0] | fields
            details = []
        booking = self._booking(fields, position)
        if details:
            return self._made(fields, booking, self._details(details, fields, booking))
        return self._made(fields, booking, ())

    def _where(self, position: int) -> str:
        return f"statement {self._ordinal} line {position}"

    def _booking(self, fields: Fields, position: int) -> Booking:
        is_credit = is_credited(fields.get("CdtDbtInd", ""))
        currency = fields.get("Amt@") or self._currency
        amount = minor_units(fields.get("Amt", ""), currency)
        status = _STATUSES.get(fields.get("Sts", ""))
        if status is None:
            self._findings.note(
                "status_unknown", self._where(position), about=fields.get("Sts", "")
            )
            status = LineStatusAtBank.BOOKED
        value_date = self._date(fields["ValDt"]) if "ValDt" in fields else None
        return Booking(
            position,
            self._date(fields["BookgDt"]) if "BookgDt" in fields
            else self._other_date(value_date, position),
            value_date,
            amount if is_credit else -amount,
            currency,
            is_credit,
            fields.get("RvslInd") in _TRUE,
            status,
            self._code(fields),
        )  # fmt: skip

    def _other_date(self, value_date: date | None, position: int) -> date:
        """Return the date of an entry that has no booking date."""
        if value_date is not None:
            self._findings.note("booking_date_missing", self._where(position))
            return value_date
        if self._fallback is None:
            raise InputError("neither booking date nor value date")
        self._findings.note("dates_missing", self._where(position))
        return self._fallback

    def _date(self, text: str) -> date:
        """Return the date of an ISO date or date-time, as the bank's clock says it."""
        day = text[:10]
        known = self._dates.get(day)
        if known is None:
            known = self._dates[day] = parse_date(day)
        return known

    def _code(self, fields: Fields) -> BankCode:
        get = fields.get
        key = (
            get("domain"), get("family"), get("subfamily"), get("proprietary"), get("issuer")
        )  # fmt: skip
        known = self._codes.get(key)
        if known is None:
            if len(self._codes) > _CODES_MAX:
                self._codes.clear()
            known = self._codes[key] = bank_code(key, is_french=self._parties.is_french)
        return known

    def _made(
        self, fields: Fields, booking: Booking, details: tuple[StatementLine, ...]
    ) -> StatementLine:
        get, code = fields.get, booking.code
        is_returned = "returned" in fields
        counterparty, account, unplaced = self._parties.counterparty(
            fields, is_credit=booking.is_credit, goes_back=is_returned or booking.is_reversal
        )
        original = self._original(fields, booking)
        texts = texts_of(fields, counterparty.name, unplaced)
        mandate = get("MndtId")
        is_sepa = mandate or get("Cdtr.scheme") == "SEPA" or code.text in SEPA_DIRECT_DEBITS
        return new_line(
            booking.position,
            booking.booking_date,
            booking.amount_minor,
            booking.currency,
            booking.value_date,
            first_of(fields, "NtryRef", "AcctSvcrRef", "detail.AcctSvcrRef"),
            *texts,
            account,
            counterparty,
            first_of(fields, "EndToEndId"),
            mandate,
            get("Cdtr.id") if is_sepa else None,
            code.text,
            Nature.RETURN if is_returned else code.nature,
            booking.is_reversal,
            get("reason"),
            original,
            booking.status,
            details,
            _raw(fields),
        )

    def _original(self, fields: Fields, booking: Booking) -> OriginalAmount | None:
        """Return the first of the amounts that is in another currency, with the line's sign."""
        for name in _FOREIGN:
            if name in fields and fields[f"{name}@"] not in ("", booking.currency):
                currency = fields[f"{name}@"]
                try:
                    amount = minor_units(fields[name], currency)
                except InputError:
                    self._findings.note("original_unreadable", self._where(booking.position))
                    fields["unreadable"] = f"{fields[name]} {currency}"
                    return None
                return OriginalAmount(
                    amount if booking.is_credit else -amount, currency, fields.get("rate")
                )
        return None

    def _details(
        self, parts: list[Fields], entry: Fields, booking: Booking
    ) -> tuple[StatementLine, ...]:
        """Return the parts of a batch entry; what one does not say itself, its entry says."""
        announced = entry.get("batch.NbOfTxs", "")
        if announced.isdigit() and announced != str(len(parts)):
            self._findings.note("details_partial", self._where(booking.position))
        return tuple(
            self._made(fields, self._part(fields, booking, rank), ())
            for rank, fields in enumerate(parts, 1)
        )

    def _part(self, fields: Fields, booking: Booking, rank: int) -> Booking:
        direction = fields.get("detail.CdtDbtInd")
        is_credit = booking.is_credit if direction is None else is_credited(direction)
        given = [name for name in _OF_DETAIL if fields.get(name)]
        in_currency = [n for n in given if fields[f"{n}@"] in ("", booking.currency)]
        amount, currency = 0, booking.currency
        if given:
            name = (in_currency or given)[0]
            currency = fields[f"{name}@"] or currency
            amount = minor_units(fields[name], currency)
        else:
            self._findings.note("detail_amount_missing", self._where(booking.position))
        code = self._code(fields)
        return Booking(
            rank,
            booking.booking_date,
            booking.value_date,
            amount if is_credit else -amount,
            currency,
            is_credit,
            booking.is_reversal,
            booking.status,
            code if code.text else booking.code,
        )


def is_credited(direction: str) -> bool:
    """Say whether a CdtDbtInd is a credit. Raises InputError."""
    if direction not in ("CRDT", "DBIT"):
        raise InputError(f"not a direction (CdtDbtInd): {direction[:40]!r}")
    return direction == "CRDT"


def minor_units(text: str, currency: str) -> int:
    """Return the minor units of an unsigned amount. Raises InputError, UnsupportedCurrency.

    The usual form is read here; `parse_amount` has the rules for every other one.
    """
    whole, _, fraction = text.partition(".")
    digits = whole + fraction
    if (
        whole
        and len(fraction) == exponent(currency)
        and len(digits) <= AMOUNT_DIGITS_MAX
        and digits.isdigit()
        and digits.isascii()
    ):
        return int(digits)
    if text.startswith("-"):
        raise InputError(f"an amount with a sign: {text[:40]!r}")
    return parse_amount(text, currency)


def parse_date(text: str) -> date:
    """Return the date that an ISO date or date-time begins with. Raises InputError."""
    day = text[:10]
    try:
        if day[4:5] == day[7:8] == "-":  # Python reads other forms of ISO 8601, and some nonsense
            return date.fromisoformat(day)
    except ValueError:
        pass
    raise InputError(f"not a date: {text[:40]!r}")


def _raw(fields: Fields) -> str:
    """Return the references that no field takes: the file itself is kept, the rest is in it."""
    found = [f"{name}={fields[name]}" for name in REFERENCES if name in fields]
    return " ".join(found)[:RAW_CHARS_MAX]
