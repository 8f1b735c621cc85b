"""A difference between lines and entries, settled through the ledger (solder par la CG, ACT-4).

    debit   the journal's bank account     the difference
      credit  the type's account           the difference      (a negative one swaps the sides)

The entry carries the transaction code SCRAP and the piece "Rapprochement". Its bank leg is matched
with the selected lines and entries, under the mark M and the statement's next letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from rappro.domain.books import BankEntry, Company, Journal, LedgerAccount, OpenItem
from rappro.domain.differences import OTHER, SCRAP, SCRAP_PIECE, DifferenceType
from rappro.domain.errors import (
    InvalidRequest,
    NotFound,
    OpenItemAlreadySettled,
    RuleViolation,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import MatchId, StatementId, derive_id
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.posting.drafting import bank_account, line_label
from rappro.domain.posting.lettering import letter_at
from rappro.domain.posting.slips import Leg, Slip, draft_slip, shared, targets
from rappro.domain.records import LineRecord, Match
from rappro.domain.writes import Write, change
from rappro.use_cases.acting import (
    LINES_MAX_PER_ENTRY,
    Actor,
    Ask,
    Bench,
    check_free,
    latest,
)
from rappro.use_cases.allocating import allocations, named_invoices
from rappro.use_cases.cash_movements import LEGS_MAX, check_legs
from rappro.use_cases.difference_types import find_difference_type
from rappro.use_cases.draft_checks import check_accounts, check_day, check_period
from rappro.use_cases.read_ahead import Wanted

ENTRIES_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Settlement:
    """Lines and entries whose totals differ, and by what the difference is settled.

    `type` is the code of a difference type, or "other" with its counterparts in `legs`. `journal`
    is by default the statement's, the operation date the latest line's.
    """

    statement: StatementId
    positions: tuple[int, ...]
    entries: tuple[str, ...]
    type: str
    legs: tuple[Leg, ...] = ()
    operation_date: date | None = None
    journal: str | None = None


def settle_difference(actor: Actor, request: Settlement) -> Match:
    """Settle a difference through the ledger; the match waits for confirmation.

    Raises RuleViolation when there is no difference, for an entry on another account, and for what
    MAT-10 blocks; OpenItemAlreadySettled for a pointed entry, UnbalancedEntry naming the gap of
    "other", InvalidRequest for an unknown type or journal, NotFound, NotAllowedInState,
    StatementReadOnly, PeriodClosed.
    """
    bench = Bench.at(actor)
    keys = [(request.statement, position) for position in request.positions]
    lines = bench.lines(keys, LINES_MAX_PER_ENTRY, also=_given(request), naming=[OpenItem])
    actor = bench.actor
    amounts = [check_free(line, bench.company) for line in lines]
    entries = _entries(bench, lines[0], request)
    difference_minor = sum(amounts) - sum(entry.amount_minor for entry in entries)
    if not difference_minor:
        raise RuleViolation("there is no difference: lines and entries come to the same")
    found = _type(bench, request)
    legs = request.legs
    if found is not None:
        legs = (Leg(found.account, difference_minor),)
    else:
        check_legs(bench, lines[0], legs, difference_minor)
    on = request.operation_date or latest(lines)
    check_day(bench.statement(lines[0]), request.operation_date)
    check_period(bench.company, on)
    label = found.label if found is not None else line_label(lines[0])
    slip = _slip(bench, request, on=on, label=label, amount_minor=difference_minor)
    match_id = _match_id(lines, request)
    draft = draft_slip(slip, legs, match_id, bench.view(lines[0]))
    check_accounts(actor.ports, actor.tenant, bench.company, bench.statement(lines[0]), draft.entry)
    ask = _ask(bench, lines, amounts, (*_pointed(entries), *targets(legs)), match_id, found)
    return bench.commit_one(bench.planned(ask, [draft], *_used(found)), marks=1)


def _given(request: Settlement) -> list[Wanted]:
    """Return what the request names, to be read with its lines."""
    return [
        (BankEntry, request.entries[:ENTRIES_MAX]),
        (DifferenceType, [request.type]),
        (Company, ["COMPANY"]),  # of which a type by default takes its account
        (Journal, [request.journal]),
        (LedgerAccount, [leg.account for leg in request.legs[:LEGS_MAX]]),
    ]


def _entries(bench: Bench, line: LineRecord, request: Settlement) -> list[BankEntry]:
    actor = bench.actor
    if len(request.entries) > ENTRIES_MAX or len(set(request.entries)) != len(request.entries):
        raise InvalidRequest(f"at most {ENTRIES_MAX} entries, each once", position="/entries")
    if line.line.currency != bench.company.currency:
        raise RuleViolation(f"a difference is settled in {bench.company.currency}")
    found = actor.ports.store.get_many(actor.tenant, actor.company, BankEntry, request.entries)
    account = bank_account(bench.view(line).journal)
    for entry_id in request.entries:
        if entry_id not in found:
            raise NotFound(f"no bank entry {entry_id}")
        if not found[entry_id].is_waiting:
            raise OpenItemAlreadySettled(f"bank entry {entry_id} is pointed already")
        if found[entry_id].account != account:
            raise RuleViolation(f"bank entry {entry_id} is not on {account}")
    bench.books.bank_entries |= found
    return [found[entry_id] for entry_id in request.entries]


def _type(bench: Bench, request: Settlement) -> DifferenceType | None:
    """Return the difference type, or None for "other". Raises InvalidRequest."""
    if request.type == OTHER:
        return None
    if request.legs:
        raise InvalidRequest(f"counterparts go with {OTHER} alone", position="/counterparts")
    actor = bench.actor
    found = find_difference_type(actor.ports, actor.tenant, actor.company, request.type)
    if found is None:
        raise InvalidRequest(f"no difference type {request.type}", position="/type")
    return found


def _slip(bench: Bench, request: Settlement, *, on: date, label: str, amount_minor: int) -> Slip:
    actor, code = bench.actor, request.journal
    if code and actor.ports.store.get(actor.tenant, actor.company, Journal, code) is None:
        raise InvalidRequest(f"no journal {code}", position="/journal")
    return Slip(
        name="difference",
        statement_id=request.statement,
        on=on,
        piece_ref=SCRAP_PIECE,
        label=label,
        on_account_minor=amount_minor,
        currency=bench.company.currency,
        journal=code,
        transaction_code=SCRAP,
    )


def _pointed(entries: Sequence[BankEntry]) -> tuple[Settle, ...]:
    return tuple(Settle(TargetType.BANK_ENTRY, e.id, e.amount_minor) for e in entries)


def _ask(
    bench: Bench, lines: Sequence[LineRecord], amounts: Sequence[int],
    settles: Sequence[Settle], match_id: MatchId, found: DifferenceType | None,
) -> Ask:  # fmt: skip
    actor = bench.actor
    parts = shared(amounts, settles)
    named = named_invoices(actor.ports, actor.tenant, actor.company, lines)
    bench.books.open_items |= named
    return Ask(
        lines,
        match_id,
        parts,
        "settle_difference",
        mark=letter_at(bench.statement(lines[0]).mark_count),
        difference_type=OTHER if found is None else found.code,
        allocations=allocations(lines, parts, bench.books.bank_entries, named),
    )


def _used(found: DifferenceType | None) -> list[Write]:
    """Return the write by which a type of the company's own is used once more."""
    if found is None or not found.version:
        return []
    return [change(found, DifferenceType(found.code, found.label, found.account,
                                         found.use_count + 1))]  # fmt: skip


def _match_id(lines: Sequence[LineRecord], request: Settlement) -> MatchId:
    named = sorted(f"{line.id}:{line.generation}" for line in lines)
    given = [f"{leg.account}:{leg.amount_minor}" for leg in request.legs]
    return MatchId(
        derive_id("ma", "difference", *named, "|", *request.entries, "|", request.type, *given)
    )
