"""A reversal (RD, RC) from import to validation: with its original, or to suspense alone."""

from rappro.domain.books import JournalEntry
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, Desk, camt

PAID = ("2026-11-05", "120.00", "VIR MENUISERIE DUPOND FA2026-0101 REF BQ7719A4")
BACK = ("2026-11-06", "-120.00", "EXTOURNE MENUISERIE DUPOND FA2026-0101 REF BQ7719A4")


def after(*movements: tuple[str, str, str]) -> Desk:
    """Return the desk after a validated statement of which the last line is a reversal."""
    desk = Desk().open_company()
    head, _, last = camt(movements).rpartition(b"<Sts>")
    desk.drop(head + b"<RvslInd>true</RvslInd><Sts>" + last)
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)
    return desk


def on_suspense(desk: Desk) -> list[int]:
    entries: list[JournalEntry] = list(desk.store.entries(desk.tenant, COMPANY, limit=20).items)
    return sorted(
        line.balance_minor for e in entries for line in e.lines if line.account == "471000"
    )


def test_both_are_in_the_books_suspense_ends_at_zero_and_the_invoice_is_open() -> None:
    desk = after(PAID, BACK)

    assert desk.levels() == ["AS", "AS"]
    assert on_suspense(desk) == [-12_000, 12_000]
    assert desk.item("FA2026-0101").residual_minor == 12_000


def test_without_its_original_it_goes_to_suspense_and_never_to_an_item() -> None:
    desk = after(BACK)

    assert desk.levels()[0] in ("B", "C")
    assert on_suspense(desk) == [12_000]
    assert desk.item("FA2026-0101").residual_minor == 12_000
