"""Where something stands in a JSON document."""

from __future__ import annotations


def pointer(*path: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a path."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in escaped)
