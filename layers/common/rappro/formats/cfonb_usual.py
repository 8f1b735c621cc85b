"""Which complements (05) a CFONB movement usually has, and the party that they name.

A complement is given here from its qualifier on: three characters, then the information. What they
mean for a line is decided by `cfonb_movement`, which reads all others zone by zone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter

from rappro.domain.bank import Counterparty
from rappro.formats.ibans import is_iban, plain_iban
from rappro.formats.quick import new_counterparty

Choice = Callable[[list[str]], tuple[str, ...]]
"""Chooses name, identifier and account of the party, the payee's identifier, LIB, LCC, RCN, RUM."""


@lru_cache(maxsize=256)
def choice_of(qualifiers: tuple[str, ...], *, is_credit: bool) -> Choice | None:
    """Return what chooses the complements that a line is made of; the last one is empty.

    None if there is one that has another use, or comes twice. The identifiers and accounts of the
    other party are passed over: it is the account holder.
    """
    party, other = ("NPY", "IPY", "CPY"), ("NBE", "IBE", "CBE")
    if not is_credit:
        party, other = other, party
    chosen = (*party, "IBE", "LIB", "LCC", "RCN", "RUM")
    if len(set(qualifiers)) < len(qualifiers) or not {*chosen, *other[1:]}.issuperset(qualifiers):
        return None
    return itemgetter(*(qualifiers.index(each) if each in qualifiers else -1 for each in chosen))


@lru_cache(maxsize=4_096)  # the parties of a statement come again and again
def party_of(name: str, identity: str, account: str) -> tuple[Counterparty, str]:
    """Return the counterparty that these complements name, and its account; each may be empty."""
    number = account[3:38].strip()
    party = new_counterparty(
        name[3:73].strip() or None,
        checked_iban(number) if number else None,
        None,
        identity[3:38].strip() or None,
    )
    return party, number.replace(" ", "")


@lru_cache(maxsize=4_096)
def checked_iban(account: str) -> str | None:
    """Return the IBAN that an account is, if its check number is right."""
    plain = plain_iban(account)
    return plain if is_iban(plain) else None
