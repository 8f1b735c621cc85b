"""The engine on the demo's month: most lines are matched, and never one of them wrongly."""

import io
from collections import Counter
from dataclasses import replace

import pytest

from devstack.demo_data import DemoData, Settled, Target
from devstack.demo_data.check import Seen, Verdict, judge
from rappro.domain.bank import StatementLine
from rappro.domain.books import (
    CardContract,
    ThirdParty,
)
from rappro.domain.ids import LineId
from rappro.domain.matching.decide import decide
from rappro.domain.matching.model import Decision, Level, MatchLine, Settle, TargetType, World
from rappro.domain.matching.references import shape_of
from rappro.domain.opening import OpenedBooks
from rappro.edge.books_document import read_books
from rappro.formats import registry


def _parties(demo: DemoData, books: OpenedBooks) -> tuple[ThirdParty, ...]:
    """Return the FEC's third parties with what the demo sends by API."""
    told = demo.settings["third_parties"]
    parties = []
    for party in books.third_parties:
        said = told.get(party.auxiliary, {})
        parties.append(
            replace(
                party,
                bank_references=tuple(said.get("bank_references", ())),
                ibans=tuple(said.get("ibans", ())),
                mandates=tuple(said.get("mandates", ())),
            )
        )
    return tuple(parties)


def _lines(demo: DemoData) -> tuple[MatchLine, ...]:
    lines = []
    for file, journal in zip(demo.statements[:2], demo.settings["journals"], strict=True):
        for event in registry.detect(file.content).parse(io.BytesIO(file.content)):
            if isinstance(event, StatementLine):
                key = LineId(f"{file.name}/{event.position}")
                lines.append(MatchLine(key, event, journal["account"], file.name))
    return tuple(lines)


def _world(demo: DemoData, books: OpenedBooks) -> World:
    said = {name: demo.settings[name] for name in ("templates", "card_contracts")}
    document = read_books({"company": {"name": demo.company.name}, **said})
    contracts: tuple[CardContract, ...] = document.card_contracts
    return World(
        company_currency="EUR",
        lines=_lines(demo),
        open_items=books.open_items,
        bank_entries=tuple(entry for entry in books.bank_entries if entry.is_waiting),
        third_parties=_parties(demo, books),
        templates=document.templates,
        card_contracts=contracts,
        number_shapes=tuple(sorted({shape_of(item.number) for item in books.open_items})),
    )


def _seen(decision: Decision, books: OpenedBooks) -> Seen:
    codes = {party.id: party.auxiliary for party in books.third_parties}
    items = {str(item.id): item for item in books.open_items}
    entries = {entry.id: entry for entry in books.bank_entries}

    def named(settle: Settle) -> Settled:
        if settle.type is TargetType.OPEN_ITEM:
            item = items[settle.id]
            party = codes[item.third_party]
            return Settled(Target.OPEN_ITEM, item.number, settle.amount_minor, party)
        entry = entries[settle.id]
        piece = entry.piece_ref or ""
        return Settled(
            Target.BANK_ENTRY, piece, settle.amount_minor, account=entry.account
        )  # fmt: skip

    file, _, position = decision.line_id.partition("/")
    settles = tuple(named(settle) for settle in decision.settles)
    return Seen(file, int(position), decision.level, settles, decision.template)


@pytest.fixture(scope="module")
def decisions(demo: DemoData, books: OpenedBooks) -> tuple[Decision, ...]:
    return decide(_world(demo, books))


@pytest.fixture(scope="module")
def verdict(demo: DemoData, books: OpenedBooks, decisions: tuple[Decision, ...]) -> Verdict:
    return judge(demo.truth, [_seen(decision, books) for decision in decisions])


def test_no_line_is_matched_wrongly(verdict: Verdict) -> None:
    assert verdict.wrong == ()


def test_three_lines_in_five_at_least_are_matched_exactly(
    decisions: tuple[Decision, ...],
) -> None:
    levels = Counter(decision.level for decision in decisions)

    assert levels[Level.A] * 100 >= len(decisions) * 60
    assert levels[Level.AS] == 10


def test_what_nothing_proves_is_left_to_a_person(demo: DemoData, verdict: Verdict) -> None:
    files = {file.name for file in demo.statements[:2]}
    unproven = [t for t in demo.truth if t.file in files and not t.truth.is_decidable]

    assert verdict.abstained == len(unproven) == 23
