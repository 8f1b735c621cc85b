"""What the demo feeds: the invented company, or a stranger's FEC and statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devstack.demo_data import build
from rappro.formats.fec import name_facts

SEED = 2026


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files to drop, in order, and what the tenant sends by API before and between them.

    `is_own` is true for the invented company: then every stage has an expected end.
    """

    company: dict[str, Any]
    fec: tuple[str, bytes]
    statements: tuple[tuple[str, bytes], ...]
    is_own: bool
    journals: tuple[dict[str, Any], ...] = ()
    third_parties: dict[str, dict[str, Any]] = field(default_factory=dict)
    books: dict[str, Any] = field(default_factory=dict)


def invented() -> Inputs:
    """Return the invented company of the demo."""
    data = build(SEED)
    settings = data.settings
    return Inputs(
        company={
            "name": data.company.name,
            "siren": data.company.siren,
            "currency": data.company.currency,
            "fiscal_year_start_month": data.company.fiscal_start.month,
        },
        fec=(data.fec.name, data.fec.content),
        statements=tuple((file.name, file.content) for file in data.statements),
        is_own=True,
        journals=tuple(settings["journals"]),
        third_parties=settings["third_parties"],
        books={key: settings[key] for key in ("accounts", "templates", "card_contracts")},
    )  # fmt: skip


def strangers(fec: Path, statements: list[Path]) -> Inputs:
    """Return somebody's own files; SIREN and fiscal year come from the FEC's legal file name."""
    facts = name_facts(fec.name)
    company: dict[str, Any] = {"name": fec.stem, "currency": "EUR"}
    if facts is not None:
        siren, closing = facts
        company |= {"siren": siren, "fiscal_year_start_month": closing.month % 12 + 1}
    return Inputs(
        company=company,
        fec=(fec.name, fec.read_bytes()),
        statements=tuple((path.name, path.read_bytes()) for path in statements),
        is_own=False,
    )
