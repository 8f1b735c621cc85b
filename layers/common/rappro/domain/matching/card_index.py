"""Card slips that wait for the bank, as the sets in which a bank may remit them.

A set is one slip, all slips of a day, or all of a piece or a remittance number: of one contract, or
of none (books made from a FEC know no contract). Each is found by what the bank would pay for it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from rappro.domain.books import (
    BankEntry,
)
from rappro.domain.frozen import dataclass
from rappro.domain.matching.references import index_tokens, is_card_slip, key_token

CONTRACTS_MAX: Final = 100
"""Contracts whose rates are tried on slips of no contract."""

FOUND_MAX: Final = 200
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Slips:
    """Slips that could be one remittance; `contract` is its token, empty when unknown."""

    contract: str
    places: tuple[int, ...]
    gross: int
    remittance: frozenset[str] = frozenset()


class CardIndex:
    """Sets of slips by contract, by gross amount and by net amount at the contract's rate."""

    def __init__(self, entries: Sequence[BankEntry], rates: Mapping[str, str | None]) -> None:
        self.rates = {key_token(number) or "": rate for number, rate in rates.items()}
        self._by_net: dict[tuple[str, int], list[Slips]] = defaultdict(list)
        self._by_gross: dict[str, list[tuple[int, int, Slips]]] = defaultdict(list)
        self.contracts = frozenset(self.rates) - {""}
        groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for place, entry in enumerate(entries):
            if not is_card_slip(entry):
                continue
            contract = key_token(entry.card_contract) or ""
            groups[contract, "one", str(place)].append(place)
            groups[contract, "day", entry.date.isoformat()].append(place)
            if entry.piece_ref:
                groups[contract, "piece", entry.piece_ref].append(place)
            if entry.remittance_no:
                groups[contract, "remittance", entry.remittance_no].append(place)
            self.contracts |= {contract} - {""}
        seen: set[tuple[int, ...]] = set()
        for (contract, kind, name), members in sorted(groups.items(), key=_remittance_first):
            places = tuple(members)
            if places not in seen:
                seen.add(places)
                tokens = index_tokens(name) if kind == "remittance" else frozenset[str]()
                self._add(entries, contract, places, tokens)
        for sets in self._by_gross.values():
            sets.sort(key=lambda pair: pair[:2])

    def _add(
        self, entries: Sequence[BankEntry], contract: str, places: tuple[int, ...],
        tokens: frozenset[str],
    ) -> None:  # fmt: skip
        amounts = [entries[place].amount_minor for place in places]
        slips = Slips(contract, places, sum(amounts), tokens)
        self._by_gross[contract].append((slips.gross, places[0], slips))
        of = [contract] if contract else sorted(self.rates)[:CONTRACTS_MAX]
        for known in of:
            rate = self.rates.get(known)
            if rate is not None:
                for net in _nets(amounts, Decimal(rate)):
                    self._by_net[known, net].append(slips)

    def exact(self, contract: str, amount_minor: int) -> Iterable[Slips]:
        """Yield the sets of a contract (or of none) that the bank pays with exactly that amount.

        At the contract's rate, on the total or slip by slip, or without any commission.
        """
        yield from self._by_net.get((contract, amount_minor), ())
        for of in (contract, ""):
            yield from self._between(of, amount_minor, amount_minor)

    def within(self, contract: str, amount_minor: int, percent_max: str) -> Iterable[Slips]:
        """Yield the sets of which the amount is the gross less a commission up to a percentage."""
        kept = _HUNDRED - Decimal(percent_max)
        most = int(amount_minor * _HUNDRED / kept) if kept > 0 else amount_minor
        low, high = sorted((amount_minor, most))
        for of in (contract, ""):
            yield from self._between(of, low, high)

    def _between(self, contract: str, low: int, high: int) -> Iterable[Slips]:
        sets = self._by_gross.get(contract, [])
        first = bisect_left(sets, low, key=lambda pair: pair[0])
        last = bisect_right(sets, high, key=lambda pair: pair[0])
        return [slips for _, _, slips in sets[first : min(last, first + FOUND_MAX)]]


def _remittance_first(pair: tuple[tuple[str, str, str], list[int]]) -> tuple[bool, str, str, str]:
    contract, kind, name = pair[0]
    return kind != "remittance", contract, kind, name.rjust(12, "0")


def _nets(amounts: Sequence[int], rate: Decimal) -> set[int]:
    gross = sum(amounts)
    return {gross - _fee(gross, rate), gross - sum(_fee(amount, rate) for amount in amounts)}


def _fee(gross: int, rate: Decimal) -> int:
    return int((gross * rate / _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP))
