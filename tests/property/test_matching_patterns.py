"""Numbers read by the pattern of a text are those that scanning the text finds."""

from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.matching.number_patterns import numbers_in
from rappro.domain.matching.number_scan import scan
from rappro.domain.matching.numbers import shape_book

SHAPES = (
    ("FA9999-99999", "F99999999", "VE/99/99999", "9999999", "INV-99999", "999999-9999", "F9999/99"),
    ("99.999999", "CX99999-99", "9999/FV9999", "999999FR", "FV99-99999", "9999-99-9999"),
    ("FA-FR-9999-999", "FACT99999", "F9999", "9999AB999C99", "999999"),
)
WORDS = (
    "FACTURE", "FACT", "N", "NO", "F", "FA", "FR", "FV", "VE", "INV", "REGLEMENT", "ET", "DU",
    "DUPONT", "CDE", "A", "AU", "CX", "ID", "FACTFA", "MERCI", "AB", "C",
)  # fmt: skip
NUMBERS = (
    "FA2025-00123", "F25090461", "VE/25/04301", "0002783", "INV-00012", "202501-0001", "F2025/11",
    "25.000123", "CX00012-25", "0125/FV0001", "000123FR", "2025-01-0001", "FA-FR-2025-001",
    "FA2025-046", "FA 2025 00123", "VE25", "00124", "126", "2025", "1234AB001C02", "23/03/2025",
)  # fmt: skip
JOINTS = (" ", " ", "-", "/", ".", "\n", ", ", " - ", "", "  ", "     ", "+")

joined = st.lists(
    st.tuples(st.sampled_from((*WORDS, *NUMBERS, *NUMBERS)), st.sampled_from(JOINTS)), max_size=7
).map(lambda parts: "".join(word + joint for word, joint in parts))
around = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
digits = st.lists(st.integers(0, 9), min_size=1, max_size=12)


def _with_digits(text: str, others: list[int]) -> str:
    """Return the text with other digits in the same places."""
    found = [at for at, char in enumerate(text) if char.isdigit()]
    chars = list(text)
    for at, digit in zip(found, others * len(found), strict=False):
        chars[at] = str(digit)
    return "".join(chars)


@given(st.sampled_from(SHAPES), joined, digits, around, around)
def test_a_text_of_a_known_pattern_shows_what_scanning_it_finds(
    shapes: tuple[str, ...], text: str, others: list[int], before: str, behind: str
) -> None:
    book = shape_book(shapes)
    alike = f"{before} {_with_digits(text, others)} {behind}"

    assert numbers_in(text, book, text) == scan(text, book, text)
    assert numbers_in(alike, book, alike) == scan(alike, book, alike)


@given(st.sampled_from(SHAPES), joined, st.data())
def test_what_is_blanked_is_part_of_the_pattern(
    shapes: tuple[str, ...], text: str, data: st.DataObject
) -> None:
    book = shape_book(shapes)
    first, last = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    blanked = text[:first] + " " * (last - first) + text[last:]

    assert numbers_in(text, book, text) == scan(text, book, text)
    assert numbers_in(text, book, blanked) == scan(text, book, blanked)
