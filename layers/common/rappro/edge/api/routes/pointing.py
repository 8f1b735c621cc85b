"""Manual pointing (pointage manuel) of a journal's bank account."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import Scope, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.pointing import (
    ErasedOutput,
    PointingErasureInput,
    PointingInput,
    PointingOutput,
    PointingValidationInput,
)
from rappro.edge.api.parameters import CompanyPath, JournalPath
from rappro.use_cases import pointing, reads

router = new_router()


def _currency(scope: Scope, journal: str) -> str:
    return reads.get_journal(scope.ports, scope.tenant, scope.company.id, journal).currency


@router.post(
    "/companies/<company>/journals/<journal>/pointing",
    **documented(
        "pointEntries",
        "Point entries by hand",
        "Marks entries of the account as on the bank (pointage manuel: X and the day), by id or by"
        " remittance number, or frees them; with neither, nothing changes. Refused while entries of"
        " the account and period are not validated. The sheet tells the difference that is left.",
        permission=Permission.MANUAL_POINTING,
        tag="matches",
        answer="The sheet as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def post_pointing(
    scope: ScopeGiven, company: CompanyPath, journal: JournalPath, body: PointingInput
) -> PointingOutput:
    """Point entries."""
    period = body.period(journal, _currency(scope, journal))
    if body.entries is None and body.remittance is None:
        return PointingOutput.of(
            pointing.pointing_sheet(scope.ports, scope.tenant, company, period)
        )
    sheet = pointing.mark_entries(
        scope.ports, scope.tenant, company, period, body.marking(), scope.author
    )
    return PointingOutput.of(sheet)


@router.post(
    "/companies/<company>/journals/<journal>/pointing/validation",
    **documented(
        "validatePointing",
        "Validate a manual pointing",
        "Validates the pointing (pointage) of the journal's account up to a day, once nothing is"
        " missing to the bank's balance; the reconciliation report starts from it.",
        permission=Permission.MANUAL_POINTING,
        tag="matches",
        answer="The sheet as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def post_validation(
    scope: ScopeGiven, company: CompanyPath, journal: JournalPath, body: PointingValidationInput
) -> PointingOutput:
    """Validate a pointing."""
    period = body.period(journal, _currency(scope, journal))
    sheet = pointing.validate_pointing(scope.ports, scope.tenant, company, period, scope.author)
    return PointingOutput.of(sheet)


@router.post(
    "/companies/<company>/journals/<journal>/pointing/erasure",
    **documented(
        "erasePointing",
        "Erase a manual pointing",
        "Erases marks (effacer le pointage) of an account: all, from a day on, or some entries'."
        " Balances that were validated on them go too.",
        permission=Permission.MANUAL_POINTING,
        tag="matches",
        answer="The entries whose marks are gone",
        has_body=True,
        may_conflict=True,
    ),
)
def post_erasure(
    scope: ScopeGiven, company: CompanyPath, journal: JournalPath, body: PointingErasureInput
) -> ErasedOutput:
    """Erase a pointing."""
    erased = pointing.erase_pointing(
        scope.ports, scope.tenant, company, journal,
        account=body.account, since=body.since,
        entries=None if body.entries is None else tuple(body.entries), author=scope.author,
    )  # fmt: skip
    return ErasedOutput(entries=erased)
