"""Reads ISO 20022 XML: safe events, and elements turned into flat fields by tables.

A table says which children of an element matter and where their text goes. Children match by local
name, so that any namespace, prefix or none will do; what no table names is never looked at. Which
fields there are is the business of `camt_tables`, what they mean that of `camt_lines`.

What a table does depends on the structure of an element alone, never on a text in it: that is what
lets `camt_layouts` read entries of a known layout without a tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Protocol

from lxml import etree

from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.domain.frozen import dataclass
from rappro.formats.protocol import FIELD_CHARS_MAX

Element = etree._Element  # noqa: SLF001 - lxml's public name for it is a function
Fields = dict[str, str]
"""The texts of an element by field, stripped; those of a repeated field joined by `SEPARATOR`."""

CUT_ENTRY: Final = "RapproCutNtry"
CUT_DETAIL: Final = "RapproCutTxDtls"
"""The local names of the elements that stand for what was read without the parser."""

SEPARATOR: Final = "\0"  # no XML text can hold it
SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "remove_blank_text": True,
    "collect_ids": False,
}
"""How XML is parsed here: nothing is resolved, fetched or allowed to grow without bounds."""

_NAMES_MAX: Final = 200  # names that a table remembers; a message has far fewer
_NAME_CHARS_MAX: Final = 1_000  # of a name with its namespace, which every element repeats


class Table(dict[str, Any]):
    """What to do with each child, by local name.

    An action is the name of the field that takes the child's text (the first one wins), a table
    for the child's own children, or one of the classes below. None: the child does not matter.
    """

    def __missing__(self, tag: str) -> Any:
        """Find the action of a name with a namespace, and remember it. Raises TooLarge."""
        if len(tag) > _NAME_CHARS_MAX:
            raise TooLarge(f"an XML name of more than {_NAME_CHARS_MAX} characters",
                           position=f"element …{tag[-40:]}")  # fmt: skip
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
    """The text of the element's first child, whatever that is called, or else its own."""

    field: str

    def read(self, element: Element, fields: Fields, _: list[Element]) -> None:
        """Add the field."""
        chosen = element[0] if len(element) else element
        if chosen.text is not None and self.field not in fields:
            fields[self.field] = _text(chosen)


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

    A slice is the quickest way to the children, and the tests stand in the order of how often they
    hold: outside of the known layouts this runs for every element of a file.
    """
    for child in element[:]:  # type: ignore[index]  # lxml-stubs do not know slices
        action = table[child.tag]
        kind = action.__class__
        if kind is str:
            text = child.text
            if text is not None and action not in fields:
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


def check_name(element: Element) -> None:
    """Refuse a name with its namespace that is too long to be one. Raises TooLarge."""
    if len(element.tag) > _NAME_CHARS_MAX:
        raise TooLarge(f"an XML name of more than {_NAME_CHARS_MAX} characters",
                       position=xml_line(element))  # fmt: skip


def xml_line(element: Element) -> str:
    """Say where in the file an element is."""
    return f"XML line {element.sourceline}"


class Source(Protocol):
    """Where XML is read from."""

    def read(self, size: int) -> bytes:
        """Return some bytes, none at the end."""


def ended_elements(source: Source, names: tuple[str, ...]) -> Iterator[Element]:
    """Yield the elements of these local names as each ends; the caller removes what it has read.

    A document type is refused: no ISO 20022 message has one. Raises MalformedStatement with the
    place.
    """
    events = etree.iterparse(
        source, events=("end",), tag=tuple(f"{{*}}{name}" for name in names), **SAFE
    )
    is_checked = False
    try:
        for _, element in events:
            if not is_checked:
                is_checked = True
                check_name(element)
                if element.getroottree().docinfo.internalDTD is not None:
                    raise MalformedStatement("a document type is not accepted",
                                             position="before the first element")  # fmt: skip
            yield element
    except etree.XMLSyntaxError as wrong:
        place = "XML line {} column {}".format(*wrong.position)
        what = f"not well-formed XML: {wrong.msg[:200]}"
        raise MalformedStatement(what, position=place) from wrong
