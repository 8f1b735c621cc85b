"""Cash movements (mouvements de trésorerie) made from unmatched lines (SPEC ACT-1, ACT-2, ACT-3).

A receipt (encaissement) from a line of money in, a disbursement (décaissement) from one of money
out. Each is a match with a drafted entry, and waits for confirmation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from rappro.domain.books import LedgerAccount, OpenItem, ThirdParty
from rappro.domain.errors import (
    ExternalError,
    InvalidRequest,
    NotFound,
    RapproError,
    RuleViolation,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import MatchId, StatementId, ThirdPartyId, derive_id
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.posting.drafting import Part, draft_part, line_label, line_piece
from rappro.domain.posting.paying import payable
from rappro.domain.posting.slips import Leg, Slip, check_balance, draft_slip, shared, targets
from rappro.domain.records import LineRecord, Match
from rappro.use_cases.acting import (
    LINES_MAX_PER_BATCH,
    LINES_MAX_PER_ENTRY,
    Actor,
    Ask,
    Bench,
    LineKey,
    LineResult,
    Planned,
    check_free,
    latest,
)
from rappro.use_cases.draft_checks import (
    check_accounts,
    check_day,
    check_given_accounts,
    check_period,
)

LEGS_MAX = 100


def create_cash_movement(
    actor: Actor, line: LineKey, *, operation_date: date | None = None
) -> Match:
    """Make the receipt or disbursement of a line's third party, matched with it (ACT-1).

    A line that names an invoice pays it as far as its residual goes; what is left over, or all of
    it without an invoice, is a payment on account. The entry is dated by `operation_date`, by
    default the line's booking date.

    Raises NotFound, StatementReadOnly, NotAllowedInState, RuleViolation without a third party,
    OpenItemAlreadySettled, PeriodClosed, InvalidRequest for a date after the statement's end.
    """
    bench = Bench.at(actor)
    (found,) = bench.lines([line], 1, naming=(OpenItem, ThirdParty))
    _load(bench, [found])
    return bench.commit_one(_planned(bench, found, operation_date))


def create_cash_movements(
    actor: Actor, keys: Sequence[LineKey], *, operation_date: date | None = None
) -> tuple[LineResult, ...]:
    """Make the movement of each of many lines, and say of each what became of it (ACT-2).

    Lines that name one invoice take from it while a residual remains, the earliest first; the next
    is `already_settled` and stays unmatched (MAT-9). Asked again, a line whose movement stands is
    told as made.

    Raises RuleViolation naming the lines that have no third party: then nothing is made at all.
    InvalidRequest beyond LINES_MAX_PER_BATCH, NotFound, StatementReadOnly, StoreConflict: what was
    committed before stays, and asking again goes on.
    """
    bench = Bench.at(actor)
    lines = bench.lines(keys, LINES_MAX_PER_BATCH, naming=(OpenItem, ThirdParty))
    _load(bench, lines)
    without = [line.key for line in lines if _party(bench, line) is None]
    if without:
        raise RuleViolation(f"no third party on {', '.join(without)}: nothing was made")
    results: dict[str, LineResult] = {}
    bench.commit_each(_each(bench, in_order(bench, lines), results, operation_date))
    return tuple(results[line.key] for line in lines)


def in_order(bench: Bench, lines: Sequence[LineRecord]) -> list[LineRecord]:
    """Return lines from the earliest: booking date, statement, position (MAT-9)."""

    def place(line: LineRecord) -> tuple[date, date, str, str, int]:
        statement = bench.statement(line)
        period = statement.period_from or date.min
        on, position = line.line.booking_date, line.line.position
        return on, period, statement.number or "", statement.id, position

    return sorted(lines, key=place)


def _each(
    bench: Bench, lines: Sequence[LineRecord], results: dict[str, LineResult],
    operation_date: date | None,
) -> Iterator[Planned]:  # fmt: skip
    for line in lines:
        match_id = _match_id(line)
        if line.match_id == match_id:
            results[line.key] = LineResult(line.key, match_id)
            continue
        try:
            plan = _planned(bench, line, operation_date)
        except ExternalError:
            raise
        except RapproError as error:
            results[line.key] = LineResult(line.key, error=error)
            continue
        results[line.key] = LineResult(line.key, match_id)
        yield plan


def _load(bench: Bench, lines: Sequence[LineRecord]) -> None:
    bench.load_items(line.invoice for line in lines if line.invoice is not None)
    bench.load_parties(line.third_party for line in lines if line.third_party is not None)


def _party(bench: Bench, line: LineRecord) -> ThirdPartyId | None:
    """Return the line's third party, else the one of the invoice that it names."""
    if line.third_party is not None:
        return line.third_party
    item = bench.books.open_items.get(line.invoice or "")
    return item.third_party if item is not None else None


def _match_id(line: LineRecord) -> MatchId:
    return MatchId(derive_id("ma", "movement", line.id, line.generation))


def _planned(bench: Bench, line: LineRecord, operation_date: date | None) -> Planned:
    amount_minor = check_free(line, bench.company)
    party = _party(bench, line)
    if party is None:
        raise RuleViolation(f"no third party on {line.key}: set one, or say what it is for")
    if party not in bench.parties:
        raise NotFound(f"no third party {party}")
    on = operation_date or line.line.booking_date
    check_day(bench.statement(line), operation_date)
    check_period(bench.company, on)
    settles = _settles(bench, line, party, amount_minor)
    match_id, view = _match_id(line), bench.view(line)
    part = Part(line, settles, third_party=party, operation_date=on)
    draft = draft_part(part, match_id, view)
    if draft is None:
        raise RuleViolation(f"nothing to book for {line.key}")
    actor = bench.actor
    check_accounts(actor.ports, actor.tenant, bench.company, bench.statement(line), draft.entry)
    return bench.planned(Ask([line], match_id, [settles], "create_cash_movement"), [draft])


def _settles(
    bench: Bench, line: LineRecord, party: ThirdPartyId, amount_minor: int
) -> tuple[Settle, ...]:
    """Return what the movement pays: the invoice as far as it goes, the rest on account."""
    if line.invoice is None:
        return (Settle(TargetType.THIRD_PARTY, party, amount_minor),)
    item = bench.books.open_items.get(line.invoice)
    if item is None:
        raise NotFound(f"no open item {line.invoice}")
    paid_minor = payable(item, party, amount_minor)
    paid = Settle(TargetType.OPEN_ITEM, item.id, paid_minor)
    if paid_minor == amount_minor:
        return (paid,)
    return paid, Settle(TargetType.THIRD_PARTY, party, amount_minor - paid_minor)


@dataclass(frozen=True, slots=True)
class UndefinedMovement:
    """A movement of nobody known (tiers non défini): lines, head and counterparts.

    `drawer` is the name of who pays or is paid (nom du tireur); `piece` the number of the invoice
    that is paid. The amount is the lines' total and cannot be given.
    """

    statement: StatementId
    positions: tuple[int, ...]
    legs: tuple[Leg, ...]
    operation_date: date | None = None
    drawer: str | None = None
    piece: str | None = None


def create_undefined_movement(actor: Actor, request: UndefinedMovement) -> Match:
    """Make one receipt or disbursement of lines that nobody is known for (ACT-3).

    A receipt when the total is money in, else a disbursement. Operation date, drawer and piece
    are by default the latest line's, the label of the largest line and the invoice that it names.

    Raises UnbalancedEntry naming the gap, RuleViolation for lines that have a third party or add
    up to nothing, and what `create_cash_movement` raises.
    """
    bench = Bench.at(actor)
    keys = [(request.statement, position) for position in request.positions]
    accounts = [leg.account for leg in request.legs[:LEGS_MAX]]
    lines = bench.lines(
        keys, LINES_MAX_PER_ENTRY, also=[(LedgerAccount, accounts)], naming=[OpenItem]
    )
    amounts = [check_free(line, bench.company) for line in lines]
    bench.load_items(line.invoice for line in lines if line.invoice is not None)
    _check_undefined(lines, amounts)
    check_legs(bench, lines[0], request.legs, sum(amounts))
    on = request.operation_date or latest(lines)
    check_day(bench.statement(lines[0]), request.operation_date)
    check_period(bench.company, on)
    match_id = _undefined_id(lines, request)
    largest = max(lines, key=lambda line: (abs(line.line.amount_minor), -line.line.position))
    slip = Slip(
        name="undefined",
        statement_id=request.statement,
        on=on,
        piece_ref=request.piece or _piece(bench, largest),
        label=request.drawer or line_label(largest),
        on_account_minor=sum(line.line.amount_minor for line in lines),
        currency=largest.line.currency,
        is_payment=True,
    )
    draft = draft_slip(slip, request.legs, match_id, bench.view(lines[0]))
    check_accounts(
        bench.actor.ports, actor.tenant, bench.company, bench.statement(lines[0]), draft.entry
    )
    ask = Ask(lines, match_id, shared(amounts, targets(request.legs)), "create_undefined_movement")
    return bench.commit_one(bench.planned(ask, [draft]))


def _check_undefined(lines: Sequence[LineRecord], amounts: Sequence[int]) -> None:
    known = [line.key for line in lines if line.third_party is not None]
    if known:
        raise RuleViolation(f"{', '.join(known)}: the third party is known, the movement is its")
    if not sum(amounts):
        raise RuleViolation("the lines add up to nothing: match them with one another")


def check_legs(bench: Bench, line: LineRecord, legs: Sequence[Leg], total_minor: int) -> None:
    """Check counterparts: how many, their accounts, and that they come to the total.

    Raises InvalidRequest, NotFound for an unknown account, UnbalancedEntry naming the gap.
    """
    if not 1 <= len(legs) <= LEGS_MAX:
        raise InvalidRequest(f"1 to {LEGS_MAX} counterparts", position="/counterparts")
    if any(not leg.amount_minor for leg in legs):
        raise InvalidRequest("an amount is zero", position="/counterparts")
    actor, numbers = bench.actor, [leg.account for leg in legs]
    check_given_accounts(actor.ports, actor.tenant, bench.company, bench.statement(line), numbers)
    check_balance(legs, total_minor, bench.company.currency)


def _piece(bench: Bench, line: LineRecord) -> str:
    item = bench.books.open_items.get(line.invoice or "")
    return item.number if item is not None else line_piece(line)


def _undefined_id(lines: Sequence[LineRecord], request: UndefinedMovement) -> MatchId:
    named = sorted(f"{line.id}:{line.generation}" for line in lines)
    given = [f"{leg.account}:{leg.amount_minor}" for leg in request.legs]
    return MatchId(derive_id("ma", "undefined", *named, "|", *given))
