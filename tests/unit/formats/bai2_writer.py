"""A small writer of BAI2 records with right control totals, for tests of the parser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Account:
    """What an account says: `amounts` are (type code, text) of record 03."""

    number: str = "1234567890"
    currency: str = "USD"
    amounts: Sequence[tuple[str, str]] = (("010", "10000"), ("015", "10000"))
    transactions: Sequence[str] = ()  # each with its continuations, as lines
    header: str | None = None  # instead of the one written from the rest


@dataclass
class Group:
    """What a group says."""

    accounts: Sequence[Account] = field(default_factory=lambda: (Account(),))
    as_of: str = "240315"
    time: str = "2400"
    status: str = "1"
    currency: str = "USD"
    modifier: str = "2"
    originator: str = "BANKUS33"


def amount_of(transaction: str) -> int:
    """Return the amount of a transaction as it is written, for the control total."""
    amount = re.match(r"16,[^,]*,([+-]?[0-9]*)", transaction)
    return int(amount[1] or "0") if amount else 0


def account_records(account: Account) -> tuple[list[str], int]:
    """Return the records of an account and its control total."""
    header = account.header
    if header is None:
        groups = "".join(f",{code},{amount},," for code, amount in account.amounts)
        header = f"03,{account.number},{account.currency}{groups}/"
    records = header.split("\n")
    for transaction in account.transactions:
        records += transaction.split("\n")
    total = sum(int(amount) for _, amount in account.amounts if amount)
    total += sum(amount_of(transaction) for transaction in account.transactions)
    return [*records, f"49,{total},{len(records) + 1}/"], total


def file_of(
    *groups: Group, first: str = "01,BANKUS33,CUST,240316,0600,1,,,2/", end: str = "\n"
) -> bytes:
    """Write a file of some groups."""
    records, total = [first], 0
    for group in groups:
        inner = [
            ",".join(("02", "CUST", group.originator, group.status, group.as_of, group.time,
                      group.currency, group.modifier + "/"))
        ]  # fmt: skip
        group_total = 0
        for account in group.accounts:
            lines, written = account_records(account)
            inner += lines
            group_total += written
        inner.append(f"98,{group_total},{len(group.accounts)},{len(inner) + 1}/")
        records += inner
        total += group_total
    records.append(f"99,{total},{len(groups)},{len(records) + 1}/")
    return "".join(record + end for record in records).encode()


def one(*transactions: str, **account: object) -> bytes:
    """Write a file of one account with some transactions and no balance."""
    given = Account(transactions=transactions, **{"amounts": (), **account})  # type: ignore[arg-type]
    return file_of(Group((given,)))
