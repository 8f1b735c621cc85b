"""The five texts of a line, from the fields of an ISO 20022 entry or detail.

docs/formats/camt.053.md has the table; here are the rules of joining.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rappro.domain.errors import TooLarge
from rappro.formats.camt_tree import SEPARATOR, Fields
from rappro.formats.protocol import LINE_TEXT_CHARS_MAX

USTRD_CHARS: Final = 140
"""A full unstructured text goes on in the next one, even within a word."""

_NOT_GIVEN: Final = frozenset(("NOTPROVIDED", "NOT PROVIDED", "NONREF"))
_STRUCTURED: Final = ("creditor reference", "document", "structured text")
_REFERENCES: Final = ("ChqNb", "batch.PmtInfId", "PmtInfId", "batch.MsgId")
_COMMENTED: Final = (
    "AddtlTxInf", "return text", "purpose", "unreadable", "UltmtDbtr.name", "UltmtCdtr.name",
)  # fmt: skip
_RARE: Final = frozenset((*_COMMENTED, "charges", "charge"))


class Texts(NamedTuple):
    """Four of the five texts; the fifth, the ordering account, belongs to the counterparty."""

    label: str
    label_more: str
    comment: str
    remittance_ref: str


def first_of(fields: Fields, *names: str) -> str | None:
    """Return the first of some references that is given; "NOTPROVIDED" is not."""
    for name in names:
        text = fields.get(name)
        if text and text.upper() not in _NOT_GIVEN:
            return text
    return None


def texts_of(fields: Fields, counterparty: str | None, unplaced: str | None) -> Texts:
    """Return the texts. Raises TooLarge.

    The counterparty's name is not repeated; `unplaced` is a name that may be its own.
    """
    get = fields.get
    label, more = get("Ustrd", ""), ""
    if SEPARATOR in label:
        label, more = _remittance(label)
    info, reference = get("AddtlNtryInf", ""), ""
    if not fields.keys().isdisjoint(_STRUCTURED):
        more, reference = _structured(fields, more)
    if not reference:
        reference = first_of(fields, *_REFERENCES) or ""
    if not label:
        label = info or get("AddtlTxInf", "")
    comment = "" if info == label else info
    if unplaced or not _RARE.isdisjoint(fields):
        known = (label, counterparty, "")
        comment = _comment(comment, fields, unplaced, known=known)
    if "\n" in label or "\n" in more or "\n" in comment:
        label, more, comment = _one_line(label), _one_line(more), _one_line(comment)
    if len(label) + len(more) + len(comment) > LINE_TEXT_CHARS_MAX:
        raise TooLarge(f"texts of more than {LINE_TEXT_CHARS_MAX} characters")
    return Texts(label, more, comment, reference)


def _one_line(text: str) -> str:
    return " ".join(filter(None, map(str.strip, text.split("\n"))))


def _remittance(text: str) -> tuple[str, str]:
    """Return the first unstructured text and the other ones."""
    texts: list[str] = []
    continues = False
    for part in text.split(SEPARATOR):
        if continues:
            texts[-1] += part
        elif part:
            texts.append(part)
        continues = len(part) == USTRD_CHARS
    return texts[0] if texts else "", " ".join(texts[1:])


def _structured(fields: Fields, more: str) -> tuple[str, str]:
    """Add what structured remittances say to the label; return it and the first reference."""
    found = [fields.get(name, "").split(SEPARATOR) for name in _STRUCTURED]
    reference = found[0].pop(0)
    return " ".join(filter(None, (more, *(text for texts in found for text in texts)))), reference


def _comment(
    info: str, fields: Fields, unplaced: str | None, *, known: tuple[str | None, ...]
) -> str:
    parts = [info]
    for name in _COMMENTED:
        if name in fields:
            parts += fields[name].split(SEPARATOR)
    parts.append(unplaced or "")
    if "charges" in fields or "charge" in fields:
        parts += _charges(fields)
    return " ".join(dict.fromkeys(part for part in parts if part not in known))


def _charges(fields: Fields) -> list[str]:
    """Return the total of the charges, or each of them; banks often state that there are none."""
    if "charges" in fields:
        charges = [f"{fields['charges']} {fields['charges@']}"]
    else:
        charges = fields["charge"].split(SEPARATOR)
    return [f"Chrgs {charge}" for charge in charges if charge.partition(" ")[0].strip("0.")]
