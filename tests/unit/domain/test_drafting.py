"""Drafts of entries: balanced, bank leg on the journal's account, each part on its own leg."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.bank import OriginalAmount
from rappro.domain.books import (
    EntryTemplate,
    TemplateLine,
)
from rappro.domain.errors import NotFound, RuleViolation
from rappro.domain.matching.model import Adjustment, AdjustmentKind, Settle, TargetType
from rappro.domain.posting.drafting import (
    BookView,
    Part,
    draft_part,
    draft_suspense,
    split_template,
)
from rappro.domain.records import LineRecord

from .builders import CLIENT, COMPANY, JOURNAL, MATCH, bank_entry, invoice, line


def view(**records: Mapping[str, object]) -> BookView:
    empty = BookView(COMPANY, JOURNAL, {}, {}, {}, {CLIENT.id: CLIENT}, {})
    return replace(empty, **records)  # type: ignore[arg-type]


def legs(draft: object) -> list[tuple[str, int, int]]:
    return [(leg.account, leg.debit_minor, leg.credit_minor) for leg in draft.entry.lines]  # type: ignore[attr-defined]


def test_a_receipt_debits_the_bank_and_credits_the_customer() -> None:
    item = invoice("F1", 12_000)
    part = Part(line(1, 12_000), (Settle(TargetType.OPEN_ITEM, item.id, 12_000),))

    draft = draft_part(part, MATCH, view(open_items={item.id: item}))

    assert legs(draft) == [("512100", 12_000, 0), ("411000", 0, 12_000)]
    assert draft is not None
    assert draft.entry.piece_ref == "F1"
    assert (draft.bank_entry.amount_minor, draft.bank_entry.is_in_ledger) == (12_000, False)
    assert draft.bank_entry.match_id == MATCH


def test_a_discount_is_debited_and_the_whole_invoice_credited() -> None:
    item = invoice("F1", 10_000)
    part = Part(
        line(1, 9_800),
        (Settle(TargetType.OPEN_ITEM, item.id, 10_000),),
        (Adjustment(AdjustmentKind.DISCOUNT, -200),),
    )

    draft = draft_part(part, MATCH, view(open_items={item.id: item}))

    assert legs(draft) == [("512100", 9_800, 0), ("411000", 0, 10_000), ("665000", 200, 0)]


def test_a_transfer_to_an_own_account_is_booked_on_internal_transfers() -> None:
    part = Part(line(1, -50_000), (Settle(TargetType.ACCOUNT, "580000", -50_000),))

    draft = draft_part(part, MATCH, view())

    assert legs(draft) == [("512100", 0, 50_000), ("580000", 50_000, 0)]


def in_dollars(amount: int, worth: int | None) -> LineRecord:
    """A line of 512100 in dollars, with what the bank says it is in euros."""
    record = line(1, amount)
    original = None if worth is None else OriginalAmount(worth, "EUR")
    return replace(record, line=replace(record.line, currency="USD", original=original))


def test_a_line_in_another_currency_is_booked_by_its_worth_and_exchange() -> None:
    item = replace(invoice("F1", 92_000), currency="USD")
    part = Part(
        in_dollars(100_000, 91_000),
        (Settle(TargetType.OPEN_ITEM, item.id, 92_000),),
        (Adjustment(AdjustmentKind.FX, -1_000),),
    )

    books = replace(view(open_items={item.id: item}), journal=replace(JOURNAL, currency="USD"))

    draft = draft_part(part, MATCH, books)

    assert draft is not None
    assert legs(draft) == [("512100", 91_000, 0), ("411000", 0, 92_000), ("656000", 1_000, 0)]
    bank = draft.entry.lines[0]
    assert (bank.foreign_amount_minor, bank.foreign_currency) == (100_000, "USD")
    assert (draft.bank_entry.amount_minor, draft.bank_entry.currency) == (100_000, "USD")


def test_suspense_takes_what_a_line_in_another_currency_is_worth() -> None:
    draft = draft_suspense(in_dollars(-100_000, 91_000), "471000", view())

    assert legs(draft) == [("512100", 0, 91_000), ("471000", 91_000, 0)]
    assert draft.entry.lines[0].foreign_amount_minor == -100_000
    assert draft.bank_entry.amount_minor == -100_000


def test_an_overpayment_stays_on_the_customers_account() -> None:
    item = invoice("F1", 10_000)
    part = Part(
        line(1, 10_500),
        (Settle(TargetType.OPEN_ITEM, item.id, 10_000),),
        (Adjustment(AdjustmentKind.OVERPAYMENT, 500),),
        third_party=CLIENT.id,
    )

    draft = draft_part(part, MATCH, view(open_items={item.id: item}))

    assert legs(draft) == [("512100", 10_500, 0), ("411000", 0, 10_000), ("411000", 0, 500)]


def test_an_existing_entry_on_the_bank_account_needs_no_draft() -> None:
    entry = bank_entry("e", 300)
    part = Part(line(1, 300), (Settle(TargetType.BANK_ENTRY, "e", 300),))

    assert draft_part(part, MATCH, view(bank_entries={"e": entry})) is None


def test_cheques_to_cash_are_cleared_net_of_the_commission() -> None:
    slip = bank_entry("e", 10_000, account="511500")
    part = Part(
        line(1, 9_900),
        (Settle(TargetType.BANK_ENTRY, "e", 10_000),),
        (Adjustment(AdjustmentKind.COMMISSION, -100),),
    )

    draft = draft_part(part, MATCH, view(bank_entries={"e": slip}))

    assert legs(draft) == [("512100", 9_900, 0), ("511500", 0, 10_000), ("627800", 100, 0)]


def test_an_existing_payment_and_a_manual_part_book_only_the_manual_part() -> None:
    entry = bank_entry("e", 300)
    part = Part(
        line(1, 280),
        (Settle(TargetType.BANK_ENTRY, "e", 300), Settle(TargetType.ACCOUNT, "627000", -20)),
    )

    draft = draft_part(part, MATCH, view(bank_entries={"e": entry}))

    assert legs(draft) == [("512100", 0, 20), ("627000", 20, 0)]


def test_a_part_that_does_not_add_up_to_its_line_is_refused() -> None:
    item = invoice("F1", 100)
    part = Part(line(1, 99), (Settle(TargetType.OPEN_ITEM, item.id, 100),))

    with pytest.raises(RuleViolation):
        draft_part(part, MATCH, view(open_items={item.id: item}))


def test_a_target_that_does_not_exist_is_named() -> None:
    part = Part(line(1, 99), (Settle(TargetType.OPEN_ITEM, "oi_x", 99),))

    with pytest.raises(NotFound, match="oi_x"):
        draft_part(part, MATCH, view())


def test_suspense_takes_the_whole_line() -> None:
    assert legs(draft_suspense(line(1, -50), "471000", view())) == [
        ("512100", 0, 50),
        ("471000", 50, 0),
    ]


def test_the_same_part_drafts_the_same_ids_and_a_redo_after_an_undo_drafts_others() -> None:
    first = draft_suspense(line(1, -50), "471000", view())
    again = draft_suspense(line(1, -50), "471000", view())
    redo = draft_suspense(line(1, -50, generation=1), "471000", view())

    assert first == again
    assert first.entry.id != redo.entry.id


def test_a_template_splits_by_rate_fixed_amount_and_remainder() -> None:
    template = EntryTemplate(
        "t",
        "Frais",
        lines=(
            TemplateLine("616000", amount_minor=1_000),
            TemplateLine("445660", vat_rate_percent="20"),
            TemplateLine("627000", is_remainder=True),
        ),
    )

    assert split_template(template, -12_000) == (-1_000, -2_000, -9_000)


SHARES = st.one_of(
    st.builds(TemplateLine, st.just("6"), share_percent=st.sampled_from(["10", "33.33", "50"])),
    st.builds(TemplateLine, st.just("6"), vat_rate_percent=st.sampled_from(["5.5", "10", "20"])),
    st.builds(TemplateLine, st.just("6"), amount_minor=st.integers(1, 900)),
    st.builds(TemplateLine, st.just("6"), is_remainder=st.just(True)),
)


@given(st.lists(SHARES, min_size=1, max_size=5), st.integers(-(10**9), 10**9))
def test_a_template_distributes_the_total_to_the_cent(
    lines: list[TemplateLine], total_minor: int
) -> None:
    template = EntryTemplate("t", "T", lines=tuple(lines))

    assert sum(split_template(template, total_minor)) == total_minor
