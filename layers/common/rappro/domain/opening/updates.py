"""What a FEC changes of what the books hold: items settled elsewhere, letters, carried balances.

Only what nobody touched in Rappro follows the file, and only downward: an older export that comes
again opens nothing. The rest is a finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rappro.domain.books import BankEntry, EntryPlace, JournalEntry, OpenItem, ThirdParty
from rappro.domain.frozen import dataclass
from rappro.domain.opening.carried import Carried
from rappro.domain.opening.items import ItemKey, Items
from rappro.domain.opening.known import KnownBooks, Recognised, place_of, places_of
from rappro.domain.opening.notes import Notes

Changed = OpenItem | JournalEntry | BankEntry | ThirdParty


@dataclass(frozen=True, slots=True)
class Change:
    """A record as it was read, and as it is to be; without an `after` it goes."""

    before: Changed
    after: Changed | None


def item_changes(
    items: Items, recognised: Recognised, carried: Carried, known: KnownBooks, notes: Notes
) -> tuple[list[Change], list[OpenItem]]:
    """Return the changes of known items, and the items that known ones could not take in.

    A residual follows the file's when it is less and nothing was settled here.
    """
    keys: dict[EntryPlace, set[ItemKey]] = defaultdict(set)
    for line, place in _all_places(recognised, carried):
        if line in items.keys:
            keys[place].add(items.keys[line])
    changes: list[Change] = []
    taken: set[ItemKey] = set()
    for item in known.open_items:
        places = places_of(item)
        said = {key for place in places for key in keys.get(place, ())}
        net = sum(items.nets.get(key, 0) for key in said)
        if any(place in carried.superseded for place in places):
            said, net = set(), 0
        elif not said:
            continue
        after = _followed(item, net)
        if after is not None:
            changes.append(Change(item, after))
            taken |= said
            word = "settled" if not net else f"{notes.amount(net)} open"
            notes.info("item_followed", f"{item.number} is {word} in the file: taken over")
        elif item.company_residual_minor == net:
            taken |= said
        elif abs(net) < abs(item.company_residual_minor) or net * item.company_residual_minor < 0:
            said_open = notes.amount(item.company_residual_minor)
            notes.warn(
                "item_differs",
                f"{item.number} has {notes.amount(net)} open in the file and {said_open} here,"
                " where it was worked on: it stays",
            )
    return changes, [item for key, item in items.extras.items() if key not in taken]


def _all_places(recognised: Recognised, carried: Carried) -> Iterator[tuple[int, EntryPlace]]:
    yield from recognised.places.items()
    for line, places in carried.places.items():
        for place in places:
            yield line, place


def _followed(item: OpenItem, net: int) -> OpenItem | None:
    """Return the item with the file's residual, None when it is not to follow."""
    residual = item.company_residual_minor
    if item.settled_by or net * residual < 0 or abs(net) >= abs(residual):
        return None
    if not net:
        return replace(item, residual_minor=0, company_residual_minor=0)
    if item.amount_minor != item.company_amount_minor:
        return None
    return replace(item, residual_minor=net, company_residual_minor=net)


def entry_changes(recognised: Recognised) -> list[Change]:
    """Return the entries whose lettering follows the file."""
    return [Change(before, after) for before, after in recognised.relettered.values()]


def party_changes(found: Iterable[ThirdParty], known: KnownBooks) -> list[Change]:
    """Return the third parties of which the file used more letters than are counted here."""
    letters = {party.id: party.letter_count for party in found}
    return [
        Change(party, replace(party, letter_count=letters[party.id]))
        for party in known.third_parties
        if letters.get(party.id, 0) > party.letter_count
    ]


def bank_changes(carried: Carried, cleared: Sequence[BankEntry], known: KnownBooks) -> list[Change]:
    """Return the carried bank entries that go for their detail, and those cleared meanwhile."""
    changes = {
        entry.id: Change(entry, None)
        for entry in known.bank_entries
        if place_of(entry) in carried.superseded and entry.match_id is None
    }
    by_id = {entry.id: entry for entry in known.bank_entries}
    for entry in cleared:
        before = by_id.get(entry.id)
        if before is not None and before != entry and entry.id not in changes:
            changes[entry.id] = Change(before, entry)
    return list(changes.values())
