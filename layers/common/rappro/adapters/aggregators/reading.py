"""Reading providers' rows: ids, texts, days, instants, amounts; and the pages' own cursor.

A row of a shape that no documentation speaks of stops the reading loudly (AggregatorRejected): a
line passed over in silence would be a gap in the books.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from rappro.domain.connectors import ErrorOrigin, FeedState, ProviderConnection
from rappro.domain.errors import AggregatorRejected, InputError, InvalidRequest
from rappro.domain.money import parse_amount

RAW_CHARS_MAX: Final = 4_000
_TEXT_CHARS_MAX: Final = 1_000

Row = Mapping[str, Any]


def listed(document: Any, name: str) -> list[Row]:
    """Return the rows of an envelope. Raises AggregatorRejected when they are not there."""
    rows = document.get(name) if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise AggregatorRejected(f"the answer has no list of {name}")
    return rows


def identifier(row: Row, name: str) -> str:
    """Return an id as text; "" when it is missing or blank. Providers' numbers pass 2^53."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def needed(row: Row, name: str) -> str:
    """Return an id that must be there. Raises AggregatorRejected."""
    found = identifier(row, name)
    if not found:
        raise AggregatorRejected(f"the answer has no {name}")
    return found


def text(row: Row, name: str) -> str:
    """Return a text, trimmed and bounded; "" for anything else."""
    return whole_text(row, name)[:_TEXT_CHARS_MAX]


def whole_text(row: Row, name: str) -> str:
    """Return a text that must not be cut (a link); "" for anything else."""
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def inner(row: Row, name: str) -> Row:
    """Return an object inside a row; an empty one for anything else."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def day(row: Row, name: str) -> date | None:
    """Return a calendar day as it is written: no zone is applied to a day, ever."""
    value = text(row, name)[:10]
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise AggregatorRejected(f"{name} is not a day") from None


def instant(row: Row, name: str) -> datetime | None:
    """Return an instant with its zone, in UTC. Raises AggregatorRejected for a naive one."""
    value = text(row, name)
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise AggregatorRejected(f"{name} is not a time") from None
    if found.tzinfo is None:
        raise AggregatorRejected(f"{name} has no zone")
    return found.astimezone(UTC)


def minor(value: Any, currency: str) -> int:
    """Return an amount's minor units, exactly. Raises AggregatorRejected, UnsupportedCurrency."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise AggregatorRejected("an amount is not a number")
    number = value if isinstance(value, str) else f"{value:f}"
    try:
        return parse_amount(number, currency)
    except InputError as error:
        if type(error) is InputError:
            raise AggregatorRejected("an amount is not exact in its currency") from None
        raise


def minor_or_none(value: Any, currency: str) -> int | None:
    """Return a balance's minor units; None when it is missing or not exact: it only informs."""
    try:
        return minor(value, currency)
    except (AggregatorRejected, InputError):
        return None


def canonical(row: Row) -> str:
    """Return a row as one text that is the same for the same content."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest(*parts: str | bytes) -> str:
    """Return a digest of parts; no two lists of parts share one by where they are cut."""
    state = hashlib.sha256()
    for part in parts:
        content = part if isinstance(part, bytes) else part.encode()
        state.update(len(content).to_bytes(8, "big"))
        state.update(content)
    return state.hexdigest()


def split_iban(found: str) -> tuple[str | None, str | None]:
    """Return an IBAN, or its masked form: (whole, masked)."""
    squeezed = found.replace(" ", "").upper()
    if not squeezed:
        return None, None
    return (squeezed, None) if squeezed.isalnum() else (None, squeezed)


def page_token(newest: datetime | None, link: str) -> str:
    """Return where to go on: the newest change seen so far, and the provider's link."""
    return f"{'' if newest is None else newest.isoformat()} {link}"


def page_of(token: str) -> tuple[datetime | None, str]:
    """Return what a page token says. Raises InvalidRequest."""
    seen, found, link = token.partition(" ")
    if not found or not link:
        raise InvalidRequest("no page of this provider")
    return cursor_of(seen or None), link


def cursor_of(cursor: str | None) -> datetime | None:
    """Return the instant of a cursor. Raises InvalidRequest."""
    if cursor is None:
        return None
    try:
        found = datetime.fromisoformat(cursor)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidRequest("no cursor of this provider")
    return found


def latest(*instants: datetime | None) -> datetime | None:
    """Return the latest of instants, of which some may be missing."""
    return max((one for one in instants if one is not None), default=None)


def revoked(ref: str) -> ProviderConnection:
    """Return a connection that is no more at the provider."""
    return ProviderConnection(
        ref, FeedState.REVOKED, "not_found", ErrorOrigin.PROVIDER_RAPPRO, "", None, None, None
    )  # fmt: skip
