"""Open items (échéances) of a FEC: what is open on each third party's account, piece by piece.

    PieceRef is a document's number   one item per account, auxiliary and piece, in all journals
    PieceRef is a running number      one item per journal, day, piece and number in the label
    PieceRef is no number             one item per line

Debits and credits of the same piece are netted. The residuals of all items of an account add up to
what is open on it, to the minor unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from rappro.domain.books import (
    EntryPlace,
    JournalType,
    OpenItem,
    OpenItemType,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId, OpenItemId, derive_id
from rappro.domain.opening.accounts import Side, is_advance, side_of
from rappro.domain.opening.lettering import OpenPart
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.numbers import (
    Piece,
    label_number,
    piece_kind,
    piece_text,
    says_credit_note,
)  # fmt: skip
from rappro.domain.opening.parties import Parties
from rappro.domain.opening.rows import FecRow

_SHARED_BY_MAX = 2
"""A piece on more third parties than this is a batch's or a default, not an invoice's."""

_SOURCES_MAX = 20
"""An item made of more lines than this keeps one: its lines are lettered in one commit."""

ItemKey = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the entries that were made."""

    entry_id: EntryId
    index: int
    is_payment: bool  # its entry has a bank, cash or transit line


@dataclass(frozen=True, slots=True)
class ItemRules:
    """What open items depend on besides the rows."""

    currency: str
    payment_terms_days: int
    journal_types: dict[str, JournalType]
    places: dict[int, Place]
    parties: Parties
    told: frozenset[int] = frozenset()  # rows that the books have: they make no item

    def is_opening(self, row: FecRow) -> bool:
        return self.journal_types[row.journal] is JournalType.OPENING


@dataclass(frozen=True, slots=True)
class Items:
    """The new open items, and what is open of every piece of the file (`nets`, by its key)."""

    made: list[OpenItem]
    keys: dict[int, ItemKey]
    nets: dict[ItemKey, int]
    extras: dict[ItemKey, OpenItem]


def open_items(
    rows: Sequence[FecRow], parts: Iterable[OpenPart], rules: ItemRules, notes: Notes
) -> Items:
    """Return one open item per piece that does not net to zero, oldest line first.

    A piece of which the books have lines makes none: what is new of it is in `extras`, an item of
    its own for when the known one cannot take it in.
    """
    keys, first_days = _keys(rows, rules)
    groups: dict[ItemKey, list[OpenPart]] = defaultdict(list)
    for part in parts:
        groups[keys[part.row.line]].append(part)
    known = {keys[line] for line in rules.told if line in keys}
    aggregated = _aggregated_lines(rows, keys, rules)
    lettered = _lettered_rows(rows, rules)
    found = Items([], keys, {}, {})
    for key, group in groups.items():
        found.nets[key] = sum(part.open_minor for part in group)
        name: ItemKey = (*key, first_days[key])
        new = group
        if key in known:
            new = [part for part in group if part.row.line not in rules.told]
            name = (*name, *(rules.places[part.row.line].entry_id for part in new[:1]))
        net = sum(part.open_minor for part in new)
        if net:
            item = _item(name, new, net, sources=_sources(new, lettered), rules=rules)
            if key in known:
                found.extras[key] = item
            else:
                found.made.append(item)
                _note_aggregated(new[0].row, net, aggregated, notes)
        elif new:
            said = f"{len(new)} unlettered lines of one piece net to zero: no open item"
            notes.info("piece_netted", said, new[0].row.line)
    return found


def _note_aggregated(row: FecRow, net: int, aggregated: frozenset[int], notes: Notes) -> None:
    if row.line in aggregated:
        who = f"{row.account} {row.auxiliary}".strip()
        said = f"{who} is carried forward as one balance of {notes.amount(net)}, no detail"
        notes.warn("aggregated_carry_forward", said, row.line)


def _keys(
    rows: Sequence[FecRow], rules: ItemRules
) -> tuple[dict[int, ItemKey], dict[ItemKey, str]]:
    """Return the item key of each third-party row by line, and the first day of each key.

    Settled rows count too: a twin or a part that gets lettered later changes no other item's id.
    """
    shared = _shared_pieces(rows, rules)
    ranks: dict[ItemKey, int] = defaultdict(int)
    keys: dict[int, ItemKey] = {}
    first_days: dict[ItemKey, str] = {}
    for row in sorted(rows, key=lambda row: row.line not in rules.told):  # known twins rank first
        if rules.parties.of(row) is None:
            continue
        key = _key(row, is_shared=piece_text(row) in shared)
        if key[0] == "line":
            ranks[key] += 1
            key = (*key, ranks[key])
        keys[row.line] = key
        day = row.issue_date.isoformat()
        first_days[key] = min(day, first_days.get(key, day))
    return keys, first_days


def _key(row: FecRow, *, is_shared: bool) -> ItemKey:
    piece = piece_text(row)
    account = (row.account, row.auxiliary)
    match piece_kind(row, is_shared=is_shared):
        case Piece.DOCUMENT:
            return ("piece", *account, piece)
        case Piece.SEQUENCE:
            number = label_number(row.label, any_token=True)
            day = row.entry_date.isoformat()
            return ("sequence", *account, row.journal, day, piece, number)
        case Piece.NOTHING:
            day = row.entry_date.isoformat()
            return ("line", *account, row.journal, day, piece, row.balance_minor)


def _shared_pieces(rows: Sequence[FecRow], rules: ItemRules) -> frozenset[str]:
    """Return the pieces that are no document's own number, whatever they look like.

    More third parties carry them than an invoice can, or several accounts of an opening journal.
    """
    holders: dict[str, set[str]] = defaultdict(set)
    carried: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        piece = piece_text(row)
        party = rules.parties.of(row)
        if party is not None and len(holders[piece]) <= _SHARED_BY_MAX:
            holders[piece].add(party)
        if rules.is_opening(row) and len(carried[piece]) < 2:
            carried[piece].add((row.account, row.auxiliary))
    by_parties = {piece for piece, found in holders.items() if len(found) > _SHARED_BY_MAX}
    return frozenset(by_parties | {piece for piece, found in carried.items() if len(found) > 1})


def _lettered_rows(rows: Sequence[FecRow], rules: ItemRules) -> dict[ItemKey, list[FecRow]]:
    """Return the rows of each letter of a third party's account."""
    found: dict[ItemKey, list[FecRow]] = defaultdict(list)
    for row in rows:
        if row.letter and rules.parties.of(row) is not None:
            found[row.account, row.auxiliary, row.letter].append(row)
    return found


def _sources(group: list[OpenPart], lettered: dict[ItemKey, list[FecRow]]) -> list[FecRow]:
    """Return the rows whose sum is what is open of a piece; none when no rows are known to be.

    What a letter left open is the sum of all its rows, if all of it is open on this piece.
    """
    rows = {p.row.line: p.row for p in group if not p.row.letter}
    for name in {(p.row.account, p.row.auxiliary, p.row.letter) for p in group if p.row.letter}:
        rows |= {row.line: row for row in lettered[name]}
    open_minor = sum(part.open_minor for part in group)
    is_whole = sum(row.balance_minor for row in rows.values()) == open_minor
    return list(rows.values()) if is_whole and len(rows) <= _SOURCES_MAX else []


def _item(
    key: ItemKey, group: list[OpenPart], net: int, *, sources: list[FecRow], rules: ItemRules
) -> OpenItem:
    major = [part for part in group if (part.open_minor > 0) is (net > 0)]
    major.sort(key=lambda part: (part.row.entry_date, part.row.line))
    first = major[0].row
    amount = sum(part.row.balance_minor for part in major)
    currency, foreign_amount, foreign_net = _in_currency(group, major, rules.currency)
    party = rules.parties.of(first)
    place = rules.places[first.line]
    journal = rules.journal_types[first.journal]
    assert party is not None  # parts are of third-party accounts only
    return OpenItem(
        id=OpenItemId(derive_id("oi", *key)),
        type=_type(first, net, place=place, journal=journal),
        third_party=party,
        account=first.account,
        number=_number(first, journal, is_document=key[0] == "piece"),
        issue_date=first.issue_date,
        due_date=first.issue_date + timedelta(days=rules.payment_terms_days),
        currency=currency,
        amount_minor=amount if foreign_amount is None else foreign_amount,
        residual_minor=net if foreign_net is None else foreign_net,
        company_amount_minor=amount,
        company_residual_minor=net,
        label=first.label,
        entry_id=place.entry_id,
        entry_line=place.index,
        letter=first.letter or None if sources else None,
        sources=tuple(_place(row, rules) for row in sources) if len(sources) > 1 else (),
    )


def _place(row: FecRow, rules: ItemRules) -> EntryPlace:
    place = rules.places[row.line]
    return EntryPlace(place.entry_id, place.index)


def _in_currency(
    group: list[OpenPart], major: list[OpenPart], company_currency: str
) -> tuple[str, int | None, int | None]:
    """Return the currency of an item with its amount and residual there, None for the company's.

    An item is foreign when every line is, wholly open, in one currency, and both residuals agree.
    """
    currencies = {part.row.foreign_currency for part in group}
    currency = next(iter(currencies))
    if currency is None or len(currencies) > 1 or not all(part.is_whole for part in group):
        return company_currency, None, None
    net = sum(part.row.foreign_minor or 0 for part in group)
    amount = sum(part.row.foreign_minor or 0 for part in major)
    is_same_side = (net > 0) is (major[0].open_minor > 0)
    if not net or not is_same_side or abs(net) > abs(amount) or amount * net < 0:
        return company_currency, None, None
    return currency, amount, net


def _type(row: FecRow, net: int, *, place: Place, journal: JournalType) -> OpenItemType:
    if is_advance(row.account):
        return OpenItemType.PREPAYMENT
    if (net > 0) is (side_of(row.account) is Side.CUSTOMER):
        return OpenItemType.INVOICE
    if says_credit_note(row):
        return OpenItemType.CREDIT_NOTE
    is_payment = place.is_payment or journal in (JournalType.OPENING, JournalType.TREASURY)
    return OpenItemType.PREPAYMENT if is_payment else OpenItemType.CREDIT_NOTE


def _number(row: FecRow, journal: JournalType, *, is_document: bool) -> str:
    """Return the invoice number: the piece, or the label's when the piece is none of its own."""
    piece = piece_text(row)
    if is_document:
        return piece
    shown = label_number(row.label, any_token=journal is not JournalType.TREASURY)
    return shown or piece or f"{row.journal} {row.number or row.entry_date.isoformat()}"


def _aggregated_lines(
    rows: Sequence[FecRow], keys: dict[int, ItemKey], rules: ItemRules
) -> frozenset[int]:
    """Return the lines that carry a whole third party forward (à nouveau non détaillé).

    They are alone on it in the opening journal, with no piece and no number of their own.
    """
    by_account: dict[tuple[str, str, str], list[FecRow]] = defaultdict(list)
    for row in rows:
        if row.line in keys and rules.is_opening(row):
            by_account[row.journal, row.account, row.auxiliary].append(row)
    return frozenset(
        found[0].line
        for found in by_account.values()
        if len(found) == 1
        and keys[found[0].line][0] == "line"
        and not label_number(found[0].label, any_token=True)
    )
