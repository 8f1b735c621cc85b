"""A small writer of MT940 and MT942 messages, from the layout alone, for tests of the parsers."""

from __future__ import annotations

from collections.abc import Iterable

ACCOUNT = "FR1420041010050500013M02606"


def mt940(
    *entries: str, opening: str = "C240101EUR0,", closing: str = "C240131EUR0,",
    head: str = f":20:REF\n:25:{ACCOUNT}\n:28C:1/1", tail: str = "-",
) -> str:  # fmt: skip
    """Write a statement around some entries."""
    return lines((head, f":60F:{opening}", *entries, f":62F:{closing}", tail))


def mt942(
    *entries: str, head: str = f":20:REF\n:25:{ACCOUNT}\n:28C:1/1",
    floor: str = ":34F:EUR0,\n:13D:2401151030+0100", tail: str = "-",
) -> str:  # fmt: skip
    """Write an interim report around some entries."""
    return lines((head, floor, *entries, tail))


def entry(text: str = "2401150115C10,00NTRFNONREF", details: str | None = None) -> str:
    """Write an entry (:61:), and its details (:86:) if there are some."""
    return f":61:{text}" if details is None else f":61:{text}\n:86:{details}"


def lines(parts: Iterable[str]) -> str:
    """Join what is not empty, each part on a line of its own."""
    return "".join(f"{part}\n" for part in parts if part)


def wrapped(text: str, width: int = 65) -> str:
    """Cut a text into lines wherever they are full, as FIN does."""
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))
