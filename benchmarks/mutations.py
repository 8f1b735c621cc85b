"""Breaks statement files on purpose, by a seeded choice of all the ways that files are broken.

A mutation takes a file and returns another one. Nothing here knows a format: records are lines,
tags or whatever a file's own bytes suggest, so that one set serves all formats.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

BYTES_MAX: Final = 4_000_000
"""No mutation makes a file longer: what is read is bounded by the caller, before any parser."""

Mutation = Callable[["Chance", bytes], bytes]

_NUMBER: Final = re.compile(rb"[0-9]+(?:[.,][0-9]+)?")
_DATE: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{6}")
_CUT: Final = re.compile(rb"(?<=\n)|(?<=\r)(?!\n)|(?<=>)(?=<)")

NUMBERS: Final = tuple(
    text.encode()
    for text in (
        "", "0", "-0", "-1", "+1", "NaN", "sNaN", "Infinity", "-inf", "1e999", "1E+400", "1e-400",
        "1_000", "0x10", "1,2,3", "1.2.3", ".", ",", "-", "00", "12.345678", "٣", "１２", "²", "½",
        "999999999999999", "9" * 20, "9" * 400, "9" * 5_000, "0." + "0" * 5_000 + "1", " 1", "1 ",
        "184467440737095516160", "1e1000000000", "\u22121", "1\u00a0000,00",
    )
)  # fmt: skip
DATES: Final = (
    b"0000-00-00", b"0000-01-01", b"00000101", b"000000", b"9999-12-31", b"99991231", b"991231",
    b"2024-02-30", b"20240230", b"300224", b"240230", b"2023-02-29", b"20241301", b"10000-01-01",
    b"2024-01-01T25:00:00", b"2024-01-01T00:00:00+99:99", b"-001-01-01", b"20240101240000[+99:XX]",
)  # fmt: skip
_WORDS: Final = (
    b"\x00 \x1a \x04 \xff \xfe\xff \xff\xfe \xef\xbb\xbf \xc3 \xe9 \xf0\x9f\x92\xb6 \xed\xa0\x80"
    b" \xc2\x85 \xe2\x80\xa8 < > & &amp; &#0; &#60; &#x110000; &x; ]]> <![CDATA[ <!-- --> <?x ?>"
    b" </ /> <a> </a> <!DOCTYPE> xmlns='x' Ccy='USD' Ccy='XXX' :61: :86: :20: {1: -} :62F: - ^ +"
    b" ?20 ?99 / // , ; : ! !Type:Bank !Account 01 04 05 07 16, 88, 99, 98, 49, 03, 02, { } \" ' \\"
    b" EUR XXX JPY BHD CRDT DBIT true <STMTTRN> </STMTTRN> <OFX> NaN % {0} %s"
)
TOKENS: Final = (
    *_WORDS.split(b" "), b"\r", b"\n", b"\r\n", b"\n\n", b"\t", b" " * 40, b"\x0b", b"\x0c",
    b"\x1c", b"\xc2\xa0",
)  # fmt: skip
CHARSETS: Final = (
    "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "latin-1", "cp1252", "iso-8859-15",
    "cp500", "cp850", "utf-7", "mac-roman",
)  # fmt: skip

UNITS: Final = (
    b" ", b"A B ", b"\n", b"\r",
    *b"X 9 \xc3\xa9 \xe9 <a> / , ?20 &amp; \x00 - + 0 :86: 05 88,".split(b" "),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chance:
    """The seeded choice, the files to splice from, and what an outside entity would point to."""

    random: Random
    samples: Sequence[bytes]
    outside: Sequence[str]

    def place(self, data: bytes) -> int:
        return self.random.randint(0, len(data))

    def span(self, data: bytes, longest: int = 400) -> tuple[int, int]:
        start = self.place(data)
        return start, min(len(data), start + self.random.randint(0, longest))


def mutated(chance: Chance, data: bytes) -> bytes:
    """Return a file broken in one to four ways; one in a hundred is left whole."""
    if chance.random.random() < 0.01:
        return data
    for _ in range(chance.random.choice((1, 1, 1, 2, 2, 3, 4))):
        mutation = chance.random.choices(MUTATIONS, WEIGHTS)[0]
        data = mutation(chance, data)[:BYTES_MAX]
    return data


def _flip_bits(chance: Chance, data: bytes) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.random.randint(1, 8) if data else 0):
        broken[chance.random.randrange(len(broken))] ^= 1 << chance.random.randrange(8)
    return bytes(broken)


def _random_bytes(chance: Chance, data: bytes) -> bytes:
    start, end = chance.span(data, 40)
    return data[:start] + chance.random.randbytes(chance.random.randint(0, 40)) + data[end:]


def _truncate(chance: Chance, data: bytes) -> bytes:
    return data[: chance.place(data)]


def _cut_out(chance: Chance, data: bytes) -> bytes:
    start, end = chance.span(data)
    return data[:start] + data[end:]


def _double(chance: Chance, data: bytes) -> bytes:
    start, end = chance.span(data)
    return data[:end] + data[start:end] * chance.random.choice((1, 1, 2, 50)) + data[end:]


def _splice(chance: Chance, data: bytes) -> bytes:
    other = chance.random.choice(chance.samples)
    return data[: chance.place(data)] + other[chance.place(other) :]


def _graft(chance: Chance, data: bytes) -> bytes:
    other, (start, end) = chance.random.choice(chance.samples), chance.span(data)
    first, last = chance.span(other)
    return data[:start] + other[first:last] + data[end:]


def _token(chance: Chance, data: bytes) -> bytes:
    start, end = chance.span(data, 6)
    token = chance.random.choice(TOKENS)
    return data[:start] + token + data[chance.random.choice((start, end, start + len(token))) :]


def _records(chance: Chance, data: bytes) -> bytes:
    """Remove, double, swap or multiply records: lines of a text, elements of XML."""
    records = _CUT.split(data)
    first = chance.random.randrange(len(records))
    last = min(len(records), first + chance.random.choice((1, 1, 2, 5, 20)))
    piece = records[first:last]
    action = chance.random.randrange(5)
    if action == 0:
        records[first:last] = []
    elif action == 1:
        records[last:last] = piece
    elif action == 2:
        records[last:last] = piece * chance.random.choice((3, 20, 300))
    elif action == 3:
        records[first:last] = []
        place = chance.random.randint(0, len(records))
        records[place:place] = piece
    else:
        records[first:last] = reversed(piece)
    return b"".join(records)


def _replace_one(chance: Chance, data: bytes, pattern: re.Pattern[bytes], text: bytes) -> bytes:
    found = pattern.search(data, chance.place(data)) or pattern.search(data)
    if found is None:
        return data + text
    if chance.random.random() < 0.5:  # as wide as it was, for formats of fixed places
        width = found.end() - found.start()
        text = text[:width].rjust(width, chance.random.choice((b"0", b" ")))
    return data[: found.start()] + text + data[found.end() :]


def _number(chance: Chance, data: bytes) -> bytes:
    return _replace_one(chance, data, _NUMBER, chance.random.choice(NUMBERS))


def _date(chance: Chance, data: bytes) -> bytes:
    return _replace_one(chance, data, _DATE, chance.random.choice(DATES))


def _giant_field(chance: Chance, data: bytes) -> bytes:
    unit = chance.random.choice(UNITS)
    length = chance.random.choice((300, 2_100, 2_100, 17_000, 70_000, 70_000, 400_000, 3_000_000))
    start = chance.place(data)
    return data[:start] + unit * (length // len(unit)) + data[start:]


def _charset(chance: Chance, data: bytes) -> bytes:
    """Write the file, or its rest from somewhere, in another charset than it says."""
    start = chance.random.choice((0, 0, chance.place(data)))
    text = data[start:].decode(chance.random.choice(("utf-8", "cp1252")), "replace")
    return data[:start] + text.encode(chance.random.choice(CHARSETS), "replace")


def _line_ends(chance: Chance, data: bytes) -> bytes:
    end = chance.random.choice((b"\r\n", b"\r", b"\n", b"", b"\n\r", b"\r\r\n", b"\x85"))
    return data.replace(b"\r\n", b"\n").replace(b"\n", end)


def _declare(chance: Chance, data: bytes) -> bytes:
    """Say another encoding, or that there is a type of document, at the top of XML."""
    charset = chance.random.choice((*CHARSETS, "ebcdic-cp-fr", "x", "", "UTF-8' standalone='no"))
    top = f"<?xml version='1.0' encoding='{charset}'?>".encode()
    return top + re.sub(rb"^\s*<\?xml[^>]*>", b"", data, count=1)


def _entities(chance: Chance, data: bytes) -> bytes:
    """Declare entities that nest, multiply or lie outside of the file, and use one."""
    outside = chance.random.choice(chance.outside)
    depth = chance.random.choice((3, 9, 12))
    laughs = "".join(f'<!ENTITY l{each} "{f"&l{each - 1};" * 10}">' for each in range(1, depth + 1))
    declared = chance.random.choice((
        f'<!DOCTYPE d [<!ENTITY l0 "lol">{laughs}<!ENTITY e "&l{depth};">]>',
        f'<!DOCTYPE d [<!ENTITY e "{"A" * 100_000}">]>',
        f'<!DOCTYPE d [<!ENTITY e SYSTEM "{outside}">]>',
        f'<!DOCTYPE d [<!ENTITY % p SYSTEM "{outside}"> %p;<!ENTITY e "x">]>',
        f'<!DOCTYPE d SYSTEM "{outside}">',
        '<!DOCTYPE d [<!ENTITY e "&f;"><!ENTITY f "&e;">]>',
        '<!DOCTYPE d [<!ENTITY e "<Ntry/>"><!ATTLIST Amt Ccy CDATA "USD">]>',
    ))  # fmt: skip
    root = re.search(rb"<(?![?!])", data)
    at = root.start() if root is not None else 0
    head, rest = data[:at] + declared.encode(), data[at:]
    tag = rest.find(b">", chance.place(rest)) + 1
    return head + rest[:tag] + b"&e;" * chance.random.choice((1, 1, 10, 1_000)) + rest[tag:]


def _nesting(chance: Chance, data: bytes) -> bytes:
    """Put very many elements into each other, or attributes into one."""
    depth, start = chance.random.choice((10, 300, 5_000, 100_000)), chance.place(data)
    at = data.find(b"<", start)
    at = start if at < 0 else at
    if chance.random.random() < 0.3:
        attributes = b"".join(b" a%d='%d'" % (each, each) for each in range(min(depth, 20_000)))
        return data[:at] + b"<a" + attributes + b"/>" + data[at:]
    name = chance.random.choice((b"a", b"Ntry", b"TxDtls", b"Stmt", b"STMTTRN", b"Strd"))
    closed = (b"</" + name + b">") * depth if chance.random.random() < 0.5 else b""
    return data[:at] + (b"<" + name + b">") * depth + closed + data[at:]


def _packed(chance: Chance, data: bytes) -> bytes:
    """Pack the file, or many zeros that unpack to a thousand times their size."""
    content = chance.random.choice((data, bytes(2_000_000)))
    if chance.random.random() < 0.5:
        packed = gzip.compress(content, 1, mtime=0)
    else:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("statement.xml"), content)
        packed = buffer.getvalue()
    return chance.random.choice((packed, packed + data, data + packed))


_WEIGHTED: Final[tuple[tuple[Mutation, float], ...]] = (
    (_flip_bits, 8), (_random_bytes, 5), (_truncate, 4), (_cut_out, 8), (_double, 6), (_splice, 4),
    (_graft, 5), (_token, 14), (_records, 14), (_number, 14), (_date, 10), (_giant_field, 1.2),
    (_charset, 2), (_line_ends, 2), (_declare, 1), (_entities, 1.5), (_nesting, 0.6),
    (_packed, 0.2),
)  # fmt: skip
MUTATIONS: Final = [mutation for mutation, _ in _WEIGHTED]
WEIGHTS: Final = [weight for _, weight in _WEIGHTED]
