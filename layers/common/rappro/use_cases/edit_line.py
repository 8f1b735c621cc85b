"""Edits of an unmatched line by a person: third party, invoice, template, nature (SPEC ACT-8)."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.bank import Nature
from rappro.domain.books import (
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import NotAllowedInState, NotFound, RuleViolation, StatementReadOnly
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, OpenItemId, StatementId, TenantId, ThirdPartyId
from rappro.domain.records import (
    LineRecord,
    SetBy,
    StatementRecord,
)
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.writes import (
    change,
)
from rappro.ports import Ports
from rappro.use_cases.audit import audit
from rappro.use_cases.templates import find_templates


@dataclass(frozen=True, slots=True)
class LineEdit:
    """What to set; None leaves a field as it is, and one that `clears` names is emptied."""

    third_party: ThirdPartyId | None = None
    invoice: OpenItemId | None = None
    nature: Nature | None = None
    template: str | None = None
    clears: frozenset[str] = frozenset()


def edit_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, position: int,
    edit: LineEdit, author: str,
) -> LineRecord:  # fmt: skip
    """Set fields of an unmatched line; they survive every recomputation.

    Raises NotFound, StatementReadOnly, NotAllowedInState for a matched line, RuleViolation when the
    invoice is settled or another third party's.
    """
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    line = ports.store.get(tenant, company, LineRecord, f"{statement_id}/{position}")
    if statement is None or line is None:
        raise NotFound(f"no line {statement_id}/{position}")
    if statement.status not in RUNNABLE:
        raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
    if line.match_id is not None:
        raise NotAllowedInState(f"line {line.key} is matched")
    after = _edited(ports, tenant, company, line, edit)
    log = audit(
        ports.clock.now(), author, "edit_line", line.key, revision=line.version,
        before=_shown(line), after=_shown(after),
    )  # fmt: skip
    ports.store.commit(tenant, company, [change(line, after), log])
    return replace(after, version=line.version + 1)


def _shown(line: LineRecord) -> dict[str, str | None]:
    return {
        "third_party": line.third_party,
        "invoice": line.invoice,
        "template": line.template,
        "nature": line.nature.value if line.nature else None,
    }


def _cleared(line: LineRecord, names: frozenset[str]) -> LineRecord:
    """Return the line without some of its fields; that a person took them off survives, too."""
    after = line
    if "third_party" in names:
        after = replace(after, third_party=None, third_party_set_by=SetBy.PERSON)
    if "invoice" in names:
        after = replace(after, invoice=None, invoice_set_by=SetBy.PERSON)
    if "template" in names:
        after = replace(after, template=None, template_set_by=SetBy.PERSON)
    return replace(after, nature=None) if "nature" in names else after


def _edited(
    ports: Ports, tenant: TenantId, company: CompanyId, line: LineRecord, edit: LineEdit
) -> LineRecord:
    after = _cleared(line, edit.clears)
    if edit.third_party is not None:
        if ports.store.get(tenant, company, ThirdParty, edit.third_party) is None:
            raise NotFound(f"no third party {edit.third_party}")
        after = replace(after, third_party=edit.third_party, third_party_set_by=SetBy.PERSON)
    if edit.invoice is not None:
        item = ports.store.get(tenant, company, OpenItem, edit.invoice)
        if item is None:
            raise NotFound(f"no open item {edit.invoice}")
        if item.is_settled:
            raise RuleViolation(f"invoice {item.number} is settled already")
        if after.third_party not in {None, item.third_party}:
            raise RuleViolation(f"invoice {item.number} is another third party's")
        asked = tuple(veto for veto in after.vetoes if veto != item.id)  # for again, if undone
        after = replace(after, invoice=item.id, invoice_set_by=SetBy.PERSON, vetoes=asked)
    if edit.template is not None:
        if not find_templates(ports, tenant, company, [edit.template]):
            raise NotFound(f"no template {edit.template}")
        after = replace(after, template=edit.template, template_set_by=SetBy.PERSON)
    if edit.nature is not None:
        after = replace(after, nature=edit.nature)
    return after
