"""Entry templates (modèles d'écriture): a company's own, and those common to all of a tenant's.

Common ones are kept under a company id that no company may have. A company's own wins over a common
one of the same id, and takes a bank reference that both have (SPEC ACT-6, BOOK-1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from rappro.domain.books import EntryTemplate, LedgerAccount, TemplateLine
from rappro.domain.errors import InvalidRequest, NotFound, TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Page, put, remove
from rappro.ports import Ports
from rappro.use_cases.audit import audit
from rappro.use_cases.companies import COMMON, get_company
from rappro.use_cases.recomputing import recompute_lines
from rappro.use_cases.slices import required, slice_of

TEMPLATES_MAX: Final = 1_000
COMPANIES_RECOMPUTED_MAX: Final = 10
"""Companies whose lines a common template recomputes at once; the others' with their next run."""


def templates_of(ports: Ports, tenant: TenantId, company: CompanyId) -> list[EntryTemplate]:
    """Return the templates that count for a company, by id."""
    common = ports.store.all(tenant, COMMON, EntryTemplate)
    return merged_templates(ports.store.all(tenant, company, EntryTemplate), common)


def merged_templates(
    own: Iterable[EntryTemplate], common: Iterable[EntryTemplate]
) -> list[EntryTemplate]:
    """Return a company's own templates, and of the common ones what those do not say."""
    by_id = {template.id: template for template in own}
    taken = {_plain(text) for template in by_id.values() for text in template.bank_references}
    for template in common:
        if template.id not in by_id:
            left = tuple(text for text in template.bank_references if _plain(text) not in taken)
            by_id[template.id] = replace(template, bank_references=left)
    return [by_id[key] for key in sorted(by_id)]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def find_templates(
    ports: Ports, tenant: TenantId, company: CompanyId, ids: Sequence[str]
) -> dict[str, EntryTemplate]:
    """Return the templates of those ids that exist for a company; its own go first."""
    found = ports.store.get_many(tenant, company, EntryTemplate, ids)
    missing = [key for key in ids if key not in found]
    return ports.store.get_many(tenant, COMMON, EntryTemplate, missing) | found


def list_templates(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> tuple[Page[EntryTemplate], frozenset[str]]:
    """Return one page of the templates that count for a company, or of the common ones, by id.

    With it the ids of those that are its own.
    """
    own = ports.store.all(tenant, company, EntryTemplate)
    common = [] if company == COMMON else ports.store.all(tenant, COMMON, EntryTemplate)
    page = slice_of(merged_templates(own, common), limit, cursor)
    return page, frozenset(one.id for one in own)


def find_own(
    ports: Ports, tenant: TenantId, company: CompanyId, template: str
) -> EntryTemplate | None:
    """Return a template of exactly this company (or of COMMON), or None."""
    return ports.store.get(tenant, company, EntryTemplate, template)


def get_template(
    ports: Ports, tenant: TenantId, company: CompanyId, template: str
) -> tuple[EntryTemplate, bool]:
    """Return the template of an id that counts for a company, and whether it is a common one.

    Of COMMON, none but its own count. Raises NotFound.
    """
    own = find_own(ports, tenant, company, template)
    if own is not None:
        return own, company == COMMON
    return required(find_own(ports, tenant, COMMON, template), "template", template), True


def save_template(
    ports: Ports, tenant: TenantId, company: CompanyId, wanted: EntryTemplate, author: str
) -> EntryTemplate:
    """Create or change a template of a company, or a common one; lines that wait are recomputed.

    Raises NotFound for an unknown company, InvalidRequest for shares that cannot be or an account
    that the company lacks (a common one's are looked for when it is used), TooLarge.
    """
    _check_shares(wanted.lines)
    if company != COMMON:
        get_company(ports, tenant, company)
        _check_accounts(ports, tenant, company, wanted.lines)
    before = find_own(ports, tenant, company, wanted.id)
    if before is None and len(ports.store.all(tenant, company, EntryTemplate)) >= TEMPLATES_MAX:
        raise TooLarge(f"more than {TEMPLATES_MAX} templates")
    version = (before.version if before else 0) + 1
    log = audit(
        ports.clock.now(), author, "save_template", wanted.id, revision=version,
        before=_shown(before), after=_shown(wanted),
    )  # fmt: skip
    ports.store.commit(tenant, company, [put(before, wanted), log])
    _recompute(ports, tenant, company, author)
    return replace(wanted, version=version)


def delete_template(
    ports: Ports, tenant: TenantId, company: CompanyId, template: str, author: str
) -> None:
    """Delete a template of a company, or a common one; what was made with it stays.

    Lines that the engine set it on are recomputed. Raises NotFound.
    """
    found = find_own(ports, tenant, company, template)
    if found is None:
        raise NotFound(f"no template {template} of its own")
    log = audit(
        ports.clock.now(), author, "delete_template", template, revision=found.version,
        before=_shown(found),
    )  # fmt: skip
    ports.store.commit(tenant, company, [remove(found), log])
    _recompute(ports, tenant, company, author)


def _recompute(ports: Ports, tenant: TenantId, company: CompanyId, author: str) -> None:
    named = [company] if company != COMMON else ports.store.companies(tenant)
    for one in list(named)[:COMPANIES_RECOMPUTED_MAX]:
        recompute_lines(ports, tenant, one, author)


def _check_shares(lines: Sequence[TemplateLine]) -> None:
    """Raise InvalidRequest unless each line has one share and all together can be one amount."""
    for index, line in enumerate(lines):
        shares = (line.share_percent, line.amount_minor, line.vat_rate_percent)
        count = sum(share is not None for share in shares) + bool(line.schedule)
        if count + line.is_remainder != 1:
            raise InvalidRequest("one share a line", position=f"/lines/{index}")
        for text in (line.share_percent, line.vat_rate_percent):
            if text is not None and not 0 < Decimal(text) <= 100:
                raise InvalidRequest(f"{text} percent", position=f"/lines/{index}")
        if line.amount_minor is not None and line.amount_minor <= 0:
            raise InvalidRequest("a fixed amount is positive", position=f"/lines/{index}/amount")
        months = [due.month for due in line.schedule]
        if len(months) != len(set(months)) or any(due.amount_minor < 0 for due in line.schedule):
            raise InvalidRequest("one amount a month, not negative", position=f"/lines/{index}")
    if sum(line.is_remainder for line in lines) > 1:
        raise InvalidRequest("one line takes the remainder", position="/lines")
    if sum(Decimal(line.share_percent) for line in lines if line.share_percent is not None) > 100:
        raise InvalidRequest("more than 100 percent", position="/lines")


def _check_accounts(
    ports: Ports, tenant: TenantId, company: CompanyId, lines: Sequence[TemplateLine]
) -> None:
    known = ports.store.get_many(tenant, company, LedgerAccount, [one.account for one in lines])
    for index, line in enumerate(lines):
        if line.account not in known:
            at = f"/lines/{index}/account"
            raise InvalidRequest(f"no account {line.account}", position=at)


def _shown(template: EntryTemplate | None) -> dict[str, Any] | None:
    if template is None:
        return None
    return {
        "label": template.label,
        "bank_references": list(template.bank_references),
        "direction": template.direction.value,
        "accounts": [line.account for line in template.lines],
    }
