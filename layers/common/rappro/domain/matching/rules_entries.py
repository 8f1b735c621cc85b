"""Rules on entries that wait for the bank, by amount and date; SPEC MAT-1.

entry_in_window   the one entry of that amount inside the date window; labels tell several apart
group_in_window   the one remittance or batch of entries with that sum inside the window

Amount and date prove something only when they are unique both ways: one entry for the line, one
line for the entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from rappro.domain.books import (
    PaymentMethod,
)
from rappro.domain.matching.board import NEAR_MAX, Board, line_key
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.index import Twin
from rappro.domain.matching.model import ENTRIES_OF_AMOUNT_MAX, Candidate, Evidence, Rejected
from rappro.domain.matching.plan import Abstain, Outcome, Plan, shown
from rappro.domain.matching.references import key_token

SHARED_CHARS_MIN: Final = 4
"""Letters of shared telling words below which two labels have nothing in common."""

ROUND_MINOR: Final = 1000
"""Amounts in tens of the currency meet by chance more often than others."""

_INTERNAL: Final = frozenset(
    "INTERNE INTERNES INTERNAL TRESORERIE FONDS NIVELLEMENT ALIMENTATION".split()  # noqa: SIM905 (a list of words reads better as one)
)
"""Words of the books for a transfer between the company's own accounts."""

_CHEQUES: Final = (PaymentMethod.CHEQUE, PaymentMethod.CHEQUE_IN)
_NO_CHEQUES: Final = (PaymentMethod.TRANSFER, PaymentMethod.DIRECT_DEBIT, PaymentMethod.CARD)
_AMBIGUOUS: Final = ("amount", "window")


def entry_in_window(board: Board, clue: Clue) -> Outcome:
    """The one entry of the line's amount in the window, or the one whose label says so."""
    near = board.entries_near(clue)
    if board.is_price(clue):
        why = f"more than {ENTRIES_OF_AMOUNT_MAX} entries have this amount"
        return Abstain(why, candidates=_candidates(board, near))
    if not near:
        return None
    is_crowded = len(near) > NEAR_MAX
    places = _labelled(board, clue, near) if is_crowded else near
    places = [place for place in places if is_possible(board, clue, place)]
    kinds = _by_twin(board, places)
    if not kinds:
        return _crowd(board, clue, near) if is_crowded else None
    if len(kinds) == 1 and not is_crowded:
        (alike,) = kinds.values()
        return _claim(board, clue, alike)
    told = _told_apart(board, clue, kinds)
    if told is None:
        why = "several entries have this amount in the window and the labels do not tell"
        return Abstain(why, candidates=_candidates(board, places))
    return _claim(board, clue, told)


def _crowd(board: Board, clue: Clue, near: Sequence[int]) -> Outcome:
    """Too many entries of one amount to compare, and no label in common with any."""
    possible = list(islice((p for p in near[:NEAR_MAX] if is_possible(board, clue, p)), 5))
    if not possible:
        return None
    return Abstain(
        f"{len(near)} entries have this amount in the window",
        candidates=_candidates(board, possible),
    )


def _labelled(board: Board, clue: Clue, near: Sequence[int]) -> list[int]:
    """Return the entries that share a telling word with the line."""
    words = board.label_words(clue)[2]
    return board.entries_with(clue, words, near)


def is_possible(board: Board, clue: Clue, place: int) -> bool:
    """Tell whether nothing contradicts that a line is this entry."""
    entry = board.entry(place)
    if not board.is_entry_free(place, clue) or not board.is_in_window(entry, clue):
        return False
    payer = clue.payer.third_party
    if payer is not None:
        named = board.label_parties(place) if entry.third_party is None else {entry.third_party}
        if named and payer not in named:
            return False
    if entry.method in _CHEQUES and clue.kind.is_no_cheque:
        return False
    if entry.method in _NO_CHEQUES and clue.kind.is_cheque:
        return False
    return not _is_other_key(clue, entry.cheque_no, entry.end_to_end_id)


def _is_other_key(clue: Clue, cheque_no: str | None, end_to_end_id: str | None) -> bool:
    """Both sides have such a key, and not the same one."""
    cheque, end_to_end = key_token(cheque_no), key_token(end_to_end_id)
    return (cheque is not None and bool(clue.refs.cheques) and cheque not in clue.refs.cheques) or (
        end_to_end is not None and bool(clue.end_to_end) and end_to_end not in clue.end_to_end
    )


def _by_twin(board: Board, places: Iterable[int]) -> dict[Twin, list[int]]:
    kinds: dict[Twin, list[int]] = defaultdict(list)
    for place in places:
        kinds[board.index.entries.twin(place)].append(place)
    return kinds


def _told_apart(board: Board, clue: Clue, kinds: dict[Twin, list[int]]) -> list[int] | None:
    """Return the entries whose label the line's label, then its continuation, picks out."""
    left = kinds
    for words in board.label_words(clue):
        labels = {twin: board.index.entries.label_words(places[0]) for twin, places in left.items()}
        common = frozenset.intersection(*labels.values())  # what all say tells none apart
        shared = {twin: shared_chars(words - common, label) for twin, label in labels.items()}
        best = max(shared.values())
        if best < SHARED_CHARS_MIN:
            continue
        rest = [chars for chars in shared.values() if chars != best]
        left = {twin: places for twin, places in left.items() if shared[twin] == best}
        if len(left) == 1 and max(rest, default=0) * 2 <= best:
            return next(iter(left.values()))
    return None


def shared_chars(words: frozenset[str], others: frozenset[str]) -> int:
    """Return how many letters the telling words have that two labels share."""
    return sum(len(word) for word in words & others)


def _claim(board: Board, clue: Clue, alike: Sequence[int]) -> Outcome:
    """Take one of entries that are alike, unless another line could be meant as well.

    Lines whose texts have less in common with the entries' label are no rivals. The others each
    take the oldest that is left, the earliest line first: all must find one, or be interchangeable
    with this line.
    """
    label = board.index.entries.label_words(alike[0])
    mine = _best_shared(board, clue, label)
    contest = _contest(board, clue, alike, label)
    if contest is None:
        return Abstain("too many lines have this amount in the window")
    ranks, shares = contest
    left_out = [rank for rank in ranks if rank not in shares]
    if any(not is_same_text(board, clue, board.clues[rank]) for rank in left_out):
        others = ", ".join(str(board.clues[r].match_line.id) for r in ranks if r != clue.rank)
        why = f"other lines could be this entry as well: {others}"
        return Abstain(why, candidates=_candidates(board, alike))
    place = shares.get(clue.rank)
    if place is None:
        return Abstain("an earlier line of the same words takes the entry")
    if mine == 0 and _is_doubtful(board, clue, place):
        why = "the labels have nothing in common and the amount is not rare"
        return Abstain(why, candidates=_candidates(board, alike))
    return _plan(board, clue, place, alike)


def _contest(
    board: Board, clue: Clue, alike: Sequence[int], label: frozenset[str]
) -> tuple[list[int], dict[int, int]] | None:
    """Return the lines that could be entries of one kind, and the entry that each takes.

    Lines and entries are followed from one to the other until no more turn up; None when they are
    too many to compare.
    """
    twin = board.index.entries.twin(alike[0])
    ranks, places = {clue.rank}, set(alike)
    new_places: Iterable[int] = alike
    while new_places:
        found = _rivals(board, clue, new_places, label)
        if found is None or len(found) + len(ranks) > NEAR_MAX:
            return None
        new_ranks = found - ranks
        ranks |= new_ranks
        new_places = {
            place
            for rank in new_ranks
            for place in board.entries_near(board.clues[rank])[: NEAR_MAX + 1]
            if place not in places
            and board.index.entries.twin(place) == twin
            and is_possible(board, board.clues[rank], place)
        }
        places |= new_places
        if len(places) > NEAR_MAX:
            return None
    return sorted(ranks), _shares(board, sorted(ranks), sorted(places))


def _rivals(
    board: Board, clue: Clue, places: Iterable[int], label: frozenset[str]
) -> set[int] | None:
    """Return the lines that could be one of some entries, and whose texts fit them as well."""
    mine = _best_shared(board, clue, label)
    found: set[int] = set()
    for place in places:
        ranks = board.lines_near(clue, board.entry(place))
        if len(ranks) > NEAR_MAX:
            if mine < SHARED_CHARS_MIN:
                return None
            ranks = board.lines_with(clue, label, ranks)
        found.update(
            rank
            for rank in ranks
            if rank not in found
            and is_possible(board, board.clues[rank], place)
            and (
                mine < SHARED_CHARS_MIN or _best_shared(board, board.clues[rank], label) * 2 > mine
            )
        )
    return found


def _shares(board: Board, ranks: Sequence[int], places: Sequence[int]) -> dict[int, int]:
    """Return which entry each line takes: the earliest line first, the oldest entry it can.

    Windows of one kind are equally long, so this serves as many lines as can be served.
    """
    left = list(places)
    shares: dict[int, int] = {}
    for rank in ranks:
        fitting = (place for place in left if is_possible(board, board.clues[rank], place))
        place = next(fitting, None)
        if place is not None:
            shares[rank] = place
            left.remove(place)
    return shares


def _is_doubtful(board: Board, clue: Clue, place: int) -> bool:
    """Both labels name something, not the same, and the amount is round or seen elsewhere."""
    is_told = bool(board.index.entries.label_words(place)) and bool(board.label_words(clue)[2])
    entry = board.entry(place)
    seen = len(board.index.entries.by_amount[entry.currency, entry.amount_minor])
    seen += board.lines_of_amount[line_key(clue)]
    is_known = entry.third_party is not None and entry.third_party == clue.payer.third_party
    if not is_told or is_known or not (seen > 2 or clue.amount % ROUND_MINOR == 0):
        return False
    is_own = board.own_accounts.iban_of(clue) is not None or _is_from_the_company(board, clue)
    return not (is_own and _says_internal(board, place))


def _says_internal(board: Board, place: int) -> bool:
    """Tell whether an entry is a transfer between own accounts (virement interne), by its label."""
    label = board.index.entries.label_words(place)
    return board.entry(place).third_party is None and not _INTERNAL.isdisjoint(label)


def _is_from_the_company(board: Board, clue: Clue) -> bool:
    """Tell whether the only name on a line is the company's own: the other side is itself.

    A label may have lost the last word of it, and a part of a word.
    """
    own = board.company_words
    told = {word for word in board.label_words(clue)[2] if word.isalpha()}
    if clue.payer.candidates or own.isdisjoint(told) or len(own - told) > min(1, len(own) - 1):
        return False
    known = own | _INTERNAL | {"VIREMENT"}
    return all(any(word.startswith(cut) for word in known) for cut in told)


def _best_shared(board: Board, clue: Clue, label: frozenset[str]) -> int:
    return max(shared_chars(words, label) for words in board.label_words(clue))


def is_same_text(board: Board, clue: Clue, other: Clue) -> bool:
    """Two lines with the same words are interchangeable: the earlier goes first."""
    return board.label_words(clue) == board.label_words(other) and (
        clue.line.counterparty == other.line.counterparty and clue.keys == other.keys
    )


def _plan(board: Board, clue: Clue, place: int, alike: Sequence[int]) -> Plan:
    entry = board.entry(place)
    days = clue.day - entry.date.toordinal()
    sentence = f"bank entry {entry.id} of {entry.date} has this amount, {days} days before"
    if len(alike) > 1:
        sentence += f"; one of {len(alike)} alike, the oldest first"
    return Plan(
        takes=(board.entry_take(place),),
        evidence=(
            Evidence("amount_and_date", shown(entry.label), sentence),
            *board.payer_evidence(clue),
        ),
        rejected=_outdone(board, clue, place),
        third_party=entry.third_party or clue.payer.third_party,
    )


def _outdone(board: Board, clue: Clue, place: int) -> tuple[Rejected, ...]:
    """Return the other entries of this amount that were passed over, and why."""
    others = [p for p in board.entries_near(clue)[:NEAR_MAX] if p != place]
    twin = board.index.entries.twin(place)
    return tuple(
        Rejected(
            f"bank entry {board.entry(other).id}",
            "alike, but later" if board.index.entries.twin(other) == twin
            else "its label, date, keys or third party fit less",
        )
        for other in others[:5]
    )  # fmt: skip


def _candidates(board: Board, places: Sequence[int]) -> tuple[Candidate, ...]:
    return tuple(board.candidate((board.entry_take(p),), _AMBIGUOUS) for p in places[:5])


def group_in_window(board: Board, clue: Clue) -> Outcome:
    """The one remittance or batch whose entries add up to the line, inside the window."""
    index = board.index.entries
    found: dict[tuple[int, ...], tuple[str, str]] = {}
    for kind, name in index.groups_by_sum.get((clue.currency, clue.amount), ()):
        places = tuple(index.groups[kind, name])
        if len(places) > 1 and _holds(board, clue, places):
            found.setdefault(places, (kind, name))
    if not found:
        return None
    if len(found) > 1:
        return Abstain("several groups of entries add up to the line")
    ((places, (kind, name)),) = found.items()
    first = board.entry(places[0])
    rivals = [
        rank
        for rank in board.lines_near(clue, first)
        if rank != clue.rank and may_be_group(board.clues[rank])
    ]
    if rivals:
        return Abstain("other lines of this amount could be the same group")
    return Plan(
        takes=tuple(board.entry_take(place) for place in places),
        evidence=(
            Evidence(f"{kind}_group", name, f"{len(places)} entries add up to the line"),
            Evidence("window", str(first.date), "inside the date window"),
        ),
    )


def may_be_group(clue: Clue) -> bool:
    """Tell whether the line says that it is a remittance or a batch, without naming which."""
    kind = clue.kind
    return kind.is_remittance or kind.is_group or kind.is_card_deposit


def _holds(board: Board, clue: Clue, places: Sequence[int]) -> bool:
    """Tell whether the whole group still waits, inside the window."""
    return all(
        board.is_entry_free(place, clue) and board.is_in_window(board.entry(place), clue)
        for place in places
    )
