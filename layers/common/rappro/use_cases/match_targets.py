"""What a match by hand reads of the books: its targets, what lines and targets name, their view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rappro.domain.books import (
    BankEntry,
    Company,
    EntryTemplate,
    Journal,
    LedgerAccount,
    OpenItem,
    PastPayment,
    ThirdParty,
)
from rappro.domain.errors import NotFound
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, ThirdPartyId
from rappro.domain.learning import Lesson
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.posting.drafting import BookView
from rappro.domain.records import LineRecord
from rappro.domain.settings import ImportProfile
from rappro.ports import Ports
from rappro.use_cases.companies import get_company
from rappro.use_cases.read_ahead import Place, ahead, keyed
from rappro.use_cases.teaching import lessons_said


@dataclass(frozen=True, slots=True)
class Targets:
    """What is matched with lines, by id, and the third parties that it belongs to."""

    accounts: dict[str, LedgerAccount | None]
    payments: dict[str, PastPayment]
    items: dict[str, OpenItem]
    entries: dict[str, BankEntry]
    parties: frozenset[ThirdPartyId]


def _ids(targets: Sequence[Settle], kind: TargetType) -> list[str]:
    return sorted({target.id for target in targets if target.type is kind})


def target_places(company: CompanyId, targets: Sequence[Settle]) -> list[Place]:
    """Return where the company and the targets of a match stand, to be read ahead."""
    return keyed(
        company,
        (Company, ["COMPANY"]),
        (LedgerAccount, _ids(targets, TargetType.ACCOUNT)),
        (PastPayment, _ids(targets, TargetType.PAST_PAYMENT)),
        (OpenItem, _ids(targets, TargetType.OPEN_ITEM)),
        (BankEntry, _ids(targets, TargetType.BANK_ENTRY)),
    )


def find_targets(
    ports: Ports, tenant: TenantId, company: CompanyId, targets: Sequence[Settle]
) -> Targets:
    """Return the targets of a match that exist, and whose they are."""
    store = ports.store
    accounts = _ids(targets, TargetType.ACCOUNT)
    payments = store.get_many(tenant, company, PastPayment, _ids(targets, TargetType.PAST_PAYMENT))
    items = store.get_many(tenant, company, OpenItem, _ids(targets, TargetType.OPEN_ITEM))
    entries = store.get_many(tenant, company, BankEntry, _ids(targets, TargetType.BANK_ENTRY))
    parties = {item.third_party for item in items.values()}
    parties |= {ThirdPartyId(party) for party in _ids(targets, TargetType.THIRD_PARTY)}
    parties |= {p.third_party for p in payments.values() if p.third_party is not None}
    parties |= {e.third_party for e in entries.values() if e.third_party is not None}
    known = store.get_many(tenant, company, LedgerAccount, accounts)
    return Targets(
        {number: known.get(number) for number in accounts}, payments, items, entries,
        frozenset(parties),
    )  # fmt: skip


def names_ahead(
    ports: Ports, tenant: TenantId, company: CompanyId, lines: Sequence[LineRecord],
    targets: Targets,
) -> Ports:  # fmt: skip
    """Return ports that have read what lines and targets name, and what they have taught."""
    said = lessons_said([line.line for line in lines], targets.parties)
    wanted = keyed(
        company,
        (Journal, [line.journal for line in lines]),
        (ThirdParty, sorted(targets.parties)),
        (OpenItem, [line.invoice for line in lines]),
        (Lesson, said),
    )
    return ahead(ports, tenant, wanted)


def view_of(
    ports: Ports, tenant: TenantId, company: CompanyId, targets: Targets,
    lines: list[LineRecord], *, profile: ImportProfile,
) -> BookView:  # fmt: skip
    """Return the books as drafts for the lines see them. Raises NotFound."""
    store = ports.store
    journal = store.get(tenant, company, Journal, lines[0].journal or "")
    if journal is None:
        raise NotFound(f"no journal {lines[0].journal}")
    for number, account in targets.accounts.items():
        if account is None:
            raise NotFound(f"no account {number}")
    return BookView(
        company=get_company(ports, tenant, company),
        journal=replace(journal, profile=profile),
        open_items=targets.items,
        bank_entries=targets.entries,
        past_payments=targets.payments,
        third_parties=store.get_many(tenant, company, ThirdParty, sorted(targets.parties)),
        templates=dict[str, EntryTemplate](),
    )
