"""The kinds of evidence, strongest first: each returns every explanation that it finds.

An explanation says what is settled, by how much, with which difference or by which template. Two
explanations with the same `likeness` cannot be told apart in the books (twins).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain, combinations
from typing import Any, Final

from benchmarks.matching.oracle_books import Books, Entry, Item
from benchmarks.matching.oracle_reading import (
    Reading,
    full_numbers,
    is_strong,
    phrase_in,
    shows_part,
    shows_slip,
    words_of,
)

Json = dict[str, Any]
Target = Item | Entry

CENTS_MAX: Final = 5
CHARGE_MAX: Final = 5_000
FX_PERCENT: Final = 2
CARD_PERCENT: Final = 3
ITEMS_MAX: Final = 22
"""Among more items than these a sum alone proves nothing."""
SUBSET_MAX: Final = 5
WINDOW: Final = (-3, 12)
CHEQUE_WINDOW: Final = (-1, 75)
RETURN_CODES: Final = frozenset({"B3", "12"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a line may settle; `likeness` is equal for worlds that are equal in the books."""

    settles: tuple[tuple[str, int], ...]
    adjustments: tuple[tuple[str, int], ...]
    template: str | None
    likeness: tuple[object, ...]


@dataclass(slots=True)
class Look:
    """A line, what can be read on it, and the books beside it."""

    line: Json
    reading: Reading
    books: Books
    amount: int
    on: date
    named: list[Item]
    """Items whose full number stands on the line, settled ones included."""
    payer: str | None
    rivals: int = 0
    """Undecided lines, this one included, of its journal and amount."""

    @property
    def goes_back(self) -> bool:
        return bool(self.line["reversal"] or self.line["reason"])


def explain(
    targets: Iterable[Target],
    amounts: Iterable[int] | None = None,
    adjustments: Sequence[tuple[str, int]] = (),
) -> Explanation:
    """Return the explanation that settles targets, in full unless amounts are given."""
    listed = sorted(targets, key=lambda target: target.id)
    settled = list(amounts) if amounts else [_left(target) for target in listed]
    pairs = tuple((target.id, amount) for target, amount in zip(listed, settled, strict=True))
    keys = sorted((repr(t.twin_key), amount) for t, (_, amount) in zip(listed, pairs, strict=True))
    kept = tuple(each for each in adjustments if each[1])
    return Explanation(pairs, kept, None, (tuple(keys), kept))


def _left(target: Target) -> int:
    return target.left if isinstance(target, Item) else target.amount


def named_items(books: Books, reading: Reading, lengths: Iterable[int]) -> list[Item]:
    """Return the items whose full number stands on a line and can hardly do so by chance."""
    numbers = full_numbers(reading, books.items_by_number, lengths)
    strong = sorted(number for number in numbers if is_strong(number))
    return [item for number in strong for item in books.items_by_number[number]]


def _subsets(items: Sequence[Item], sizes: Iterable[int]) -> Iterator[tuple[Item, ...]]:
    return chain.from_iterable(combinations(items, size) for size in sizes)


def _difference(look: Look, items: Sequence[Item]) -> list[tuple[str, int]] | None:
    """Return the difference that the rules allow between a line and named items, or None."""
    total = sum(item.left for item in items)
    gap = look.amount - total
    if total * look.amount <= 0:
        return None
    original = look.line["original"]
    is_foreign = all(item.foreign for item in items)
    if is_foreign and original:
        paid = sum(item.foreign for item in items)
        same = {item.currency for item in items} == {original["currency"]}
        return [("fx", gap)] if same and paid == original["cents"] else None
    name = _name_of_gap(look, items, gap, total)
    return None if name is None else [(name, gap)] if gap else []


def _name_of_gap(look: Look, items: Sequence[Item], gap: int, total: int) -> str | None:
    """Return what explains a gap: discount, cents, exchange, charge, in this order."""
    discounts = [d for item in items if (d := item.discount_cents(look.on))]
    sizes = range(1, len(discounts) + 1)
    sums = {sum(some) for size in sizes for some in combinations(discounts, size)}
    allowed = {
        "": gap == 0,
        "discount": -gap in sums,
        "cents": abs(gap) <= CENTS_MAX,
        "fx": all(i.foreign for i in items) and abs(gap) * 100 <= FX_PERCENT * abs(total),
        "charge": _says_charge(look, -gap) and -gap <= min(CHARGE_MAX, total // 4),
    }
    return next((name for name, is_it in allowed.items() if is_it), None)


def _says_charge(look: Look, amount: int) -> bool:
    """Tell whether a field of the line, or a text, says that a bank kept this amount."""
    if look.line["fee_cents"] or amount <= 0:
        return bool(0 < amount == look.line["fee_cents"])
    printed = f"{amount // 100}[,.]{amount % 100:02d}"
    said = rf"\b(FRAIS|COMMISSION|CHARGES?)\b\D*{printed}\b"
    return any(re.search(said, text.upper()) for text in look.reading.texts)


def full_sum(look: Look) -> list[Explanation]:
    """Full invoice numbers whose sum holds: of as many of the named ones as possible."""
    named = [item for item in look.named if item.left]
    for size in range(min(len(named), 10), 0, -1):
        fitting = [
            (items, gap)
            for items in combinations(named, size)
            if (gap := _difference(look, items)) is not None
        ]
        if len(fitting) > 1:  # one number of two third parties: the payer's own
            own = [pair for pair in fitting if {item.party for item in pair[0]} == {look.payer}]
            fitting = own or fitting
        if fitting:
            return [explain(items, None, gap) for items, gap in fitting]
    return []


def full_partial(look: Look) -> list[Explanation]:
    """One full number of the known payer, and less than its residual."""
    named = [item for item in look.named if item.left and item.party == look.payer]
    if len(named) != 1 or len({item.number for item in look.named}) != 1:
        return []
    left = named[0].left
    is_part = left * look.amount > 0 and abs(look.amount) < abs(left)
    return [explain(named, [look.amount])] if is_part else []


def own_key(look: Look) -> list[Explanation]:
    """An entry's own key on the line: cheque, end-to-end, remittance, batch, contract and gross."""
    found: list[Explanation] = []
    for kind in ("end_to_end_id", "cheque_no", "remittance_no", "batch_ref"):
        for entries in look.books.with_key(kind, look.reading):
            own = [e for e in entries if e.journal == look.line["journal"] and e.method != "card"]
            found += _adding_up(look, own)
    for slips in look.books.with_key("card_contract", look.reading):
        found += _card_groups(look, slips)
    return found


def _adding_up(look: Look, entries: list[Entry]) -> list[Explanation]:
    """Return the whole group when it adds up, else every part of it that does."""
    if sum(entry.amount for entry in entries) == look.amount and entries:
        return [explain(entries)]
    if len(entries) > 14:
        return []
    parts = chain.from_iterable(combinations(entries, size) for size in range(1, len(entries)))
    return [explain(part) for part in parts if sum(e.amount for e in part) == look.amount]


def _card_groups(look: Look, slips: list[Entry]) -> list[Explanation]:
    groups = defaultdict[str, list[Entry]](list)
    for slip in slips:
        if slip.journal == look.line["journal"]:
            groups[slip.keys.get("remittance_no", "")].append(slip)
    told = [key for key in groups if key in look.reading.tokens]
    found = []
    for key in told or sorted(groups):
        gross = sum(slip.amount for slip in groups[key])
        rate = look.books.rates.get(groups[key][0].keys["card_contract"])
        if _is_commission(gross, look.amount, rate):
            gap = [("commission", look.amount - gross)]
            found.append(explain(groups[key], None, gap))
    return found


def _is_commission(gross: int, net: int, rate: str | None) -> bool:
    if rate is None:
        return 0 < (gross - net) * 100 <= CARD_PERCENT * gross
    exact = (gross * Decimal(rate) / 100).quantize(Decimal(1), ROUND_HALF_UP)
    return gross - net == exact


def given_back(look: Look) -> list[Explanation]:
    """A past payment that comes back: by end-to-end id, mandate, invoice number."""
    found: dict[str, Explanation] = {}
    for kind in ("end_to_end_id", "mandate", "invoice_number"):
        for payments in look.books.with_key(kind, look.reading):
            for payment in payments:
                if not payment.journal and payment.amount == -look.amount:
                    found[payment.id] = explain([payment], [look.amount])
        if found:
            break
    return list(found.values())


def given_back_by_payer(look: Look) -> list[Explanation]:
    """The one past payment of a known payer with that amount."""
    return [
        explain([payment], [look.amount])
        for payment in look.books.past.values()
        if payment.is_open and payment.party == look.payer is not None
        and payment.amount == -look.amount
    ]  # fmt: skip


def payer_parts(look: Look) -> list[Explanation]:
    """Truncated or misspelt numbers of the known payer (beside full ones) whose sum holds."""
    if look.payer is None or any(item.party != look.payer for item in look.named):
        return []
    full = [item for item in look.named if item.left]
    parts = [
        item
        for item in look.books.open_items(look.payer)
        if item not in full
        and (shows_part(look.reading, item.number) or shows_slip(look.reading, item.number))
    ]
    for size in range(min(len(parts), 8), 0, -1):
        fitting = [
            explain([*full, *some])
            for some in combinations(parts, size)
            if sum(item.left for item in (*full, *some)) == look.amount
        ]
        if fitting:
            return fitting
    return []


def payer_one(look: Look) -> list[Explanation]:
    """A known payer's items and entries of exactly that amount."""
    if look.payer is None:
        return []
    found = []
    for item in look.books.open_items(look.payer):
        gap = _difference(look, [item])
        if gap is not None and (not gap or gap[0][0] == "discount" or _is_instructed(look, item)):
            found.append(explain([item], None, gap))
    entries = look.books.entries_by_journal[look.line["journal"]]
    own = (entry for entry in entries if entry.is_open and entry.party == look.payer)
    return found + [explain([entry]) for entry in own if entry.amount == look.amount]


def _is_instructed(look: Look, item: Item) -> bool:
    return bool(item.foreign and look.line["original"])


def in_window(look: Look) -> list[Explanation]:
    """Entries, remittances and batches of that amount inside the date window; labels may tell."""
    single, groups = [], defaultdict[str, list[Entry]](list)
    for entry in look.books.entries_by_journal[look.line["journal"]]:
        if entry.is_open and _suits(look, entry):
            key = entry.keys.get("remittance_no") or entry.keys.get("batch_ref")
            groups[key or entry.id].append(entry)
    for group in groups.values():
        if sum(entry.amount for entry in group) == look.amount:
            single.append(group)
        else:
            single += [[entry] for entry in group if entry.amount == look.amount and len(group) > 1]
    if look.rivals > len(single):
        return [explain(group) for group in single] * 2  # more lines than entries: none is proven
    kinds = {explain(group).likeness for group in single}
    return [explain(group) for group in (single if len(kinds) < 2 else _told(look, single))]


def _suits(look: Look, entry: Entry) -> bool:
    cheque, code = {"cheque", "cheque_in"}, look.line["code"]
    if entry.method == "card" or (entry.method in cheque) != (code in {"01", "02"}):
        return False
    first, last = CHEQUE_WINDOW if entry.method in cheque else WINDOW
    return first <= (look.on - entry.on).days <= last


def _told(look: Look, groups: list[list[Entry]]) -> list[list[Entry]]:
    """Return the groups whose label shares most words with the line; all when none does."""
    said = {word for words in look.reading.words for word in words if len(word) >= 4}
    shared = [sum(w in said for w in set(words_of(group[0].label))) for group in groups]
    best = max(shared)
    return [group for group, count in zip(groups, shared, strict=True) if count == best]


def part_alone(look: Look) -> list[Explanation]:
    """Nobody known to pay: a part of a number and its item's exact amount."""
    if look.payer is not None:
        return []
    return [
        explain([item])
        for item in look.books.items.values()
        if item.left == look.amount and shows_part(look.reading, item.number)
    ]


def payer_subset(look: Look) -> list[Explanation]:
    """Two to five items of a known payer that add up, credit notes and both sides included."""
    items = look.books.open_items(look.payer) if look.payer else []
    if len(items) > ITEMS_MAX:
        return []
    found = {}
    for some in _subsets(items, range(2, SUBSET_MAX + 1)):
        if sum(item.left for item in some) == look.amount:
            explanation = explain(some)
            found[explanation.likeness] = explanation
    return list(found.values())


def by_template(look: Look) -> list[Explanation]:
    """A template's reference and direction."""
    way = "credit" if look.amount > 0 else "debit"
    return [
        Explanation((), (), template["id"], (template["id"],))
        for template in look.books.templates
        if template.get("direction", "both") in {way, "both"}
        and any(phrase_in(look.reading, text) for text in template["bank_references"])
    ]


Kind = Callable[[Look], list[Explanation]]
RETURNED: Final[tuple[Kind, ...]] = (given_back, given_back_by_payer)
NAMED: Final[tuple[Kind, ...]] = (full_sum, full_partial, own_key, payer_parts)
"""An invoice is named: no weaker evidence may settle anything."""
UNNAMED: Final[tuple[Kind, ...]] = (
    own_key, payer_parts, payer_one, in_window, part_alone, payer_subset, by_template,
)  # fmt: skip
