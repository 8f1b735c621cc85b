"""Entries from templates: one line's at once, a batch's to be confirmed; natures in a batch."""

from datetime import date

import pytest

from rappro.domain.bank import Nature
from rappro.domain.books import (
    EntryTemplate,
    LedgerAccount,
    MonthAmount,
    TemplateDirection,
    TemplateLine,
)
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    RapproError,
    RuleViolation,
    StoreUnavailable,
    UnbalancedEntry,
)
from rappro.domain.posting.slips import Leg
from rappro.domain.posting.templates import is_fully_split
from rappro.domain.records import LineRecord, MatchStatus
from rappro.domain.writes import create
from rappro.use_cases.acting import LINES_MAX_PER_BATCH
from rappro.use_cases.batch_edit import NaturesSet, set_natures
from rappro.use_cases.generate_entries import TemplateEntry, generate_entries, generate_entry

from .acts import actor, edit, entries, key, keys, legs, match_of, picture, undo_whole
from .desk import COMPANY, Desk, camt
from .faulty import Faulty

ONE = EntryTemplate("one", "Frais", lines=(TemplateLine("627000", is_remainder=True),))
SPLIT = EntryTemplate(
    "split", "Loyer",
    lines=(
        TemplateLine("706000", is_remainder=True), TemplateLine("445660", vat_rate_percent="20"),
    ),
)  # fmt: skip
OPEN = EntryTemplate(
    "open", "Emprunt", direction=TemplateDirection.DEBIT,
    lines=(TemplateLine("627000", amount_minor=100), TemplateLine("706000", amount_minor=50)),
)  # fmt: skip
LINES = tuple((f"2026-11-{1 + n:02d}", f"-{12 + n}.00", f"PRLV {n}") for n in range(12))


def desk_with(store: Faulty | None = None) -> Desk:
    desk = Desk(store=store).open_company()
    vat = LedgerAccount("445660", "TVA")
    desk.store.commit(desk.tenant, COMPANY, [create(one) for one in (ONE, SPLIT, OPEN, vat)])
    desk.drop(camt(LINES))
    return desk


@pytest.fixture
def desk() -> Desk:
    return desk_with()


def share(*parts: str) -> EntryTemplate:
    lines = tuple(TemplateLine("627000", share_percent=part) for part in parts)
    return EntryTemplate("t", "t", lines=lines)


@pytest.mark.parametrize(
    ("template", "is_full"),
    [
        (ONE, True), (SPLIT, True), (OPEN, False), (EntryTemplate("t", "t"), False),
        (share("60", "40"), True), (share("33.33", "33.33", "33.34"), True),
        (share("60", "30"), False), (share("100"), True),
    ],
)  # fmt: skip
def test_a_template_shares_any_amount_by_itself_or_leaves_it_to_a_person(
    template: EntryTemplate, *, is_full: bool
) -> None:
    assert is_fully_split(template) is is_full


def test_one_line_s_entry_is_matched_at_once_by_the_template_set_on_it(desk: Desk) -> None:
    edit(desk, 1, template="split")

    made = generate_entry(actor(desk), TemplateEntry(key(desk, 1)))

    assert (made.status, made.level, made.template) == (MatchStatus.CONFIRMED, "AD", "split")
    (entry,) = entries(desk, made)
    assert legs(entry) == [("512100", -1_200), ("706000", 1_000), ("445660", 200)]
    assert (entry.date, entry.label) == (date(2026, 11, 1), "PRLV 0")


def test_it_may_be_edited_and_several_accounts_without_a_rule_have_to_be_distributed(
    desk: Desk,
) -> None:
    asked = TemplateEntry(key(desk, 1), "open")

    with pytest.raises(RuleViolation):
        generate_entry(actor(desk), asked)
    with pytest.raises(UnbalancedEntry):
        generate_entry(actor(desk), TemplateEntry(key(desk, 1), "open", (Leg("627000", -1_199),)))
    shares = (Leg("627000", -1_000, "Capital"), Leg("706000", -200))
    made = generate_entry(
        actor(desk),
        TemplateEntry(key(desk, 1), "open", shares, date(2026, 11, 2), "Échéance 4", "EMP-4"),
    )

    (entry,) = entries(desk, made)
    assert legs(entry) == [("512100", -1_200), ("627000", 1_000), ("706000", 200)]
    assert [line.label for line in entry.lines] == ["Échéance 4", "Capital", "Échéance 4"]
    assert (entry.date, entry.piece_ref) == (date(2026, 11, 2), "EMP-4")


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (RuleViolation, {}),
        (NotFound, {"template": "none"}),
        (NotFound, {"template": "one", "legs": (Leg("999999", -1_200),)}),
        (InvalidRequest, {"template": "one", "operation_date": date(2026, 12, 1)}),
    ],
)
def test_what_is_refused_changes_nothing(
    desk: Desk, error: type[RapproError], fields: dict[str, object]
) -> None:
    before = picture(desk)

    with pytest.raises(error):
        generate_entry(actor(desk), TemplateEntry(key(desk, 1), **fields))  # type: ignore[arg-type]

    assert picture(desk) == before


def test_a_template_of_the_other_direction_is_refused() -> None:
    desk = Desk().open_company()
    desk.store.commit(desk.tenant, COMPANY, [create(OPEN)])
    desk.drop(camt([("2026-11-05", "12.00", "RECU")]))

    with pytest.raises(RuleViolation):
        generate_entry(actor(desk), TemplateEntry(key(desk, 1), "open", (Leg("627000", 1_200),)))


def test_undone_and_the_draft_deleted_all_is_as_before_and_the_template_is_not_tried_again(
    desk: Desk,
) -> None:
    edit(desk, 1, template="one")
    before = picture(desk)
    made = generate_entry(actor(desk), TemplateEntry(key(desk, 1)))

    undo_whole(desk, made)

    assert picture(desk) == before
    assert "one" in desk.lines()[0].vetoes


def test_a_batch_waits_for_confirmation_and_takes_templates_with_a_full_split(desk: Desk) -> None:
    edit(desk, 1, template="one")
    edit(desk, 2, template="split")

    results = generate_entries(actor(desk), keys(desk, 2, 1))

    made = [match_of(desk, result.match_id) for result in results]
    assert [one.status for one in made] == [MatchStatus.TO_CONFIRM] * 2
    assert [one.template for one in made] == ["split", "one"]
    assert desk.statement().matched_minor == 1_200 + 1_300
    assert generate_entries(actor(desk), keys(desk, 2, 1)) == results


@pytest.mark.parametrize("template", [None, "open"])
def test_one_line_without_a_template_or_a_full_split_refuses_the_whole_batch_by_name(
    desk: Desk, template: str | None
) -> None:
    edit(desk, 1, template="one")
    if template is not None:
        edit(desk, 2, template=template)
    before = picture(desk)

    with pytest.raises(RuleViolation) as refused:
        generate_entries(actor(desk), keys(desk, 1, 2))

    assert f"{desk.statement().id}/2" in refused.value.detail
    assert f"{desk.statement().id}/1" not in refused.value.detail
    assert picture(desk) == before


def test_a_line_of_a_batch_that_is_matched_fails_alone(desk: Desk) -> None:
    for position in (1, 2):
        edit(desk, position, template="one")
    generate_entry(actor(desk), TemplateEntry(key(desk, 1), "split"))

    first, second = generate_entries(actor(desk), keys(desk, 1, 2))

    assert (first.error.code if first.error else None) == "not_allowed_in_state"
    assert second.error is None


def natures(desk: Desk) -> list[Nature | None]:
    return [line.nature for line in desk.lines()]


def test_natures_are_set_on_many_lines_with_a_trace_each(desk: Desk) -> None:
    done = set_natures(actor(desk), keys(desk, *range(1, 13)), Nature.LOAN)

    assert done == NaturesSet(12, 0)
    assert natures(desk) == [Nature.LOAN] * 12
    events = desk.store.audit_events(desk.tenant, COMPANY).items
    told = [event for event in events if event.action == "set_nature"]
    assert {event.subject for event in told} == {line.key for line in desk.lines()}
    assert {str(event.before) for event in told} == {"{'nature': None}"}


def test_one_matched_line_refuses_all_natures_by_name(desk: Desk) -> None:
    generate_entry(actor(desk), TemplateEntry(key(desk, 3), "one"))

    with pytest.raises(NotAllowedInState) as refused:
        set_natures(actor(desk), keys(desk, 1, 3), Nature.FEE)
    with pytest.raises(InvalidRequest):
        set_natures(actor(desk), keys(desk, *range(1, LINES_MAX_PER_BATCH + 2)), Nature.FEE)

    assert f"{desk.statement().id}/3" in refused.value.detail
    assert natures(desk) == [None] * 12


@pytest.mark.parametrize("step", [1, 2, 3])
def test_batches_that_die_are_finished_by_asking_again(step: int) -> None:
    store = Faulty()
    desk = desk_with(store)
    for position in range(1, 13):
        edit(desk, position, template="one")
    store.fail_at, store.is_after, store.count = step, False, 0

    with pytest.raises(StoreUnavailable):
        generate_entries(actor(desk), keys(desk, *range(1, 13)))
    store.fail_at = None
    half = [line for line in desk.lines() if line.match_id is not None]
    assert len(half) < 12
    results = generate_entries(actor(desk), keys(desk, *range(1, 13)))

    assert [result.error for result in results] == [None] * 12
    lines: list[LineRecord] = desk.lines()
    assert [line.match_id for line in lines] == [result.match_id for result in results]
    assert len({line.match_id for line in lines}) == 12


LOAN = EntryTemplate(
    "loan", "Emprunt machine", ("PRET MACHINE",), TemplateDirection.DEBIT,
    lines=(
        TemplateLine("661100", schedule=(
            MonthAmount("2026-11", 215), MonthAmount("2026-12", 190),
        )),
        TemplateLine("616000", amount_minor=100),
        TemplateLine("164000", is_remainder=True),
    ),
)  # fmt: skip


def with_a_loan(*movements: tuple[str, str, str]) -> Desk:
    desk = Desk().open_company()
    accounts = [LedgerAccount(number, number) for number in ("661100", "616000", "164000")]
    writes = [create(LOAN), *(create(account) for account in accounts)]
    desk.store.commit(desk.tenant, COMPANY, writes)
    desk.drop(camt(movements))
    return desk


def test_a_loan_s_instalment_is_split_by_its_plan_each_month() -> None:
    """Interest of the month's line of the plan, insurance always alike, the rest is capital."""
    desk = with_a_loan(
        ("2026-11-05", "-12.00", "PRET MACHINE"), ("2026-12-05", "-12.00", "PRET MACHINE")
    )

    made = [entries(desk, match_of(desk, line.match_id)) for line in desk.lines()]

    assert desk.levels() == ["AS", "AS"]
    assert [legs(entry) for (entry,) in made] == [
        [("512100", -1200), ("661100", 215), ("616000", 100), ("164000", 885)],
        [("512100", -1200), ("661100", 190), ("616000", 100), ("164000", 910)],
    ]


def test_an_instalment_beyond_the_plan_is_left_to_a_person() -> None:
    desk = with_a_loan(("2027-01-05", "-12.00", "PRET MACHINE"))

    assert desk.levels() == ["B"]
    edit(desk, 1, template="loan")
    with pytest.raises(RuleViolation):
        generate_entry(actor(desk), TemplateEntry(key(desk, 1)))
    given = (Leg("661100", -165), Leg("616000", -100), Leg("164000", -935))
    made = generate_entry(actor(desk), TemplateEntry(key(desk, 1), legs=given))
    assert made.status is MatchStatus.CONFIRMED
