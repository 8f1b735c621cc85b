"""Import profiles and CSV profiles of a company: created, changed and deleted (SPEC BOOK-1).

A statement keeps the values of the profile that it was imported with, so a change here reaches only
what is imported later. What refers to a profile makes a write of it, so that a deletion at the same
moment fails: nothing ever refers to a profile that is gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from rappro.domain.books import (
    Journal,
)
from rappro.domain.errors import InvalidRequest, NotAllowedInState, TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.settings import (
    ImportProfile,
    OwnCsvProfile,
)
from rappro.domain.writes import (
    Page,
    Write,
    change,
    put,
    remove,
)
from rappro.formats import registry
from rappro.ports import Ports
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.companies import get_company
from rappro.use_cases.slices import required, slice_of

PROFILES_MAX: Final = 50
"""Of each kind in a company: every import reads them all, and tries its CSV profiles in turn."""
DEFINITION_BYTES_MAX: Final = 32 * 1024
CSV: Final = "csv"


def find_import_profile(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str
) -> ImportProfile | None:
    """Return the import profile, or None when there is none yet."""
    return ports.store.get(tenant, company, ImportProfile, code)


def get_import_profile(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str
) -> ImportProfile:
    """Return an import profile (profil d'import). Raises NotFound."""
    found = find_import_profile(ports, tenant, company, code)
    return required(found, "import profile", code)


def get_csv_profile(ports: Ports, tenant: TenantId, company: CompanyId, code: str) -> OwnCsvProfile:
    """Return a CSV profile of the company. Raises NotFound."""
    found = ports.store.get(tenant, company, OwnCsvProfile, code)
    return required(found, "CSV profile", code)


def list_import_profiles(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[ImportProfile]:
    """Return one page of the company's import profiles, by code."""
    return slice_of(ports.store.all(tenant, company, ImportProfile), limit, cursor)


def list_csv_profiles(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[OwnCsvProfile]:
    """Return one page of the company's own CSV profiles, by code."""
    return slice_of(ports.store.all(tenant, company, OwnCsvProfile), limit, cursor)


def save_import_profile(
    ports: Ports, tenant: TenantId, company: CompanyId, profile: ImportProfile, author: str
) -> ImportProfile:
    """Create or change an import profile; statements already imported keep their values.

    Raises NotFound for an unknown company, InvalidRequest for a CSV profile that is none, or that
    goes with another format, TooLarge beyond PROFILES_MAX.
    """
    get_company(ports, tenant, company)
    before = ports.store.get(tenant, company, ImportProfile, profile.code)
    if before is None:
        _check_count(len(ports.store.all(tenant, company, ImportProfile)))
    writes: list[Write] = [put(before, profile)]
    if profile.csv_profile is not None:
        writes += _hold_csv_profile(ports, tenant, company, profile, before)
    after = replace(profile, version=(before.version if before else 0) + 1)
    was, now = changed(before, profile)
    log = audit(
        ports.clock.now(), author, "save_import_profile", profile.code,
        revision=after.version, before=was, after=now,
    )  # fmt: skip
    ports.store.commit(tenant, company, [*writes, log])
    return after


def _hold_csv_profile(
    ports: Ports, tenant: TenantId, company: CompanyId, profile: ImportProfile,
    before: ImportProfile | None,
) -> list[Write]:  # fmt: skip
    """Return the write that keeps a CSV profile from being deleted meanwhile; none if built in."""
    name = profile.csv_profile or ""
    if profile.format != CSV:
        raise InvalidRequest("a CSV profile goes with the format csv", position="/csv_profile")
    own = ports.store.get(tenant, company, OwnCsvProfile, name)
    if own is None and name not in registry.csv_profile_names():
        raise InvalidRequest(f"no CSV profile {name}", position="/csv_profile")
    is_held = before is not None and before.csv_profile == name
    return [] if own is None or is_held else [change(own, own)]


def delete_import_profile(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str, author: str
) -> None:
    """Delete an import profile. Raises NotFound, NotAllowedInState while a journal names it."""
    profile = get_import_profile(ports, tenant, company, code)
    journals = ports.store.all(tenant, company, Journal)
    _refuse_used(code, [journal.code for journal in journals if journal.import_profile == code])
    was, _ = changed(profile, None)
    log = audit(
        ports.clock.now(), author, "delete_import_profile", code,
        revision=profile.version, before=was,
    )  # fmt: skip
    ports.store.commit(tenant, company, [remove(profile), log])


def save_csv_profile(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str, definition: Mapping[str, Any],
    author: str,
) -> OwnCsvProfile:  # fmt: skip
    """Create a CSV profile, or change the keys that are given; None puts one back to its default.

    Raises NotFound for an unknown company, InvalidRequest at the JSON pointer of what is wrong,
    TooLarge beyond PROFILES_MAX and DEFINITION_BYTES_MAX.
    """
    get_company(ports, tenant, company)
    before = ports.store.get(tenant, company, OwnCsvProfile, code)
    if before is None:
        _check_count(len(ports.store.all(tenant, company, OwnCsvProfile)))
    merged = {**(json.loads(before.definition) if before else {}), **definition, "name": code}
    said = {key: value for key, value in merged.items() if value is not None}
    registry.csv_profile(said)
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    if len(text.encode()) > DEFINITION_BYTES_MAX:
        raise TooLarge(f"a CSV profile of more than {DEFINITION_BYTES_MAX} bytes")
    after = OwnCsvProfile(code, text)
    revision = (before.version if before else 0) + 1
    was, now = changed(before, after)
    log = audit(
        ports.clock.now(), author, "save_csv_profile", code,
        revision=revision, before=was, after=now,
    )  # fmt: skip
    ports.store.commit(tenant, company, [put(before, after), log])
    return replace(after, version=revision)


def delete_csv_profile(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str, author: str
) -> None:
    """Delete a CSV profile.

    Raises NotFound, NotAllowedInState while an import profile names it (a built-in one of the same
    name would read other files without anybody saying so).
    """
    profile = get_csv_profile(ports, tenant, company, code)
    profiles = ports.store.all(tenant, company, ImportProfile)
    _refuse_used(code, [one.code for one in profiles if one.csv_profile == code])
    was, _ = changed(profile, None)
    log = audit(
        ports.clock.now(), author, "delete_csv_profile", code,
        revision=profile.version, before=was,
    )  # fmt: skip
    ports.store.commit(tenant, company, [remove(profile), log])


def _check_count(count: int) -> None:
    if count >= PROFILES_MAX:
        raise TooLarge(f"more than {PROFILES_MAX} profiles in a company")


def _refuse_used(code: str, users: list[str]) -> None:
    if users:
        raise NotAllowedInState(f"{code} is used by {', '.join(users[:10])}: change that first")
