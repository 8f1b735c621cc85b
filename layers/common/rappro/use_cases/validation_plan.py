"""What the validation of a statement will do, derived from what is stored; and its checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.books import (
    BankEntry,
    Company,
    EntryStatus,
    Journal,
    JournalEntry,
    LedgerAccount,
)
from rappro.domain.errors import (
    NotAllowedInState,
    NotFound,
    PeriodClosed,
    RuleViolation,
)  # fmt: skip
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import (
    Validation,
)
from rappro.domain.posting.drafting import BookView, draft_suspense
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    Match,
    MatchStatus,
    StatementRecord,
)
from rappro.domain.writes import (
    Write,
    create,
)
from rappro.ports import Ports
from rappro.use_cases.companies import get_company
from rappro.use_cases.read_ahead import ahead, keyed


@dataclass(frozen=True, slots=True)
class ValidationPlan:
    """What a validation will do, in order: `pieces` are (entry, the lines and match it is for).

    A draft that outlived the match it was made for is of the first statement that is validated of
    those of the match that points it now.
    """

    company: Company
    journal: Journal
    statement: StatementRecord
    lines: tuple[LineRecord, ...]
    matches: dict[str, Match]
    entries: dict[str, JournalEntry]
    suspense: dict[str, JournalEntry]  # by line key
    suspense_sides: dict[str, BankEntry]
    earlier: frozenset[str] = frozenset()  # entries that an earlier round validated
    by_match: Mapping[str, tuple[LineRecord, ...]] = field(default_factory=dict)

    def pieces(self) -> list[JournalEntry]:
        """Return the entries in numbering order: by fiscal year, then line position.

        Those of an earlier validation, before a reversal reopened the statement, have theirs.
        """
        ordered: list[JournalEntry] = []
        seen: set[str] = set()
        for line in self.lines:
            match = self.matches.get(line.match_id or "")
            own = [self.entries[e] for e in match.posted_ids if e in self.entries] if match else []
            if line.key in self.suspense:
                own = [self.suspense[line.key]]
            for entry in own:
                if entry.id not in seen and entry.id not in self.earlier:
                    seen.add(entry.id)
                    ordered.append(entry)
        return ordered


def plan_validation(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord
) -> ValidationPlan:
    """Return what validating a statement takes; the same again after a crash. Raises NotFound."""
    ports = ahead(ports, tenant, [
        *keyed(company, (Journal, [statement.journal]), (Company, ["COMPANY"])),
        *keyed(company, (Validation, [statement.id])),
    ])  # fmt: skip
    store = ports.store
    journal = store.get(tenant, company, Journal, statement.journal or "")
    if journal is None:
        raise NotFound(f"no journal {statement.journal}")
    settings = get_company(ports, tenant, company)
    lines = tuple(store.lines_of(tenant, company, [(statement, 0)]))
    match_ids = sorted({line.match_id for line in lines if line.match_id is not None})
    matches = store.get_many(tenant, company, Match, match_ids)
    entry_ids = [e for match in matches.values() for e in match.posted_ids]
    suspense, sides = _suspense(settings, journal, statement, lines, matches)
    stored = store.get_many(
        tenant, company, JournalEntry, [*entry_ids, *(e.id for e in suspense.values())]
    )
    begun = store.get(tenant, company, Validation, statement.id)
    return ValidationPlan(
        company=settings,
        journal=journal,
        statement=statement,
        lines=lines,
        matches={k: m for k, m in matches.items() if m.level.is_matched},
        entries={
            e: stored[e]
            for e in entry_ids
            if e in stored and (stored[e].statement_id == statement.id or stored[e].is_left_draft)
        },
        suspense={key: stored.get(entry.id, entry) for key, entry in suspense.items()},
        suspense_sides=sides,
        earlier=_earlier(stored.values(), settings, begun),
        by_match=_by_match(lines),
    )


def _by_match(lines: Iterable[LineRecord]) -> dict[str, tuple[LineRecord, ...]]:
    found: dict[str, list[LineRecord]] = {}
    for line in lines:
        if line.match_id is not None:
            found.setdefault(line.match_id, []).append(line)
    return {match: tuple(of) for match, of in found.items()}


def _earlier(
    entries: Iterable[JournalEntry], company: Company, begun: Validation | None
) -> frozenset[str]:
    """Return the validated entries whose number is in no block of the validation under way."""

    def is_of_this_round(entry: JournalEntry) -> bool:
        if begun is None or begun.is_done:
            return False
        return begun.has_given(entry.journal, company.fiscal_year(entry.date), entry.number)

    return frozenset(
        entry.id
        for entry in entries
        if entry.status is EntryStatus.VALIDATED and not is_of_this_round(entry)
    )


def _suspense(
    company: Company, journal: Journal, statement: StatementRecord,
    lines: tuple[LineRecord, ...], matches: dict[str, Match],
) -> tuple[dict[str, JournalEntry], dict[str, BankEntry]]:  # fmt: skip
    """Draft what goes to the suspense account: booked lines without a match of their own."""
    if statement.profile.is_intermediate_posting_skipped:
        return {}, {}
    view = BookView(company, journal, {}, {}, {}, {}, {})
    entries: dict[str, JournalEntry] = {}
    sides: dict[str, BankEntry] = {}
    for line in lines:
        match = matches.get(line.match_id or "")
        is_matched = match is not None and match.level.is_matched
        if is_matched or line.line.status is not LineStatusAtBank.BOOKED:
            continue
        if line.line.amount_minor == 0 or line.status is LineStatus.CLOSED_MANUALLY:
            continue
        if line.known_as is not None:
            continue  # the line it is known as is posted, once
        if line.line.amount_in(company.currency) is None:
            continue  # no amount in the company's currency: it waits for a person
        draft = draft_suspense(line, statement.profile.suspense_account, view)
        entries[line.key], sides[line.key] = draft.entry, draft.bank_entry
    return entries, sides


def check_plan(ports: Ports, tenant: TenantId, plan: ValidationPlan) -> None:
    """Raise NotAllowedInState, PeriodClosed or RuleViolation before anything changes."""
    waiting = [m.id for m in plan.matches.values() if m.status is MatchStatus.TO_CONFIRM]
    if waiting:
        raise NotAllowedInState(f"matches wait for confirmation: {', '.join(sorted(waiting))}")
    closed = plan.company.closed_until
    pieces = plan.pieces()
    for entry in pieces:
        if closed is not None and entry.date <= closed:
            raise PeriodClosed(f"entry dated {entry.date}, locked until {closed}")
    used = sorted({line.account for entry in pieces for line in entry.lines})
    known = ports.store.get_many(tenant, plan.company.id, LedgerAccount, used)
    missing = [number for number in used if number not in known and not _is_default(plan, number)]
    if missing:
        raise RuleViolation(f"no account {', '.join(missing)}: create it first")


def _is_default(plan: ValidationPlan, number: str) -> bool:
    """Accounts of the settings need not be created by hand: validation adds them."""
    return number in default_accounts(plan.company, plan.statement)


def default_accounts(company: Company, statement: StatementRecord) -> dict[str, str]:
    """Return the accounts that posting may use by settings, with their PCG labels."""
    posting = company.posting
    optional = {
        posting.bank_fee_account: "Services bancaires",
        posting.interest_paid_account: "Intérêts bancaires",
        posting.interest_received_account: "Autres produits financiers",
    }
    return {number: label for number, label in optional.items() if number is not None} | {
        statement.profile.suspense_account: "Compte d'attente",
        posting.suspense_account: "Compte d'attente",
        posting.discount_granted_account: "Escomptes accordés",
        posting.discount_obtained_account: "Escomptes obtenus",
        posting.commission_account: "Commissions bancaires",
        posting.bank_charge_account: "Services bancaires",
        posting.fx_loss_account: "Pertes de change",
        posting.fx_gain_account: "Gains de change",
        posting.cents_loss_account: "Charges diverses de gestion",
        posting.cents_gain_account: "Produits divers de gestion",
        posting.internal_transfers_account: "Virements internes",
        posting.vat_collected_account: "TVA collectée",
        posting.vat_deductible_account: "TVA déductible sur autres biens et services",
    }


def missing_account_writes(ports: Ports, tenant: TenantId, plan: ValidationPlan) -> list[Write]:
    """Return the creation of accounts that the settings name and the chart lacks."""
    labels = default_accounts(plan.company, plan.statement)
    used = sorted({line.account for entry in plan.pieces() for line in entry.lines} & labels.keys())
    known = ports.store.get_many(tenant, plan.company.id, LedgerAccount, used)
    return [create(LedgerAccount(number, labels[number])) for number in used if number not in known]


def counts_by_year(plan: ValidationPlan) -> list[tuple[str, str, int]]:
    """Return how many pieces each journal gets in each fiscal year: (journal, year, count)."""
    counts: dict[tuple[str, str], int] = {}
    for entry in plan.pieces():
        place = (entry.journal, plan.company.fiscal_year(entry.date))
        counts[place] = counts.get(place, 0) + 1
    return [(*place, count) for place, count in sorted(counts.items())]


def numbers_of(plan: ValidationPlan, validation: Validation) -> dict[str, int]:
    """Return the number of each entry: its rank in the block of its journal and fiscal year."""
    following = {
        (block.journal or validation.journal, block.fiscal_year): block.first_number
        for block in validation.blocks
    }
    numbers: dict[str, int] = {}
    for entry in plan.pieces():
        place = (entry.journal, plan.company.fiscal_year(entry.date))
        numbers[entry.id] = following[place]
        following[place] += 1
    return numbers
