"""Makes a statement line of one entry (:61:) and its details (:86:).

`YYMMDD[MMDD] mark [funds code] amount type reference[//bank reference]`, then a supplementary line.
The order of fields and the balances are the business of `mt_message`. Source: SWIFT User Handbook,
MT940 and MT942, fields 61 and 86.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from rappro.domain.bank import (
    LineStatusAtBank,
    Nature,
    OriginalAmount,
    StatementLine,
)
from rappro.domain.errors import InputError, MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.domain.money import AMOUNT_DIGITS_MAX, exponent
from rappro.formats.findings import FindingLog
from rappro.formats.mt_codes import (
    RETURN_REASONS,
    RETURNS,
    REVERSALS,
    is_known_business_code,
    is_known_type,
    nature_of_business_code,
    nature_of_dutch_type,
    nature_of_type,
)
from rappro.formats.mt_codewords import read_codewords, read_qualifiers
from rappro.formats.mt_fields import Block, Place, where
from rappro.formats.mt_free import read_free, read_ns
from rappro.formats.mt_parties import counterparty_of, place_parties
from rappro.formats.mt_subfields import Subfields
from rappro.formats.mt_told import Told, add, comment_of, in_one_line, more_of
from rappro.formats.mt_usual import usual_details
from rappro.formats.mt_values import (
    entry_day,
    is_iban_shaped,
    is_right_iban,
    minor_units,
    parse_day,
)
from rappro.formats.protocol import (
    FIELD_CHARS_MAX,
    LINE_TEXT_CHARS_MAX,
    LINES_PER_STATEMENT_MAX,
    RAW_CHARS_MAX,
)
from rappro.formats.quick import new_line

_ENTRY: Final = re.compile(
    r"(\d{6}(?:\d{4})?)(R?[CD]|E[CD])[A-Z]?(\d{1,30})(?:[,.](\d{0,30}))? *(?:([A-Z].{0,3})(.*))?",
    re.ASCII,
)
_USUAL_ENTRY: Final = re.compile(  # date and mark, whole and cents, type, references
    r"61:(\d+[A-Z]+)(\d{1,13}),(\d\d)([A-Z].{3})(.{0,99})", re.ASCII
).fullmatch
_LEAD: Final = re.compile(r"(\d{6}(?:\d{4})?)(R?[CD]|E[CD])[A-Z]?", re.ASCII)
_CUSTOMER_REFERENCE_CHARS: Final = 16
_SUPPLEMENT_CHARS: Final = 34
_NO_REFERENCE: Final = frozenset(
    ("", "N", "NONREF", "NOREF", "KREF+", "EREF+", "MREF+", "KREF", "EREF", "MREF", "PREF",
     "NOTPROVIDED", "NOT PROVIDED")
)  # fmt: skip
_NO_REFERENCES: Final = ("", "", "")
_BESIDE_LABEL: Final = frozenset(("said", "type", "aside", "charges"))
_NS: Final = "\n:NS:"
_PLAIN_DIGITS: Final = AMOUNT_DIGITS_MAX - 4  # four decimals are the most a currency has
_DATES_MAX: Final = 4_000
_MONEY: Final = re.compile(r"([A-Z]{3}) ?([\d.,]{1,40})", re.ASCII)
_RATE: Final = re.compile(r"(?:[A-Z]{3}/?)*(\d{1,12}(?:[.,]\d{0,12})?)", re.ASCII)

_LONG: Final = frozenset(("label", "more", "aside", "supplement"))


class _Mark(NamedTuple):
    """What the debit/credit mark of an entry says."""

    sign: int
    of_credit: bool  # the entry, or the one that it reverses, is a credit
    is_reversal: bool = False
    status: LineStatusAtBank = LineStatusAtBank.BOOKED


_MARKS: Final = {
    "C": _Mark(1, of_credit=True),
    "D": _Mark(-1, of_credit=False),
    "RC": _Mark(-1, of_credit=True, is_reversal=True),  # reversal of a credit: money out
    "RD": _Mark(1, of_credit=False, is_reversal=True),
    "EC": _Mark(1, of_credit=True, status=LineStatusAtBank.PENDING),
    "ED": _Mark(-1, of_credit=False, status=LineStatusAtBank.PENDING),
}


_Code = tuple[str | None, Nature | None, bool]
_Lead = tuple[date, date, int, bool, bool, LineStatusAtBank, list[int]]


class LineMaker:
    """Makes the lines of one statement."""

    def __init__(self, currency: str, findings: FindingLog) -> None:
        self.count = 0
        self._sums = {letters: [0, 0] for letters in _MARKS}  # number and sum of entries
        self._codes: dict[tuple[str, str | None, bool], _Code] = {}
        self._currency, self._findings = currency, findings
        self._decimals = exponent(currency)
        self._subfields = Subfields(is_polish=currency == "PLN")
        self._dates: dict[str, tuple[date, date]] = {}
        self._leads: dict[str, _Lead] = {}
        self._place: Place = (Block(1, []), 0)

    def line(self, entry: str, details: str | None, place: Place) -> StatementLine:
        """Return the line of an entry; both texts as they stand in the file.

        Raises MalformedStatement, UnsupportedCurrency and TooLarge.
        """
        self._place = place
        self.count += 1
        found = _USUAL_ENTRY(entry)
        if found is None or not details or self.count > LINES_PER_STATEMENT_MAX:
            return self._any_line(entry, details)
        begin, whole, cents, kind, references = found.groups()
        lead = self._leads.get(begin) or self._lead(begin)
        if lead is None:
            return self._any_line(entry, details)
        value_date, booking_date, sign, of_credit, is_reversal, status, of_mark = lead
        amount = int(whole + cents) * sign
        usual = usual_details(details, is_credit=amount > 0)
        customer, _, bank_reference = references.partition("//")
        if usual is None or (
            customer not in _NO_REFERENCE
            and (usual[3] is not None or len(customer) > _CUSTOMER_REFERENCE_CHARS)
        ):
            return self._any_line(entry, details)
        business_code, label, comment, reference, eref, mref, cred, party, account, said = usual
        of_mark[0] += 1
        of_mark[1] += amount
        key = (kind, business_code, of_credit)
        code, nature, is_reversed = self._codes.get(key) or self._code(key)
        if said is not None and nature is None:
            nature = nature_of_dutch_type(said)
        bank_reference = bank_reference.strip()
        if customer not in _NO_REFERENCE:
            reference = customer.strip()
        return new_line(
            self.count,
            booking_date,
            amount,
            self._currency,
            value_date,
            None if bank_reference in _NO_REFERENCE else bank_reference,
            label,
            "",
            comment,
            reference or "",
            account,
            party,
            None if eref in _NO_REFERENCE else eref,
            mref,
            cred,
            code,
            nature,
            is_reversal or is_reversed,
            None,
            None,
            status,
            (),
            f":{entry}\n:86:{details}",
        )

    def _lead(self, begin: str) -> _Lead | None:
        """Return what date and mark of an entry say, once `_days` has found its date in order."""
        found = _LEAD.fullmatch(begin)
        dates = self._dates.get(found[1]) if found is not None else None
        if found is None or dates is None or self._decimals != len("00"):
            return None
        if len(self._leads) > _DATES_MAX:
            self._leads.clear()
        mark, of_mark = _MARKS[found[2]], self._sums[found[2]]
        lead = self._leads[begin] = (*dates, *mark, of_mark)
        return lead

    def _any_line(self, entry: str, details: str | None) -> StatementLine:
        try:
            return self._line(entry, details)
        except (TooLarge, UnsupportedCurrency) as wrong:
            raise type(wrong)(wrong.detail, position=self._where) from wrong
        except InputError as wrong:
            raise MalformedStatement(wrong.detail, position=self._where) from wrong

    @property
    def _where(self) -> str:
        return where(self._place)

    def _line(self, entry: str, details: str | None) -> StatementLine:
        if self.count > LINES_PER_STATEMENT_MAX:
            raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} lines in a statement")
        if len(entry) > LINE_TEXT_CHARS_MAX:
            raise TooLarge(f"an entry of more than {LINE_TEXT_CHARS_MAX} characters")
        head, _, more = entry.partition("\n")
        found = _ENTRY.fullmatch(head, 3)  # behind "61:"
        if found is None:
            raise InputError(f"not an entry (:61:): {head[3:43]!r}")
        days, letters, whole, fraction, kind, references = found.groups()
        mark = _MARKS[letters]
        value_date, booking_date = self._dates.get(days) or self._days(days)
        if fraction and len(fraction) == self._decimals and len(whole) < _PLAIN_DIGITS:
            amount = int(whole + fraction) * mark.sign
        else:
            amount = minor_units(f"{whole}.{fraction or ''}", self._currency) * mark.sign
        of_mark = self._sums[letters]
        of_mark[0] += 1
        of_mark[1] += amount
        told: Told = {}
        customer, _, bank_reference = references.partition("//") if references else _NO_REFERENCES
        if more or len(customer) > _CUSTOMER_REFERENCE_CHARS:
            customer = self._read_supplement(customer, more, told)
        if details:
            self._read_details(details, told)
        if "parties" in told:
            place_parties(told, amount, is_reversal=mark.is_reversal)
        get = told.get
        business_code = get("code")
        key = (kind or "", business_code, mark.of_credit)
        code, nature, is_reversed = self._codes.get(key) or self._code(key)
        if "type" in told or "reason" in told:
            nature = Nature.RETURN if "reason" in told else nature or nature_of_dutch_type(
                told["type"])  # fmt: skip
        reference, bank_reference = get("reference") or get("kref"), bank_reference.strip()
        if customer not in _NO_REFERENCE:
            reference = _with_customers(reference, customer.strip(), told)
        counterparty, account = counterparty_of(told, business_code, is_credit=amount > 0)
        label = get("label") or get("supplement") or get("said") or get("type") or ""
        has_original = "original" in told or "oamt" in told
        end_to_end, original = get("eref"), self._original(told, mark) if has_original else None
        return new_line(
            self.count,
            booking_date,
            amount,
            self._currency,
            value_date,
            None if bank_reference in _NO_REFERENCE else bank_reference,
            in_one_line(label),
            more_of(told, label) if "more" in told or "supplement" in told else "",
            "" if told.keys().isdisjoint(_BESIDE_LABEL) else comment_of(told, label),
            reference or "",
            account,
            counterparty,
            None if end_to_end in _NO_REFERENCE else end_to_end,
            get("mref"),
            get("cred"),
            code,
            nature,
            mark.is_reversal or is_reversed,
            self._reason(told) if business_code in RETURNS else get("reason"),
            original,
            mark.status,
            (),
            (f":{entry}" if details is None else f":{entry}\n:86:{details}")[:RAW_CHARS_MAX],
        )

    def _days(self, days: str) -> tuple[date, date]:
        """Return value date and entry date; without an entry date it is the value date."""
        value = parse_day(days[:6])
        booking = entry_day(days[6:], value.date) if len(days) > 6 else value
        found = (value.date, booking.date)
        for day, text in ((value, days[:6]), (booking, days[6:])):
            if day.is_clamped and text:
                self._findings.note("date_clamped", self._where, about=text)
        if not (value.is_clamped or booking.is_clamped):
            if len(self._dates) > _DATES_MAX:
                self._dates.clear()
            self._dates[days] = found
        return found

    def _read_supplement(self, customer: str, more: str, told: Told) -> str:
        """Read what stands behind the references, on their line or on the next ones.

        Returns the customer's reference: some banks fill it to 16 characters and go on with a name,
        others put the counterparty's IBAN there and its name on the next line.
        """
        if customer[_CUSTOMER_REFERENCE_CHARS - 1 : _CUSTOMER_REFERENCE_CHARS] == " ":
            add(told, "supplement", customer[_CUSTOMER_REFERENCE_CHARS:])
            customer = customer[:_CUSTOMER_REFERENCE_CHARS]
        text, *blocks = f"\n{more}".split(_NS)
        for block in blocks:
            read_ns(block, told)
        text = text[1:]
        if is_right_iban(customer):
            told["iban"], customer = customer, ""
            add(told, "name", text)
        elif is_iban_shaped(text.strip()):
            told["iban"] = text.strip()
        elif not (text.startswith("/") and read_codewords(text, told)):
            add(told, "supplement", text)
        return customer

    def _read_details(self, text: str, told: Told) -> None:
        self._read_structure(text, told)
        if len(text) > FIELD_CHARS_MAX:
            _check_sizes(text, told)

    def _read_structure(self, text: str, told: Told) -> None:
        start = text[:2].lstrip()[:1]
        if start == "/":
            if read_codewords(text, told):
                return
        elif not ("A" <= start <= "Z"):
            if self._subfields.read(text, told):
                if self._subfields.unknown:
                    self._note_subfields()
                return
        elif read_qualifiers(text, told):
            return
        if "supplement" in told and len(told["supplement"]) == _SUPPLEMENT_CHARS:
            text = told.pop("supplement") + text  # a full line that goes on within the word
        read_free(text, told)

    def _note_subfields(self) -> None:
        for code in self._subfields.unknown:
            self._findings.note("subfield_unknown", self._where, about=code)
        self._subfields.unknown.clear()

    def _code(self, key: tuple[str, str | None, bool]) -> _Code:
        """Return the bank's code of the entry, the nature it says, and if it is of a reversal.

        The business transaction code of :86: says more than the transaction type of :61:.
        """
        kind, code, is_credit = key
        type_code, is_known = kind[1:].strip(), True
        if not type_code or not is_known_type(type_code):
            is_known = False
            about = {"about": type_code} if type_code else {}
            self._findings.note("type_unknown" if about else "type_missing", self._where, **about)
        nature = nature_of_business_code(code, is_credit=is_credit) if code else None
        if code and nature is None and not is_known_business_code(code):
            is_known = False
            self._findings.note("business_code_unknown", self._where, about=code)
        if nature is None:
            nature = nature_of_type(type_code, is_credit=is_credit)
        found = (code or kind.strip() or None, nature, code in REVERSALS)
        if is_known:  # an unknown one is noted each time
            self._codes[key] = found
        return found

    def _reason(self, told: Told) -> str | None:
        """Return why money goes back: ISO 20022's code if the bank's own has one."""
        key = told.get("text_key", "").strip()
        if "reason" in told or not key.strip("0"):
            return told.get("reason")
        if key not in RETURN_REASONS:
            self._findings.note("return_code_unknown", self._where, about=key)
        return RETURN_REASONS.get(key, key)

    def _original(self, told: Told, mark: _Mark) -> OriginalAmount | None:
        """Return the original amount; the rate is as the bank gives it, with a point."""
        text = (told.get("original") or told["oamt"]).strip(" /")
        rate = told.get("rate", "").strip(" /")
        found, found_rate = _MONEY.fullmatch(text), _RATE.fullmatch(rate)
        currency, digits = found.groups() if found else (self._currency, text)
        try:
            amount = minor_units(digits, currency)
        except InputError:
            self._findings.note("original_unreadable", self._where)
            add(told, "aside", f"OCMT {text} {rate}")
            return None
        if rate and found_rate is None:
            self._findings.note("original_unreadable", self._where)
            add(told, "aside", f"EXCH {rate}")
        rate_text = found_rate[1].replace(",", ".").rstrip(".") if found_rate else None
        return OriginalAmount(mark.sign * amount, currency, rate_text)

    def sums(self, side: str) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return number and sum of the entries of a side ("D", "C"): booked, and with expected."""
        letters = ("D", "RC", "ED") if side == "D" else ("C", "RD", "EC")
        found = [self._sums[each] for each in letters]
        return (
            (sum(one[0] for one in found[:2]), abs(sum(one[1] for one in found[:2]))),
            (sum(one[0] for one in found), abs(sum(one[1] for one in found))),
        )


def _with_customers(reference: str | None, customer: str, told: Told) -> str:
    """Return the remittance reference: of the details, else the customer's of the entry."""
    if reference is not None and customer != reference:
        add(told, "aside", customer)
    return reference or customer


def _check_sizes(text: str, told: Told) -> None:
    if len(text) > LINE_TEXT_CHARS_MAX:
        raise TooLarge(f"details (:86:) of more than {LINE_TEXT_CHARS_MAX} characters")
    for name, value in told.items():
        if len(value) > FIELD_CHARS_MAX and name not in _LONG:
            raise TooLarge(f"a field of more than {FIELD_CHARS_MAX} characters in :86:")
