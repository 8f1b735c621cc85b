"""What the texts of an entry tell, by name; the vocabulary that their readers share.

A reader of one structure (`mt_subfields`, `mt_codewords`, `mt_free`) puts what it finds under these
names, and `mt_line` makes a statement line of it. The joining of texts lives here, too.
"""

from __future__ import annotations

from typing import Final

Told = dict[str, str]
"""Texts by name; what is blank is left out.

label, more, supplement: the texts; said: the bank's own words; type: the type that it writes out;
code: business transaction code; name, account, iban, bank, id: the counterparty; `parties` is there
when both may be named, as payer.* and payee.*; eref, kref, mref, cred, debt, reference, reason,
text_key: identifiers; original, oamt, rate, charges; aside: what has no field, for the comment.
"""

FULL_LINE: Final = 65
"""FIN wraps text at so many characters, also within a word."""


def add(told: Told, name: str, text: str) -> None:
    """Put a text under a name, behind what is there."""
    text = text.strip()
    if text:
        told[name] = f"{told[name]} {text}" if name in told else text


def joined(text: str) -> str:
    """Join the lines of a text: a full line goes on within the word, another one has ended."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    if min(map(len, lines[:-1])) >= FULL_LINE:
        return "".join(lines)
    return "".join([line if len(line) >= FULL_LINE else f"{line} " for line in lines])


def in_one_line(text: str) -> str:
    """Return a text without the blanks that fill it up."""
    return " ".join(text.split()) if "  " in text or "\t" in text else text.strip()


def more_of(told: Told, label: str) -> str:
    """Return the label's continuation: texts beside the purpose, and the supplementary line."""
    parts = [told[name] for name in ("more", "supplement") if name in told]
    return " ".join(" ".join(part for part in parts if part != label).split())


def comment_of(told: Told, label: str) -> str:
    """Join what has no field of its own, so that searches find it."""
    get = told.get
    said, kind, aside, charges = get("said"), get("type"), get("aside"), get("charges")
    parts = [said, kind, aside, f"CHGS {charges}" if charges else ""]
    return " ".join([in_one_line(part) for part in parts if part and part != label])
