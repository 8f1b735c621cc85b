"""QIF: what is written is read back, in every habit of writing; and nothing makes it crash."""

from __future__ import annotations

import io
import string
from collections import Counter
from datetime import date
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.bank import StatementClosed, StatementLine, StatementOpened
from rappro.domain.errors import InputError
from rappro.formats.qif import QifParser

TEXTS: Final = st.text(string.ascii_letters + " éÉ€'-/.,;:", min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
TRANSACTIONS: Final = st.lists(
    st.tuples(
        st.dates(date(1970, 1, 1), date(2069, 12, 31)),
        st.integers(-(10**14), 10**14),
        TEXTS,
        st.lists(st.tuples(TEXTS, st.integers(-(10**9), 10**9)), max_size=3),
    ),
    min_size=1,
    max_size=12,
)
FORMS: Final = ("%d/%m/%Y", "%d.%m.%y", "%m/%d/%Y", "%m-%d-%y", "%Y-%m-%d")
PROOFS: Final = {"%d": "15/01/2024", "%m": "01/15/2024", "%Y": "2024-01-15"}
MARKS: Final = ((",", "."), (".", ","), (",", " "), (".", ""), (",", "\u202f"))


def money(minor: int, mark: str, thousands: str) -> str:
    whole, cents = divmod(abs(minor), 100)
    grouped = f"{whole:,}".replace(",", thousands)
    return f"{'-' if minor < 0 else ''}{grouped}{mark}{cents:02d}"


@given(TRANSACTIONS, st.sampled_from(FORMS), st.sampled_from(MARKS), st.sampled_from("\n\r"))
def test_what_is_written_is_read(
    transactions: list[tuple[date, int, str, list[tuple[str, int]]]],
    form: str,
    marks: tuple[str, str],
    end: str,
) -> None:
    mark, thousands = marks
    records = [f"D{PROOFS[form[:2]]}\nT{money(1_00, mark, '')}\n^\n"]
    for day, minor, payee, splits in transactions:
        parts = "".join(f"S{name}\n${money(part, mark, thousands)}\n" for name, part in splits)
        shown = day.strftime(form)
        records.append(f"D{shown}\nT{money(minor, mark, thousands)}\nP{payee}\n{parts}^\n")
    data = ("!Type:Bank\n" + "".join(records)).replace("\n", end).encode()

    events = list(QifParser().parse(io.BytesIO(data)))

    lines = [event for event in events if isinstance(event, StatementLine)][1:]
    assert [
        (line.booking_date, line.amount_minor, line.label,
         [(part.comment, part.amount_minor) for part in line.details])
        for line in lines
    ] == transactions  # fmt: skip
    closed = events[-1]
    assert isinstance(closed, StatementClosed)
    assert [finding.code for finding in closed.findings] == ["currency_assumed"]


SAMPLE: Final = (
    b"!Account\nNFR76 3000 4008 2300 0102 3456 728\nTBank\n$1,00\n/15/01/2024\n^\n!Type:Bank\n"
    b"D15/01/2024\nT-1 234,56\nN123\nPCHEQUE \xc9t\xe9\nLX\nSA\nEb\n$-1,00\n^\n"
    b"D16/01'24\nU2,00\nMM\nC*\n^\n!Type:CCard\nD17/01/2024\nT3,00\n^\n"
)


@given(
    st.lists(
        st.tuples(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=3), st.integers(0, 4)),
        max_size=8,
    ),
    st.integers(0, len(SAMPLE)),
)
def test_a_broken_file_is_read_or_refused_with_a_typed_error(
    changes: list[tuple[int, bytes, int]], length: int
) -> None:
    data = bytearray(SAMPLE)
    for place, put, taken in changes:
        data[place : place + taken] = put
    kinds, refused_at = kinds_or_place(bytes(data[:length]))

    assert refused_at is not None or kinds[StatementOpened] == kinds[StatementClosed] > 0
    assert QifParser().recognises(bytes(data)) in (True, False)


def kinds_or_place(data: bytes) -> tuple[Counter[type], str | None]:
    """Return how many events of each kind a file gives, and where it is refused."""
    kinds: Counter[type] = Counter()
    try:
        kinds.update(type(event) for event in QifParser().parse(io.BytesIO(data)))
    except InputError as refused:
        return kinds, refused.position
    return kinds, None
