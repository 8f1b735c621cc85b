"""A transfer between two own accounts, imported and validated on both sides: 580 ends at zero."""

from rappro.domain.books import Journal, JournalEntry, JournalType, LedgerAccount
from rappro.domain.ids import MatchId, StatementId
from rappro.domain.writes import create
from rappro.use_cases.companies import save_journal
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, IBAN, Desk, camt

IBAN_SAVINGS = "FR7614508000405399873982Q72"


def side(amount: str, on: str, *, own: str, other: str) -> bytes:
    """Return a statement of one transfer, of which the bank names the other account."""
    party = "Cdtr" if amount.startswith("-") else "Dbtr"
    named = f"<RltdPties><{party}Acct><Id><IBAN>{other}</IBAN></Id></{party}Acct></RltdPties>"
    content = camt([(on, amount, "VIR LIVRET")], iban=own, number=amount)
    return content.replace(b"<TxDtls>", b"<TxDtls>" + named.encode())


def both_sides() -> Desk:
    desk = Desk().open_company()
    savings = Journal("LIV", "Livret", JournalType.TREASURY, "512200", iban=IBAN_SAVINGS)
    save_journal(desk.ports, desk.tenant, COMPANY, savings, AUTHOR)
    account = LedgerAccount("512200", "Livret")
    desk.store.commit(desk.tenant, COMPANY, [create(account)])
    desk.drop(side("-500.00", "2026-11-05", own=IBAN, other=IBAN_SAVINGS), "courant.xml")
    desk.drop(side("500.00", "2026-11-06", own=IBAN_SAVINGS, other=IBAN), "livret.xml")
    return desk


def statements(desk: Desk) -> list[StatementId]:
    return [s.id for s in desk.store.statements(desk.tenant, COMPANY).items]


def test_each_side_is_booked_by_itself_and_both_leave_nothing_on_internal_transfers() -> None:
    desk = both_sides()

    for statement in statements(desk):
        validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)

    entries = desk.store.entries(desk.tenant, COMPANY, limit=20).items
    booked = {(line.account, line.balance_minor) for e in entries for line in e.lines}
    assert {
        ("512100", -50_000), ("580000", 50_000), ("512200", 50_000), ("580000", -50_000),
    } <= booked  # fmt: skip
    account = desk.store.get(desk.tenant, COMPANY, LedgerAccount, "580000")
    assert account == LedgerAccount("580000", "Virements internes", version=1)


def test_an_undone_side_is_not_booked_again() -> None:
    desk = both_sides()
    statement = statements(desk)[0]
    (line,) = desk.store.lines(desk.tenant, COMPANY, statement)

    match = undo_match(desk.ports, desk.tenant, COMPANY, MatchId(line.match_id or ""), AUTHOR)

    (line,) = desk.store.lines(desk.tenant, COMPANY, statement)
    assert (line.match_id, line.vetoes) == (None, ("580000",))
    assert desk.store.get_many(desk.tenant, COMPANY, JournalEntry, match.entry_ids) == {}
