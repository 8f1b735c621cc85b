"""What the demo feeds: the invented company, or a stranger's FEC and statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devstack.demo_data import build
from rappro.formats.fec import name_facts
from rappro_client import models

SEED = 2026


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files to drop, in order, and what the tenant sends by API before and between them.

    `is_own` is true for the invented company: then every stage has an expected end.
    """

    company: models.CompanyInput
    fec: tuple[str, bytes]
    statements: tuple[tuple[str, bytes], ...]
    is_own: bool
    journals: dict[str, models.JournalInput] = field(default_factory=dict)
    third_parties: dict[str, models.ThirdPartyInput] = field(default_factory=dict)
    books: models.BooksInput = field(default_factory=models.BooksInput)


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
        journals={one["code"]: _without_code(one) for one in settings["journals"]},
        third_parties=settings["third_parties"],
        books={
            "accounts": settings["accounts"],
            "templates": settings["templates"],
            "card_contracts": settings["card_contracts"],
        },
    )  # fmt: skip


def _without_code(journal: Mapping[str, Any]) -> models.JournalInput:
    body: Any = {key: value for key, value in journal.items() if key != "code"}
    told: models.JournalInput = body
    return told


def strangers(fec: Path, statements: list[Path]) -> Inputs:
    """Return somebody's own files; SIREN and fiscal year come from the FEC's legal file name."""
    facts = name_facts(fec.name)
    company: models.CompanyInput = {"name": fec.stem, "currency": "EUR"}
    if facts is not None:
        company["siren"], closing = facts
        company["fiscal_year_start_month"] = closing.month % 12 + 1
    return Inputs(
        company=company,
        fec=(fec.name, fec.read_bytes()),
        statements=tuple((path.name, path.read_bytes()) for path in statements),
        is_own=False,
    )
