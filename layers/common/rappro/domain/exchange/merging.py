"""What an archive changes in the receiver's books: three sorted streams, one line at a time.

    receiver's  base  archive
       A          A      B       changed by the sender          ─► applied
       C          A      A       changed by the receiver        ─► stays
       C          A      B       by both, not to the same       ─► conflict
       B          A      B       by both, to the same           ─► nothing to do
       –          –      B       added                          ─► applied
       A          A      –       deleted by the sender          ─► applied
       C          A      –       deleted here, changed there    ─► conflict
       –          A      A       deleted by the receiver        ─► stays

A stream has pairs of key and line, sorted by key, each key once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rappro.domain.errors import ArchiveBroken
from rappro.domain.frozen import dataclass

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A record that the archive adds (`mine` None), changes or deletes (`theirs` None).

    In conflict when both sides changed it, and not to the same.
    """

    key: str
    mine: str | None
    theirs: str | None
    is_conflict: bool = False


def merged(mine: Iterable[Line], base: Iterable[Line], theirs: Iterable[Line]) -> Iterator[Change]:
    """Yield what the archive (`theirs`) changes in `mine` since `base`, by key.

    Without a base give it an empty stream: what both have and differs is a conflict then, and what
    only the receiver has stays. Raises ArchiveBroken for a stream that is not sorted.
    """
    streams = [_checked(one) for one in (mine, base, theirs)]
    heads = [next(stream, None) for stream in streams]
    while any(head is not None for head in heads):
        key = min(head[0] for head in heads if head is not None)
        texts = [head[1] if head is not None and head[0] == key else None for head in heads]
        heads = [
            next(stream, None) if head is not None and head[0] == key else head
            for head, stream in zip(heads, streams, strict=True)
        ]
        change = _change(key, *texts)
        if change is not None:
            yield change


def _change(key: str, mine: str | None, base: str | None, theirs: str | None) -> Change | None:
    if theirs in (mine, base):
        return None
    return Change(key, mine, theirs, is_conflict=mine != base)


def _checked(lines: Iterable[Line]) -> Iterator[Line]:
    last: str | None = None
    for key, text in lines:
        if last is not None and key <= last:
            raise ArchiveBroken(f"record {key[:80]!r} is not in its place, or there twice")
        last = key
        yield key, text
