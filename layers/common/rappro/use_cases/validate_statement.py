"""Validation of a statement (validation du relevé): the last step, whole, then read-only.

    check everything ─► keep what readers are shown meanwhile: all of it as it is now (veiling.py)
                     ─► one commit: number blocks reserved, statement `validating`, a mark
                     ─► from here it only rolls forward, chunk by chunk: entries numbered and
                        validated, lines and matches validated, letters given, the rest to suspense
                     ─► the report at the closing day is kept under its hash
                     ─► one commit: statement `validated`, the validation done, the report's
                        record, the mark gone: from here on readers are shown all of it

A validation that died half-way is finished by calling it again, or by the company's next one: the
plan is derived from what is stored, so each entry gets the number it was meant to have (SPEC POS-1,
POS-2, POS-4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Final

from rappro.domain.books import (
    BankEntry,
    EntryStatus,
    ItemShare,
    JournalEntry,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import (
    NotFound,
    StatementReadOnly,
    StoreConflict,
)  # fmt: skip
from rappro.domain.ids import CompanyId, EntryId, StatementId, TenantId, derive_id
from rappro.domain.matching.model import Level, Settle, TargetType
from rappro.domain.operations import (
    NumberBlock,
    PieceCounter,
    Validation,
)
from rappro.domain.posting.drafting import suspense_match_id
from rappro.domain.posting.lettering import letter_items, sources_of
from rappro.domain.records import (
    LineRecord,
    LineSettle,
    LineStatus,
    Match,
    MatchStatus,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import (
    Fence,
    Held,
    Write,
    change,
    create,
    put,
    remove,
)
from rappro.ports import Ports
from rappro.use_cases import lease
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit import VALIDATE_STATEMENT, audit
from rappro.use_cases.exchange_units import finish_switched
from rappro.use_cases.large_matches import finish_matches
from rappro.use_cases.packing import chained, fits, pack_joined
from rappro.use_cases.report_snapshots import freeze_report
from rappro.use_cases.validation_parts import parts_of_match
from rappro.use_cases.validation_plan import (
    ValidationPlan,
    check_plan,
    counts_by_year,
    missing_account_writes,
    numbers_of,
    plan_validation,
)
from rappro.use_cases.validation_rows import paid_in, settled_ids, validated_row
from rappro.use_cases.veiling import keep_veil
from rappro.use_cases.working_set import WorkingSet

LINES_AHEAD: Final = 100
"""Lines of which everything is read together; what changes meanwhile fails a commit."""


def validate_statement(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, author: str
) -> StatementRecord:
    """Validate a statement and return it, read-only. Calling it again finishes or repeats it.

    Raises NotFound, StatementReadOnly, NotAllowedInState while a match waits for confirmation,
    PeriodClosed, RuleViolation for a missing account; nothing is changed then. LeaseHeld,
    StoreConflict while a match of it is under way.
    """
    holder = f"validate:{statement_id}"
    fence = lease.acquire(ports, tenant, company, holder)
    try:
        finish_matches(ports, tenant, company, fence=fence)
        statement = _statement(ports, tenant, company, statement_id)
        if statement.status is StatementStatus.VALIDATED:
            return statement
        finish_switched(Actor(ports, tenant, company, author), fence)
        for begun in _begun(ports, tenant, company, statement_id):
            _validate(ports, tenant, company, begun, author, fence)
        return _validate(ports, tenant, company, statement, author, fence)
    finally:
        lease.release(ports, tenant, company, holder)


def _begun(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId
) -> list[StatementRecord]:
    """Return the company's statements whose validation died half-way; they come first.

    Else this one's report would be frozen with half of theirs in it.
    """
    marks = ports.store.all(tenant, company, UnfinishedValidation)
    keys = [mark.key for mark in marks if mark.key != statement_id]
    return list(ports.store.get_many(tenant, company, StatementRecord, keys).values())


def _validate(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord, author: str,
    fence: Fence,
) -> StatementRecord:  # fmt: skip
    plan = plan_validation(ports, tenant, company, statement)
    validation = ports.store.get(tenant, company, Validation, statement.id)
    if validation is None or validation.is_done:  # done: a reversal reopened the statement
        _check_finished(plan)
        check_plan(ports, tenant, plan)
        following = 1 if validation is None else validation.round + 1
        keep_veil(ports, tenant, plan, validation_round=following)
        validation = _reserve(ports, tenant, plan, author, before=validation, fence=fence)
    _roll_forward(ports, tenant, plan, validation, fence)
    return _finish(ports, tenant, plan, validation, fence)


def _check_finished(plan: ValidationPlan) -> None:
    """Refuse a match that was begun since; one begun from here on fails the first commit."""
    for match in plan.matches.values():
        if match.status in {MatchStatus.POSTING, MatchStatus.UNDOING}:
            raise StoreConflict(f"match {match.id} is {match.status}: it is finished first")


def _statement(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId
) -> StatementRecord:
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    if statement is None:
        raise NotFound(f"no statement {statement_id}")
    allowed = RUNNABLE | {StatementStatus.VALIDATING, StatementStatus.VALIDATED}
    if statement.status not in allowed:
        raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
    return statement


def _reserve(
    ports: Ports, tenant: TenantId, plan: ValidationPlan, author: str,
    *, before: Validation | None, fence: Fence,
) -> Validation:  # fmt: skip
    """Reserve the numbers and turn the statement to `validating`, in one commit."""
    company, journal = plan.company.id, plan.journal
    writes: list[Write] = []
    blocks: list[NumberBlock] = []
    for code, year, count in counts_by_year(plan):
        key = f"{code}/{year}"
        counter = ports.store.get(tenant, company, PieceCounter, key)
        current = counter or PieceCounter(code, year)
        other = None if code == journal.code else code
        blocks.append(NumberBlock(year, current.last_number + 1, count, other))
        after = replace(current, last_number=current.last_number + count)
        writes.append(put(counter, after))
    validation = Validation(
        statement_id=plan.statement.id,
        journal=journal.code,
        blocks=tuple(blocks),
        validated_on=ports.clock.today(plan.company.timezone),
        author=author,
        round=before.round + 1 if before is not None else 1,
    )
    moved = plan.statement.moved_to(StatementStatus.VALIDATING)
    writes += [put(before, validation), change(plan.statement, moved)]
    writes.append(create(UnfinishedValidation(plan.statement.id)))
    log = audit(
        ports.clock.now(), author, VALIDATE_STATEMENT, plan.statement.id,
        revision=validation.round,
        before={"status": plan.statement.status.value},
        after={"status": moved.status.value, "numbers": [asdict(block) for block in blocks]},
    )  # fmt: skip
    writes.append(log)
    held = [Held(company, plan.company)]  # its locked period is the one that was looked at
    ports.store.commit(tenant, company, writes, fence=fence, held=held)
    return replace(validation, version=before.version + 1 if before is not None else 1)


def _roll_forward(
    ports: Ports, tenant: TenantId, plan: ValidationPlan, validation: Validation, fence: Fence
) -> None:
    working = WorkingSet(ports, tenant, plan.company.id)
    for writes in pack_joined(ports.store, _groups(working, plan, validation)):
        ports.store.commit(tenant, plan.company.id, writes, fence=fence)


def _groups(
    working: WorkingSet, plan: ValidationPlan, validation: Validation
) -> Iterator[list[Write]]:
    numbers = numbers_of(plan, validation)
    done: set[str] = set()
    for number, line in enumerate(plan.lines):
        if number % LINES_AHEAD == 0:
            _fetch(working, plan, plan.lines[number : number + LINES_AHEAD])
        if line.status in {LineStatus.VALIDATED, LineStatus.CLOSED_MANUALLY}:
            continue
        match = plan.matches.get(line.match_id or "")
        if line.key in plan.suspense:
            writes = _suspense_writes(working, plan, line, numbers, validation)
        elif match is not None and match.id not in done:
            done.add(match.id)
            yield from _match_groups(working, plan, match, numbers, validation)
            continue
        else:
            continue
        working.plan(writes)
        yield writes


def _fetch(working: WorkingSet, plan: ValidationPlan, lines: Iterable[LineRecord]) -> None:
    """Read what the next lines need together: requests by the hundred, not by the match."""
    working.forget()
    found = {line.match_id: plan.matches.get(line.match_id or "") for line in lines}
    matches = [match for match in found.values() if match is not None]
    own = [entry for match in matches for entry in match.posted_ids if entry in plan.entries]
    items = working.fetch(OpenItem, (key for match in matches for key in settled_ids(match)))
    related = {place.entry_id for item in items.values() for place in sources_of(item)}
    related |= {entry for item in items.values() for entry in item.settled_by}
    working.fetch(JournalEntry, {*own, *related})
    working.fetch(BankEntry, (derive_id("be", entry, 0) for entry in own))
    working.fetch(ThirdParty, (item.third_party for item in items.values()))


def _suspense_writes(
    working: WorkingSet, plan: ValidationPlan, line: LineRecord, numbers: dict[str, int],
    validation: Validation,
) -> list[Write]:  # fmt: skip
    entry = _numbered(plan.suspense[line.key], numbers, validation)
    side = replace(plan.suspense_sides[line.key], is_in_ledger=True)
    account = plan.statement.profile.suspense_account
    settle = Settle(TargetType.ACCOUNT, account, line.line.amount_minor)
    match = Match(
        id=suspense_match_id(line),
        statement_ids=(line.statement_id,),
        lines=(line.key,),
        settles=(LineSettle(line.id, settle),),
        adjustments=(),
        level=line.level if line.level is not None else Level.C,
        status=MatchStatus.VALIDATED,
        author=validation.author,
        created_at=working.ports.clock.now(),
        pointed_on=line.line.booking_date,
        amount_minor=line.line.amount_minor,
        entry_ids=(entry.id,),
    )
    after = replace(line.moved_to(LineStatus.VALIDATED), match_id=match.id, level=match.level)
    told = validated_row(working.ports.clock, validation, match, lines=[line], entries=[entry])
    return [create(match), change(line, after), create(entry), create(side), told]


def _numbered(entry: JournalEntry, numbers: dict[str, int], validation: Validation) -> JournalEntry:
    return replace(
        entry,
        number=numbers[entry.id],
        status=EntryStatus.VALIDATED,
        validated_on=validation.validated_on,
    )


def _match_groups(
    working: WorkingSet, plan: ValidationPlan, match: Match, numbers: dict[str, int],
    validation: Validation,
) -> Iterator[list[Write]]:  # fmt: skip
    """Yield the writes of a match: one group when it fits, else letters first, item by item.

    The match, its lines and its drafts come last, so that a validation that died among the letters
    finds them given and goes on with the next.
    """
    own = [e for e in match.posted_ids if e in plan.entries]
    drafts = list(working.get_many(JournalEntry, own).values())  # an earlier group may letter them
    entries = {draft.id: _posted(draft, match, numbers, validation) for draft in drafts}
    sides = working.get_many(BankEntry, [derive_id("be", draft.id, 0) for draft in drafts])
    still_paid = [share for side in sides.values() for share in side.allocated]
    steps, lettered = _letter(
        working, settled_ids(match, still_paid), entries, validation.validated_on
    )
    lines = plan.by_match.get(match.id, ())
    writes = [change(line, line.moved_to(LineStatus.VALIDATED)) for line in lines]
    writes += [change(side, replace(side, is_in_ledger=True)) for side in sides.values()]
    writes += [change(draft, lettered[draft.id]) for draft in drafts]
    writes.append(_told(working, plan, validation, match, lines, lettered.values(), still_paid))
    if _is_last_statement(working, plan, match):
        writes.append(change(match, replace(match, status=MatchStatus.VALIDATED)))
    whole = chained([*(write for step in steps for write in step), *writes])
    groups = [whole]
    if not fits(working.ports.store, whole):
        groups = parts_of_match(working, plan.statement.id, steps, writes)
    for group in groups:
        working.plan(group)
        yield group


def _posted(
    draft: JournalEntry, match: Match, numbers: dict[str, int], validation: Validation
) -> JournalEntry:
    """Return a draft, validated; one that outlived its match is of the one that points it."""
    entry = _numbered(draft, numbers, validation)
    return replace(entry, statement_id=validation.statement_id, match_id=match.id)


def _told(
    working: WorkingSet, plan: ValidationPlan, validation: Validation, match: Match,
    lines: Sequence[LineRecord], entries: Iterable[JournalEntry],
    still_paid: Sequence[ItemShare],
) -> Write:  # fmt: skip
    paid = paid_in(working, match, lines, plan.company.currency, still_paid=still_paid)
    return validated_row(
        working.ports.clock, validation, match, lines=lines, entries=entries, paid=paid
    )


def _is_last_statement(working: WorkingSet, plan: ValidationPlan, match: Match) -> bool:
    """A match over several statements is validated with the last of them."""
    if match.statement_ids == (plan.statement.id,):
        return True
    own = {line.key for line in plan.lines}
    others = working.get_many(LineRecord, [key for key in match.lines if key not in own])
    return all(line.status is LineStatus.VALIDATED for line in others.values())


def _letter(
    working: WorkingSet, settled: set[str], validated: Mapping[EntryId, JournalEntry], on: date
) -> tuple[list[list[Write]], dict[str, JournalEntry]]:
    """Letter the open items that a match settled with their payments, one step an item.

    Returns the steps (item, letter count, invoice, earlier payments) and the match's own entries,
    lettered, which the caller writes.
    """
    items = working.get_many(OpenItem, sorted(settled))
    related = {place.entry_id for i in items.values() for place in sources_of(i)}
    related |= {e for i in items.values() for e in i.settled_by}
    entries: dict[str, JournalEntry] = {**working.get_many(JournalEntry, sorted(related))}
    entries |= {entry.id: entry for entry in validated.values()}
    parties = working.get_many(ThirdParty, sorted({i.third_party for i in items.values()}))
    steps: list[list[Write]] = []
    for item in sorted(items.values(), key=lambda i: (i.issue_date, i.number, i.id)):
        party = parties.get(item.third_party)
        if party is None:
            continue
        lettered = letter_items(party, [item], entries, on=on)
        step: list[Write] = []
        if lettered.third_party != party:
            step.append(change(party, lettered.third_party))
            parties[party.id] = replace(lettered.third_party, version=party.version + 1)
        if lettered.open_items[item.id] != item:
            step.append(change(item, lettered.open_items[item.id]))
        for key, before in entries.items():
            after = lettered.entries[key]
            if after == before:
                continue
            if key not in validated:
                step.append(change(before, after))
                after = replace(after, version=before.version + 1)
            entries[key] = after
        if step:
            steps.append(step)
    return steps, {key: entries[key] for key in validated}


def _finish(
    ports: Ports, tenant: TenantId, plan: ValidationPlan, validation: Validation, fence: Fence
) -> StatementRecord:
    """Freeze the report; in one commit with its record, the statement is validated."""
    company = plan.company.id
    statement = _statement(ports, tenant, company, validation.statement_id)
    report = freeze_report(
        ports, tenant, company, statement, lines=plan.lines, author=validation.author,
        validation_round=validation.round,
    )  # fmt: skip
    after = replace(statement.moved_to(StatementStatus.VALIDATED), report_id=report.id)
    done = replace(validation, is_done=True)
    mark = UnfinishedValidation(statement.id, version=1)
    writes = [change(statement, after), change(validation, done), create(report), remove(mark)]
    writes += missing_account_writes(ports, tenant, plan)
    log = audit(
        ports.clock.now(), validation.author, "close_validation", statement.id,
        revision=validation.round, before={"status": statement.status.value},
        after={"status": after.status.value, "journal": after.journal, "report": report.id},
    )  # fmt: skip
    ports.store.commit(tenant, company, [*writes, log], fence=fence)
    return replace(after, version=statement.version + 1)
