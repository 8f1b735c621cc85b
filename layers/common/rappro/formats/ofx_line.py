"""Makes statement lines of OFX transactions (STMTTRN, STMTTRNP).

Which field of a line takes what is in docs/formats/ofx1.md; where a rule needs a reason it is here.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from rappro.domain.bank import Counterparty, LineStatusAtBank, OriginalAmount, StatementLine
from rappro.domain.errors import InputError, TooLarge
from rappro.domain.money import AMOUNT_DIGITS_MAX, exponent
from rappro.formats.findings import FindingLog
from rappro.formats.ofx_account import NO_ACCOUNT, account_of
from rappro.formats.ofx_codes import TYPES, UNKNOWN, TransactionType
from rappro.formats.ofx_names import EXTRA_LEAVES, LEAVES, PARTS, Fields
from rappro.formats.ofx_usual import Usual, fields_of
from rappro.formats.ofx_values import converted, is_iso, minor_units, parse_day, parse_rate
from rappro.formats.protocol import LINE_TEXT_CHARS_MAX, RAW_CHARS_MAX
from rappro.formats.quick import NO_COUNTERPARTY, new_counterparty, new_line

_REMEMBERED_MAX: Final = 5_000  # dates and types; a statement has few of them
_ENDS: Final = {f"/{name}" for name in LEAVES}
_PLAIN: Final = (LEAVES | _ENDS) - EXTRA_LEAVES
"""Elements that `LineMaker.line` reads itself; a transaction with others has extras."""

_KNOWN: Final = LEAVES | _ENDS | PARTS
_NO_REVERSAL: Final = False  # OFX does not tell
_BOOKED, _PENDING = LineStatusAtBank.BOOKED, LineStatusAtBank.PENDING


class _Money(NamedTuple):
    """The amount of a line; when it was converted or is foreign, the amount that was."""

    amount_minor: int
    currency: str
    original: OriginalAmount | None = None


class _Extra(NamedTuple):
    """What only some transactions say."""

    name: str = ""
    comment: tuple[str, ...] = ()
    account: str = ""
    counterparty: Counterparty = NO_COUNTERPARTY
    is_deleting: bool = False


_NO_EXTRA: Final = _Extra()


class LineMaker:
    """Makes the lines of one statement, whose currency is known."""

    def __init__(self, currency: str, findings: FindingLog) -> None:
        self._currency, self._findings = currency, findings
        self._units = exponent(currency)
        self._days: dict[str, date] = {}
        self._types: dict[str, TransactionType] = {}
        self._place = (0, 0)  # line of the file, and rank, of the transaction that is read
        self.last_day: date | None = None

    def line(
        self, fields: Fields, position: int, source: str, *, at: int, is_pending: bool
    ) -> StatementLine:
        """Return the line of a transaction that begins `at` a line of the file.

        Most transactions are plain, and take the short way wherever a function is for other ones.
        Raises InputError, TooLarge, UnsupportedCurrency.
        """
        self._place = (at, position)
        get = fields.get
        code = get("TRNTYPE", "").strip()
        kind = self._types.get(code) or self._type(code)
        text = get("TRNAMT", "").strip()
        is_plain = fields.keys() <= _PLAIN
        if is_plain:
            amount, currency, original = self._own_amount(text), self._currency, None
        else:
            amount, currency, original = self._money(text, fields)
        if amount * kind.sign < 0:
            self._note("sign_differs", code)
        day = self._days.get(get("DTPOSTED", "")) or self._booking_day(fields)
        if self.last_day is None or day > self.last_day:
            self.last_day = day
        available = get("DTAVAIL") or get("VALUEDATE")
        extra = _NO_EXTRA if is_plain else self._extra(fields)
        label, more = get("NAME", "").strip() or extra.name, get("MEMO", "").strip()
        comment, reference = "", ""
        if extra.comment or "CHECKNUM" in fields or "REFNUM" in fields:
            cheque, reference = get("CHECKNUM", ""), get("REFNUM", "")
            comment, reference = _references(cheque, reference, extra.comment)
        if not label:
            label, more = more, ""
        elif more == label:
            more = ""
        if "\n" in label or "\n" in more or "\n" in comment:
            label, more, comment = _one_line(label), _one_line(more), _one_line(comment)
        identity = get("FITID", "").strip()
        return new_line(
            position,
            day,
            amount,
            currency,
            self._value_day(available) if available else None,
            identity if identity.strip("0") else None,
            label,
            more,
            comment,
            reference,
            extra.account,
            extra.counterparty,
            bank_code=code or None,
            nature=kind.incoming if amount > 0 else kind.outgoing,
            original=original,
            status=_PENDING if is_pending else self._status(code, extra),
            raw=source[:RAW_CHARS_MAX].strip(),
        )

    def usual_line(self, usual: Usual, position: int, *, at: int) -> StatementLine:
        """Return the line of a transaction of the usual form: the same as `line`, in less time.

        No text of one has a line break. Raises as `line` does.
        """
        found, shape = usual
        texts: tuple[str, ...] = found.groups()
        source = shape.source(texts)
        if shape.has_extras:
            return self.line(fields_of(usual), position, source, at=at, is_pending=False)
        self._place = (at, position)
        code, text, posted, available, valued, name, memo, identity, cheque, reference = (
            shape.in_order(texts)
        )  # fmt: skip
        kind = self._types.get(code)
        if kind is None:
            code = code.strip()
            kind = self._types.get(code) or self._type(code)
        digits = text.replace(".", "", 1)
        if (
            text[-3:-2] == "." and digits.removeprefix("-").isdigit() and digits.isascii()
            and 3 < len(text) <= AMOUNT_DIGITS_MAX and self._units == 2
        ):  # fmt: skip
            amount = int(digits)
        else:
            amount = self._own_amount(text.strip())
        if amount * kind.sign < 0:
            self._note("sign_differs", code)
        day = self._days.get(posted) or self._booking_day(fields_of(usual))
        if self.last_day is None or day > self.last_day:
            self.last_day = day
        available = available or valued
        value_day = (self._days.get(available) or self._value_day(available)) if available else None
        label, more, identity, comment = name.strip(), memo.strip(), identity.strip(), ""
        if cheque or reference:
            comment, reference = _references(cheque, reference, ())
        if not label:
            label, more = more, ""
        elif more == label:
            more = ""
        return new_line(
            position, day, amount, self._currency, value_day,
            identity if identity.strip("0") else None, label, more, comment, reference, "",
            NO_COUNTERPARTY, None, None, None, code or None,
            kind.incoming if amount > 0 else kind.outgoing, _NO_REVERSAL, None, None,
            _BOOKED if code != "HOLD" else self._status(code, _NO_EXTRA), (),
            source[:RAW_CHARS_MAX].strip(),
        )  # fmt: skip

    def _note(self, code: str, about: str = "") -> None:
        line, rank = self._place
        self._findings.note(code, f"line {line} (transaction {rank})", about=about)

    def _type(self, code: str) -> TransactionType:
        kind = TYPES.get(code.upper(), UNKNOWN)
        if not kind.is_known:
            self._note("type_unknown", code[:40])
        elif len(self._types) < _REMEMBERED_MAX:
            self._types[code] = kind
        return kind

    def _status(self, code: str, extra: _Extra) -> LineStatusAtBank:
        if code == "HOLD":  # the specification has it in lists of pending transactions only
            self._note("hold_listed")
            return _PENDING
        # A deletion takes an earlier transaction back from the records; no money moves.
        return LineStatusAtBank.INFORMATION if extra.is_deleting else _BOOKED

    def _booking_day(self, fields: Fields) -> date:
        for name, code in (("DTPOSTED", ""), ("DTTRAN", ""), ("DTUSER", "booking_date_missing")):
            text = fields.get(name, "")
            if text.strip():
                if code:
                    self._note(code)
                return self._day(text)
        raise InputError("no date of posting (DTPOSTED)")

    def _day(self, text: str) -> date:
        known = self._days.get(text)
        if known is not None:
            return known
        stripped = text.strip()
        day = parse_day(stripped)
        if is_iso(stripped):
            self._note("date_variant")
        if len(self._days) >= _REMEMBERED_MAX:
            self._days.clear()
        self._days[text] = day
        return day

    def _value_day(self, text: str) -> date | None:
        known, stripped = self._days.get(text), text.strip()
        try:
            return known or (self._day(stripped) if stripped else None)
        except InputError:
            self._note("value_date_unreadable")
            return None

    def _money(self, text: str, fields: Fields) -> _Money:
        if "CURRENCY.CURSYM" in fields:
            money = self._foreign(text, fields)
            if money is not None:
                return money
        amount = self._own_amount(text)
        original = self._derived(amount, fields) if "ORIGCURRENCY.CURSYM" in fields else None
        return _Money(amount, self._currency, original)

    def _own_amount(self, text: str) -> int:
        """Read an amount in the statement's currency; `minor_units` has the rules for odd ones."""
        digits = text[:-3] + text[-2:]
        if (
            text[-3:-2] in (".", ",")
            and self._units == 2
            and len(digits) <= AMOUNT_DIGITS_MAX
            and digits.isascii()
            and (digits.isdigit() or (digits[0] in "+-" and digits[1:].isdigit()))
            and len(digits) > 2
        ):
            return int(digits)
        return self._amount(text, self._currency)

    def _amount(self, text: str, currency: str) -> int:
        amount, code = minor_units(text, currency)
        if code is not None:
            self._note(code)
        return amount

    def _foreign(self, text: str, fields: Fields) -> _Money | None:
        """Read an amount that CURRENCY puts in another currency: None when it is the same one.

        CURRATE is what one unit of that currency is worth in the statement's. Without it the
        amount stays as it is, in its own currency: nobody can tell what the account was charged.
        """
        currency = fields["CURRENCY.CURSYM"].strip().upper()
        if currency in ("", self._currency):
            return None
        amount = self._amount(text, currency)
        written = fields.get("CURRENCY.CURRATE", "").strip()
        rate = parse_rate(written)
        if rate is None:
            self._note("rate_missing", currency)
            return _Money(amount, currency)
        self._note("amount_converted", currency)
        own = converted(amount, rate, exponent(currency), self._units)
        return _Money(own, self._currency, OriginalAmount(amount, currency, written))

    def _derived(self, amount: int, fields: Fields) -> OriginalAmount | None:
        """Return the amount before it was converted, which OFX tells by its rate only."""
        currency = fields["ORIGCURRENCY.CURSYM"].strip().upper()
        if currency in ("", self._currency):
            return None
        written = fields.get("ORIGCURRENCY.CURRATE", "").strip()
        rate = parse_rate(written)
        try:
            units = exponent(currency)
        except InputError:
            rate = None
        if rate is None:
            self._note("rate_missing", currency[:12])
            return None
        self._note("original_derived", currency)
        minor = converted(amount, (rate[1], rate[0]), self._units, units)
        return OriginalAmount(minor, currency, written)

    def _extra(self, fields: Fields) -> _Extra:
        get = fields.get
        payee, extended = get("PAYEE.NAME", "").strip(), get("EXTDNAME", "").strip()
        comment = [payee] if get("NAME", "").strip() not in ("", payee) else []
        if extended not in ("", get("NAME", "").strip()):
            comment.append(extended)
        action = get("CORRECTACTION", "").strip()
        if "CORRECTFITID" in fields or action:
            self._note("correction", action[:40] or "no action named")
            comment.append(f"{action} {get('CORRECTFITID', '').strip()}".strip())
        comment += self._unknown(fields)
        prefix = "BANKACCTTO." if "BANKACCTTO.ACCTID" in fields else "CCACCTTO."
        other = account_of(fields, prefix) if f"{prefix}ACCTID" in fields else NO_ACCOUNT
        identity = get("PAYEEID", "").strip()
        party = (payee or None, other.iban, other.bic, identity if identity.strip("0") else None)
        return _Extra(
            payee or extended,
            tuple(comment),
            other.iban or other.number or "",
            new_counterparty(*party) if any(party) else NO_COUNTERPARTY,
            action.upper() == "DELETE",
        )

    def _unknown(self, fields: Fields) -> list[str]:
        """Return the texts of elements that no rule names, so that searches find them."""
        texts = []
        for name, text in fields.items():
            if name.partition(".")[0] not in _KNOWN and name[0] != "/" and text.strip():
                self._note("tag_unknown", name[:40])
                texts.append(text.strip())
        if sum(map(len, texts)) > LINE_TEXT_CHARS_MAX:
            raise TooLarge(f"texts of more than {LINE_TEXT_CHARS_MAX} characters")
        return texts


def _references(cheque: str, reference: str, comment: tuple[str, ...]) -> tuple[str, str]:
    """Return the comment, and the number of the cheque or else the bank's reference."""
    cheque, reference = cheque.strip(), reference.strip()
    if not cheque.strip("0"):
        cheque = ""
    if cheque and reference not in ("", cheque):
        comment = (*comment, reference)
    return (" ".join(dict.fromkeys(filter(None, comment))) if comment else ""), cheque or reference


def _one_line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text else text
