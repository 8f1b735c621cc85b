"""Manual match (rapprochement manuel): N lines with M targets, totals equal (MAT-7, MAT-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.books import (
    ThirdParty,
)
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    OpenItemAlreadySettled,
    StatementReadOnly,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, MatchId, StatementId, TenantId, ThirdPartyId, derive_id
from rappro.domain.line_state import taken_line
from rappro.domain.matching.model import Level, Settle, TargetType
from rappro.domain.posting.drafting import BookView, Draft, Part, draft_part, to_book_minor
from rappro.domain.posting.spreading import spread
from rappro.domain.records import (
    LineRecord,
    LineSettle,
    Match,
    MatchStatus,
    StatementRecord,
    UnfinishedMatch,
)
from rappro.domain.settings import (
    ImportProfile,
)
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import (
    Write,
    change,
    create,
)
from rappro.ports import Ports
from rappro.use_cases.allocating import allocations, named_invoices
from rappro.use_cases.audit import audit, levels_shown, match_shown
from rappro.use_cases.large_matches import commit_match, finish_matches
from rappro.use_cases.match_targets import find_targets, names_ahead, target_places, view_of
from rappro.use_cases.packing import fits
from rappro.use_cases.read_ahead import ahead, keyed
from rappro.use_cases.settling import BooksState, pointed_drafts, settle_writes
from rappro.use_cases.teaching import teaching_writes

LINES_MAX_PER_MATCH = 1_000
TARGETS_MAX_PER_MATCH = 1_000


@dataclass(frozen=True, slots=True)
class ManualMatch:
    """What a person ticks: lines (statement and position) and targets with their amounts.

    Amounts are signed as the bank sees them, in the company's currency. `pointed_on` defaults to
    the latest line's booking date.
    """

    lines: tuple[tuple[StatementId, int], ...]
    targets: tuple[Settle, ...]
    pointed_on: date | None = None


def match_by_hand(
    ports: Ports, tenant: TenantId, company: CompanyId, request: ManualMatch, author: str
) -> Match:
    """Match lines with targets and draft the entries it needs; all or nothing.

    A match that is larger than one commit may have died half-way: the same request finishes it.
    An invoice that a line names is allocated to the cash movement that the line points (MAT-10).
    Raises RuleViolation for a named invoice and an entry that is no movement, NotFound,
    TotalsDiffer, OpenItemAlreadySettled, StatementReadOnly, NotAllowedInState for a line that is
    matched already, InvalidRequest, TooLarge, StoreConflict.
    """
    _check_shape(request)
    ports = _read_ahead(ports, tenant, company, request)
    lines = _lines(ports, tenant, company, request)
    if _is_under_way(ports, tenant, company, lines, request):
        finish_matches(ports, tenant, company)
        return _made(ports, tenant, company, _match_id(lines, request))
    if any(line.match_id is not None for line in lines):  # or of an undo that is not finished
        finish_matches(ports, tenant, company)
        lines = _lines(ports, tenant, company, request)
    _check_free(lines)
    statements = _statements(ports, tenant, company, lines)
    targets = find_targets(ports, tenant, company, request.targets)
    ports = names_ahead(ports, tenant, company, lines, targets)
    view = view_of(ports, tenant, company, targets, lines, profile=statements[0].profile)
    parts = spread(_amounts(lines, request, view), request.targets)
    match_id = _match_id(lines, request)
    named = named_invoices(ports, tenant, company, lines)
    allocated = allocations(lines, parts, view.bank_entries, named)
    view = replace(view, open_items={**named, **view.open_items})
    drafts = [
        draft_part(Part(line, settles, third_party=_one_party(settles, view)), match_id, view)
        for line, settles in zip(lines, parts, strict=True)
    ]
    lessons, lesson_ids = teaching_writes(
        ports, tenant, company, match_id, [line.line for line in lines],
        _party_matched(request.targets, view), author,
    )  # fmt: skip
    match = replace(
        _match(match_id, lines, parts, drafts, request, author, ports),
        lesson_ids=lesson_ids,
        allocations=allocated,
        draft_ids=pointed_drafts(request.targets, view.bank_entries),
    )
    head, settling = _writes(match, lines, drafts, view)
    head += lessons
    for statement in statements:
        matched = {line.key: after for line, after in _after_lines(match, lines)}
        present = ports.store.lines_of(tenant, company, [(statement, 0)])
        after_lines = [matched.get(line.key, line) for line in present]
        head.append(change(statement, with_line_totals(statement, after_lines)))
    log = audit(
        ports.clock.now(), author, "match_by_hand", match_id,
        before={"lines": levels_shown(lines)},
        after=match_shown(match, view.company.currency, settling),
    )  # fmt: skip
    head.append(log)
    if commit_match(ports, tenant, company, match, head, settling):
        return replace(match, version=1)
    return _made(ports, tenant, company, match_id)


def _made(ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId) -> Match:
    found = ports.store.get(tenant, company, Match, match_id)
    if found is None:
        raise NotFound(f"no match {match_id}")
    if found.status is MatchStatus.UNDONE:
        raise OpenItemAlreadySettled("a target was settled meanwhile")
    return found


def _amounts(lines: list[LineRecord], request: ManualMatch, view: BookView) -> list[int]:
    """Return what the targets have to come to: entries are in the account's currency."""
    if any(target.type is TargetType.BANK_ENTRY for target in request.targets):
        return [line.line.amount_minor for line in lines]
    return [to_book_minor(line, view.company.currency) for line in lines]


def _check_shape(request: ManualMatch) -> None:
    if not 1 <= len(request.lines) <= LINES_MAX_PER_MATCH:
        raise InvalidRequest(f"1 to {LINES_MAX_PER_MATCH} lines", position="/lines")
    if not 1 <= len(request.targets) <= TARGETS_MAX_PER_MATCH:
        raise InvalidRequest(f"1 to {TARGETS_MAX_PER_MATCH} targets", position="/targets")
    if len(set(request.lines)) != len(request.lines):
        raise InvalidRequest("a line is named twice", position="/lines")
    if any(target.amount_minor == 0 for target in request.targets):
        raise InvalidRequest("an amount is zero", position="/targets")


def _lines(
    ports: Ports, tenant: TenantId, company: CompanyId, request: ManualMatch
) -> list[LineRecord]:
    keys = [f"{statement}/{position}" for statement, position in request.lines]
    found = ports.store.get_many(tenant, company, LineRecord, keys)
    missing = [key for key in keys if key not in found]
    if missing:
        raise NotFound(f"no line {missing[0]}")
    return [found[key] for key in keys]


def _is_under_way(
    ports: Ports, tenant: TenantId, company: CompanyId, lines: list[LineRecord],
    request: ManualMatch,
) -> bool:  # fmt: skip
    """Say whether the lines are claimed by this very match, which is not finished."""
    match_id = _match_id(lines, request)
    if lines[0].match_id is None and len(lines) == 1:
        return False
    if ports.store.get(tenant, company, UnfinishedMatch, match_id) is None:
        return False
    return ports.store.get(tenant, company, Match, match_id) is not None


def _check_free(lines: list[LineRecord]) -> None:
    for line in lines:
        if line.match_id is not None:
            raise NotAllowedInState(f"line {line.key} is matched already")
        if line.known_as is not None:
            raise NotAllowedInState(f"line {line.key} is known as {line.known_as}: release it")
        if line.line.status is not LineStatusAtBank.BOOKED:
            raise NotAllowedInState(f"line {line.key} is not booked")
    if len({line.journal for line in lines}) > 1:
        raise InvalidRequest("lines of one bank account make a match", position="/lines")


def _statements(
    ports: Ports, tenant: TenantId, company: CompanyId, lines: list[LineRecord]
) -> list[StatementRecord]:
    ids = sorted({line.statement_id for line in lines})
    found = ports.store.get_many(tenant, company, StatementRecord, ids)
    for statement_id in ids:
        if statement_id not in found:
            raise NotFound(f"no statement {statement_id}")
        if found[statement_id].status not in RUNNABLE:
            raise StatementReadOnly(f"statement {statement_id} is {found[statement_id].status}")
    return [found[statement_id] for statement_id in ids]


def _read_ahead(ports: Ports, tenant: TenantId, company: CompanyId, request: ManualMatch) -> Ports:
    """Return ports that have read what a request names."""
    lines = [f"{statement}/{position}" for statement, position in request.lines]
    statements = sorted({statement for statement, _ in request.lines})
    named = keyed(company, (LineRecord, lines), (StatementRecord, statements))
    return ahead(ports, tenant, [*named, *target_places(company, request.targets)])


def _one_party(settles: tuple[Settle, ...], view: BookView) -> ThirdPartyId | None:
    parties = {
        view.open_items[s.id].third_party if s.type is TargetType.OPEN_ITEM else ThirdPartyId(s.id)
        for s in settles
        if s.type is TargetType.THIRD_PARTY
        or (s.type is TargetType.OPEN_ITEM and s.id in view.open_items)
    }
    return parties.pop() if len(parties) == 1 else None


def _party_matched(targets: tuple[Settle, ...], view: BookView) -> ThirdParty | None:
    """Return the one third party that everything matched belongs to, accounts left aside."""
    parties: set[ThirdPartyId | None] = set()
    for target in targets:
        if target.type is TargetType.OPEN_ITEM and target.id in view.open_items:
            parties.add(view.open_items[target.id].third_party)
        elif target.type is TargetType.THIRD_PARTY:
            parties.add(ThirdPartyId(target.id))
        elif target.type is TargetType.BANK_ENTRY and target.id in view.bank_entries:
            parties.add(view.bank_entries[target.id].third_party)
        elif target.type is TargetType.PAST_PAYMENT and target.id in view.past_payments:
            parties.add(view.past_payments[target.id].third_party)
    only = parties.pop() if len(parties) == 1 else None
    return view.third_parties.get(only) if only is not None else None


def _match_id(lines: list[LineRecord], request: ManualMatch) -> MatchId:
    named = sorted(f"{line.id}:{line.generation}" for line in lines)
    settled = sorted(f"{t.type}:{t.id}:{t.amount_minor}" for t in request.targets)
    return MatchId(derive_id("ma", *named, "|", *settled))


def _match(
    match_id: MatchId, lines: list[LineRecord], parts: tuple[tuple[Settle, ...], ...],
    drafts: list[Draft | None], request: ManualMatch, author: str, ports: Ports,
) -> Match:  # fmt: skip
    is_manual_entry = all(t.type is TargetType.ACCOUNT for t in request.targets)
    return Match(
        id=match_id,
        statement_ids=tuple(sorted({line.statement_id for line in lines})),
        lines=tuple(line.key for line in lines),
        settles=tuple(
            LineSettle(line.id, settle)
            for line, settles in zip(lines, parts, strict=True)
            for settle in settles
        ),
        adjustments=(),
        level=Level.AD if is_manual_entry else Level.AM,
        status=MatchStatus.CONFIRMED,
        author=author,
        created_at=ports.clock.now(),
        pointed_on=request.pointed_on or max(line.line.booking_date for line in lines),
        amount_minor=sum(line.line.amount_minor for line in lines),
        entry_ids=tuple(draft.entry.id for draft in drafts if draft),
    )


def _after_lines(match: Match, lines: list[LineRecord]) -> list[tuple[LineRecord, LineRecord]]:
    return [(line, taken_line(match, line)) for line in lines]


def _writes(
    match: Match, lines: list[LineRecord], drafts: list[Draft | None], view: BookView
) -> tuple[list[Write], list[Write]]:
    """Return the writes of lines and drafts, and those of the targets."""
    books = BooksState(dict(view.open_items), dict(view.bank_entries))
    head = [change(*pair) for pair in _after_lines(match, lines)]
    for draft in drafts:
        if draft is not None:
            head += [create(draft.entry), create(draft.bank_entry)]
    return head, settle_writes(match, books, entry_ids=match.entry_ids)


def confirm(
    ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId, author: str
) -> Match:
    """Confirm a match that waits for it. Raises NotFound, NotAllowedInState."""
    match = ports.store.get(tenant, company, Match, match_id)
    if match is None:
        raise NotFound(f"no match {match_id}")
    if match.status is not MatchStatus.TO_CONFIRM:
        raise NotAllowedInState(f"match {match_id} is {match.status}")
    lessons, lesson_ids = _lessons(ports, tenant, company, match, author)
    after = replace(match, status=MatchStatus.CONFIRMED)
    log = audit(
        ports.clock.now(), author, "confirm_match", match_id,
        before={"status": match.status.value}, after={"status": after.status.value},
    )  # fmt: skip
    taught = [change(match, replace(after, lesson_ids=lesson_ids)), log, *lessons]
    if fits(ports.store, taught):
        ports.store.commit(tenant, company, taught)
        return replace(after, lesson_ids=lesson_ids, version=match.version + 1)
    ports.store.commit(tenant, company, [change(match, after), log])
    return replace(after, version=match.version + 1)


def _lessons(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match, author: str
) -> tuple[list[Write], tuple[str, ...]]:
    """Return what a person's match teaches now that it is confirmed; the engine's own nothing."""
    targets = tuple(s.settle for s in match.settles if s.settle.type is not TargetType.ACCOUNT)
    if match.engine is not None or not targets:
        return [], ()
    places = target_places(company, targets)
    ports = ahead(ports, tenant, [*keyed(company, (LineRecord, match.lines)), *places])
    lines = list(ports.store.get_many(tenant, company, LineRecord, match.lines).values())
    found = find_targets(ports, tenant, company, targets)
    ports = names_ahead(ports, tenant, company, lines, found)
    view = view_of(ports, tenant, company, found, lines, profile=ImportProfile())
    return teaching_writes(
        ports, tenant, company, match.id, [line.line for line in lines],
        _party_matched(targets, view), author,
    )  # fmt: skip
