"""Entries generated from templates (modèles d'écriture) for unmatched lines (SPEC ACT-7).

One line's entry may be edited first and is matched at once; a batch's wait for confirmation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rappro.domain.books import EntryTemplate, LedgerAccount
from rappro.domain.errors import ExternalError, NotFound, RapproError, RuleViolation
from rappro.domain.frozen import dataclass
from rappro.domain.ids import MatchId, derive_id
from rappro.domain.posting.drafting import line_label, line_piece, of_month
from rappro.domain.posting.slips import Leg, Slip, draft_slip, targets
from rappro.domain.posting.templates import is_for, is_fully_split, template_legs
from rappro.domain.records import LineRecord, Match, MatchStatus
from rappro.use_cases.acting import (
    LINES_MAX_PER_BATCH,
    Actor,
    Ask,
    Bench,
    LineKey,
    LineResult,
    Planned,
    check_free,
)
from rappro.use_cases.cash_movements import LEGS_MAX, check_legs
from rappro.use_cases.draft_checks import check_accounts, check_day, check_period
from rappro.use_cases.templates import find_templates


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """A line and what its entry is made with; what is None is the template's or the line's."""

    line: LineKey
    template: str | None = None
    legs: tuple[Leg, ...] | None = None
    operation_date: date | None = None
    label: str | None = None
    piece: str | None = None


def generate_entry(actor: Actor, request: TemplateEntry) -> Match:
    """Generate the entry of one line from its template, or the one named; matched at once.

    Raises RuleViolation without a template, for one of the other direction, without an account, or
    with several and no full split rule while no counterparts are given; UnbalancedEntry naming the
    gap of given ones; NotFound, NotAllowedInState, StatementReadOnly, PeriodClosed, InvalidRequest.
    """
    bench = Bench.at(actor)
    given = request.template
    accounts = [leg.account for leg in (request.legs or ())[:LEGS_MAX]]
    (line,) = bench.lines(
        [request.line], 1, also=[(EntryTemplate, [given]), (LedgerAccount, accounts)],
        naming=[] if given else [EntryTemplate],
    )  # fmt: skip
    name = request.template or line.template
    if name is None:
        raise RuleViolation(f"no template on {line.key}: name one")
    template = _templates(bench.actor, [name]).get(name)
    if template is None:
        raise NotFound(f"no template {name}")
    plan = _planned(bench, line, template, request, status=MatchStatus.CONFIRMED)
    return bench.commit_one(plan)


def generate_entries(actor: Actor, keys: Sequence[LineKey]) -> tuple[LineResult, ...]:
    """Generate the entry of each of many lines from its template, to be confirmed.

    Says of each line what became of it; asked again, a line whose entry stands is told as made.
    Raises RuleViolation naming the lines without a template and those whose template has several
    accounts and no full split rule: then nothing is made at all. InvalidRequest beyond
    LINES_MAX_PER_BATCH, NotFound, StatementReadOnly, StoreConflict.
    """
    bench = Bench.at(actor)
    lines = bench.lines(keys, LINES_MAX_PER_BATCH, naming=[EntryTemplate])
    named = [line.template for line in lines if line.template is not None]
    templates = _templates(bench.actor, named)
    without = [line.key for line in lines if line.template not in templates]
    if without:
        raise RuleViolation(f"no template on {', '.join(without)}: nothing was made")
    open_ended = [
        line.key
        for line in lines
        if not is_fully_split(of_month(templates[line.template or ""], line.line.booking_date))
    ]
    if open_ended:
        raise RuleViolation(
            f"the template of {', '.join(open_ended)} has several accounts and no full split rule:"
            " nothing was made"
        )
    results: dict[str, LineResult] = {}
    bench.commit_each(_each(bench, lines, templates, results))
    return tuple(results[line.key] for line in lines)


def _each(
    bench: Bench, lines: Sequence[LineRecord], templates: dict[str, EntryTemplate],
    results: dict[str, LineResult],
) -> Iterator[Planned]:  # fmt: skip
    for line in lines:
        template = templates[line.template or ""]
        match_id = _match_id(line, template)
        if line.match_id == match_id:
            results[line.key] = LineResult(line.key, match_id)
            continue
        asked = TemplateEntry((line.statement_id, line.line.position))
        try:
            plan = _planned(bench, line, template, asked, status=MatchStatus.TO_CONFIRM)
        except ExternalError:
            raise
        except RapproError as error:
            results[line.key] = LineResult(line.key, error=error)
            continue
        results[line.key] = LineResult(line.key, match_id)
        yield plan


def _templates(actor: Actor, ids: Sequence[str]) -> dict[str, EntryTemplate]:
    wanted = sorted(set(ids))
    return find_templates(actor.ports, actor.tenant, actor.company, wanted)


def _match_id(line: LineRecord, template: EntryTemplate) -> MatchId:
    return MatchId(derive_id("ma", "template", line.id, line.generation, template.id))


def _planned(
    bench: Bench, line: LineRecord, template: EntryTemplate, request: TemplateEntry, *,
    status: MatchStatus,
) -> Planned:  # fmt: skip
    amount_minor = check_free(line, bench.company)
    legs = _legs(bench, line, template, request, amount_minor)
    on = request.operation_date or line.line.booking_date
    check_day(bench.statement(line), request.operation_date)
    check_period(bench.company, on)
    match_id = _match_id(line, template)
    slip = Slip(
        name=line.id,
        statement_id=line.statement_id,
        on=on,
        piece_ref=request.piece or line_piece(line),
        label=request.label or line_label(line),
        on_account_minor=line.line.amount_minor,
        currency=line.line.currency,
    )
    draft = draft_slip(slip, legs, match_id, bench.view(line))
    actor = bench.actor
    check_accounts(actor.ports, actor.tenant, bench.company, bench.statement(line), draft.entry)
    ask = Ask([line], match_id, [targets(legs)], "generate_entry", status, template.id)
    return bench.planned(ask, [draft])


def _legs(
    bench: Bench, line: LineRecord, template: EntryTemplate, request: TemplateEntry,
    amount_minor: int,
) -> tuple[Leg, ...]:  # fmt: skip
    template = of_month(template, line.line.booking_date)
    if not is_for(template, amount_minor):
        direction = "in" if amount_minor > 0 else "out"
        raise RuleViolation(f"template {template.id} is not for money {direction}")
    if request.legs is not None:
        check_legs(bench, line, request.legs, amount_minor)
        return request.legs
    if not template.lines:
        raise RuleViolation(f"template {template.id} has no account")
    if not is_fully_split(template):
        raise RuleViolation(
            f"template {template.id} has several accounts and no full split rule: distribute"
            " the amount over them"
        )
    return template_legs(template, amount_minor)
