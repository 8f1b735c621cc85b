"""The routes, one file a resource: each reads its parameters, calls one use case, shows the result.

A new resource is one more file here and one more line in ROUTERS; the OpenAPI document, the schema
tests and the two-tenant tests follow by themselves.
"""

from __future__ import annotations

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from rappro.edge.api.routes import (
    accounts,
    actions,
    books,
    bulk,
    companies,
    connections,
    corrections,
    csv_profiles,
    difference_types,
    entries,
    entry_changes,
    exports,
    import_profiles,
    imports,
    journals,
    lessons,
    lines,
    manual,
    matches,
    members,
    open_items,
    pointing,
    report_files,
    reports,
    statements,
    tasks,
    templates,
    tenants,
    third_parties,
    uploads,
    validation,
    webhooks,
)

ROUTERS: tuple[APIGatewayHttpRouter, ...] = (
    companies.router,
    members.router,
    tenants.router,
    journals.router,
    accounts.router,
    third_parties.router,
    uploads.router,
    imports.router,
    import_profiles.router,
    csv_profiles.router,
    difference_types.router,
    books.router,
    bulk.router,
    entries.router,
    entry_changes.router,
    exports.router,
    open_items.router,
    statements.router,
    lines.router,
    manual.router,
    matches.router,
    actions.router,
    lessons.router,
    validation.router,
    tasks.router,
    corrections.router,
    templates.router,
    pointing.router,
    reports.router,
    report_files.router,
    connections.router,
    webhooks.router,
)
