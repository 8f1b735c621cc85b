"""The company's own bank accounts, as the other side of a line names them."""

from __future__ import annotations

from collections.abc import Iterable

from rappro.domain.books import Journal
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.ibans import compact_iban
from rappro.domain.matching.model import OwnAccount


def own_accounts_of(journals: Iterable[Journal]) -> tuple[OwnAccount, ...]:
    """Return the bank accounts of journals that have both an IBAN and a ledger account."""
    return tuple(
        OwnAccount(compact_iban(journal.iban), journal.account)
        for journal in sorted(journals, key=lambda journal: journal.code)
        if journal.iban and journal.account
    )


class OwnAccounts:
    """The ledger account of each own bank account, by IBAN."""

    def __init__(self, accounts: Iterable[OwnAccount]) -> None:
        self._by_iban = {compact_iban(own.iban): own.account for own in accounts}

    def iban_of(self, clue: Clue) -> str | None:
        """Return the other side's IBAN when it is an own account, another one than the line's."""
        if not self._by_iban:
            return None
        iban = clue.line.counterparty.iban
        if iban is None and len(clue.details) == 1:
            iban = clue.details[0].line.counterparty.iban
        own = self._by_iban.get(compact_iban(iban)) if iban is not None else None
        return None if own is None or own == clue.match_line.account else iban
