"""What to read from the books before some lines are decided: index keys, not records.

`decide` on what these keys find is `decide` on the whole books, because every rule reaches the
books in one of six ways, and each way is complete under its keys:

    a number or key that the line shows        the token it is indexed under, whoever's it is, so
                                               that another party's same number is found as well
    the identified third party                 all its items and entries: its rivals are its own
    the line's amount (or instructed amount)   all items and entries of that amount, of anybody: an
                                               amount is unique among all or not at all. Of a price
                                               that many have (ITEMS_OF_AMOUNT_MAX) one more than
                                               that is read: no rule looks at it then
    the line's amount and each of those who    that third party's items and entries of the amount,
    might be the payer, when several might     where it is such a price
    a remittance, batch or card group that     all waiting entries of that kind (class tokens)
    the line does not name
    an invoice that a person set               that item

Third parties, templates, contracts and past payments are few and read whole, and so are the lines;
who pays is told from those alone (third_party.py). Nothing else may look at the books: a rule that
needs a seventh way extends this module first, and the property test in
tests/property/test_matching_lookups.py compares both worlds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rappro.domain.books import (
    BankEntry,
    OpenItem,
    ThirdParty,
)
from rappro.domain.ids import LineId, OpenItemId, ThirdPartyId
from rappro.domain.learning import Lesson
from rappro.domain.matching.board import line_order
from rappro.domain.matching.clues import Clue, Reader
from rappro.domain.matching.model import Amount, Lookups, MatchLine, PartyAmount
from rappro.domain.matching.numbers import shape_book
from rappro.domain.matching.references import (
    BATCH_CLASS,
    CARD_CLASS,
    REMITTANCE_CLASS,
    entry_tokens,
    item_tokens,
)
from rappro.domain.matching.rules_entries import may_be_group
from rappro.domain.matching.third_party import Directory
from rappro.domain.settings import (
    MatchingSettings,
)


def lookups_for(
    lines: Sequence[MatchLine],
    third_parties: Sequence[ThirdParty],
    number_shapes: Sequence[str],
    settings: MatchingSettings,  # noqa: ARG001 (windows and tolerances do not change the keys yet)
    company_currency: str,  # noqa: ARG001 (amounts are looked up in both currencies of an item)
    *,
    lessons: Sequence[Lesson] = (),
) -> Lookups:
    """Return the keys under which everything lies that could change a decision about the lines.

    Amounts are in the line's currency and, when the bank gives it, in the instructed one. Bounded
    by what the lines say: some ten keys a line.
    """
    amounts: set[Amount] = set()
    party_amounts: set[PartyAmount] = set()
    references: set[str] = set()
    parties: set[ThirdPartyId] = set()
    items: set[OpenItemId] = set()
    for clue in _clues(lines, third_parties, number_shapes, lessons):
        for part in (clue, *clue.details):
            own = _amounts(part)
            amounts |= own
            references |= part.tokens
            if part.payer.third_party is not None:
                parties.add(part.payer.third_party)
            others = part.payer.candidates - {part.payer.third_party}
            party_amounts.update((party, *amount) for party in others for amount in own)
        references |= _classes(clue)
        if clue.match_line.fixed_invoice is not None:
            items.add(clue.match_line.fixed_invoice)
    return Lookups(
        frozenset(amounts), frozenset(references), frozenset(parties), frozenset(items),
        frozenset(party_amounts),
    )  # fmt: skip


def keys_of(
    items: Iterable[OpenItem],
    entries: Iterable[BankEntry],
    third_parties: Iterable[ThirdPartyId] = (),
) -> Lookups:
    """Return the keys under which some items, entries and third parties are looked up."""
    amounts: set[Amount] = set()
    references: set[str] = set()
    parties: set[ThirdPartyId] = set(third_parties)
    ids: set[OpenItemId] = set()
    for item in items:
        amounts.add((item.currency, item.residual_minor))
        references |= item_tokens(item)
        parties.add(item.third_party)
        ids.add(item.id)
    for entry in entries:
        amounts.add((entry.currency, entry.amount_minor))
        references |= entry_tokens(entry)
        if entry.third_party is not None:
            parties.add(entry.third_party)
    return Lookups(frozenset(amounts), frozenset(references), frozenset(parties), frozenset(ids))


def lines_touched(
    lines: Sequence[MatchLine],
    third_parties: Sequence[ThirdParty],
    number_shapes: Sequence[str],
    keys: Lookups,
    *,
    lessons: Sequence[Lesson] = (),
) -> list[LineId]:
    """Return the lines whose decision may change with what some keys find (see `keys_of`)."""
    return [
        clue.match_line.id
        for clue in _clues(lines, third_parties, number_shapes, lessons)
        if _is_touched(clue, keys)
    ]


def _is_touched(clue: Clue, keys: Lookups) -> bool:
    if clue.match_line.fixed_invoice in keys.items or not keys.references.isdisjoint(
        _classes(clue)
    ):
        return True
    return any(
        not keys.references.isdisjoint(part.tokens)
        or not keys.amounts.isdisjoint(_amounts(part))
        or not keys.third_parties.isdisjoint(part.payer.candidates)
        for part in (clue, *clue.details)
    )


def _clues(
    lines: Sequence[MatchLine],
    third_parties: Sequence[ThirdParty],
    number_shapes: Sequence[str],
    lessons: Sequence[Lesson],
) -> Iterator[Clue]:
    book = shape_book(tuple(sorted(set(number_shapes))))
    reader = Reader(Directory(third_parties, lessons), book)
    for rank, match_line in enumerate(sorted(lines, key=line_order)):
        yield reader.clue_of(rank, match_line)


def _amounts(clue: Clue) -> set[Amount]:
    """Return the line's amount and what was instructed, with both signs: banks give it unsigned."""
    amounts = {(clue.currency, clue.amount)}
    original = clue.line.original
    if original is not None:
        currency, minor = original.currency, original.amount_minor
        amounts |= {(currency, minor), (currency, -minor)}
    return amounts


def _classes(clue: Clue) -> set[str]:
    """Return the tokens of whole kinds of entries, for a group that the line does not name."""
    classes: set[str] = set()
    if may_be_group(clue):
        classes |= {REMITTANCE_CLASS, BATCH_CLASS}
    if clue.kind.is_card_deposit:
        classes.add(CARD_CLASS)
    return classes
