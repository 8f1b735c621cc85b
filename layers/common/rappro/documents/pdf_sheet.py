"""A4 sheets of text, lines and boxes, and how they become a PDF (ISO 32000-1).

Points, from the top left corner. The fonts are the two that every reader has, in WinAnsiEncoding,
which holds all of French and the euro sign; a letter that it lacks is written without its accents,
or as a question mark. The same sheets give the same bytes.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import pydyf

from rappro.documents.pdf_metrics import FIRST_CODE, HELVETICA, HELVETICA_BOLD

WIDTH: Final = 595.28
HEIGHT: Final = 841.89
_ENCODING: Final = "cp1252"  # WinAnsiEncoding by another name
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LIKENESSES: Final = str.maketrans(
    {"\u202f": "\u00a0", "\u2212": "-", "\u2011": "-", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d",
     "ı": "i", "Ħ": "H", "ħ": "h"}
)  # fmt: skip

Colour = tuple[float, float, float]
BLACK: Final[Colour] = (0.1, 0.1, 0.12)
GREY: Final[Colour] = (0.42, 0.44, 0.48)
PALE: Final[Colour] = (0.94, 0.95, 0.97)
RULE: Final[Colour] = (0.72, 0.74, 0.78)
BLUE: Final[Colour] = (0.1, 0.28, 0.55)
ORANGE: Final[Colour] = (0.85, 0.42, 0.05)
RED: Final[Colour] = (0.72, 0.08, 0.1)


class Style(NamedTuple):
    """How a text looks."""

    size: float = 8
    is_bold: bool = False
    colour: Colour = BLACK


PLAIN: Final = Style()


@lru_cache(maxsize=4096)
def encoded(text: str) -> bytes:
    """Return a text in the fonts' encoding, on one line, with what is nearest to what they lack."""
    plain = _CONTROL.sub(" ", text).translate(_LIKENESSES)
    try:
        return plain.encode(_ENCODING)
    except UnicodeEncodeError:
        return b"".join(_nearest(letter) for letter in unicodedata.normalize("NFC", plain))


def _nearest(letter: str) -> bytes:
    try:
        return letter.encode(_ENCODING)
    except UnicodeEncodeError:
        bare = "".join(
            part
            for part in unicodedata.normalize("NFKD", letter)
            if not unicodedata.combining(part)
        )
        return bare.encode(_ENCODING, errors="replace")


def width_of(text: str, style: Style) -> float:
    """Return how wide a text is."""
    widths = HELVETICA_BOLD if style.is_bold else HELVETICA
    return sum(widths[code - FIRST_CODE] for code in encoded(text)) * style.size / 1000


def fitted(text: str, style: Style, width: float) -> Style:
    """Return a style in which a text is no wider than that: smaller, where it must be."""
    wide = width_of(text, style)
    return style if wide <= width else style._replace(size=style.size * width / wide)


def wrapped(text: str, style: Style, width: float, lines_max: int) -> list[str]:
    """Return a text in lines that fit; what is beyond the last one is cut, with an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in _CONTROL.sub(" ", text).split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, style) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while width_of(word, style) > width and len(lines) <= lines_max:
            head = _head(word, style, width)
            lines.append(head)
            word = word[len(head) :]  # noqa: PLW2901 - what is left of the word
        line = word
    lines.append(line)
    if len(lines) > lines_max:
        lines = [*lines[: lines_max - 1], _cut(" ".join(lines[lines_max - 1 :]), style, width)]
    return lines


def _head(text: str, style: Style, width: float) -> str:
    """Return as many letters as fit, one at least."""
    count = len(text)
    while count > 1 and width_of(text[:count], style) > width:
        count = count // 2 if width_of(text[: count // 2], style) > width else count - 1
    return text[:count]


def _cut(text: str, style: Style, width: float) -> str:
    if width_of(text, style) <= width:
        return text
    return _head(text, style, width - width_of("…", style)).rstrip() + "…"


@dataclass(slots=True)
class Sheet:
    """One page, drawn from top to bottom in any order."""

    stream: Any = field(default_factory=lambda: pydyf.Stream(compress=True))

    def text(self, x: float, y: float, text: str, style: Style = PLAIN) -> None:
        """Write a text whose base line is at `y`."""
        if not text:
            return
        self.stream.set_color_rgb(*style.colour)
        self.stream.begin_text()
        self.stream.set_font_size("FB" if style.is_bold else "FR", style.size)
        self.stream.move_text_to(_round(x), _round(HEIGHT - y))
        self.stream.show_text_string(encoded(text))
        self.stream.end_text()

    def right(self, x: float, y: float, text: str, style: Style = PLAIN) -> None:
        """Write a text that ends at `x`."""
        self.text(x - width_of(text, style), y, text, style)

    def amount(self, x: float, y: float, text: str, style: Style, *, width: float) -> None:
        """Write a number that ends at `x`, smaller where it would be wider than its column."""
        self.right(x, y, text, fitted(text, style, width))

    def line(
        self, points: Sequence[tuple[float, float]], *, colour: Colour = RULE, width: float = 0.6,
        dash: Sequence[float] = (),
    ) -> None:  # fmt: skip
        """Draw a line through some points."""
        self.stream.push_state()
        self.stream.set_color_rgb(*colour, stroke=True)
        self.stream.set_line_width(width)
        self.stream.set_dash(dash, 0)
        (x, y), *others = points
        self.stream.move_to(_round(x), _round(HEIGHT - y))
        for x, y in others:
            self.stream.line_to(_round(x), _round(HEIGHT - y))
        self.stream.stroke()
        self.stream.pop_state()

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: Colour | None = None
    ) -> None:
        """Draw a box whose top left corner is at `x`, `y`: an outline, or a filled one without."""
        self.stream.push_state()
        self.stream.set_line_width(0.6)
        self.stream.set_color_rgb(*(fill or RULE), stroke=fill is None)
        self.stream.rectangle(_round(x), _round(HEIGHT - y - height), _round(width), _round(height))
        if fill is None:
            self.stream.stroke()
        else:
            self.stream.fill()
        self.stream.pop_state()


def _round(value: float) -> float:
    return round(value, 2)


def pdf_bytes(sheets: Iterable[Sheet], *, title: str, author: str, on: date) -> bytes:
    """Return the PDF of some sheets, made on `on` as far as it says."""
    document = pydyf.PDF()
    fonts = {}
    for name, base in (("FR", "Helvetica"), ("FB", "Helvetica-Bold")):
        font = pydyf.Dictionary({
            "Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{base}",
            "Encoding": "/WinAnsiEncoding",
        })  # fmt: skip
        document.add_object(font)
        fonts[name] = font.reference
    resources = pydyf.Dictionary({"Font": pydyf.Dictionary(fonts)})
    document.add_object(resources)
    for sheet in sheets:
        document.add_object(sheet.stream)
        document.add_page(
            pydyf.Dictionary({
                "Type": "/Page", "Parent": document.pages.reference,
                "MediaBox": pydyf.Array([0, 0, WIDTH, HEIGHT]),
                "Contents": sheet.stream.reference, "Resources": resources.reference,
            })
        )  # fmt: skip
    document.catalog["Lang"] = pydyf.String("fr-FR")
    document.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
    made = pydyf.String(f"D:{on:%Y%m%d}000000Z")
    document.info |= {
        "Title": pydyf.String(title),
        "Author": pydyf.String(author),
        "Producer": pydyf.String("Rappro"),
        "CreationDate": made,
        "ModDate": made,
    }
    output = io.BytesIO()
    document.write(output)
    return output.getvalue()
