"""CSV: what is written is read back, in every habit of writing; and nothing makes it crash."""

from __future__ import annotations

import csv
import io
import string
from collections import Counter
from datetime import date
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.bank import StatementClosed, StatementLine, StatementOpened
from rappro.domain.errors import InputError
from rappro.formats.csv_bank import CsvParser
from rappro.formats.csv_profile import profile_of
from rappro.formats.written import Mark, Order, written_amount, written_date

LABELS: Final = st.text(string.ascii_letters + ' éÉ€"\n;,', min_size=1, max_size=30).map(
    lambda text: " ".join(text.split()) or "x"
)
LINES: Final = st.lists(
    st.tuples(
        st.dates(date(1970, 1, 1), date(2069, 12, 31)),
        st.integers(-(10**15), 10**15),
        LABELS,
        st.sampled_from(("A1", "B2")),
    ),
    max_size=15,
)
MARKS: Final = (",", ".")


def money(minor: int, mark: str) -> str:
    whole, cents = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}{mark}{cents:02d}"


@given(LINES, st.sampled_from(MARKS), st.sampled_from(";,\t|"), st.sampled_from(("\n", "\r\n")))
def test_what_is_written_is_read(
    lines: list[tuple[date, int, str, str]], mark: str, separator: str, end: str
) -> None:
    parser = CsvParser([profile_of({
        "name": "own", "bank": "b", "separator": separator, "decimal": mark,
        "columns": [["date", "Jour"], ["amount", "Somme"], ["label", "Libellé"],
                    ["account", "Compte"]],
    })])  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(("Jour", "Somme", "Libellé", "Compte"))
    writer.writerows(
        (f"{day:%d/%m/%Y}", money(minor, mark), label, account)
        for day, minor, label, account in lines
    )

    events = list(parser.parse(io.BytesIO(out.getvalue().encode())))

    expected = []
    for account in dict.fromkeys(line[3] for line in lines):
        own = [line[:3] for line in lines if line[3] == account]
        expected += own[::-1] if own[0][0] > own[-1][0] else own
    assert [
        (line.booking_date, line.amount_minor, line.label)
        for line in events
        if isinstance(line, StatementLine)
    ] == expected


@given(st.integers(-(10**17), 10**17), st.sampled_from(MARKS), st.sampled_from(" '\u00a0\u202f"))
def test_an_amount_is_read_with_its_thousands_and_its_sign_anywhere(
    minor: int, mark: Mark, thousands: str
) -> None:
    size = money(abs(minor), mark)
    whole, cents = size.split(mark)
    grouped = f"{int(whole):,}".replace(",", thousands) + mark + cents
    sign = "-" if minor < 0 else ""

    for text in (f"{sign}{grouped}", f"{grouped}{sign}", f"{sign} {grouped} €", f"{sign}{size}"):
        assert written_amount(text, mark, "EUR") == minor


@given(st.dates(), st.sampled_from((("dmy", "%d/%m/"), ("mdy", "%m/%d/"), ("ymd", ""))))
def test_a_date_is_read_in_its_order(day: date, form: tuple[Order, str]) -> None:
    order, shown = form
    text = f"{day.strftime(shown)}{day.year:04d}" if shown else day.isoformat()

    assert written_date(text, order) == day


@given(st.text(max_size=30), st.sampled_from((",", ".", "")))
def test_any_text_is_an_amount_and_a_date_or_a_typed_error(text: str, mark: Mark) -> None:
    refused = 0
    try:
        assert abs(written_amount(text, mark, "EUR")) < 10**18
    except InputError:
        refused += 1
    try:
        assert written_date(text, "dmy").year > 0
    except InputError:
        refused += 1
    assert refused <= 2


SAMPLE: Final = (
    "Compte courant carte n° 123;\nSolde au 03/10/2024 1 234,56 €\n\n"
    "Date;Date valeur;Libellé;Débit euros;Crédit euros;\n"
    '02/10/2024;02/10/2024;"PRLV\nEDF";89,90;;\n01/10/2024;;VIR;;1 500,00;\n\n'
    "Livret n° 456;\nDate;Date valeur;Libellé;Débit euros;Crédit euros;\n"
    "01/10/2024;;VIR;;2,00;\n"
).encode("cp1252")


@given(
    st.lists(
        st.tuples(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=3), st.integers(0, 4)),
        max_size=6,
    ),
    st.integers(0, len(SAMPLE)),
)
def test_a_broken_file_is_read_or_refused_with_a_typed_error(
    changes: list[tuple[int, bytes, int]], length: int
) -> None:
    data = bytearray(SAMPLE)
    for place, put, taken in changes:
        data[place : place + taken] = put
    broken = bytes(data[:length])

    kinds, refused_at = kinds_or_place(broken)

    assert refused_at is not None or kinds[StatementOpened] == kinds[StatementClosed] > 0
    if not CsvParser().recognises(broken):
        is_no_text = refused_at is not None and refused_at.startswith("byte ")  # broken UTF-16
        assert is_no_text or refused_at == "row 1"


def kinds_or_place(data: bytes) -> tuple[Counter[type], str | None]:
    """Return how many events of each kind a file gives, and where it is refused."""
    kinds: Counter[type] = Counter()
    try:
        kinds.update(type(event) for event in CsvParser().parse(io.BytesIO(data)))
    except InputError as refused:
        return kinds, refused.position
    return kinds, None
