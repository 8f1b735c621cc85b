"""The messages MT940 and MT942: how they are recognised, and their fields in order.

    :20: reference  [:21:]  :25: account  :28C: number         the head
    :60F: or :60M: opening balance                             MT940
    :34F: floor limit  :13D: time                              MT942
    {:61: entry  [:86: details]}                               the entries
    :62F: or :62M: closing balance  [:64:] [:65:]  [:86:]      MT940
    [:90D:] [:90C:] number and sum of entries  [:86:]          MT942

A file holds any number of messages, for any number of accounts, bare or in envelopes of FIN or of
the bank. Which of the two a message is, its own fields say. Source: SWIFT User Handbook, MT940,
MT942.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from rappro.domain.bank import StatementEvent
from rappro.domain.errors import TooLarge
from rappro.domain.frozen import dataclass
from rappro.formats.findings import FindingLog
from rappro.formats.mt_catalogue import CATALOGUE
from rappro.formats.mt_fields import Block, Place, read_blocks, where
from rappro.formats.mt_statement import Statement
from rappro.formats.mt_text import decoded_head
from rappro.formats.protocol import LINE_TEXT_CHARS_MAX

_START: Final = r"(?:\A|[\r\n]|@@)"
_HEAD: Final = re.compile(_START + r":(?:20|25P?|28C?):")
_OPENING: Final = re.compile(_START + r":60[FM]:[CD]\d{6}[A-Z]{3}")
_INTERIM: Final = re.compile(_START + r":(?:34F:[A-Z]{3}|13D?:\d{6})")
_STATEMENT: Final = re.compile(_START + r":(?:61:\d{6}|62[FM]:[CD]|28C?:)")
_ENVELOPE: Final = re.compile(r"\{2:[IO]94([02])")

_TIME: Final = re.compile(r"[0-5]\d(?!\d)", re.ASCII)
_ENDS_ENTRY: Final = frozenset(
    ("20", "13", "13D", "34F", "60F", "60M", "62F", "62M", "64", "65", "90C", "90D")
)
_HEAD_TAGS: Final = frozenset(("21", "25", "25P", "28", "28C"))


def kind_of(head: bytes) -> str | None:
    """Return "mt940" or "mt942" for a file that begins so; None when it is neither."""
    text = decoded_head(head)
    if text.lstrip()[:1] == "<":
        return None
    begin = _HEAD.search(text)
    if begin is None:
        return None
    opening, interim = _OPENING.search(text, begin.start()), _INTERIM.search(text, begin.start())
    if opening is not None and (interim is None or opening.start() < interim.start()):
        return "mt940"
    if interim is not None:
        return "mt942"
    envelope = _ENVELOPE.search(text)
    if envelope is not None:
        return f"mt94{envelope[1]}"
    return "mt940" if text.count(":20:") and _STATEMENT.search(text, begin.start()) else None


@dataclass(frozen=True, slots=True)
class MtParser:
    """Reads files of MT940 or of MT942; messages of the other kind among them are read, too."""

    format: str

    def recognises(self, head: bytes) -> bool:
        """Say whether the file's first message is of this format."""
        return kind_of(head) == self.format

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`."""
        findings = FindingLog(CATALOGUE)

        def note_page(page: str, line: int) -> None:
            findings.note("charset_guessed", f"line {line}", about=page)

        statement = Statement(self.format, findings)
        block, index = place = Block(1, []), 0
        make = statement.line
        entry: str | None = None  # the entry that is being read, its details, and its place
        details: str | None = None
        for block in read_blocks(stream, note_page):
            for index, field in enumerate(block.fields):
                start = field[:3]
                if start == "86:" and entry is not None:
                    details = field[3:] if details is None else _longer(details, field[3:], place)
                elif start == "61:":
                    if entry is not None:
                        yield make(entry, details, place)
                    else:
                        yield from statement.begin_entries((block, index))
                        make = statement.line
                    entry, details, place = field, None, (block, index)
                elif entry is None:
                    yield from statement.field(field, (block, index))
                elif _is_text(field, details or entry, statement, (block, index)):
                    if details is None or start == "NS:":
                        entry = _longer(entry, f":{field}", place)
                    else:
                        details = _longer(details, f":{field}", place)
                else:
                    yield from statement.last_line(entry, details, place)
                    entry = None
                    yield from statement.field(field, (block, index))
        yield from statement.end_of_file(entry, details, began=place, last=(block, index))


def _longer(text: str, more: str, place: Place) -> str:
    """Return a text with one more line. Raises TooLarge."""
    if len(text) > LINE_TEXT_CHARS_MAX:
        raise TooLarge(f"an entry of more than {LINE_TEXT_CHARS_MAX} characters",
                       position=where(place))  # fmt: skip
    return f"{text}\n{more}"


def _is_text(field: str, before: str, statement: Statement, place: Place) -> bool:
    """Say whether a line in an entry that begins like a field is text of the entry.

    It is none of the fields that may follow an entry, or a time of day wrapped before its minutes.
    """
    tag, _, value = field.partition(":")
    is_time = before[-2:].isdigit() and tag.isdigit() and _TIME.match(value) is not None
    if tag in _ENDS_ENTRY:
        return is_time and tag < "60"
    if tag not in _HEAD_TAGS or is_time:
        return True
    if statement.is_interim:  # it has no closing balance: the next one may begin so
        return False
    statement.note("tag_misplaced", place, about=tag)
    return True
