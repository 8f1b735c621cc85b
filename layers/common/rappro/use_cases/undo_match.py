"""Undo of a match before validation (annulation, SPEC MAT-8): the books are as before it.

Only what a person made stays: the draft of an action (acting.py).
"""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.books import (
    BankEntry,
    OpenItem,
)
from rappro.domain.errors import NotAllowedInState, NotFound
from rappro.domain.ids import CompanyId, MatchId, TenantId
from rappro.domain.matching.model import TargetType
from rappro.domain.records import (
    Match,
    MatchStatus,
    UnfinishedMatch,
)
from rappro.ports import Ports
from rappro.use_cases.large_matches import begin_undo, finish_matches
from rappro.use_cases.packing import fits
from rappro.use_cases.releasing import final_undo_writes, undo_read_ahead
from rappro.use_cases.settling import BooksState, given_back, unsettle_writes


def undo_match(
    ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId, author: str
) -> Match:
    """Undo a match: its lines return to the lists, its drafts go, what it settled is open again.

    Drafts that a person made by an action stay, wait for the bank, and go on paying what they pay,
    until they are deleted (delete_draft.py) or matched again. The pair is remembered on the lines
    (`vetoes`), so that it is not matched again by itself. What a large match or undo left half-way
    is finished first. Raises NotFound, NotAllowedInState, StatementReadOnly once a statement of it
    is validated.
    """
    match = _match(ports, tenant, company, match_id)
    is_closing = match.status is MatchStatus.UNDONE  # of a large one, lines and drafts may be left
    if is_closing and ports.store.get(tenant, company, UnfinishedMatch, match_id) is not None:
        finish_matches(ports, tenant, company)
        return match
    if match.status in {MatchStatus.POSTING, MatchStatus.UNDOING}:
        finish_matches(ports, tenant, company)
        is_undo = match.status is MatchStatus.UNDOING
        match = _match(ports, tenant, company, match_id)
        if is_undo and match.status is MatchStatus.UNDONE:
            return match
    if match.status not in {MatchStatus.CONFIRMED, MatchStatus.TO_CONFIRM}:
        raise NotAllowedInState(f"match {match_id} is {match.status}")
    ports = undo_read_ahead(ports, tenant, company, match)
    last = final_undo_writes(ports, tenant, company, match, author)
    freed = given_back(match)
    whole = [*last, *unsettle_writes(freed, _books(ports, tenant, company, freed))]
    if fits(ports.store, whole):
        ports.store.commit(tenant, company, whole)
        undone = next(write.after for write in whole if isinstance(write.after, Match))
        return replace(undone, version=match.version + 1)
    begin_undo(ports, tenant, company, match, author)
    finish_matches(ports, tenant, company)
    return _match(ports, tenant, company, match_id)


def _match(ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId) -> Match:
    match = ports.store.get(tenant, company, Match, match_id)
    if match is None:
        raise NotFound(f"no match {match_id}")
    return match


def _books(ports: Ports, tenant: TenantId, company: CompanyId, match: Match) -> BooksState:
    def ids(kind: TargetType) -> list[str]:
        return sorted({s.settle.id for s in match.settles if s.settle.type is kind})

    items = {*ids(TargetType.OPEN_ITEM), *(one.item for one in match.allocations)}
    return BooksState(
        ports.store.get_many(tenant, company, OpenItem, sorted(items)),
        ports.store.get_many(tenant, company, BankEntry, ids(TargetType.BANK_ENTRY)),
    )
