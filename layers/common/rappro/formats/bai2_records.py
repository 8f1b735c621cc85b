"""Cuts a BAI2 file into records and the continuations (88) that belong to each.

Records end with their line: LF, CRLF or CR. In a file without line breaks they are of the length
that the file header (01) states, or each one ends in a slash. Bytes are UTF-8, else Windows-1252,
or UTF-16 with its mark. What the fields mean is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, repeat
from typing import BinaryIO, Final, NamedTuple

from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.formats.protocol import LINE_TEXT_CHARS_MAX
from rappro.formats.utf16 import Readable, opened, utf8_head

CONTINUATIONS_MAX: Final = 1_000
"""Continuations of one record; an account (03) can have one for each of the 468 type codes."""

LINE_CHARS_MAX: Final = LINE_TEXT_CHARS_MAX + 1_000

_CHUNK_BYTES: Final = 65_536
_LINE_BYTES_MAX: Final = 4 * LINE_CHARS_MAX  # a character of UTF-8 has four bytes at most
_PROBE_BYTES: Final = 1_024  # without a line break in there, records follow each other directly
_BOM: Final = b"\xef\xbb\xbf"
_NOTHING: Final = " \t\x00\x1a"  # \x1a ends files of DOS

_CODES: Final = {f"{code},": code for code in ("01", "02", "03", "16", "49", "98", "99")}
_GLUED_START: Final = re.compile(rb"/[ \t]*(?=(?:01|02|03|16|49|88|98|99),)")
_LENGTH: Final = re.compile(rb"01(?:,[^,/]*){5},0*([1-9][0-9]{0,3}),")
_CONTINUES: Final = frozenset(("88,", "88/", "88"))
_NEXT_RECORDS: Final = (b"02,", b"88,")


class Record(NamedTuple):
    """A record: number of its line, code, the line itself, and its continuations' lines."""

    number: int
    code: str
    line: str
    more: list[str]

    @property
    def where(self) -> str:
        return f"line {self.number}"


class Run(NamedTuple):
    """Transactions (16) that follow each other, the first one beginning at line `number`.

    Each text is what stands behind the code and its comma: the record, and for each continuation
    a line that begins with its code; `counts` says how many these are, never too many.
    """

    number: int
    texts: list[str]
    counts: list[int]


def decoded(raw: bytes) -> str:
    """Return the text of some bytes: UTF-8 when they are, else Windows-1252."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
            return raw.decode("latin-1")


def head_text(head: bytes) -> str:
    """Return the text that a file begins with, without mark and blank lines. Never raises."""
    return decoded(utf8_head(head).removeprefix(_BOM)).lstrip("\r\n \t")


def read_records(stream: BinaryIO) -> Iterator[Record | Run]:
    """Yield each record with its continuations, or several transactions at once.

    Blank lines are passed over. Raises MalformedStatement for a line that is no record, TooLarge.
    """
    held: Record | None = None  # the last record: continuations may follow
    for number, lines, texts in _blocks(stream):
        for part in chain([(number, lines)], _cut(number + len(lines), texts)):
            if isinstance(part, Run):
                if held is not None:
                    yield held
                    held = None
                yield part
                continue
            for begun in _begun(held, *part):
                if held is not None:
                    yield held
                held = begun
    if held is not None:
        yield held


def _cut(number: int, texts: list[str]) -> Iterator[Run | tuple[int, list[str]]]:
    """Yield the runs of some transactions, and between them the lines of every other one.

    Other ones are followed by other lines than continuations, or by too many of them; and the last
    one, which may go on in the next block.
    """
    counts = list(map(str.count, texts, repeat("\n")))
    going_on = list(map(str.count, texts, repeat("\n88,")))
    others: list[int] = []
    if going_on != counts or max(counts, default=0) > CONTINUATIONS_MAX:
        others = [
            rank for rank, (count, known) in enumerate(zip(counts, going_on, strict=True))
            if count != known or count > CONTINUATIONS_MAX
        ]  # fmt: skip
    if texts and others[-1:] != [len(texts) - 1]:
        others.append(len(texts) - 1)
    first = 0
    for rank in others:
        if rank > first:
            yield Run(number, texts[first:rank], counts[first:rank])
            number += rank - first + sum(counts[first:rank])
        yield number, f"16,{texts[rank]}".split("\n")
        number += 1 + counts[rank]
        first = rank + 1


def _begun(held: Record | None, number: int, lines: list[str]) -> Iterator[Record]:
    """Yield each record that some lines begin; the one before, at first `held`, is whole then."""
    for at, line in enumerate(lines, number):
        bare = line if line[:3] == "88," else line.strip(_NOTHING)
        if bare[:3] in _CONTINUES and held is not None:
            if len(held.more) >= CONTINUATIONS_MAX:
                raise TooLarge(f"more than {CONTINUATIONS_MAX} continuations (88) of a record",
                               position=f"line {at}")  # fmt: skip
            held.more.append(bare)
        elif bare:
            whole = line if line[:3] in _CODES else bare
            code = _CODES.get(whole[:3])
            if code is None:
                raise _no_record(at, bare)
            held = Record(at, code, whole, [])
            yield held


def _no_record(number: int, text: str) -> MalformedStatement:
    sentence = (
        "a continuation (88) without its record"
        if text[:2] == "88"
        else f"no record begins with {text[:3]!r}"
    )
    return MalformedStatement(sentence, position=f"line {number}")


def _blocks(stream: BinaryIO) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield the number of a block's first line, its lines, and its transactions.

    These are the texts behind the code 16 up to the next one, when they are not among the lines.
    """
    first, source = opened(stream, _CHUNK_BYTES)
    first = first.removeprefix(_BOM)
    probe = first.lstrip(b"\r\n \t")[:_PROBE_BYTES]
    is_glued = b"\n" not in probe and b"\r" not in probe
    number = 1
    for block in (_glued if is_glued else _lines)(first, source):
        if isinstance(block, list):
            lines, transactions, count = block, [], len(block)
        else:
            before, *transactions = block.split("\n16,")
            lines, count = before.split("\n"), 1 + block.count("\n")
        if max(map(len, chain(lines, transactions)), default=0) > LINE_CHARS_MAX - 3:
            every = block if isinstance(block, list) else block.split("\n")
            for at, line in enumerate(every, number):
                if len(line) > LINE_CHARS_MAX:
                    raise _too_long(at)
        yield number, lines, transactions
        number += count


def _too_long(number: int) -> TooLarge:
    return TooLarge(f"a line of more than {LINE_CHARS_MAX} characters", position=f"line {number}")


def _lines(pending: bytes, stream: Readable) -> Iterator[str]:
    chunk, number = pending, 1
    while chunk:
        chunk = stream.read(_CHUNK_BYTES)
        cut = (pending.rfind(b"\n") + 1 or pending.rfind(b"\r") + 1) if chunk else len(pending)
        text = _decoded_lines(pending[:cut])
        if text:
            yield text.removesuffix("\n")
            number += text.count("\n")
        pending = pending[cut:]
        if len(pending) > _LINE_BYTES_MAX:
            raise _too_long(number)
        pending += chunk


def _decoded_lines(block: bytes) -> str:
    """Return the text of a block of whole lines.

    Only CR and LF end a line, whatever Unicode thinks; all are LF here.
    """
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        text = "".join([f"{decoded(line)}\n" for line in block.splitlines()])
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _glued(pending: bytes, stream: Readable) -> Iterator[list[str]]:
    """Cut a file without line breaks."""
    pending = pending.lstrip(b"\r\n \t")
    stated = _LENGTH.match(pending)
    length = int(stated.group(1)) if stated else 0
    is_fixed = length > 0 and pending[length : length + 3] in _NEXT_RECORDS
    number, chunk = 1, pending
    while chunk:
        chunk = stream.read(_CHUNK_BYTES)
        if is_fixed:
            whole = len(pending) - len(pending) % length if chunk else len(pending)
            lines = [pending[at : at + length] for at in range(0, whole, length)]
            pending = pending[whole:]
        else:
            lines = _GLUED_START.sub(b"/\n", pending).split(b"\n")
            pending = lines.pop() if chunk else b""
        yield [decoded(line.rstrip(b"\r\n")) for line in lines]
        number += len(lines)
        if len(pending) > _LINE_BYTES_MAX:
            raise _too_long(number)
        pending += chunk
