"""Items as DynamoDB's client takes them: a record's JSON in one attribute, beside its keys.

One text attribute instead of one for each field: the JSON is read by pydantic in a few
microseconds, where the SDK needs tens to unwrap typed attributes, and it has no number, empty set
or nesting limit of its own. Nothing is ever filtered by its fields on the server.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from rappro.adapters import codec
from rappro.adapters.dynamodb import keys
from rappro.adapters.dynamodb.keys import KIND_OF_CODE, KINDS, Key
from rappro.adapters.dynamodb.names import (
    DOC,
    HOLDER,
    KIND,
    LIST_PK,
    LIST_SK,
    PK,
    POINTS_TO,
    SK,
    TOKEN,
    VERSION,
)
from rappro.adapters.indexing import (
    Entry,
    Index,
    Listed,
    Listing,
    check_bytes,
    entries_of,
    is_copy,
    listed_of,
)  # fmt: skip
from rappro.domain.books import JournalEntry
from rappro.domain.operations import (
    Lease,
)
from rappro.domain.records import (
    LineRecord,
)
from rappro.domain.writes import (
    Record,
)

Item = dict[str, Any]
"""An item in the client's own notation: {"pk": {"S": ...}}."""

_LISTED_BY_POINTER: Final = {
    Index.STATEMENTS_OF_JOURNAL: Listing.STATEMENTS_OF_JOURNAL,
    Index.ENTRIES_OF_JOURNAL: Listing.ENTRIES,
}
"""Lists in the GSI whose places are those of a pointer. An entry's pointer stays as it is when the
entry is validated, where a place of the entry itself would be written again."""


class Placed(NamedTuple):
    """An item and where it goes."""

    key: Key
    item: Item
    size: int


def key_item(key: Key) -> Item:
    """Return the two key attributes."""
    return {PK: {"S": key.pk}, SK: {"S": key.sk}}


def placed_record(tenant: str, company: str, record: Record) -> Placed:
    """Return the record's own item. Raises TooLarge."""
    key, text = keys.key_of(tenant, company, record), codec.dump_record(record)
    check_bytes(record, len(text))
    item = _with_document(key, record, text)
    places = listed_of(record)
    if places and not isinstance(record, JournalEntry):
        _add_list(item, tenant, company, places[0])
    if isinstance(record, Lease):
        item[TOKEN] = {"N": str(record.token)}
        if record.holder is not None:
            item[HOLDER] = {"S": record.holder}
    return Placed(key, item, len(text))


def placed_entry(tenant: str, company: str, record: Record, entry: Entry, own: Placed) -> Placed:
    """Return an index item of a record: a copy of it, or a pointer to it."""
    key = keys.entry_key(tenant, company, entry)
    if is_copy(entry):
        copy: Item = {name: own.item[name] for name in (KIND, VERSION, DOC)}
        return Placed(key, {**key_item(key), **copy}, own.size)
    item: Item = {**key_item(key), POINTS_TO: {"S": record.key}}
    listing = _LISTED_BY_POINTER.get(entry.by)
    for place in listed_of(record):
        if place.by is listing:
            _add_list(item, tenant, company, place)
    return Placed(key, item, len(record.key))


def placed_marker(tenant: str, company: str, line: LineRecord) -> Placed:
    """Return the marker of the block that a line is in."""
    key = keys.marker_of(tenant, company, line)
    return Placed(key, key_item(key), 0)


def entry_keys(tenant: str, company: str, record: Record) -> list[Key]:
    """Return the keys of a record's index items."""
    return [keys.entry_key(tenant, company, entry) for entry in entries_of(record)]


def record_of(item: dict[str, Any]) -> Record:
    """Return the record that an item holds."""
    record: Record = codec.load(KIND_OF_CODE[item[KIND]["S"]], item[DOC]["S"])
    return record


def _with_document(key: Key, record: Record, text: bytes) -> Item:
    return {
        **key_item(key),
        KIND: {"S": KINDS[type(record)].code},
        VERSION: {"N": str(record.version)},
        DOC: {"S": text.decode()},
    }


def _add_list(item: Item, tenant: str, company: str, place: Listed) -> None:
    list_pk, list_sk = keys.list_key(tenant, company, place)
    item[LIST_PK], item[LIST_SK] = {"S": list_pk}, {"S": list_sk}
