"""Generated worlds: the same for a seed, with a truth that adds up, in files that can be read."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

import pytest
from stdnum import iban, luhn

from benchmarks.matching.config import CONFIGS, EASY, HARD, HELD_OUT, KINDS, Config
from benchmarks.matching.generator import cases, world
from benchmarks.matching.statements import TRUTH, save
from benchmarks.matching.world import World, cents, money
from rappro.domain.bank import StatementLine
from rappro.edge.books_document import read_books
from rappro.formats.registry import detect, peek

LINES = 400


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    return {name: world(config, seed=7, lines=LINES) for name, config in CONFIGS.items()}


def test_a_seed_gives_the_same_world_and_another_seed_another_one(
    worlds: dict[str, World],
) -> None:
    again, other = (world(HARD, seed=seed, lines=LINES) for seed in (7, 8))

    assert again == worlds["hard"]
    assert other.lines != again.lines


def test_what_a_line_settles_and_its_differences_add_up_to_it(worlds: dict[str, World]) -> None:
    for made in worlds.values():
        for line, truth in zip(made.lines, made.truth, strict=True):
            parts = [*truth["settles"], *truth["adjustments"]]
            total = sum(cents(part["amount"]) for part in parts)
            assert line["id"] == truth["id"]
            assert total == (cents(line["amount"]) if truth["settles"] else 0)


def test_nothing_is_settled_beyond_its_residual_or_twice(worlds: dict[str, World]) -> None:
    for made in worlds.values():
        settled = defaultdict[str, list[int]](list)
        for truth in made.truth:
            for part in truth["settles"]:
                settled[part["id"]].append(cents(part["amount"]))
        for item in made.books["open_items"]:
            residual = cents(item.get("company_residual") or item["residual"])
            taken = sum(settled.pop(item["id"], []))
            assert 0 <= taken * (1 if residual > 0 else -1) <= abs(residual)
        for entry in made.books["bank_entries"]:
            assert settled.pop(entry["id"], []) in ([], [cents(entry["amount"])])
        for payment in made.books["past_payments"]:
            assert settled.pop(payment["id"], []) in ([], [-cents(payment["amount"])])
        assert settled == {}


def test_every_kind_is_at_least_two_percent_of_the_hard_lines() -> None:
    for config in (HARD, HELD_OUT):
        made = world(config, seed=1, lines=1_000)
        kinds = Counter(truth["kind"] for truth in made.truth)
        assert set(kinds) == set(KINDS)
        assert min(kinds.values()) >= 0.02 * len(made.lines)


def test_ibans_are_right_and_of_banks_that_do_not_exist(worlds: dict[str, World]) -> None:
    for made in worlds.values():
        parties, journals = made.books["third_parties"], made.books["journals"]
        known = [each for party in parties for each in party["ibans"]]
        for each in [*known, *(journal["iban"] for journal in journals)]:
            assert iban.is_valid(each, check_country=False)
            assert each[4] == "9"
        assert all(luhn.is_valid(party["siren"]) for party in parties if party["siren"])


def test_the_held_out_worlds_share_no_grammar_and_no_bank_with_the_others() -> None:
    for config in (EASY, HARD):
        assert not set(config.banks) & set(HELD_OUT.banks)
        assert not set(config.grammars) & set(HELD_OUT.grammars)
        assert not set(config.supplier_grammars) & set(HELD_OUT.supplier_grammars)


@pytest.mark.parametrize("config", [HARD, HELD_OUT], ids=lambda config: config.name)
def test_books_and_statements_are_read_as_they_were_made(config: Config, tmp_path: Path) -> None:
    made = world(config, seed=3, lines=300)

    files = save(made, tmp_path)

    books = read_books((tmp_path / "books.json").read_bytes())
    assert len(books.open_items) == len(made.books["open_items"])
    assert len(books.bank_entries) == len(made.books["bank_entries"])
    read = [(file.name, line) for file in files for line in _lines(file)]
    assert [
        (name, line.position, str(line.booking_date), money(line.amount_minor))
        for name, line in read
    ] == [
        (each["file"], each["position"], each["booking_date"], each["amount"])
        for each in made.lines
    ]
    for (_, line), each in zip(read, made.lines, strict=True):
        said = " ".join((*line.texts, line.counterparty.name or "", line.end_to_end_id or ""))
        for key in ("label", "remittance", "name"):
            assert each[key] in said
        assert line.counterparty.iban == (each["iban"] or None)
        assert line.is_reversal is each["reversal"]
        assert (line.return_reason or "") == each["reason"]


def _lines(file: Path) -> list[StatementLine]:
    with file.open("rb") as stream:
        parser = detect(peek(stream))
        return [event for event in parser.parse(stream) if isinstance(event, StatementLine)]


def test_the_truth_lies_beside_the_statements_line_by_line(tmp_path: Path) -> None:
    made = world(EASY, seed=1, lines=50)

    save(made, tmp_path)

    rows = (tmp_path / TRUTH).read_text("utf-8").splitlines()
    assert [json.loads(row) for row in rows] == made.truth


def test_stories_come_one_by_one() -> None:
    first = list(islice(cases(HARD, seed=1, lines=2_000), 3))

    assert first[0].truth[0]["kind"] == "exact"
    assert all(case.lines for case in first)
