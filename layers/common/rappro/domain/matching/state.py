"""What changes while lines are decided: residuals that are left, entries that are still free."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from typing import Final, NamedTuple

from rappro.domain.ids import LineId, ThirdPartyId
from rappro.domain.matching.index import BookIndex, Twin
from rappro.domain.matching.model import TargetType
from rappro.domain.matching.plan import Take

ISSUED_AFTER_DAYS_MAX: Final = 3
"""A payment does not explain itself by an invoice that was issued later; some days for a date
that the books round, and for an invoice made out at the counter."""

SCAN_MAX: Final = 64
"""Open items of one third party and amount that are looked at one by one."""


class Undo(NamedTuple):
    """What a take changed: who had settled an item before, and its residuals."""

    take: Take
    settled_by: LineId | None = None
    own: int = 0
    company: int = 0


_Value = tuple[ThirdPartyId, str, int]
"""A third party, a currency and a residual."""


class State:
    """Residuals and free targets of one run; a rule reads it, only `take` changes it.

    `settled_by` names the line that settled an item last. A bucket holds the items of one third
    party, currency and residual, oldest first; items that were settled drop out of it in time.
    """

    def __init__(self, index: BookIndex) -> None:
        self._items = index.items
        self.own = [item.residual_minor for item in index.items.all]
        self.company = [item.company_residual_minor for item in index.items.all]
        self._issued = [
            item.issue_date.toordinal() - ISSUED_AFTER_DAYS_MAX for item in index.items.all
        ]
        self.is_entry_free = bytearray([1]) * len(index.entries.all)
        self.is_past_free = bytearray([1]) * len(index.past.all)
        self.settled_by: dict[int, LineId] = {}
        self.settled_whole: dict[_Value, int] = {}
        self._buckets: dict[_Value, list[int]] = {}
        self._twins: dict[_Value, dict[Twin, int]] = {}
        self._entries = index.entries
        self.free_entries = {k: list(v) for k, v in index.entries.by_amount.items()}
        self.free_party_entries = {k: list(v) for k, v in index.entries.by_party_amount.items()}
        self._parties = dict(index.items.by_party)
        for place, item in enumerate(index.items.all):
            key = (item.third_party, item.currency, item.residual_minor)
            places = self._buckets.get(key)
            if places is None:
                self._buckets[key] = [place]
            else:
                places.append(place)

    def twin(self, place: int) -> Twin:
        """Items of one third party that differ by number and dates alone are twins.

        What is left of a larger one is no twin of a smaller one.
        """
        item = self._items.all[place]
        residuals = (self.own[place], self.company[place])
        return (
            item.third_party, item.account, item.type, item.currency, residuals, item.amount_minor
        )  # fmt: skip

    def bucket(
        self, party: ThirdPartyId, currency: str, amount: int, day: int
    ) -> tuple[list[int], bool]:
        """Return open items of a party with that residual, issued by then, oldest first.

        At most SCAN_MAX; the flag says whether any that were left out could differ from them.
        """
        key = (party, currency, amount)
        places = self._buckets.get(key)
        if places is None:
            return [], False
        own, issued = self.own, self._issued
        found: list[int] = []
        settled = 0
        for place in places:
            if own[place] != amount:
                settled += 1
            elif issued[place] > day:
                break
            else:
                found.append(place)
                if len(found) >= SCAN_MAX:
                    break
        if settled > SCAN_MAX:
            self._buckets[key] = [place for place in places if own[place] == amount]
        return found, len(found) >= SCAN_MAX and self._differ(key)

    def _differ(self, key: _Value) -> bool:
        """Tell whether a large bucket holds items that are no twins; counted once, then kept."""
        twins = self._twins.get(key)
        if twins is None:
            twins = self._twins[key] = defaultdict(int)
            for place in self._buckets[key]:
                if self.own[place] == key[2]:
                    twins[self.twin(place)] += 1
        return sum(count > 0 for count in twins.values()) > 1

    def is_issued(self, place: int, day: int) -> bool:
        """Tell whether an item existed when a line was booked (the day's ordinal)."""
        return self._issued[place] <= day

    def is_open(self, place: int) -> bool:
        return self.own[place] != 0

    def open_of(self, party: ThirdPartyId, day: int, limit: int) -> list[int] | None:
        """Return the open items of a party issued by then; None when there are more than limit."""
        own, issued = self.own, self._issued
        found: list[int] = []
        dead = 0
        for place in self._parties.get(party, ()):
            if not own[place]:
                dead += 1
            elif issued[place] > day:
                break
            else:
                found.append(place)
                if len(found) > limit:
                    break
        if dead > SCAN_MAX:
            self._parties[party] = [p for p in self._parties[party] if own[p]]
        return None if len(found) > limit else found

    def take(self, take: Take, line: LineId) -> Undo:
        """Settle a target: for an item, by how much its residual in company currency goes down."""
        place = take.place
        if take.type is TargetType.BANK_ENTRY:
            self._free(place, is_free=False)
            return Undo(take)
        if take.type is TargetType.PAST_PAYMENT:
            self.is_past_free[place] = 0
            return Undo(take)
        undo = Undo(take, self.settled_by.get(place), self.own[place], self.company[place])
        self.settled_by[place] = line
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
        place = take.place
        if take.type is TargetType.BANK_ENTRY:
            self._free(place, is_free=True)
        elif take.type is TargetType.PAST_PAYMENT:
            self.is_past_free[place] = 1
        else:
            if undo.settled_by is None:
                del self.settled_by[place]
            else:
                self.settled_by[place] = undo.settled_by
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
        before = self.own[place]
        if before and self._twins:
            twins = self._twins.get((item.third_party, item.currency, before))
            if twins is not None:
                twins[self.twin(place)] -= 1
        self.own[place], self.company[place] = own, company
        if own:
            self._put(place, (item.third_party, item.currency, own))

    def _put(self, place: int, key: _Value) -> None:
        places = self._buckets.setdefault(key, [])
        at = bisect_left(places, place)
        if at == len(places) or places[at] != place:
            places.insert(at, place)
        twins = self._twins.get(key)
        if twins is not None:
            twins[self.twin(place)] += 1
