"""The page that says which operation needs which permission, made from the routes themselves.

python -m rappro.edge.api.permissions_page > docs/permissions.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rappro.domain.access import GRANTABLE, HELD_UNTIL_DONE, ROLES, Permission, covered
from rappro.edge.api.documented import (
    PERMISSION,
    PERMISSION_OF_FIELD,
    PERMISSION_TO_CREATE,
)

_INTRODUCTION: Final = """\
# Permissions

Made from the code (`python -m rappro.edge.api.permissions_page`); what they mean is told in
[the API's guide](api.md#who-may-do-what).

`manage` (0711**) covers 071101 to 071113. `read` comes with every membership of the company, and
what is read of the tenant as a whole needs a membership of any of its companies. `administer` is
the administrators', who have every permission in every company. `signed_in` is everybody with a
token of the tenant, who sees what is his own. "Held": looked at again in each commit, so that
nothing is posted, or given, by somebody who lost it meanwhile.
"""


def page(document: Mapping[str, Any]) -> str:
    """Return the page, in Markdown, of an OpenAPI document."""
    parts = [_INTRODUCTION, *_permissions(), *_roles(), *_operations(document)]
    return "\n".join(parts) + "\n"


def _permissions() -> Iterator[str]:
    yield "## Permissions of a company\n"
    yield "| permission | code | held |\n| --- | --- | --- |"
    for each in Permission:
        if each in GRANTABLE:
            code = each.code if each.code != each.value else "–"
            yield f"| `{each}` | {code} | {'yes' if each in HELD_UNTIL_DONE else ''} |"


def _roles() -> Iterator[str]:
    yield "\n## Roles\n"
    yield "| role | permissions, beside reading |\n| --- | --- |"
    for name, permissions in ROLES.items():
        shown = ", ".join(f"`{each}`" for each in Permission if each in covered(permissions))
        yield f"| `{name}` | {shown} |"


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## Operations\n"
    yield "| operation | method and path | permission |\n| --- | --- | --- |"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            needed = _needed(operation)
            yield f"| `{operation['operationId']}` | {method.upper()} `{path}` | {needed} |"


def _needed(operation: Mapping[str, Any]) -> str:
    if PERMISSION not in operation:
        return "none: anybody"
    needed = f"`{operation[PERMISSION]}`"
    for name, permission in operation.get(PERMISSION_OF_FIELD, {}).items():
        needed += f"; for `{name}`: `{permission}`"
    if PERMISSION_TO_CREATE in operation:
        needed += f"; to create: `{operation[PERMISSION_TO_CREATE]}`"
    return needed


def main() -> None:
    """Write the page to standard output."""
    from rappro.edge.api.app import whole  # noqa: PLC0415 - no I/O and no routes at import
    from rappro.edge.api.openapi import document  # noqa: PLC0415

    sys.stdout.write(page(document(whole())))


if __name__ == "__main__":
    main()
