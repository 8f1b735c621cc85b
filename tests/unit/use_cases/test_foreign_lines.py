"""A statement in dollars in a company that keeps its books in euros, from import to validation."""

from rappro.domain.books import Journal, JournalEntry, JournalType, LedgerAccount
from rappro.domain.ids import CompanyId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import LineStatus
from rappro.domain.writes import create
from rappro.use_cases.companies import save_journal
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, Desk, camt

IBAN_DOLLARS = "FR7614508000405399873982Q72"


def with_a_line_in_dollars(worth: str | None) -> Desk:
    """Return the desk with 100.00 USD received, which the bank says are so many euros."""
    desk = Desk().open_company()
    journal = Journal(
        "USD", "Dollars", JournalType.TREASURY, "512400", iban=IBAN_DOLLARS, currency="USD"
    )
    save_journal(desk.ports, desk.tenant, COMPANY, journal, AUTHOR)
    desk.store.commit(desk.tenant, COMPANY, [create(LedgerAccount("512400", "Dollars"))])
    content = camt([("2026-11-05", "100.00", "VIR ETRANGER")], iban=IBAN_DOLLARS)
    content = content.replace(b"EUR", b"USD")
    if worth is not None:
        told = f"<AmtDtls><InstdAmt><Amt Ccy='EUR'>{worth}</Amt></InstdAmt></AmtDtls>"
        content = content.replace(b"<TxDtls>", b"<TxDtls>" + told.encode())
    desk.drop(content)
    return desk


def validated(desk: Desk) -> list[tuple[str, int, int | None]]:
    """Validate; return account, balance and foreign amount of each leg that was booked."""
    validate_statement(desk.ports, desk.tenant, CompanyId(COMPANY), desk.statement().id, AUTHOR)
    entries: list[JournalEntry] = list(desk.store.entries(desk.tenant, COMPANY, limit=9).items)
    return [
        (leg.account, leg.balance_minor, leg.foreign_amount_minor)
        for entry in entries
        if entry.number is not None
        for leg in entry.lines
    ]


def test_what_nobody_explains_is_on_suspense_by_its_worth() -> None:
    desk = with_a_line_in_dollars("91.00")

    assert validated(desk) == [("512400", 9_100, 10_000), ("471000", -9_100, None)]


def test_without_a_worth_nothing_is_booked_and_the_line_waits() -> None:
    desk = with_a_line_in_dollars(None)

    assert validated(desk) == []
    (line,) = desk.lines()
    assert (line.match_id, line.status) == (None, LineStatus.NOT_VALIDATED)


def test_a_person_matches_it_by_its_worth() -> None:
    desk = with_a_line_in_dollars("91.00")
    target = Settle(TargetType.ACCOUNT, "706000", 9_100)
    request = ManualMatch(((desk.statement().id, 1),), (target,))

    match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR)

    assert validated(desk) == [("512400", 9_100, 10_000), ("706000", -9_100, None)]
