"""Reads and clears the lines of a statement: blocks of keys, each with its marker."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Final

from rappro.adapters.dynamodb import keys as at
from rappro.adapters.dynamodb.gateway import Gateway, Range
from rappro.adapters.dynamodb.items import key_item
from rappro.adapters.dynamodb.keys import Table
from rappro.adapters.dynamodb.lines import lines_in, whole
from rappro.adapters.dynamodb.names import CLOSING, SK
from rappro.adapters.indexing import LINES_PER_BLOCK
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.records import LineRecord, StatementRecord

_BLOCKS_AHEAD: Final = 4
_LINES: Final = Table.STATEMENTS


class StatementLines:
    """The lines of one store's statements."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def read(
        self, tenant: TenantId, company: CompanyId, statement: StatementId, *, after: int = 0,
        limit: int | None = None,
    ) -> Iterator[LineRecord]:  # fmt: skip
        """Yield the lines of a statement that is there, in order (see port Store)."""
        header = at.record_key(tenant, company, StatementRecord, statement)
        marks = [
            str(i[SK]["S"]) for i in self._gateway.query(tenant, Range(header.table, header.pk))
        ]
        if at.HEADER not in marks:
            return iter(())
        numbers = (at.marked_block(sk) for sk in marks)
        first = after // LINES_PER_BLOCK
        parts = [
            Range(
                Table.STATEMENTS,
                at.block_partition(tenant, company, statement, number),
                after=at.past(at.line_position(max(after, 0))),
            )
            for number in numbers
            if number is not None and number >= first
        ]
        read = partial(self._lines_of, tenant, limit=limit)
        return islice(self._ahead(read, parts), limit)

    def read_all(
        self, tenant: TenantId, company: CompanyId, parts: Iterable[tuple[StatementRecord, int]]
    ) -> Iterator[LineRecord]:
        """Yield the lines of several statements, whose records say how far their blocks go."""
        blocks = (
            Range(
                _LINES,
                at.block_partition(tenant, company, statement.id, number),
                after=at.past(at.line_position(max(after, 0))),
            )
            for statement, after in parts
            for number in _blocks_of(statement, after)
        )
        return self._ahead(partial(self._lines_of, tenant, limit=None), blocks)

    def clear(self, tenant: TenantId, company: CompanyId, statement: StatementId) -> None:
        """Delete all lines of a statement and what became of them (see port Store)."""
        header = at.record_key(tenant, company, StatementRecord, statement)
        marks = Range(header.table, header.pk)
        for sk in [str(item[SK]["S"]) for item in self._gateway.query(tenant, marks)]:
            number = at.marked_block(sk)
            if number is None:
                continue
            pk = at.block_partition(tenant, company, statement, number)
            marker = at.Key(header.table, header.pk, sk)
            closing = {**key_item(marker), CLOSING: {"N": "1"}}
            self._gateway.write_all(tenant, [(marker, closing)], ())
            self._clear(tenant, pk, of_lines=True)
            # No line of a closing block is changed any more: what became of them stays gone.
            self._clear(tenant, pk, of_lines=False)
            # The mark goes after what it stands for, so that a repeat still finds the rest.
            self._gateway.write_all(tenant, (), [marker])

    def _clear(self, tenant: str, pk: str, *, of_lines: bool) -> None:
        """Delete the items of a block: those of lines as they were loaded, or all of them."""
        found = [str(item[SK]["S"]) for item in self._gateway.query(tenant, Range(_LINES, pk))]
        gone = [sk for sk in found if not of_lines or at.line_state_of(sk) is None]
        self._gateway.write_all(tenant, (), [at.Key(_LINES, pk, sk) for sk in gone])

    def _lines_of(self, tenant: str, part: Range, *, limit: int | None) -> list[LineRecord]:
        """Return the first lines of a block; a line may take two items, or be removed."""
        found: list[LineRecord] = []
        while limit is None or len(found) < limit:
            wanted = None if limit is None else 2 * (limit - len(found))
            items = list(self._gateway.query(tenant, part, limit=wanted))
            if len(items) != wanted:
                return [*found, *lines_in(items)]
            items = whole(items)
            found += lines_in(items)
            part = replace(part, after=at.past(str(items[-1][SK]["S"])))
        return found[:limit]

    def _ahead(
        self, read: Callable[[Range], list[LineRecord]], parts: Iterable[Range]
    ) -> Iterator[LineRecord]:
        """Yield the lines of block after block, the next ones being read meanwhile.

        Who stops early has asked for little in vain: one block at first, then more and more.
        """
        running: deque[Future[list[LineRecord]]] = deque()
        ahead, todo = 1, iter(parts)
        while True:
            running.extend(
                self._gateway.later(read, part) for part in islice(todo, ahead - len(running))
            )
            if not running:
                return
            yield from running.popleft().result()
            ahead = min(2 * ahead, _BLOCKS_AHEAD)


def _blocks_of(statement: StatementRecord, after: int) -> range:
    """Return the numbers of the blocks that may hold lines past a position.

    No position is given twice, so none is beyond the lines that are or were there.
    """
    last = statement.line_count + statement.deleted_count
    return range(max(after, 0) // LINES_PER_BLOCK, last // LINES_PER_BLOCK + 1)
