"""By what a file is taken in: what the request chose, the journals' profiles, the CSV profiles.

the request's profile > the journal's profile > the default
the request's format  > the profile's format  > the content
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from rappro.domain.books import (
    Journal,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.settings import (
    ImportProfile,
    OwnCsvProfile,
)
from rappro.formats.protocol import StatementParser
from rappro.formats.registry import csv_profile, detect, parser_for, peek
from rappro.ports import ImportChoice, Ports
from rappro.use_cases.statement_reading import StatementRead


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the request chose of an import: a format, a profile with its values of now."""

    format: str | None = None
    profile: ImportProfile | None = None

    @property
    def forced_format(self) -> str | None:
        """The format that the request forces, by itself or by its profile."""
        return self.format or (self.profile.format if self.profile is not None else None)


NOTHING_CHOSEN = Chosen()


def chosen(
    ports: Ports, tenant: TenantId, company: CompanyId, choice: ImportChoice
) -> Chosen | None:
    """Return what a request chose, None when its import profile is no more."""
    if choice.profile is None:
        return Chosen(choice.format)
    profile = ports.store.get(tenant, company, ImportProfile, choice.profile)
    return None if profile is None else Chosen(choice.format, profile)


def journals_with_profiles(ports: Ports, tenant: TenantId, company: CompanyId) -> list[Journal]:
    """Return the company's journals, each with the values of the profile it names as of now."""
    profiles = {p.code: p for p in ports.store.all(tenant, company, ImportProfile)}
    return [with_profile(j, profiles) for j in ports.store.all(tenant, company, Journal)]


def with_profile(journal: Journal, profiles: dict[str, ImportProfile]) -> Journal:
    """Return a journal with the values of the profile that it names, if it names one."""
    named = profiles.get(journal.import_profile) if journal.import_profile else None
    return journal if named is None else replace(journal, profile=named)


def statement_parser(
    ports: Ports, tenant: TenantId, company: CompanyId, stream: BinaryIO, forced: Journal | None,
    request: Chosen,
) -> StatementParser:  # fmt: skip
    """Return the parser that the request or the journal forces, else the one of the content.

    Raises UnknownFormat and AmbiguousFormat.
    """
    records = ports.store.all(tenant, company, OwnCsvProfile)
    own = [csv_profile(json.loads(record.definition)) for record in records]
    profile = request.profile or (forced.profile if forced is not None else ImportProfile())
    name = request.format or profile.format
    if name is None:
        return detect(peek(stream), own)
    return parser_for(name, own, csv_profile=profile.csv_profile)


def settle_profiles(reads: Sequence[StatementRead], request: Chosen) -> None:
    """Give each statement the profile whose values it keeps: the request's, else its journal's."""
    for read in reads:
        if request.profile is not None:
            read.profile, read.is_profile_chosen = request.profile, True
        elif read.journal is not None:
            read.profile = read.journal.profile
