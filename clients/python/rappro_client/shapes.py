"""What the client hands out beside the models: pages of anything, and a posted file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypedDict, TypeVar

T = TypeVar("T")


class Page(TypedDict, Generic[T]):
    """A page of a list, whatever is in it; the last one has no `next_cursor`."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file in the inbox: its key there and the version that its rows in the import trace name.

    The version is empty where the store that took the file told none.
    """

    key: str
    version: str
