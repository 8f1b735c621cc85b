"""A number with a slip: it counts only while nothing else explains the line."""

from datetime import date

from rappro.domain.bank import Counterparty, StatementLine
from rappro.domain.books import (
    BankEntry,
    OpenItem,
    OpenItemType,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import LineId, OpenItemId, ThirdPartyId
from rappro.domain.matching.decide import decide
from rappro.domain.matching.model import Decision, MatchLine, World

SUPPLIER = ThirdParty(
    ThirdPartyId("F10"), ThirdPartyKind.SUPPLIER, "Nettoyage Claire-Onde SARL", "401000"
)
NEXT_MONTH = OpenItem(
    OpenItemId("oi"), OpenItemType.INVOICE, SUPPLIER.id, "401000", "CO7787", date(2026, 10, 1),
    date(2026, 10, 6), "EUR", -45_600, -45_600, -45_600, -45_600,
)  # fmt: skip


def decided(*entries: BankEntry) -> Decision:
    """A transfer to the supplier that names CO7785, which the books hold as paid."""
    line = StatementLine(
        1, date(2026, 10, 12), -45_600, "EUR", label="MENUISERIE ORVALLON CO7785",
        counterparty=Counterparty(name="NETTOYAGE CLAIRE ONDE SARL"),
    )  # fmt: skip
    world = World(
        "EUR",
        (MatchLine(LineId("li"), line, "512200"),),
        open_items=(NEXT_MONTH,),
        third_parties=(SUPPLIER,),
        number_shapes=("CO9999",),
        bank_entries=entries,
    )
    (decision,) = decide(world)
    return decision


def test_a_waiting_entry_of_the_payer_explains_the_line_before_a_slip_does() -> None:
    entry = BankEntry(
        "be", "BQ2", "512200", date(2026, 10, 12), -45_600, "EUR", "VIR Nettoyage Claire-Onde",
        third_party=SUPPLIER.id,
    )  # fmt: skip

    assert [settle.id for settle in decided(entry).settles] == ["be"]


def test_without_such_an_entry_a_slip_with_payer_and_amount_counts() -> None:
    assert [settle.id for settle in decided().settles] == ["oi"]
