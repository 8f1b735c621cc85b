"""Properties of books opened from a FEC: nothing lost, nothing doubled, ids that stay."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rappro.domain.bank import Finding, Severity
from rappro.domain.errors import RapproError
from rappro.domain.opening import FecRow, OpenedBooks, carry_over, open_books
from rappro.formats.fec import read_rows, recognises

FIXTURES = Path(__file__).parents[1] / "fixtures" / "fec"
CONTENTS = [path.read_bytes() for path in sorted(FIXTURES.glob("*.txt"))]

checked = settings(deadline=None)
"""A busy machine is no counterexample."""

THIRD_PARTY_ACCOUNTS = ["411000", "401000", "419100", "409100", "411DURAND", "403000"]
ACCOUNTS = [*THIRD_PARTY_ACCOUNTS, "512000", "512100", "511200", "530000", "606300", "706000",
            "408100", "X1"]  # fmt: skip
PIECES = ["FA2024-0001", "FA2024-0002", "12", "01/04", "VIR", "RAN", "", "0000000", "2664.25"]
LABELS = ["Facture", "Facture FA2024-0003", "VIR DURAND", "Avoir 22100363", "Report à nouveau"]
JOURNALS = [("VE", "Ventes"), ("BQ", "Banque"), ("AN", "A nouveaux"), ("OD", "Divers")]


@st.composite
def fec_rows(draw: st.DrawFn) -> FecRow:
    journal, journal_label = draw(st.sampled_from(JOURNALS))
    account = draw(st.sampled_from(ACCOUNTS))
    day = date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 3)))
    has_auxiliary = account in THIRD_PARTY_ACCOUNTS
    balance = draw(st.integers(-500, 500))
    foreign = draw(st.none() | st.integers(1, 500))
    return FecRow(
        line=0,
        journal=journal,
        journal_label=journal_label,
        entry_date=day,
        account=account,
        balance_minor=balance,
        number=draw(st.sampled_from(["", "1", "2", "3"])),
        account_label=draw(st.sampled_from(["Clients", "Durand"])),
        auxiliary=draw(st.sampled_from(["", "C1", "C2"])) if has_auxiliary else "",
        auxiliary_label=draw(st.sampled_from(["Durand", "Lemoine"])),
        piece_ref=draw(st.sampled_from(PIECES)),
        piece_date=draw(st.sampled_from([None, day, date(1900, 1, 1)])),
        label=draw(st.sampled_from(LABELS)),
        letter=draw(st.sampled_from(["", "", "A", "b"])),
        foreign_minor=None if foreign is None or not balance else
        (foreign if balance > 0 else -foreign),
        foreign_currency=None if foreign is None or not balance else "USD",
    )  # fmt: skip


def in_file(rows: list[FecRow]) -> list[FecRow]:
    return [replace(row, line=line) for line, row in enumerate(rows, start=2)]


books_of_rows = st.lists(fec_rows(), max_size=24).map(in_file)


def ids(opened: OpenedBooks) -> dict[str, object]:
    """Return what the books hold by id, apart from positions in a file."""
    return {
        **{entry.id: Counter(entry.lines) for entry in opened.entries},
        **{item.id: item.residual_minor for item in opened.open_items},
        **{entry.id: entry.amount_minor for entry in opened.bank_entries},
        **{party.id: party.name for party in opened.third_parties},
    }


@checked
@given(books_of_rows)
def test_every_row_lands_in_exactly_one_entry(rows: list[FecRow]) -> None:
    opened = open_books(rows)

    expected = Counter((r.journal, r.account, r.balance_minor, r.label, r.letter) for r in rows)
    assert expected == Counter(
        (entry.journal, line.account, line.balance_minor, line.label, line.letter or "")
        for entry in opened.entries
        for line in entry.lines
    )
    assert len({entry.id for entry in opened.entries}) == len(opened.entries)


@checked
@given(books_of_rows)
def test_every_entry_balances_or_says_that_it_does_not(rows: list[FecRow]) -> None:
    opened = open_books(rows)

    for entry in opened.entries:
        gap = sum(line.balance_minor for line in entry.lines)
        assert entry.is_unbalanced_at_source is (gap != 0)
    flagged = sum(entry.is_unbalanced_at_source for entry in opened.entries)
    counts = opened.finding_counts
    noted = counts.get("unbalanced_entry", 0) + counts.get("entry_across_journals", 0)
    assert noted == flagged


@checked
@given(books_of_rows)
def test_residuals_add_up_to_what_is_open_on_the_account(rows: list[FecRow]) -> None:
    """What is lettered and balances is zero, so the whole balance of a third party is open."""
    opened = open_books(rows)

    residuals: dict[str, int] = defaultdict(int)
    balances: dict[str, int] = defaultdict(int)
    for item in opened.open_items:
        residuals[item.third_party] += item.company_residual_minor
    for entry in opened.entries:
        for line in entry.lines:
            if line.third_party is not None:
                balances[line.third_party] += line.balance_minor

    assert {k: v for k, v in residuals.items() if v} == {k: v for k, v in balances.items() if v}
    assert len({item.id for item in opened.open_items}) == len(opened.open_items)


@checked
@given(books_of_rows)
def test_every_bank_line_is_a_bank_entry(rows: list[FecRow]) -> None:
    opened = open_books(rows)

    listed = ("512", "5112")
    expected = Counter(r.account for r in rows if r.account.startswith(listed))
    assert Counter(entry.account for entry in opened.bank_entries) == expected
    assert len({entry.id for entry in opened.bank_entries}) == len(opened.bank_entries)
    lines = {entry.id: entry.lines for entry in opened.entries}
    for entry in opened.bank_entries:
        assert entry.entry_id is not None
        assert entry.entry_line is not None
        line = lines[entry.entry_id][entry.entry_line]
        assert line.account == entry.account
        amounts = {"EUR": line.balance_minor, "USD": line.foreign_amount_minor or 0}
        assert entry.amount_minor == amounts[entry.currency]


@checked
@given(books_of_rows, st.permutations([code for code, _ in JOURNALS]))
def test_the_order_of_journals_changes_no_id(rows: list[FecRow], order: list[str]) -> None:
    reordered = in_file(sorted(rows, key=lambda row: order.index(row.journal)))

    assert set(ids(open_books(reordered))) == set(ids(open_books(rows)))


@checked
@given(books_of_rows)
def test_the_same_rows_make_the_same_books(rows: list[FecRow]) -> None:
    assert open_books(rows) == open_books(iter(rows))


@checked
@given(books_of_rows, st.integers(-800, 800), st.integers(0, 3))
def test_a_point_that_comes_later_gives_what_it_would_have_given(
    rows: list[FecRow], balance: int, day: int
) -> None:
    reconciled_on = date(2024, 1, 1) + timedelta(days=day)
    early = open_books(rows, reconciled={"512000": (reconciled_on, balance)})
    late = [e for e in open_books(rows).bank_entries if e.account == "512000"]

    after = carry_over(late, reconciled_on, balance)

    if late:
        assert list(after.entries) == [e for e in early.bank_entries if e.account == "512000"]
    waiting = sum(e.amount_minor for e in after.entries if e.is_waiting and e.date <= reconciled_on)
    explained = after.gap_minor - waiting
    assert (explained == 0) is (after.findings == ())


def opened_or_error(content: bytes) -> OpenedBooks | RapproError:
    try:
        return open_books(read_rows(io.BytesIO(content)))
    except RapproError as error:
        return error


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(CONTENTS),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=4)), max_size=6),
    st.integers(0, 4000),
)
@example(CONTENTS[0], [(0, b"\x00")], 4000)
@example(CONTENTS[0], [], 700)
def test_damaged_bytes_give_books_or_a_named_error(
    content: bytes, damage: list[tuple[int, bytes]], end: int
) -> None:
    damaged = bytearray(content)
    for place, patch in damage:
        damaged[place : place + len(patch)] = patch
    damaged = damaged[: max(end, 0)]
    recognises(bytes(damaged))

    result = opened_or_error(bytes(damaged))

    if isinstance(result, RapproError):
        assert result.position is not None
    else:
        assert sum(len(entry.lines) for entry in result.entries) == result.row_count > 0


@checked
@given(st.binary(max_size=400))
def test_bytes_that_are_no_fec_are_not_recognised(content: bytes) -> None:
    assert not recognises(content)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(CONTENTS), st.data())
def test_a_file_cut_anywhere_is_refused_or_complete_up_to_there(
    content: bytes, data: st.DataObject
) -> None:
    """A cut file never gives a wrong amount: its rows are the first ones of the whole file."""
    whole = [row for row in read_rows(io.BytesIO(content)) if isinstance(row, FecRow)]
    end = data.draw(st.integers(0, len(content)))
    rows, findings, error = read_up_to_error(content[:end])

    assert all(finding.severity is not Severity.BLOCKING for finding in findings)
    assert error is None or error.position is not None
    assert [(r.line, r.balance_minor) for r in rows] == [
        (r.line, r.balance_minor) for r in whole[: len(rows)]
    ]


def read_up_to_error(content: bytes) -> tuple[list[FecRow], list[Finding], RapproError | None]:
    rows: list[FecRow] = []
    findings: list[Finding] = []
    try:
        for found in read_rows(io.BytesIO(content)):
            if isinstance(found, FecRow):
                rows.append(found)
            else:
                findings.append(found)
    except RapproError as error:
        return rows, findings, error
    return rows, findings, None
