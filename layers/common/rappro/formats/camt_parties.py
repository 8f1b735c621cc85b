"""Who the other side of an ISO 20022 entry is.

A credit comes from the debtor, a debit goes to the creditor. But in a return or a reversal the
roles are those of the original payment, and some banks turn them; the account that is not the
statement's own then decides.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rappro.domain.bank import Counterparty
from rappro.formats.camt_tree import Fields
from rappro.formats.ibans import is_iban, plain_iban
from rappro.formats.quick import NO_COUNTERPARTY, new_counterparty

_FRENCH: Final = ("FR", "MC")  # Monaco's banks are of the French community


class _Side(NamedTuple):
    """The fields of one party."""

    name: str
    iban: str
    number: str
    behind: str  # the ultimate party


_DEBTOR: Final = _Side("Dbtr.name", "Dbtr.iban", "Dbtr.number", "UltmtDbtr.name")
_CREDITOR: Final = _Side("Cdtr.name", "Cdtr.iban", "Cdtr.number", "UltmtCdtr.name")


class Parties:
    """Knows the account holder, so as to tell the other side."""

    def __init__(self, iban: str | None, holder: str | None) -> None:
        self._iban, self._holder = iban, (holder or "").casefold()
        self.is_french = (iban or "")[:2] in _FRENCH

    def counterparty(
        self, fields: Fields, *, is_credit: bool, goes_back: bool
    ) -> tuple[Counterparty, str, str | None]:
        """Return the counterparty, its account, and a name that could not be placed.

        `goes_back` says that the money of an earlier payment returns.
        """
        expected, other = (_DEBTOR, _CREDITOR) if is_credit else (_CREDITOR, _DEBTOR)
        if goes_back:
            expected, other = other, expected
        is_own = self._is_own(fields, expected)
        if not is_own and _is_given(fields, expected):
            return *_party(fields, expected), None
        if not _is_given(fields, other) or self._is_own(fields, other):
            return NO_COUNTERPARTY, "", None
        if is_own or goes_back or (self._iban and other.iban in fields):
            return *_party(fields, other), None
        return NO_COUNTERPARTY, "", fields.get(other.name)

    def _is_own(self, fields: Fields, side: _Side) -> bool:
        iban = fields.get(side.iban) or fields.get(side.number)
        if iban:
            return iban == self._iban or plain_iban(iban) == self._iban
        return bool(self._holder) and fields.get(side.name, "").casefold() == self._holder


def _is_given(fields: Fields, side: _Side) -> bool:
    return (
        side.name in fields
        or side.iban in fields
        or side.number in fields
        or side.behind in fields
    )  # fmt: skip


def _party(fields: Fields, side: _Side) -> tuple[Counterparty, str]:
    get = fields.get
    role = side.name[:4]
    iban, number = account_of(fields, side.iban, side.number)
    counterparty = new_counterparty(
        get(side.name) or get(side.behind),
        iban,
        get(f"{role}.bic"),
        get(f"{role}.id") or get(f"{role}.organisation"),
    )
    return counterparty, iban or number or ""


def account_of(fields: Fields, iban: str, number: str) -> tuple[str | None, str | None]:
    """Return the IBAN of an account or else its number; some banks give an IBAN as a number."""
    found = fields.get(iban) or fields.get(number)
    if not found:
        return None, None
    plain = plain_iban(found)
    return (plain, None) if iban in fields or is_iban(plain) else (None, found)
