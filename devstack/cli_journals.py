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
from rappro.domain.books import Journal, JournalType
from rappro.domain.controls import journal_of
from rappro.domain.errors import InvalidRequest

_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_BANK_ACCOUNTS: Final = "512"
"""PCG: the accounts of banks; 53 is cash in hand, which no bank reports on."""


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
    if code not in {journal.code for journal in journals}:
        raise UnknownJournal(f"the books have no journal {code!r}: {choices(journals)}")
    is_iban = _IBAN.fullmatch(account) is not None
    return [
        replace(
            journal,
            type=JournalType.TREASURY,
            iban=account if is_iban else journal.iban,
            bank_number=journal.bank_number if is_iban else account,
        )
        if journal.code == code
        else journal
        for journal in journals
    ]


def bank_journals(journals: Iterable[Journal]) -> list[Journal]:
    """Return the treasury journals of bank accounts; all treasury journals when none is one."""
    treasury = [journal for journal in journals if journal.type is JournalType.TREASURY]
    banks = [j for j in treasury if j.iban or (j.account or "").startswith(_BANK_ACCOUNTS)]
    return banks or treasury


def adopt_account(journals: Sequence[Journal], accounts: Iterable[BankAccountRef]) -> list[Journal]:
    """Give the only bank journal the only account of the files, when it has none of its own.

    Two accounts that no journal has stay unknown: nothing says which of them it would be.
    """
    strangers = {
        (account.iban, account.number)
        for account in accounts
        if (account.iban or account.number) and journal_of(account, list(journals)) is None
    }
    banks = bank_journals(journals)
    if len(banks) != 1 or len(strangers) != 1 or banks[0].iban or banks[0].bank_number:
        return list(journals)
    [(iban, number)] = strangers
    adopted = replace(banks[0], iban=iban, bank_number=number)
    return [adopted if journal.code == adopted.code else journal for journal in journals]


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
