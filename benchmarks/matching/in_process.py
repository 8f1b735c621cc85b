"""The engine called in one process, without files or stores: for measuring its own time and memory.

`write` turns a generated world into the records that the engine reads, by way of the statement
files and the books document that a company has, and stores them; `decide_stored` reads them back.
"""

from __future__ import annotations

import pickle
import tempfile
import time
from pathlib import Path

from benchmarks.matching.statements import BOOKS, save
from benchmarks.matching.world import World as Generated
from rappro.domain.bank import StatementLine
from rappro.domain.ids import LineId
from rappro.domain.matching.decide import decide
from rappro.domain.matching.model import MatchLine, World
from rappro.domain.matching.own_accounts import own_accounts_of
from rappro.domain.matching.references import shape_of
from rappro.edge.books_document import read_books
from rappro.formats.registry import detect, peek


def write(world: Generated, path: Path) -> None:
    """Store a generated world as the engine's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = save(world, folder)
        books = read_books((folder / BOOKS).read_bytes())
        accounts = {journal.code: journal.account for journal in books.journals}
        lines = [
            MatchLine(
                id=LineId(f"{file.name}/{line.position}"),
                line=line,
                account=accounts[file.name.partition("-")[0]] or "",
                statement_key=file.name,
            )
            for file in files
            for line in _lines(file)
        ]
    own = World(
        company_currency=books.company.currency,
        lines=tuple(lines),
        open_items=books.open_items,
        bank_entries=books.bank_entries,
        past_payments=books.past_payments,
        third_parties=books.third_parties,
        templates=books.templates,
        card_contracts=books.card_contracts,
        number_shapes=tuple(sorted({shape_of(item.number) for item in books.open_items})),
        company_name=books.company.name,
        own_accounts=own_accounts_of(books.journals),
    )
    with path.open("wb") as stream:
        pickle.dump(own, stream)


def _lines(file: Path) -> list[StatementLine]:
    with file.open("rb") as stream:
        parser = detect(peek(stream))
        return [event for event in parser.parse(stream) if isinstance(event, StatementLine)]


def decide_stored(path: Path) -> tuple[float, int]:
    """Return the processor seconds of deciding a stored world, and the lines that were matched."""
    with path.open("rb") as stream:
        world: World = pickle.load(stream)
    start = time.process_time()
    decisions = decide(world)
    return time.process_time() - start, sum(each.level.is_matched for each in decisions)
