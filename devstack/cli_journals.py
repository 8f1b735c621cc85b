"""Which journal of the books a statement file belongs to, when the books alone do not say.

A statement goes to the journal with its IBAN or number. A books document may leave those out, and a
FEC never has them: then a person says them, or there is one bank journal only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from rappro.domain.bank import BankAccountRef
from rappro.domain.books import (
    Journal,
    JournalType,
)
from rappro.domain.controls import journal_of
from rappro.domain.errors import InvalidRequest

_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_BANK_ACCOUNTS: Final = "512"
"""PCG: the accounts of banks; 53 is cash in hand, which no bank reports on."""

_NUMBER_CHARS_MIN: Final = 8
"""A shorter number may stand in an IBAN by chance."""


class UnknownJournal(InvalidRequest):
    """A journal that is named on the command line is not in the books."""

    code = "unknown_journal"


class UnknownAccount(InvalidRequest):
    """No treasury journal has the account that a statement file names."""

    code = "unknown_account"


def name_account(journals: Sequence[Journal], option: str) -> list[Journal]:
    """Return the journals after `CODE=IBAN_OR_NUMBER`. Raises UnknownJournal, InvalidRequest."""
    code, _, account = option.partition("=")
    account = "".join(account.split()).upper()
    if not code or not account:
        raise InvalidRequest(f"--journal takes CODE=IBAN_OR_NUMBER, not {option!r}")
    journal = next((journal for journal in journals if journal.code == code), None)
    if journal is None:
        raise UnknownJournal(f"the books have no journal {code!r}: {choices(journals)}")
    is_iban = _IBAN.fullmatch(account) is not None
    return _replaced(
        journals,
        replace(
            journal,
            type=JournalType.TREASURY,
            iban=account if is_iban else journal.iban,
            bank_number=journal.bank_number if is_iban else account,
        ),
    )


def bank_journals(journals: Iterable[Journal]) -> list[Journal]:
    """Return the treasury journals of bank accounts; all treasury journals when none is one."""
    treasury = [journal for journal in journals if journal.type is JournalType.TREASURY]
    banks = [j for j in treasury if j.iban or (j.account or "").startswith(_BANK_ACCOUNTS)]
    return banks or treasury


def adopt_accounts(
    journals: Sequence[Journal], accounts: Sequence[BankAccountRef]
) -> list[Journal]:
    """Give journals the accounts of the files that are plainly theirs.

    That is the only account of all files when there is one bank journal and it has none of its own,
    and a number which is a part of one journal's IBAN (formats without IBANs give the bare account
    number). Anything else stays unknown: nothing says whose it would be.
    """
    found = list(journals)
    banks = bank_journals(found)
    if len(banks) == 1 and not (banks[0].iban or banks[0].bank_number):
        iban, number = _only_account(accounts)
        found = _replaced(found, replace(banks[0], iban=iban, bank_number=number))
    for account in accounts:
        owner = _only_owner(account.number, found)
        if owner is not None and journal_of(account, found) is None:
            found = _replaced(found, replace(owner, bank_number=account.number))
    return found


def _only_account(accounts: Iterable[BankAccountRef]) -> tuple[str | None, str | None]:
    """Return the IBAN or number of the account that all files are of, two Nones when several."""
    ibans = {account.iban for account in accounts if account.iban}
    numbers = {
        account.number
        for account in accounts
        if account.number and not any(_is_part(account.number, iban) for iban in ibans)
    }
    if len(ibans) + len(numbers) != 1:
        return None, None
    return next(iter(ibans), None), next(iter(numbers), None)


def _is_part(number: str, iban: str) -> bool:
    plain = "".join(char for char in number.upper() if char.isalnum())
    return len(plain) >= _NUMBER_CHARS_MIN and plain in iban


def _only_owner(number: str | None, journals: Sequence[Journal]) -> Journal | None:
    """Return the one journal whose IBAN holds a number, and that has no other number."""
    owners = [j for j in bank_journals(journals) if number and _is_part(number, j.iban or "")]
    return owners[0] if len(owners) == 1 and owners[0].bank_number is None else None


def _replaced(journals: Sequence[Journal], changed: Journal) -> list[Journal]:
    return [changed if journal.code == changed.code else journal for journal in journals]


def route(account: BankAccountRef, journals: Sequence[Journal]) -> Journal:
    """Return the journal of a statement's account.

    A file that names no account at all (QIF) goes to the only bank journal. Raises UnknownAccount,
    with the choices.
    """
    found = journal_of(account, list(journals))
    if found is not None:
        return found
    name = account.iban or account.number
    banks = bank_journals(journals)
    if name is None and len(banks) == 1:
        return banks[0]
    told = f"the account {name}" if name else "the account of a file that names none"
    raise UnknownAccount(
        f"no treasury journal has {told}; say which with --journal CODE={name or 'NUMBER'}: "
        f"{choices(journals)}"
    )


def choices(journals: Iterable[Journal]) -> str:
    """Return the bank journals of the books with the accounts they have, for a message."""
    named = [
        f"{journal.code} ({journal.account}, {journal.iban or journal.bank_number or 'no IBAN'})"
        for journal in bank_journals(journals)
    ]
    return "; ".join(named) or "the books have no treasury journal"
