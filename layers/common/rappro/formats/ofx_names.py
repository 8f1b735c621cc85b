"""The names of OFX elements that readers have to know, and how readers hand over what they read.

SGML does not say whether an element without an end tag holds others, so names must. Source: OFX
2.2, chapters 2, 3 and 11.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rappro.domain.errors import InputError, MalformedStatement, TooLarge
from rappro.formats.protocol import FIELD_CHARS_MAX

Fields = dict[str, str]
"""The texts of an aggregate by name; those of an aggregate in it as `PAYEE.NAME`. Not stripped."""

BLOCK_CHARS_MAX: Final = 262_144
"""One transaction, comment or text; it is held in memory."""


class Told(NamedTuple):
    """One thing that a file says, in its order.

    The start of a statement (`STMTRS`) or its end (`/STMTRS`), both without fields; a transaction
    or another aggregate with its fields; an element of a statement's own, its text under "".
    `source` is the text of a transaction, as far as it is at hand.
    """

    name: str
    fields: Fields
    line: int
    source: str = ""


TRANSACTIONS: Final = frozenset(("STMTTRN", "STMTTRNP"))
STATEMENTS: Final = frozenset(("STMTRS", "CCSTMTRS"))
LEFT_OUT: Final = frozenset(
    ("INVSTMTRS", "STMTENDRS", "CCSTMTENDRS", "LOANSTMTRS", "AMRTSTMTRS")
)  # fmt: skip
LISTS: Final = frozenset(("BANKTRANLIST", "BANKTRANLISTP"))
ACCOUNTS: Final = frozenset(("BANKACCTFROM", "CCACCTFROM"))
BALANCES: Final = frozenset(("LEDGERBAL", "AVAILBAL"))
AGGREGATES: Final = ACCOUNTS | BALANCES | {"STATUS"}
"""What is read as a whole outside of transactions."""

PERIOD: Final = frozenset(("DTSTART", "DTEND"))
OWNERS: Final[dict[str, frozenset[str]]] = {
    "CURDEF": STATEMENTS,
    **dict.fromkeys(PERIOD, LISTS),
    **dict.fromkeys(ACCOUNTS | BALANCES, STATEMENTS),
}
"""Where an element has to stand to be a statement's own."""

CONTAINERS: Final = (
    STATEMENTS
    | LEFT_OUT
    | LISTS
    | AGGREGATES
    | {
        "OFX", "SIGNONMSGSRSV1", "SONRS", "BANKMSGSRSV1", "CREDITCARDMSGSRSV1", "INVSTMTMSGSRSV1",
        "STMTTRNRS", "CCSTMTTRNRS", "INVSTMTTRNRS",
    }
)  # fmt: skip
"""Aggregates whose end must come, in order; what a file says of others is not checked."""

PARTS: Final = frozenset(
    ("PAYEE", "BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY", "IMAGEDATA")
)
"""Aggregates within a transaction."""

LEAVES: Final = frozenset(
    (
        "TRNTYPE", "DTPOSTED", "DTUSER", "DTAVAIL", "VALUEDATE", "TRNAMT", "FITID",
        "CORRECTFITID", "CORRECTACTION", "SRVRTID", "CHECKNUM", "REFNUM", "SIC", "PAYEEID",
        "NAME", "EXTDNAME", "MEMO", "INV401KSOURCE", "DTTRAN", "DTEXPIRE",
    )
)  # fmt: skip
"""Elements of a transaction that hold a text."""

EXTRA_LEAVES: Final = frozenset(("PAYEEID", "EXTDNAME", "CORRECTFITID", "CORRECTACTION"))
"""Those of them that only some transactions have, and that say more than a text of the line."""


def malformed(sentence: str, line: int) -> MalformedStatement:
    """Return the error for a file that breaks the format at a line."""
    return MalformedStatement(sentence, position=f"line {line}")


def too_large(what: str, limit: int, line: int) -> TooLarge:
    """Return the error for something that is larger than its bound."""
    return TooLarge(f"{what} of more than {limit} characters", position=f"line {line}")


def check_lengths(fields: Fields, line: int) -> None:
    """Check that no field is too long. Raises TooLarge."""
    for text in fields.values():
        if len(text) > FIELD_CHARS_MAX and len(text.strip()) > FIELD_CHARS_MAX:
            raise too_large("a field", FIELD_CHARS_MAX, line)


def located(wrong: InputError, position: str) -> InputError:
    """Return an error of a value as one of the file, with its place."""
    kind = MalformedStatement if type(wrong) is InputError else type(wrong)
    return kind(wrong.detail, position=position)
