"""Third parties (tiers) of a FEC: auxiliaries, or hidden in the account number (411DUPONT).

Lines on a collective account without auxiliary belong to nobody known; they get one third party
per account, named by its number, so that no balance is lost and no name is made up.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from types import MappingProxyType
from typing import Final

from rappro.domain.books import (
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import ThirdPartyId, derive_id
from rappro.domain.opening.accounts import Side, is_advance, is_collective, plain, side_of
from rappro.domain.opening.journals import commonest
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.rows import FecRow
from rappro.domain.settings import (
    PostingSettings,
)

_LETTER = re.compile(r"[A-Z]{3}")
_KINDS: Final = {
    Side.CUSTOMER: ThirdPartyKind.CUSTOMER,
    Side.SUPPLIER: ThirdPartyKind.SUPPLIER,
}


@dataclass(frozen=True, slots=True, order=True)
class PartyKey:
    """What names a third party in the books: its auxiliary, else its own account."""

    side: Side
    auxiliary: str
    account: str  # "" when the auxiliary names it

    @property
    def id(self) -> ThirdPartyId:
        return ThirdPartyId(derive_id("tp", self.side, self.auxiliary or None, self.account))


@dataclass(slots=True)
class _Seen:
    """What the rows of one third party say."""

    names: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    letters: int = 0
    first_line: int = 0


@dataclass(frozen=True, slots=True)
class Parties:
    """The third parties found, and which one a row of a third-party account belongs to."""

    found: tuple[ThirdParty, ...]
    ids: dict[tuple[str, str], ThirdPartyId]  # by account and auxiliary

    def of(self, row: FecRow) -> ThirdPartyId | None:
        """Return the third party of a row, None when its account is not a third party's."""
        return self.ids.get((row.account, row.auxiliary))


def party_key(row: FecRow) -> PartyKey | None:
    """Return what names the row's third party, None outside accounts 40 and 41 (or accruals)."""
    side = side_of(row.account)
    if side is None:
        return None
    if row.auxiliary and row.auxiliary != row.account:
        return PartyKey(side, row.auxiliary, "")
    return PartyKey(side, "", row.account)


def find_parties(
    rows: Iterable[FecRow], settings: PostingSettings, notes: Notes,
    known: Mapping[tuple[str, str], ThirdPartyId] = MappingProxyType({}),
) -> Parties:  # fmt: skip
    """Return the third parties; one on both sides under the same code and name is one party.

    Its id is then the customer's. `known` are ids by side and auxiliary or account: who is known
    keeps his. Notes the collective accounts whose lines name nobody.
    """
    seen: dict[PartyKey, _Seen] = defaultdict(_Seen)
    keys: dict[tuple[str, str], PartyKey | None] = {}
    for row in rows:
        place = (row.account, row.auxiliary)
        if place not in keys:
            keys[place] = party_key(row)
        key = keys[place]
        if key is not None:
            _look(seen[key], row, is_hidden=not key.auxiliary)
    twins = _twins(seen, settings)
    for supplier, customer in twins.items():
        seen[customer].letters = max(seen[customer].letters, seen[supplier].letters)
    both = frozenset(twins.values())
    found = []
    for key in sorted(seen):
        if key not in twins:
            party = _party(key, seen[key], settings=settings, is_both=key in both)
            found.append(replace(party, id=_id_of(key, known)))
            _note_unnamed(key, seen[key], party, notes)
    own = {key: _id_of(twins.get(key, key), known) for key in seen}
    own |= {key: _id_of(key, known) for key in twins if _name(key) in known}
    ids = {place: own[key] for place, key in keys.items() if key is not None}
    return Parties(tuple(found), ids)


def _id_of(key: PartyKey, known: Mapping[tuple[str, str], ThirdPartyId]) -> ThirdPartyId:
    return known.get(_name(key), key.id)


def _name(key: PartyKey) -> tuple[str, str]:
    return key.side.value, key.auxiliary or key.account


def _look(seen: _Seen, row: FecRow, *, is_hidden: bool) -> None:
    seen.names[row.account_label if is_hidden else row.auxiliary_label] += 1
    seen.accounts[row.account] += 1
    seen.first_line = seen.first_line or row.line
    if _LETTER.fullmatch(row.letter):
        seen.letters = max(seen.letters, _letter_rank(row.letter))


def _letter_rank(letter: str) -> int:
    """Return the rank of a three-letter lettering code, from 1: AAA, AAB ..."""
    rank = 0
    for character in letter:
        rank = rank * 26 + ord(character) - ord("A")
    return rank + 1


def _twins(seen: dict[PartyKey, _Seen], settings: PostingSettings) -> dict[PartyKey, PartyKey]:
    """Return which supplier is which customer: same code and same name."""
    customers = {
        _twin_code(key): key
        for key in seen
        if key.side is Side.CUSTOMER and not _is_nobody(key, seen[key], settings)
    }
    twins = {}
    for key, about in seen.items():
        other = customers.get(_twin_code(key))
        if key.side is Side.CUSTOMER or other is None or _is_nobody(key, about, settings):
            continue
        name = plain(commonest(about.names))
        if name and name == plain(commonest(seen[other].names)):
            twins[key] = other
    return twins


def _twin_code(key: PartyKey) -> tuple[str, str]:
    return (key.auxiliary, key.account[3:])


def _is_nobody(key: PartyKey, seen: _Seen, settings: PostingSettings) -> bool:
    if key.auxiliary:
        return False
    return is_advance(key.account) or is_collective(key.account, commonest(seen.names), settings)


def _party(key: PartyKey, seen: _Seen, *, settings: PostingSettings, is_both: bool) -> ThirdParty:
    owned = Counter({a: n for a, n in seen.accounts.items() if not is_advance(a)})
    account = key.account or commonest(owned or seen.accounts)
    name = commonest(seen.names) or key.auxiliary or account
    return ThirdParty(
        id=key.id,
        kind=ThirdPartyKind.BOTH if is_both else _KINDS[key.side],
        name=account if _is_nobody(key, seen, settings) else name,
        account=account,
        auxiliary=key.auxiliary or None,
        letter_count=seen.letters,
    )


def _note_unnamed(key: PartyKey, seen: _Seen, party: ThirdParty, notes: Notes) -> None:
    if not key.auxiliary and party.name == party.account:
        notes.warn(
            "third_party_unnamed",
            f"{seen.accounts.total()} lines on {key.account} ({commonest(seen.names)}) name no "
            "third party: their open items can only be matched by number or by hand",
            seen.first_line,
        )
