"""What changes while lines are decided: residuals that are left, entries that are still free."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from rappro.domain.ids import LineId, ThirdPartyId
from rappro.domain.matching.index import BookIndex, Twin
from rappro.domain.matching.model import TargetType
from rappro.domain.matching.plan import Take

ISSUED_AFTER_DAYS_MAX: Final = 3
"""A payment does not explain itself by an invoice that was issued later; some days for a date
that the books round, and for an invoice made out at the counter."""

SCAN_MAX: Final = 64
"""Open items of one third party and amount that are looked at one by one."""


@dataclass(slots=True)
class Bucket:
    """Items of one third party, currency and residual, oldest first; the settled ones drop out."""

    places: list[int] = field(default_factory=list)
    twins: dict[Twin, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True, slots=True)
class Undo:
    """What a take changed: who had settled the target before, and an item's residuals."""

    take: Take
    settled_by: LineId | None
    own: int = 0
    company: int = 0


class State:
    """Residuals and free targets of one run; a rule reads it, only `take` changes it."""

    def __init__(self, index: BookIndex) -> None:
        self._items = index.items
        self.own = [item.residual_minor for item in index.items.all]
        self.company = [item.company_residual_minor for item in index.items.all]
        self.is_entry_free = bytearray([1]) * len(index.entries.all)
        self.is_past_free = bytearray([1]) * len(index.past.all)
        self.settled_by: dict[tuple[TargetType, int], LineId] = {}
        self.settled_whole: dict[tuple[ThirdPartyId, str, int], int] = {}
        self._buckets: dict[tuple[ThirdPartyId, str, int], Bucket] = defaultdict(Bucket)
        self._entries = index.entries
        self.free_entries = {k: list(v) for k, v in index.entries.by_amount.items()}
        self.free_party_entries = {k: list(v) for k, v in index.entries.by_party_amount.items()}
        self._parties = dict(index.items.by_party)
        for place in range(len(self.own)):
            self._put(place)

    def twin(self, place: int) -> Twin:
        """Items of one third party that differ by number and dates alone are twins."""
        item = self._items.all[place]
        residuals = (self.own[place], self.company[place])
        return (item.third_party, item.account, item.type, item.currency, residuals)

    def bucket(
        self, party: ThirdPartyId, currency: str, amount: int, on: date
    ) -> tuple[list[int], bool]:
        """Return open items of a party with that residual, issued by then, oldest first.

        At most SCAN_MAX; the flag says whether any that were left out could differ from them.
        """
        bucket = self._buckets.get((party, currency, amount))
        if bucket is None:
            return [], False
        found: list[int] = []
        for place in self._alive(bucket, (currency, amount)):
            if not self.is_issued(place, on):
                break
            found.append(place)
            if len(found) >= SCAN_MAX:
                return found, sum(count > 0 for count in bucket.twins.values()) > 1
        return found, False

    def is_issued(self, place: int, on: date) -> bool:
        """Tell whether an item existed when a line was booked."""
        return self._items.all[place].issue_date <= on + timedelta(days=ISSUED_AFTER_DAYS_MAX)

    def is_open(self, place: int) -> bool:
        return self.own[place] != 0

    def open_of(self, party: ThirdPartyId, on: date, limit: int) -> list[int] | None:
        """Return the open items of a party issued by then; None when there are more than limit."""
        found: list[int] = []
        dead = 0
        for place in self._parties.get(party, ()):
            if not self.own[place]:
                dead += 1
            elif not self.is_issued(place, on):
                break
            else:
                found.append(place)
                if len(found) > limit:
                    break
        if dead > SCAN_MAX:
            self._parties[party] = [p for p in self._parties[party] if self.own[p]]
        return None if len(found) > limit else found

    def take(self, take: Take, line: LineId) -> Undo:
        """Settle a target: for an item, by how much its residual in company currency goes down."""
        key, place = (take.type, take.index), take.index
        before = self.settled_by.get(key)
        undo = Undo(take, before)
        self.settled_by[key] = line
        if take.type is TargetType.BANK_ENTRY:
            self._free(place, is_free=False)
        elif take.type is TargetType.PAST_PAYMENT:
            self.is_past_free[place] = 0
        else:
            undo = Undo(take, before, self.own[place], self.company[place])
            item = self._items.all[place]
            left = self.company[place] - take.amount_minor
            is_own = item.company_amount_minor == item.amount_minor
            own = left if is_own else item.amount_minor * left // item.company_amount_minor
            if own == 0:
                self.settled_whole[item.third_party, item.currency, self.own[place]] = place
            self._leave(place, own, left)
        return undo

    def undo(self, undo: Undo) -> None:
        """Give back what a trial took; the last one taken goes first."""
        take = undo.take
        key, place = (take.type, take.index), take.index
        if undo.settled_by is None:
            del self.settled_by[key]
        else:
            self.settled_by[key] = undo.settled_by
        if take.type is TargetType.BANK_ENTRY:
            self._free(place, is_free=True)
        elif take.type is TargetType.PAST_PAYMENT:
            self.is_past_free[place] = 1
        else:
            self._leave(place, undo.own, undo.company)

    def _free(self, place: int, *, is_free: bool) -> None:
        """Free a bank entry, or not, in the lists of free entries as well."""
        self.is_entry_free[place] = is_free
        entry = self._entries.all[place]
        lists = [self.free_entries[entry.currency, entry.amount_minor]]
        if entry.third_party is not None:
            key = (entry.third_party, entry.currency, entry.amount_minor)
            lists.append(self.free_party_entries[key])
        for places in lists:
            if is_free:
                insort(places, place)
            else:
                del places[bisect_left(places, place)]

    def _leave(self, place: int, own: int, company: int) -> None:
        """Set an item's residuals and move it to the bucket of its residual."""
        item = self._items.all[place]
        bucket = self._buckets[item.third_party, item.currency, self.own[place]]
        if self.own[place]:
            bucket.twins[self.twin(place)] -= 1
        self.own[place], self.company[place] = own, company
        self._put(place)

    def _put(self, place: int) -> None:
        if self.own[place]:
            item = self._items.all[place]
            bucket = self._buckets[item.third_party, item.currency, self.own[place]]
            if not bucket.places or bucket.places[-1] < place:
                bucket.places.append(place)
            elif place not in bucket.places:
                insort(bucket.places, place)
            bucket.twins[self.twin(place)] += 1

    def _alive(self, bucket: Bucket, value: tuple[str, int]) -> Iterator[int]:
        """Yield the items that still have the bucket's residual; forget the others when many."""
        dead = 0
        for place in bucket.places:
            if self.own[place] == value[1]:
                yield place
            else:
                dead += 1
                if dead > SCAN_MAX:
                    bucket.places = [p for p in bucket.places if self.own[p] == value[1]]
                    yield from (p for p in bucket.places if p > place)
                    return
