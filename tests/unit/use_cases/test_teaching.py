"""What confirmed matches teach, how the next line profits, and how it is taken back."""

from datetime import date

import pytest

from rappro.domain.bank import Counterparty, Nature, StatementLine
from rappro.domain.books import Payer, ThirdParty, ThirdPartyKind
from rappro.domain.errors import NotFound
from rappro.domain.ids import MatchId, StatementId, ThirdPartyId
from rappro.domain.learning import Lesson, LessonKind, texts_that_teach
from rappro.domain.matching.model import Level, Settle, TargetType
from rappro.domain.records import LineRecord
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.start_run import start_run
from rappro.use_cases.teaching import forget_lesson, list_lessons
from rappro.use_cases.undo_match import undo_match

from .desk import AUTHOR, CLIENT, COMPANY, Desk, camt

PARENT = "VIR SEPA RECU /DE HOLDING CHENEVIERE /MOTIF PRESTATIONS"
ITEM = TargetType.OPEN_ITEM
IBAN = "FR7630006000011234567890189"


def a_line(label: str = "", **fields: object) -> StatementLine:
    made = {"nature": Nature.TRANSFER} | fields
    return StatementLine(1, date(2026, 11, 5), 12_000, "EUR", label=label, **made)  # type: ignore[arg-type]


def customer(**fields: object) -> ThirdParty:
    return ThirdParty(
        ThirdPartyId("C1"), ThirdPartyKind.CUSTOMER, "Menuiserie Dupond SARL", "411000", **fields  # type: ignore[arg-type]
    )  # fmt: skip


def lessons(desk: Desk) -> list[Lesson]:
    return list(list_lessons(desk.ports, desk.tenant, COMPANY, limit=100, cursor=None).items)


def statement_id(desk: Desk, rank: int) -> StatementId:
    found = desk.store.statements(desk.tenant, COMPANY).items
    return sorted(found, key=lambda statement: statement.number or "")[rank].id


def line_of(desk: Desk, rank: int) -> LineRecord:
    (line,) = desk.store.lines(desk.tenant, COMPANY, statement_id(desk, rank))
    return line


def match(desk: Desk, statement: int, item: str, amount: int) -> MatchId:
    line = (statement_id(desk, statement), 1)
    request = ManualMatch((line,), (Settle(ITEM, f"oi_{item}", amount),))
    return match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR).id


@pytest.fixture
def desk() -> Desk:
    """A payer nobody knows pays one invoice, and pays another one the next month."""
    desk = Desk().open_company()
    desk.drop(camt([("2026-11-05", "120.00", PARENT)]))
    second = camt([("2026-11-20", "300.00", PARENT)], opening="1120.00", number="12")
    desk.drop(second, name="second.xml")
    assert [line_of(desk, rank).level for rank in (0, 1)] == [Level.B, Level.B]
    return desk


def rerun(desk: Desk, rank: int) -> Level | None:
    start_run(desk.ports, desk.tenant, COMPANY, statement_id(desk, rank), AUTHOR)
    return line_of(desk, rank).level


def test_a_confirmed_match_makes_the_next_line_of_that_payer_automatic(desk: Desk) -> None:
    match(desk, 0, "FA2026-0101", 12_000)

    (lesson,) = lessons(desk)
    assert (lesson.kind, lesson.text) == (LessonKind.WORDING, "HOLDING CHENEVIERE")
    assert (lesson.third_party, lesson.count, lesson.author) == (CLIENT.id, 1, AUTHOR)
    assert rerun(desk, 1) is Level.A
    line = line_of(desk, 1)
    assert line.third_party == CLIENT.id
    assert "learned" in {piece.kind for piece in line.explanation.evidence}  # type: ignore[union-attr]


def test_undoing_the_match_takes_back_what_it_taught(desk: Desk) -> None:
    first = match(desk, 0, "FA2026-0101", 12_000)
    undo_match(desk.ports, desk.tenant, COMPANY, first, AUTHOR)

    assert lessons(desk) == []
    assert rerun(desk, 1) is Level.B


def test_a_lesson_that_two_matches_taught_outlives_the_undo_of_one(desk: Desk) -> None:
    first = match(desk, 0, "FA2026-0101", 12_000)
    second = match(desk, 1, "FA2026-0102", 30_000)
    assert [lesson.match_ids for lesson in lessons(desk)] == [(first, second)]

    undo_match(desk.ports, desk.tenant, COMPANY, first, AUTHOR)

    assert [(le.count, le.match_ids) for le in lessons(desk)] == [(1, (second,))]


def test_a_lesson_is_forgotten_when_a_person_says_so(desk: Desk) -> None:
    first = match(desk, 0, "FA2026-0101", 12_000)
    (lesson,) = lessons(desk)

    forget_lesson(desk.ports, desk.tenant, COMPANY, lesson.id, AUTHOR)

    assert lessons(desk) == []
    assert rerun(desk, 1) is Level.B
    with pytest.raises(NotFound):
        forget_lesson(desk.ports, desk.tenant, COMPANY, lesson.id, AUTHOR)
    undo_match(desk.ports, desk.tenant, COMPANY, first, AUTHOR)  # nothing left to take back


def test_a_match_with_a_ledger_account_teaches_nothing(desk: Desk) -> None:
    line = (statement_id(desk, 0), 1)
    request = ManualMatch((line,), (Settle(TargetType.ACCOUNT, "627000", 12_000),))
    match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR)

    assert lessons(desk) == []


def test_iban_mandate_and_the_counterparty_s_name_teach_before_the_label() -> None:
    said = a_line(
        "VIR GARAGE DU PORT",
        counterparty=Counterparty("Holding Chenevière SAS", IBAN),
        mandate_id="RUM-0042",
    )

    assert texts_that_teach([said], customer(), []) == [
        (LessonKind.IBAN, IBAN),
        (LessonKind.MANDATE, "RUM0042"),
        (LessonKind.NAME, "HOLDING CHENEVIERE"),
    ]


def test_what_the_third_party_s_record_says_already_is_not_learned() -> None:
    said = a_line(counterparty=Counterparty("DUPOND MENUISERIE", IBAN))
    known = customer(payers=(Payer("Dupond Menuiserie", IBAN),))

    assert texts_that_teach([said], known, []) == []


def test_the_company_s_own_account_is_nobody_s() -> None:
    said = a_line(counterparty=Counterparty(None, IBAN))

    assert texts_that_teach([said], customer(), [IBAN]) == []


@pytest.mark.parametrize(
    "nature", [Nature.CHEQUE_DEPOSIT, Nature.CARD_DEPOSIT, Nature.CASH, Nature.FEE, Nature.RETURN]
)
def test_a_means_of_payment_without_a_payer_teaches_nothing(nature: Nature) -> None:
    said = a_line(counterparty=Counterparty("Holding Chenevière"), nature=nature)

    assert texts_that_teach([said], customer(), []) == []


@pytest.mark.parametrize(
    "label", ["VIR SEPA RECU", "PRLV FA2026-0101", "REMISE CHQ 12", "DUPONT", ""]
)
def test_a_label_that_names_nobody_for_sure_teaches_nothing(label: str) -> None:
    assert texts_that_teach([a_line(label)], customer(), []) == []


def test_many_lines_at_once_teach_nothing() -> None:
    said = [a_line(counterparty=Counterparty(f"Payeur numéro {n}")) for n in range(4)]

    assert texts_that_teach(said, customer(), []) == []
