"""Makes worlds: third parties first, then story after story until there are enough lines.

`cases` is a stream: what it keeps does not grow with the lines (the third parties apart). `world`
gathers it in memory. Everything follows from configuration, seed and number of lines.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import chain

from benchmarks.matching import cases_entries, cases_numbers, cases_payer
from benchmarks.matching.banks import BANKS
from benchmarks.matching.config import Config
from benchmarks.matching.parties import make_parties
from benchmarks.matching.vocabulary import french_iban
from benchmarks.matching.world import ACCOUNTS, Case, Json, Maker, World

HOLDER = "ATELIERS DES QUAIS"
_SUFFIXES = {"cfonb120": "cfonb", "camt.053": "xml"}
CASES = {**cases_numbers.CASES, **cases_payer.CASES, **cases_entries.CASES}


def world(config: Config, *, seed: int, lines: int) -> World:
    """Return a world of at least so many lines (a last story may add a few)."""
    maker = _maker(config, seed, lines)
    made = list(_cases(maker, lines))
    books = _master_data(maker) | {
        "open_items": list(chain.from_iterable(case.items for case in made)),
        "bank_entries": list(chain.from_iterable(case.entries for case in made)),
        "past_payments": list(chain.from_iterable(case.past for case in made)),
    }
    for part in ("open_items", "bank_entries", "past_payments"):
        maker.rng.shuffle(books[part])  # no order may tell what belongs together
    all_lines = sorted(
        chain.from_iterable(case.lines for case in made),
        key=lambda line: (line["journal"], line["booking_date"], line["id"]),
    )
    rows = {row["id"]: row for case in made for row in case.truth}
    truth = [rows[line["id"]] for line in all_lines]
    _place(maker, all_lines, truth)
    return World(books, all_lines, truth)


def _place(maker: Maker, lines: list[Json], truth: list[Json]) -> None:
    """Say in which file each line stands, and where: a year of an account is a file."""
    position, name = 0, ""
    for line, row in zip(lines, truth, strict=True):
        kind = BANKS[maker.own[line["journal"]]["bank"]].format
        file = f"{line['journal']}-{line['booking_date'][:4]}.{_SUFFIXES[kind]}"
        position, name = (position + 1 if file == name else 1), file
        row |= {"file": file, "position": position}
        line |= {"file": file, "position": position}


def cases(config: Config, *, seed: int, lines: int) -> Iterator[Case]:
    """Yield the stories of a world one by one, until they have so many lines."""
    return _cases(_maker(config, seed, lines), lines)


def _maker(config: Config, seed: int, lines: int) -> Maker:
    rng = random.Random(f"{config.name}/{seed}/{lines}")
    parties = make_parties(config, rng, int(lines / config.lines_per_party))
    own = {
        f"BQ{number}": {"bank": bank, "iban": french_iban(rng), "account": f"512{number}00",
                        "holder": HOLDER}
        for number, bank in enumerate(config.banks, start=1)
    }  # fmt: skip
    return Maker(config, rng, parties, own)


def _cases(maker: Maker, lines: int) -> Iterator[Case]:
    made, produced = 0, dict.fromkeys(maker.config.mix, 0)
    backlog = 0.0
    while made < lines:
        kind = _next_kind(maker.config.mix, produced, made)
        maker.begin(kind)
        CASES[kind](maker)
        count = len(maker.case.lines)
        backlog += count * maker.config.backlog_share
        while backlog >= 1:
            maker.item(maker.anyone(), on=maker.day())
            backlog -= 1
        produced[kind] += count
        made += count
        yield maker.case


def _next_kind(mix: Mapping[str, float], produced: Mapping[str, int], made: int) -> str:
    """Return the kind that is farthest behind its share."""
    total = sum(mix.values())
    return max(mix, key=lambda kind: (made + 1) * mix[kind] / total - produced[kind])


def _master_data(maker: Maker) -> Json:
    journals = [
        {"code": code, "label": f"Banque {code}", "type": "treasury", "account": own["account"],
         "iban": own["iban"], "currency": "EUR"}
        for code, own in maker.own.items()
    ]  # fmt: skip
    accounts = {**ACCOUNTS, **{own["account"]: "Banque" for own in maker.own.values()}}
    accounts |= {account: label for _, label, _, account in cases_entries.TEMPLATES}
    return {
        "company": {"name": HOLDER.title(), "currency": "EUR", "timezone": "Europe/Paris"},
        "accounts": [{"number": number, "label": text} for number, text in accounts.items()],
        "journals": journals,
        "third_parties": [party.record for party in maker.parties.all()],
        "templates": [
            {"id": name, "label": label, "bank_references": [reference], "direction": "debit",
             "lines": [{"account": account, "remainder": True}]}
            for name, label, reference, account in cases_entries.TEMPLATES
        ],
        "card_contracts": [
            {"number": number, "commission_percent": rate}
            for number, rate in cases_entries.CONTRACTS
        ],
    }  # fmt: skip
