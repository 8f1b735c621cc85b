"""Rules on an entry's own key: an id that only one payment, remittance or batch has.

entry_key       cheque, remittance, batch, piece or end-to-end id of waiting entries, with its sum
returned_key    end-to-end id of a past payment that the bank returns
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rappro.domain.frozen import dataclass
from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import Adjustment, AdjustmentKind, Evidence, TargetType
from rappro.domain.matching.plan import Abstain, Outcome, Plan, Take
from rappro.domain.matching.subsets import distinct_sets

RETURN_DAYS_MAX: Final = 400
"""A debit without a mandate may be refunded for 13 months (SEPA Core rulebook)."""

SETS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class _Keyed:
    """Free entries that share a key which the line shows."""

    kind: str
    key: str
    places: tuple[int, ...]


def entry_key(board: Board, clue: Clue) -> Outcome:
    """Entries whose own key stands on the line, when they add up to it."""
    if not _has_known_key(board, clue):
        return None
    sets = list(_keyed(board, clue))[:SETS_MAX]
    if not sets:
        return None
    holding = {s.places: s for s in sets if _total(board, s.places) == clue.amount}
    if not holding:
        split = _split_deposit(board, clue, sets)
        if split is not None:
            return split
        return _key_without_sum(board, clue, sets)
    twins = {tuple(sorted(map(board.index.entries.twin, places), key=repr)) for places in holding}
    if len(twins) > 1:
        return Abstain(
            "several sets of entries with a key of this line add up to it",
            candidates=tuple(
                board.candidate([board.entry_take(p) for p in places], ("key", "amount"))
                for places in sorted(holding)[:5]
            ),
        )
    places = min(holding)
    return _entries_plan(board, clue, holding[places])


def _has_known_key(board: Board, clue: Clue) -> bool:
    """Tell whether any key of the line is one of an entry: most lines' are not."""
    known = board.index.entries.keys
    return not (
        known.isdisjoint(clue.keys)
        and known.isdisjoint(clue.end_to_end)
        and known.isdisjoint(clue.refs.cheques)
    )


def _keyed(board: Board, clue: Clue) -> Iterable[_Keyed]:
    """Yield the free entries under each key of the line, one key at a time, then all of a kind."""
    index = board.index.entries
    ids = sorted(clue.end_to_end | {key for key in clue.keys if len(key) >= 6})
    yield from _singles(board, clue, "end_to_end_id", [(k, index.by_end_to_end) for k in ids])
    cheques = sorted(_cheque_numbers(clue))
    yield from _singles(board, clue, "cheque_no", [(k, index.by_cheque) for k in cheques])
    for key in sorted(clue.keys | clue.end_to_end):
        pieces = _free(board, clue, index.by_piece.get(key, ()))
        sets = [pieces] if len(pieces) == 1 else [pieces, *((place,) for place in pieces)]
        yield from (_Keyed("piece", key, places) for places in sets if places)
        for kind, name in sorted(index.group_keys.get(key, ())):
            places = _free(board, clue, index.groups[kind, name])
            if places:
                yield _Keyed(f"{kind}_no" if kind == "remittance" else "batch_ref", name, places)


def _singles(
    board: Board, clue: Clue, kind: str, keys: Iterable[tuple[str, dict[str, list[int]]]]
) -> Iterable[_Keyed]:
    """Yield the entries of each key, each entry alone, and those of all keys together."""
    whole: set[int] = set()
    for key, index in keys:
        places = _free(board, clue, index.get(key, ()))
        whole.update(places)
        sets = [places] if len(places) == 1 else [places, *((place,) for place in places)]
        yield from (_Keyed(kind, key, some) for some in sets if some)
    if len(whole) > 1:
        yield _Keyed(kind, "all of the line", tuple(sorted(whole)))


def _cheque_numbers(clue: Clue) -> frozenset[str]:
    """A cheque's number follows the word, or is any number of a line that is a cheque."""
    if not clue.kind.is_cheque:
        return frozenset()
    return clue.refs.cheques | {key for key in clue.keys if key.isdigit()}


def _free(board: Board, clue: Clue, places: Iterable[int]) -> tuple[int, ...]:
    return tuple(place for place in places if board.is_entry_free(place, clue))


def _total(board: Board, places: Iterable[int]) -> int:
    return sum(board.entry(place).amount_minor for place in places)


def _entries_plan(board: Board, clue: Clue, keyed: _Keyed, why: str = "") -> Plan:
    entries = [board.entry(place) for place in keyed.places]
    parties = {entry.third_party for entry in entries}
    party = next(iter(parties)) if len(parties) == 1 else None
    if parties == {None}:
        party = clue.payer.third_party
    sentence = why or f"{len(entries)} waiting with {keyed.kind} {keyed.key} add up to the line"
    return Plan(
        takes=tuple(board.entry_take(place) for place in keyed.places),
        evidence=(
            Evidence(keyed.kind, keyed.key, sentence),
            Evidence("amount", board.money(clue, clue.amount), "the sum is the line's amount"),
        ),
        third_party=party,
    )


def _split_deposit(board: Board, clue: Clue, sets: Sequence[_Keyed]) -> Outcome:
    """A bank may credit one remittance in two lines: both name it and together they are it."""
    for keyed in sets:
        if keyed.kind != "remittance_no":
            continue
        rest = _total(board, keyed.places) - clue.amount
        others = [
            other
            for other in board.lines_by_amount.get(
                (clue.match_line.account, clue.currency, rest), ()
            )
            if other != clue.rank
            and any(
                ("remittance", keyed.key) in board.index.entries.group_keys.get(key, ())
                for key in board.clues[other].keys
            )
        ]
        if len(others) != 1 or rest * clue.amount <= 0:
            continue
        values = [board.entry(place).amount_minor for place in keyed.places]
        twins = [board.index.entries.twin(place) for place in keyed.places]
        found = distinct_sets(values, twins, clue.amount, sizes=(1, len(values)))
        if found is not None and len(found) == 1:
            part = _Keyed(keyed.kind, keyed.key, tuple(keyed.places[i] for i in found[0]))
            return _entries_plan(board, clue, part, "one of two credits of this remittance")
    return None


def _key_without_sum(board: Board, clue: Clue, sets: Sequence[_Keyed]) -> Outcome:
    """A key that names one payment and not its amount is a contradiction, not a coincidence."""
    telling = [
        keyed
        for keyed in sets
        if (keyed.kind == "end_to_end_id" and keyed.key in clue.end_to_end)
        or (keyed.kind == "cheque_no" and keyed.key in clue.refs.cheques)
        or (keyed.kind == "remittance_no" and clue.kind.is_remittance)
    ]
    if not telling:
        return None
    keyed = telling[0]
    why = f"{keyed.kind} {keyed.key} is known, but its entries do not add up to the line"
    takes = [board.entry_take(place) for place in keyed.places[:20]]
    return Abstain(why, candidates=(board.candidate(takes, ("key",)),))


def returned_key(board: Board, clue: Clue) -> Outcome:
    """A past payment that comes back: same end-to-end id, the amount with the other sign."""
    past = board.index.past
    ids = past.by_end_to_end.keys()
    if ids.isdisjoint(clue.end_to_end) and ids.isdisjoint(clue.keys):
        return None
    found = [
        place
        for key in sorted(clue.end_to_end | {key for key in clue.keys if len(key) >= 6})
        for place in past.by_end_to_end.get(key, ())
        if is_returnable(board, clue, place)
    ]
    return settle_return(board, clue, found, "end_to_end_id")


def is_returnable(board: Board, clue: Clue, place: int) -> bool:
    """Tell whether a past payment is not returned yet, of the other sign and not too old."""
    payment = board.index.past.all[place]
    days = clue.day - payment.date.toordinal()
    return (
        bool(board.state.is_past_free[place])
        and payment.amount_minor * clue.amount < 0
        and 0 <= days <= RETURN_DAYS_MAX
        and payment.id not in clue.match_line.vetoes
    )


def settle_return(board: Board, clue: Clue, places: Sequence[int], kind: str) -> Outcome:
    """Return the plan that reopens one past payment, its amount exact or less the bank's fee."""
    past = board.index.past.all
    exact = [place for place in places if past[place].amount_minor == -clue.amount]
    with_fee = [
        place
        for place in places
        if 0 < -(clue.amount + past[place].amount_minor) <= board.matching.bank_charge_minor_max
    ]
    may_have_fee = kind == "end_to_end_id" and clue.kind.is_return
    chosen = exact or (with_fee if may_have_fee else [])
    twins = {
        (past[p].third_party, past[p].amount_minor, past[p].invoice_number, past[p].mandate)
        for p in chosen
    }
    if not chosen:
        return None
    if len(twins) > 1:
        takes = [return_take(board, place) for place in sorted(set(chosen))[:5]]
        return Abstain(
            "several past payments could be the returned one",
            candidates=tuple(board.candidate((take,), ("key", "amount")) for take in takes),
        )
    place = min(chosen)
    payment = past[place]
    fee = clue.amount + payment.amount_minor
    account = board.posting.bank_charge_account
    reason = clue.line.return_reason
    return Plan(
        takes=(return_take(board, place),),
        adjustments=(Adjustment(AdjustmentKind.CHARGE, fee, account),) if fee else (),
        evidence=(
            Evidence(kind, payment.end_to_end_id or payment.mandate or "", "of the past payment"),
            Evidence(
                "return",
                reason or "",
                f"payment {payment.id} of {payment.date} comes back"
                + (f" (reason {reason})" if reason else ""),
            ),
        ),
        third_party=payment.third_party,
    )


def return_take(board: Board, place: int) -> Take:
    """Take back the whole of a past payment."""
    payment = board.index.past.all[place]
    return Take(TargetType.PAST_PAYMENT, place, payment.id, -payment.amount_minor)
