"""Reads ISO 20022 XML: safe events, and elements turned into flat fields by tables.

A table says which children of an element matter and where their text goes. Children match by local
name, so that any namespace, prefix or none will do; what no table names is never looked at. Which
fields there are is the business of `camt_tables`, what they mean that of `camt_lines`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from lxml import etree

from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.formats.protocol import FIELD_CHARS_MAX

Element = etree._Element  # noqa: SLF001 - lxml's public name for it is a function
Fields = dict[str, str]
"""The texts of an element by field; those of a repeated field are joined by `SEPARATOR`."""

SEPARATOR: Final = "\0"  # no XML text can hold it
ELEMENT_BYTES_MAX: Final = 33_554_432
"""XML from one entry to the next: an entry and all its details are held in memory together."""

_NAMES_MAX: Final = 200  # names that a table remembers; a message has far fewer


class Table(dict[str, Any]):
    """What to do with each child, by local name.

    An action is the name of the field that takes the child's text (the first one wins), a table
    for the child's own children, or one of the classes below. None: the child does not matter.
    """

    def __missing__(self, tag: str) -> Any:
        """Find the action of a name with a namespace, and remember it."""
        action = self.get(tag[tag.rfind("}") + 1 :])
        if len(self) < _NAMES_MAX:
            self[tag] = action
        return action

    def copied(self) -> Table:
        """Return a table that remembers names for itself, and its subtables likewise."""
        return Table({name: _copied(action) for name, action in self.items()})


def _copied(action: Any) -> Any:
    if isinstance(action, Table):
        return action.copied()
    return Marked(action.field, action.table.copied()) if isinstance(action, Marked) else action


@dataclass(frozen=True, slots=True)
class Choice:
    """The text of the element itself or of its only child, whatever that is called."""

    field: str

    def read(self, element: Element, fields: Fields, _: list[Element]) -> None:
        """Add the field."""
        text = _text(element) or (_text(element[0]) if len(element) else "")
        if text and self.field not in fields:
            fields[self.field] = text


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount and its currency, which becomes the field of the same name with an `@`."""

    field: str

    def read(self, element: Element, fields: Fields, _: list[Element]) -> None:
        """Add the two fields."""
        if self.field not in fields:
            fields[self.field] = _text(element)
            fields[f"{self.field}@"] = _bounded(element.get("Ccy", ""), element)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Every text of a field that may come several times; of an amount, with its currency."""

    field: str

    def read(self, element: Element, fields: Fields, _: list[Element]) -> None:
        """Add one text to the field."""
        text, currency = _text(element), element.get("Ccy")
        if currency is not None:
            text = f"{text} {_bounded(currency, element)}"
        if text:
            before = fields.get(self.field)
            fields[self.field] = text if before is None else f"{before}{SEPARATOR}{text}"


@dataclass(frozen=True, slots=True)
class Marked:
    """A table, and a field that says that the element was there at all."""

    field: str
    table: Table

    def read(self, element: Element, fields: Fields, collected: list[Element]) -> None:
        """Set the mark and read the element."""
        fields[self.field] = self.field
        fill(element, self.table, fields, collected)


@dataclass(frozen=True, slots=True)
class Collected:
    """An element that is read by itself, later."""

    def read(self, element: Element, _: Fields, collected: list[Element]) -> None:
        """Put the element aside."""
        collected.append(element)


def fill(element: Element, table: Table, fields: Fields, collected: list[Element]) -> None:
    """Add the texts of an element's descendants to `fields`. Raises TooLarge.

    This runs for nearly every element of a file. A slice is the quickest way to the children, and
    the tests stand in the order of how often they hold.
    """
    for child in element[:]:  # type: ignore[index]  # lxml-stubs do not know slices
        action = table[child.tag]
        kind = action.__class__
        if kind is str:
            text = child.text
            if text and action not in fields:
                text = text.strip()
                fields[action] = text if len(text) <= FIELD_CHARS_MAX else _bounded(text, child)
        elif kind is Table:
            fill(child, action, fields, collected)
        elif action is not None:
            action.read(child, fields, collected)


def _text(element: Element) -> str:
    return _bounded((element.text or "").strip(), element)


def _bounded(text: str, element: Element) -> str:
    if len(text) > FIELD_CHARS_MAX:
        raise TooLarge(f"a field of more than {FIELD_CHARS_MAX} characters",
                       position=xml_line(element))  # fmt: skip
    return text


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    tag = str(element.tag)
    return tag[tag.rfind("}") + 1 :]


def xml_line(element: Element) -> str:
    """Say where in the file an element is."""
    return f"XML line {element.sourceline}"


class _Source:
    """The file as the XML parser reads it: without white space before the XML, and bounded."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._since_element = 0
        self._has_begun = False

    def read(self, size: int) -> bytes:
        """Read on. Raises TooLarge when no element has ended for too long."""
        chunk = self._stream.read(size)
        while not self._has_begun and chunk:  # XML may not begin with white space; some files do
            chunk = chunk.lstrip()
            self._has_begun = bool(chunk)
            chunk = chunk or self._stream.read(size)
        self._since_element += len(chunk)
        if self._since_element > ELEMENT_BYTES_MAX:
            raise TooLarge(f"an entry of more than {ELEMENT_BYTES_MAX} bytes of XML")
        return chunk

    def element_ended(self) -> None:
        """Begin to count anew."""
        self._since_element = 0


def ended_elements(stream: BinaryIO, names: tuple[str, ...]) -> Iterator[Element]:
    """Yield the elements of these local names as each ends; the caller removes what it has read.

    Entities are never resolved, nothing is fetched, and a document type is refused: no ISO 20022
    message has one. Raises MalformedStatement with the place, and TooLarge.
    """
    source = _Source(stream)
    events = etree.iterparse(
        source,
        events=("end",),
        tag=tuple(f"{{*}}{name}" for name in names),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
        collect_ids=False,
    )
    is_checked = False
    try:
        for _, element in events:
            if not is_checked:
                is_checked = True
                if element.getroottree().docinfo.internalDTD is not None:
                    raise MalformedStatement("a document type is not accepted",
                                             position="before the first element")  # fmt: skip
            source.element_ended()
            yield element
    except etree.XMLSyntaxError as wrong:
        place = "XML line {} column {}".format(*wrong.position)
        raise MalformedStatement(f"not well-formed XML: {wrong.msg}", position=place) from wrong
