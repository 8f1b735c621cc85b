"""Interest of the bank's own, from import to validation, on the account that the company named."""

from dataclasses import replace

from rappro.domain.books import LedgerAccount
from rappro.domain.settings import PostingSettings
from rappro.use_cases.companies import get_company, save_company
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, Desk, camt


def test_agios_are_booked_and_their_account_is_added_to_the_chart() -> None:
    desk = Desk().open_company()
    company = get_company(desk.ports, desk.tenant, COMPANY)
    named = replace(company, posting=PostingSettings(interest_paid_account="661600"))
    save_company(desk.ports, desk.tenant, named, AUTHOR)
    desk.drop(camt([("2026-11-05", "-42.10", "AGIOS 3E TRIMESTRE")]))

    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    (entry,) = [e for e in desk.store.entries(desk.tenant, COMPANY, limit=9).items if e.number]
    assert [(leg.account, leg.balance_minor) for leg in entry.lines] == [
        ("512100", -4_210), ("661600", 4_210),
    ]  # fmt: skip
    account = desk.store.get(desk.tenant, COMPANY, LedgerAccount, "661600")
    assert account == LedgerAccount("661600", "Intérêts bancaires", version=1)
