"""Knows the layouts of entries, so as to read most entries without building a tree for them.

A bank writes its entries in a handful of layouts: the same tags in the same order, only the texts
differ. From one entry that the XML parser has read, a layout is learned: a regular expression of
its tags as they stand, with a group for each text that matters. An entry that it matches as a
whole has the same tags, and texts of harmless characters alone: so it is well-formed, has the same
structure, and gives the same fields as the parser would. Tables decide on structure alone
(`camt_tree`), which is what makes this exact. `camt_source` uses it; nothing else should.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from typing import Final, NamedTuple

from lxml import etree

from rappro.formats.camt_tree import SAFE, SEPARATOR, Element, Fields
from rappro.formats.protocol import FIELD_CHARS_MAX

LAYOUTS_MAX: Final = 64
LEARNED_AFTER: Final = 16
"""Entries of a layout before it is learned: compiling it takes as long as reading fifty of them."""

_LEARNED_CHARS_MAX: Final = 16_384
_SHAPES_MAX: Final = 300
_TEXT: Final = r"[^<>\x00-\x08\x0b-\x1f\ufffe\uffff]++"
"""A text that is not empty, of what XML allows, but for CR, which the parser turns into LF."""

_OTHER_REFERENCE: Final = re.compile("&(?!(?:amp|lt|gt|quot|apos);)")
_ENTITIES: Final = (
    ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"),
)  # fmt: skip
_MARK: Final = re.compile(r"#(\d+)#")
_TAG_OR_TEXT: Final = re.compile(r"<[^<>]*>|[^<>]+")

ReadEntry = Callable[[Element], "Entry"]


class Entry(NamedTuple):
    """The fields of an entry, and those of each of its details."""

    fields: Fields
    details: list[Fields]


class Layout:
    """Reads the entries of one layout."""

    def __init__(self, tokens: list[str], marked: Entry, name: str) -> None:
        """Learn from an entry, cut into tags and texts, that was read with marks for its texts.

        `name` is that of the element that stands for entries of this layout. A mark is `#7#` for
        the eighth token. Raises ValueError when a field is not one text.
        """
        entry, details = marked
        if len(details) == 1 and "batch.NbOfTxs" not in entry:
            entry, details = details[0] | entry, []  # as `camt_lines` would do each time
        places = sorted({int(place) for each in (entry, *details) for text in each.values()
                         for place in _MARK.findall(text)})  # fmt: skip
        groups = {place: group for group, place in enumerate(places)}
        self.pattern = re.compile(_pattern(tokens, groups))
        self._name = name
        self._size = sum(len(token) for token in tokens if token[0] == "<")
        self._entry = _Picker(entry, groups)
        self._details = [_Picker(each, groups) for each in details]

    def stand_in(self, match: re.Match[str]) -> str:
        """Return the element for the parser, as many lines long as the entry that it stands for."""
        line_breaks = "\n" * match.string.count("\n", match.start(), match.end())
        return f"<{self._name}{line_breaks}/>"

    def entry(self, match: re.Match[str]) -> Entry | None:
        """Return the entry that the pattern has matched; None when the parser has to read it."""
        texts: tuple[str, ...] = match.groups()
        start, end = match.span()
        if end - start - self._size > FIELD_CHARS_MAX and max(map(len, texts)) > FIELD_CHARS_MAX:
            return None
        if match.string.find("&", start, end) >= 0:
            if _OTHER_REFERENCE.search(match.string, start, end):
                return None
            texts = tuple(map(_unescaped, texts))
        if not self._details:
            return Entry(self._entry.fields(texts), [])
        return Entry(self._entry.fields(texts), [each.fields(texts) for each in self._details])


class _Picker:
    """Makes the fields of an entry or detail out of all texts of its entry."""

    def __init__(self, marked: Fields, groups: dict[int, int]) -> None:
        self._constants: Fields = {}
        self._repeated: list[tuple[str, list[int]]] = []
        single: dict[str, int] = {}
        for name, text in marked.items():
            if "#" not in text:
                self._constants[name] = text
            elif SEPARATOR in text:
                self._repeated.append((name, [_group(mark, groups) for mark in _split(text)]))
            else:
                single[name] = _group(text, groups)
        if len(single) < 2:  # one group would come without a tuple
            raise ValueError("too few fields for a layout")
        self._names = tuple(single)
        self._pick: Callable[[tuple[str, ...]], tuple[str, ...]] = itemgetter(*single.values())

    def fields(self, texts: tuple[str, ...]) -> Fields:
        """Return the fields."""
        fields = dict(zip(self._names, map(str.strip, self._pick(texts)), strict=False))
        if self._constants:
            fields.update(self._constants)
        for name, group in self._repeated:
            fields[name] = SEPARATOR.join([texts[at].strip() for at in group])
        return fields


def _split(text: str) -> list[str]:
    return text.split(SEPARATOR)


def _group(mark: str, groups: dict[int, int]) -> int:
    found = _MARK.fullmatch(mark)
    if found is None:
        raise ValueError(f"a field of more than a text: {mark}")
    return groups[int(found[1])]


def _unescaped(text: str) -> str:
    if "&" in text:
        for entity, character in _ENTITIES:  # the ampersand last, or it would make new ones
            text = text.replace(entity, character)
    return text


class Layouts:
    """The layouts of one file, those in use in front."""

    def __init__(self, prefix: str, name: str, read_entry: ReadEntry) -> None:
        self._prefix, self._name, self._read_entry = prefix, name, read_entry
        self._known: list[Layout] = []
        self._seen: Counter[str] = Counter()

    def match(self, text: str, start: int) -> tuple[Layout, re.Match[str]] | None:
        """Return the layout of the entry that begins at `start`, if it is known."""
        for rank, layout in enumerate(self._known):
            match = layout.pattern.match(text, start)
            if match is not None:
                if rank:
                    self._known.insert(rank // 2, self._known.pop(rank))
                return layout, match
        return None

    def learn(self, xml: str) -> None:
        """Note an entry of no known layout, and learn its layout when it comes often enough."""
        if len(xml) > _LEARNED_CHARS_MAX or len(self._known) >= LAYOUTS_MAX:
            return
        parts = xml.replace("><", "\0").replace(">", "<").split("<")
        shape = "\1".join(parts[1::2])  # the tags
        if shape not in self._seen and len(self._seen) >= _SHAPES_MAX:
            return
        self._seen[shape] += 1
        if self._seen[shape] == LEARNED_AFTER:
            layout = self._learned(xml)
            if layout is not None:
                self._known.append(layout)

    def _learned(self, xml: str) -> Layout | None:
        """Return the layout of an entry; None when it has none that can be relied on.

        The XML parser reads the entry with a mark in place of each text, so that the fields say
        where they come from.
        """
        tokens = _TAG_OR_TEXT.findall(xml)
        tags = "".join(token for token in tokens if token[0] == "<")
        if sum(map(len, tokens)) != len(xml) or "<!" in tags or "<?" in tags or "#" in tags:
            return None  # not of tags and texts alone, or like a mark
        marked = [f"#{place}#" if _is_text(tokens, place) else t for place, t in enumerate(tokens)]
        declared = f' xmlns:{self._prefix}="x"' if self._prefix else ""
        root = f"<x{declared}>{''.join(marked)}</x>"
        try:
            entry = etree.fromstring(root.encode(), etree.XMLParser(**SAFE))[0]
            return Layout(tokens, self._read_entry(entry), self._name)
        except (etree.XMLSyntaxError, ValueError):
            return None


def _is_text(tokens: list[str], place: int) -> bool:
    """Say whether a token is the text of an element that has no children."""
    if tokens[place][0] == "<" or not 0 < place < len(tokens) - 1:
        return False
    before, after = tokens[place - 1], tokens[place + 1]
    return before[1] != "/" and before[-2] != "/" and after[1] == "/"


def _pattern(tokens: list[str], groups: dict[int, int]) -> str:
    parts = []
    for place, token in enumerate(tokens):
        if not _is_text(tokens, place):
            parts.append(re.escape(token))
        else:
            parts.append(f"({_TEXT})" if place in groups else f"(?:{_TEXT})")
    return "".join(parts)
