"""The routes, one file a resource: each reads its parameters, calls one use case, shows the result.

A new resource is one more file here and its paths in PATHS; the OpenAPI document, the schema tests
and the two-tenant tests follow by themselves. A request loads the files of its own path alone: all
of them together are most of what the API is made of (docs/decisions/0023).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final, cast

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "companies": (
        "/companies",
        "/companies/*",
    ),
    "members": (
        "/companies/*/members",
        "/companies/*/members/*",
    ),
    "tenants": (
        "/me",
        "/onboarding",
        "/tenant",
        "/administrators",
        "/administrators/*",
    ),
    "journals": (
        "/companies/*/journals",
        "/companies/*/journals/*",
        "/companies/*/accounts",
    ),
    "accounts": ("/companies/*/accounts/*",),
    "third_parties": (
        "/companies/*/third-parties",
        "/companies/*/third-parties/*",
    ),
    "uploads": (
        "/companies/*/uploads",
        "/companies/*/files",
    ),
    "imports": ("/companies/*/imports",),
    "import_profiles": (
        "/companies/*/import-profiles",
        "/companies/*/import-profiles/*",
    ),
    "csv_profiles": (
        "/companies/*/csv-profiles",
        "/companies/*/csv-profiles/*",
    ),
    "difference_types": (
        "/companies/*/difference-types",
        "/companies/*/difference-types/*",
    ),
    "books": ("/companies/*/books",),
    "bulk": (
        "/companies/*/bulk/third-parties",
        "/companies/*/bulk/open-items",
        "/companies/*/bulk/entries",
    ),
    "entries": (
        "/companies/*/entries",
        "/companies/*/entries/*",
    ),
    "entry_changes": (
        "/companies/*/entry-changes",
        "/companies/*/entry-changes/acknowledgement",
    ),
    "exports": (
        "/companies/*/fec",
        "/companies/*/journal-export",
    ),
    "open_items": (
        "/companies/*/open-items",
        "/companies/*/open-items/*",
    ),
    "statements": (
        "/companies/*/statements",
        "/companies/*/statements/*",
        "/companies/*/statements/*/source",
        "/companies/*/statements/*/runs",
        "/companies/*/runs",
        "/companies/*/runs/*",
    ),
    "lines": (
        "/companies/*/statements/*/lines",
        "/companies/*/statements/*/lines/*",
        "/companies/*/statements/*/lines/*/explanation",
    ),
    "search": ("/companies/*/lines",),
    "manual": (
        "/companies/*/statements",
        "/companies/*/statements/*/lines",
        "/companies/*/statements/*",
        "/companies/*/statements/*/lines/*",
    ),
    "matches": (
        "/companies/*/statements/*/matches",
        "/companies/*/matches",
        "/companies/*/matches/*",
        "/companies/*/matches/*/confirmation",
        "/companies/*/matches/*/undo",
    ),
    "actions": (
        "/companies/*/statements/*/lines/*/cash-movement",
        "/companies/*/cash-movements",
        "/companies/*/statements/*/undefined-cash-movements",
        "/companies/*/statements/*/differences",
        "/companies/*/statements/*/lines/*/entry",
        "/companies/*/template-entries",
        "/companies/*/natures",
        "/companies/*/statements/*/lines/*/invoices",
    ),
    "cash_movements": (
        "/companies/*/cash-movements",
        "/companies/*/cash-movements/*",
    ),
    "lessons": (
        "/companies/*/lessons",
        "/companies/*/lessons/*",
    ),
    "validation": (
        "/companies/*/statements/*/validation",
        "/companies/*/statements/*/override",
    ),
    "tasks": (
        "/companies/*/tasks",
        "/companies/*/tasks/*",
        "/companies/*/fec",
        "/companies/*/journal-export",
        "/companies/*/matches/undo",
        "/companies/*/matches/confirmation",
    ),
    "view": (
        "/companies/*/statements/*/view",
        "/companies/*/journals/*/bank-entries",
        "/companies/*/bank-entries/*",
        "/companies/*/past-payments",
        "/companies/*/past-payments/*",
    ),
    "corrections": (
        "/companies/*/statements/*/lines/*/closing",
        "/companies/*/matches/*/reversal",
    ),
    "templates": (
        "/companies/*/templates",
        "/companies/*/templates/*",
        "/templates",
        "/templates/*",
        "/companies/*/statements/*/lines/*/bank-reference",
    ),
    "pointing": (
        "/companies/*/journals/*/pointing",
        "/companies/*/journals/*/pointing/validation",
        "/companies/*/journals/*/pointing/erasure",
    ),
    "reports": (
        "/companies/*/journals/*/reconciliation-report",
        "/companies/*/audit",
    ),
    "report_files": (
        "/companies/*/journals/*/reconciliation-report.csv",
        "/companies/*/journals/*/reconciliation-report.pdf",
        "/companies/*/journals/*/reconciliation-reports",
        "/companies/*/reconciliation-reports/*",
        "/companies/*/reconciliation-reports/*/report.csv",
        "/companies/*/reconciliation-reports/*/report.pdf",
    ),
    "connections": (
        "/companies/*/connections",
        "/companies/*/connections/*",
        "/companies/*/connections/*/test",
        "/companies/*/connections/*/link",
        "/companies/*/connections/*/bank",
        "/companies/*/connections/*/sync",
        "/companies/*/connections/*/runs",
    ),
    "banks": (
        "/companies/*/banks",
        "/companies/*/bank-accounts/*",
        "/companies/*/bank-accounts/*/transactions",
        "/companies/*/staged-transactions/*/aside",
        "/companies/*/bank-accounts/*/pending",
        "/companies/*/bank-accounts/*/statements",
    ),
    "provider_users": (
        "/provider-users",
        "/provider-users/*",
    ),
    "providers": (
        "/provider-webhooks/*",
        "/provider-callbacks/*",
    ),
    "exchange": (
        "/companies/*/exchange/links",
        "/companies/*/exchange/acceptance",
        "/companies/*/exchange/links/*",
        "/companies/*/exchange/sends",
        "/companies/*/exchange/downloads/*",
        "/companies/*/exchange/waiting",
        "/companies/*/exchange/archives",
        "/companies/*/exchange/waiting/*",
        "/companies/*/exchange/previews",
        "/companies/*/exchange/applications",
        "/companies/*/exchange/undo",
    ),
    "exchange_downloads": ("/exchange-downloads",),
    "documents": (
        "/companies/*/entries/*/documents",
        "/companies/*/entries/*/documents/*",
    ),
    "webhooks": (
        "/webhooks",
        "/webhooks/*",
        "/webhooks/*/secret",
        "/webhooks/*/ping",
        "/webhooks/*/deliveries",
        "/webhooks/*/replay",
    ),
}
"""The paths of each file's routes, `*` for what is given."""


def files_of(path: str) -> tuple[str, ...]:
    """Return the files that may have a route of a path, whatever the method."""
    parts = path.split("/")
    return tuple(
        name for name, paths in PATHS.items() if any(_is_of(each, parts) for each in paths)
    )


def _is_of(said: str, parts: list[str]) -> bool:
    wanted = said.split("/")
    return len(wanted) == len(parts) and all(
        want in {"*", part} for want, part in zip(wanted, parts, strict=True)
    )


def router_of(name: str) -> APIGatewayHttpRouter:
    """Return the router of a file, which is loaded now unless it was before."""
    return cast("APIGatewayHttpRouter", import_module(f"{__name__}.{name}").router)
