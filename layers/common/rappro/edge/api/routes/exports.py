"""Exports of the books: the FEC of a fiscal year, the journals of a period as CSV.

The file is kept in the archive and given out by a link: an answer stops at some megabytes.
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.exports import FecOutput, JournalExportOutput
from rappro.edge.api.parameters import CompanyPath, OptionalDay, OptionalKey
from rappro.use_cases.export_fec import export_fec
from rappro.use_cases.export_journal import JournalChoice, export_journal

router = new_router()


@router.get(
    "/companies/<company>/fec",
    **documented(
        "exportFec",
        "Export the FEC of a fiscal year",
        "Writes the validated entries of a fiscal year as a FEC (fichier des écritures comptables,"
        " LPF art. A47 A-1), checks it, and answers a link to it. The same books give the same"
        " bytes. The company needs its SIREN.",
        permission=Permission.EXCHANGE,
        tag="books",
        answer="The file and what its check found",
        may_conflict=True,
    ),
)
def get_fec(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    fiscal_year: Annotated[
        str | None,
        Query(
            pattern=r"^\d{4}(-\d{2}){0,2}$",
            description="the calendar year in which it begins (2024-07: a second one of that year);"
            " default: the present one",
        ),
    ] = None,
) -> FecOutput:
    """Export the FEC of a fiscal year."""
    export = export_fec(scope.ports, scope.tenant, scope.company, fiscal_year)
    return FecOutput.of(export, scope.currency)


@router.get(
    "/companies/<company>/journal-export",
    **documented(
        "exportJournal",
        "Export journals as CSV",
        "Writes the entries (écritures) of a period, of one journal or of all, as CSV for a"
        " spreadsheet, and answers a link to it; by default the validated ones of the present"
        " fiscal year.",
        permission=Permission.EXCHANGE,
        tag="books",
        answer="The file and what is in it",
    ),
)
def get_journal_export(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    *,
    journal: Annotated[OptionalKey, Query(description="a journal's code; default: all")] = None,
    from_: Annotated[
        OptionalDay, Query(alias="from", description="the first day; default: the fiscal year's")
    ] = None,
    to: Annotated[
        OptionalDay, Query(description="the last day; default: the fiscal year's")
    ] = None,
    drafts: Annotated[bool, Query(description="drafts (brouillard) too")] = False,
) -> JournalExportOutput:
    """Export journals as CSV."""
    choice = JournalChoice(from_, to, journal, has_drafts=drafts)
    return JournalExportOutput.of(export_journal(scope.ports, scope.tenant, scope.company, choice))
