"""Makes the third parties of a world: names, near names, IBANs, who pays for subsidiaries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.matching.config import Config
from benchmarks.matching.vocabulary import (
    FORMS,
    SURNAMES,
    TOWNS,
    TRADES,
    Numbers,
    Party,
    foreign_iban,
    french_iban,
    plain,
    siren,
    supplier_numbers,
)

_PERSONS = ("Paul", "Hélène", "Karim", "Nadia", "Louis", "Agnès", "Théo", "Solène")


@dataclass(slots=True)
class Parties:
    """The third parties of a world by what they can be used for."""

    customers: list[Party] = field(default_factory=list)
    suppliers: list[Party] = field(default_factory=list)
    both: list[Party] = field(default_factory=list)
    foreign: list[Party] = field(default_factory=list)
    """Customers who pay from abroad."""
    abroad: list[Party] = field(default_factory=list)
    """Suppliers who invoice in dollars."""
    parents: list[Party] = field(default_factory=list)
    """Who pays for subsidiaries; not in the books themselves."""
    namesakes: list[tuple[Party, Party]] = field(default_factory=list)
    """Customers of whom one's name begins with the other's."""

    def all(self) -> Iterator[Party]:
        for each in (self.customers, self.suppliers, self.both, self.foreign, self.abroad):
            yield from each
        for parent in self.parents:
            yield from parent.group


def make_parties(config: Config, rng: random.Random, count: int) -> Parties:
    """Return so many third parties; the shares of their roles are fixed."""
    names, parties = _names(config, rng), Parties()
    own = [Numbers(grammar, rng.randrange(100, 2_000)) for grammar in config.grammars]
    made = 0
    roles = ("customers",) * 10 + ("suppliers",) * 7 + ("both", "foreign", "abroad", "parents")
    while made < max(count, 2 * len(roles)):
        role = roles[made % len(roles)]
        if role == "parents":
            parties.parents.append(_parent(config, rng, next(names), own))
            for _ in range(rng.randint(1, 3)):
                child = _party(config, rng, next(names), own, role="customers")
                _pay_through(child, parties.parents[-1])
        else:
            getattr(parties, role).append(_party(config, rng, next(names), own, role=role))
        made += 1
    parties.namesakes = _namesakes(parties.customers)
    for number, party in enumerate(parties.all(), start=1):
        prefix = "F" if party.record["kind"] == "supplier" else "C"
        party.record["id"] = f"{prefix}{number:05d}"
        party.record["auxiliary"] = party.record["id"]
    return parties


def _namesakes(customers: list[Party]) -> list[tuple[Party, Party]]:
    by_start: dict[str, Party] = {}
    found = []
    for party in sorted(customers, key=lambda each: len(each.bank_name)):
        start = " ".join(party.record["name"].split()[:2])
        if start in by_start:
            found.append((by_start[start], party))
        by_start.setdefault(start, party)
    return found


def _names(config: Config, rng: random.Random) -> Iterator[tuple[str, bool]]:
    """Yield names and whether they are a person's, each once; some are near to an earlier one."""
    seen: set[str] = set()
    last = ("Atelier", "Vernet")
    while True:
        is_person = rng.random() < 0.08
        trade, surname = rng.choice(TRADES), rng.choice(SURNAMES)
        if rng.random() < config.near_names:
            trade, surname = rng.choice(((last[0], surname), (trade, last[1])))
        name = f"{rng.choice(_PERSONS)} {surname}" if is_person else f"{trade} {surname}"
        if seen and rng.random() < config.near_names:
            name, is_person = f"{last[0]} {last[1]} {rng.choice(TOWNS)}", False
        if name in seen:
            name = f"{name} {rng.choice(TOWNS)}"
        if name in seen:
            continue
        seen.add(name)
        first, second = name.split()[:2]
        last = (first, second)
        yield name, is_person


def _party(
    config: Config,
    rng: random.Random,
    named: tuple[str, bool],
    own: list[Numbers],
    *,
    role: str,
) -> Party:
    name, is_person = named
    kind = {"suppliers": "supplier", "abroad": "supplier", "both": "both"}.get(role, "customer")
    is_foreign = role in {"foreign", "abroad"}
    iban = foreign_iban(rng) if is_foreign else french_iban(rng)
    form = None if is_person else rng.choice(FORMS)
    bank_name = plain(f"{name} {form}" if form and rng.random() < 0.5 else name)
    record = {
        "id": "", "kind": kind, "name": name, "legal_form": form, "person": is_person,
        "call_name": plain(name), "siren": None if is_person or is_foreign else siren(rng),
        "account": "401000" if kind == "supplier" else "411000",
        "ibans": [iban] if rng.random() < config.iban_known else [],
        "bank_references": [], "aliases": [], "mandates": [], "payers": [],
    }  # fmt: skip
    if rng.random() < config.lost_names:
        bank_name = plain(f"{name.split()[-1]} {rng.choice(TOWNS)} gestion")
        if rng.random() < 0.5:
            record["bank_references"] = [bank_name]
    numbers = (
        supplier_numbers(config.supplier_grammars, rng) if kind == "supplier" else rng.choice(own)
    )
    return Party(record, bank_name, iban, numbers, is_foreign)


def _parent(
    config: Config, rng: random.Random, named: tuple[str, bool], own: list[Numbers]
) -> Party:
    surname = named[0].split()[-1]
    parent = _party(config, rng, (f"Groupe {surname}", False), own, role="customers")
    parent.bank_name = plain(f"Groupe {surname} Participations {rng.randrange(10, 99)}")
    return parent


def _pay_through(child: Party, parent: Party) -> None:
    """Let the books know that the parent pays for a subsidiary; not always by name and IBAN."""
    known = (int(parent.iban[-5:]) + len(parent.group)) % 6
    child.record["payers"] = [
        {
            "name": parent.bank_name if known != 1 else None,
            "iban": parent.iban if known != 2 else None,
        }
    ]
    parent.group.append(child)
