"""The five texts of a line, from the fields of an ISO 20022 entry or detail.

docs/formats/camt.053.md has the table; here are the rules of joining.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rappro.formats.camt_tree import SEPARATOR, Fields

USTRD_CHARS: Final = 140
"""A full unstructured text goes on in the next one, even within a word."""

_NOT_GIVEN: Final = frozenset(("NOTPROVIDED", "NOT PROVIDED", "NONREF"))
_MORE: Final = ("document", "structured text")
_COMMENTED: Final = (
    "AddtlNtryInf", "AddtlTxInf", "return text", "purpose", "unreadable", "UltmtDbtr.name",
    "UltmtCdtr.name",
)  # fmt: skip


class Texts(NamedTuple):
    """Four of the five texts; the fifth, the ordering account, belongs to the counterparty."""

    label: str
    label_more: str
    comment: str
    remittance_ref: str

    @property
    def size(self) -> int:
        return len(self.label) + len(self.label_more) + len(self.comment)


def first_of(fields: Fields, *names: str) -> str | None:
    """Return the first of some references that is given; "NOTPROVIDED" is not."""
    for name in names:
        text = fields.get(name)
        if text and text.upper() not in _NOT_GIVEN:
            return text
    return None


def texts_of(fields: Fields, unplaced: str | None) -> Texts:
    """Return the texts; `unplaced` is a party's name that is not known to be the counterparty's."""
    label, more = _remittance(fields)  # a single text is the usual case
    references = fields.get("creditor reference", "").split(SEPARATOR)
    extra = [*references[1:]]
    for name in _MORE:
        if name in fields:
            extra += fields[name].split(SEPARATOR)
    if extra:
        more = " ".join(filter(None, (more, *extra)))
    if not label:
        label = fields.get("AddtlNtryInf") or fields.get("AddtlTxInf") or ""
    reference = references[0] or first_of(
        fields, "ChqNb", "batch.PmtInfId", "PmtInfId", "batch.MsgId"
    )
    comment = _comment(fields, label, unplaced)
    if "\n" in label or "\n" in more or "\n" in comment:
        label, more, comment = _one_line(label), _one_line(more), _one_line(comment)
    return Texts(label, more, comment, reference or "")


def _one_line(text: str) -> str:
    return " ".join(filter(None, map(str.strip, text.split("\n"))))


def _remittance(fields: Fields) -> tuple[str, str]:
    """Return the first unstructured text and the other ones."""
    text = fields.get("Ustrd")
    if text is None:
        return "", ""
    if SEPARATOR not in text:
        return text, ""
    texts: list[str] = []
    continues = False
    for part in text.split(SEPARATOR):
        if continues:
            texts[-1] += part
        else:
            texts.append(part)
        continues = len(part) == USTRD_CHARS
    return texts[0], " ".join(texts[1:])


def _comment(fields: Fields, label: str, unplaced: str | None) -> str:
    parts = [fields[name] for name in _COMMENTED if name in fields]
    if unplaced:
        parts.append(unplaced)
    if "charges" in fields or "charge" in fields:
        parts += _charges(fields)
    if not parts or parts == [label]:
        return ""
    joined = SEPARATOR.join(parts).split(SEPARATOR)
    return " ".join(dict.fromkeys(part for part in joined if part and part != label))


def _charges(fields: Fields) -> list[str]:
    """Return the total of the charges, or each of them; banks often state that there are none."""
    if "charges" in fields:
        charges = [f"{fields['charges']} {fields['charges@']}"]
    else:
        charges = fields["charge"].split(SEPARATOR)
    return [f"Chrgs {charge}" for charge in charges if charge.partition(" ")[0].strip("0.")]
