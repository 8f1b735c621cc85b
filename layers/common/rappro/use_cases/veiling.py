"""Keeps what readers are shown while a validation is rolled forward (see shown.py)."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.books import BankEntry, JournalEntry, OpenItem
from rappro.domain.ids import TenantId, derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.posting.drafting import suspense_match_id
from rappro.domain.posting.lettering import sources_of
from rappro.domain.unfinished import LineBefore, Veil, entry_before, veil_name
from rappro.ports import Ports
from rappro.use_cases.validation_plan import ValidationPlan


def keep_veil(
    ports: Ports, tenant: TenantId, plan: ValidationPlan, *, validation_round: int
) -> None:
    """Keep how everything is that the validation will change; before it begins."""
    veil = replace(_veil(ports, tenant, plan), round=validation_round)
    name = veil_name(plan.statement.id)
    ports.blobs.save_document(tenant, plan.company.id, name, Veil, veil)


def _veil(ports: Ports, tenant: TenantId, plan: ValidationPlan) -> Veil:
    store, company = ports.store, plan.company.id
    matches = plan.matches.values()
    wanted = {s.settle.id for m in matches for s in m.settles if s.settle.type is _ITEM}
    wanted |= {one.item for match in matches for one in match.allocations}
    sides = [derive_id("be", entry, 0) for entry in plan.entries]
    found = store.get_many(tenant, company, BankEntry, sides)
    wanted |= {share.item for side in found.values() for share in side.allocated}
    items = store.get_many(tenant, company, OpenItem, sorted(wanted))
    related = {place.entry_id for item in items.values() for place in sources_of(item)}
    related |= {entry for item in items.values() for entry in item.settled_by}
    others = store.get_many(tenant, company, JournalEntry, sorted(related - plan.entries.keys()))
    made = [
        line
        for line in plan.lines
        if line.key in plan.suspense and plan.suspense[line.key].id not in plan.earlier
    ]
    return Veil(
        lines=tuple(
            LineBefore(line.key, line.status, line.match_id, line.level) for line in plan.lines
        ),
        entries=tuple(map(entry_before, (*plan.entries.values(), *others.values()))),
        matches=tuple((match.id, match.status) for match in matches),
        items=tuple((item.id, item.letter) for item in items.values()),
        drafts=frozenset(side.id for side in found.values() if not side.is_in_ledger),
        hidden=frozenset(
            key
            for line in made
            for key in (
                suspense_match_id(line),
                plan.suspense[line.key].id,
                plan.suspense_sides[line.key].id,
            )
        ),
    )


_ITEM = TargetType.OPEN_ITEM
