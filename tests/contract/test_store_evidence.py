"""What the books hold for a line is found by amount, reference and third party, never late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from rappro.domain.books import (
    BankEntry,
    OpenItem,
    PaymentMethod,
)
from rappro.domain.ids import CompanyId, MatchId, OpenItemId, TenantId, ThirdPartyId
from rappro.domain.matching.model import ENTRIES_OF_AMOUNT_MAX, ITEMS_OF_AMOUNT_MAX, Lookups
from rappro.domain.matching.references import entry_tokens, item_tokens
from rappro.domain.writes import (
    Write,
    change,
    create,
    remove,
)
from rappro.ports import Evidence, Store
from tests.contract.samples import bank_entry, open_item, settled

PARTIES = ("C1", "C2", "F#1", "é")
AMOUNTS = (100, 250, -250, 1000, 99999)


def by_amounts(*amounts: int, currency: str = "EUR") -> Lookups:
    return Lookups(amounts=frozenset((currency, minor) for minor in amounts))


def by_parties(*parties: str) -> Lookups:
    return Lookups(third_parties=frozenset(ThirdPartyId(party) for party in parties))


class World:
    """What should be in the store, found by looking at everything."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.items: dict[str, OpenItem] = {}
        self.entries: dict[str, BankEntry] = {}

    def next_write(self, number: int) -> Write:
        choice = self.random.random()
        open_items = [item for item in self.items.values() if not item.is_settled]
        waiting = [entry for entry in self.entries.values() if entry.is_waiting]
        if choice < 0.2 and open_items:
            item = self.random.choice(open_items)
            by = self.random.choice([None, 1 if item.company_residual_minor > 0 else -1])
            return self._note(change(item, settled(item, None if item.currency != "EUR" else by)))
        if choice < 0.35 and waiting:
            entry = self.random.choice(waiting)
            return self._note(change(entry, replace(entry, match_id=MatchId("m1"))))
        if choice < 0.45 and self.entries:
            entry = self.random.choice(list(self.entries.values()))
            moved = replace(entry, match_id=None, date=entry.date + timedelta(days=1))
            return self._note(change(entry, moved))
        if choice < 0.5 and self.items:
            return self._note(remove(self.random.choice(list(self.items.values()))))
        return self._note(self._creation(number))

    def _creation(self, number: int) -> Write:
        amount, party = self.random.choice(AMOUNTS), self.random.choice(PARTIES)
        day = date(2024, 3, 1) + timedelta(days=self.random.randrange(40))
        if self.random.random() < 0.6:
            foreign = self.random.choice([None, None, amount, amount + amount // 2])
            number_ = f"FA-2024-{number % 7:05d}"
            item = open_item(
                f"i{number}", amount, party=party, due=day, number=number_, foreign=foreign
            )
            return create(item)
        keys = {
            "cheque_no": f"{7700000 + number % 5}", "remittance_no": f"R{number % 3:04d}",
            "batch_ref": f"BATCH{number % 4}", "end_to_end_id": f"E2E-{number % 6}-2024",
        }  # fmt: skip
        kept = {name: text for name, text in keys.items() if self.random.random() < 0.3}
        return create(
            bank_entry(
                f"e{number}", amount, date=day, third_party=self.random.choice([None, party]),
                method=PaymentMethod.TRANSFER, is_carried_over=self.random.random() < 0.1, **kept,
            )
        )  # fmt: skip

    def _note(self, write: Write) -> Write:
        record = write.after or write.before
        assert isinstance(record, OpenItem | BankEntry)
        place: dict[str, OpenItem] | dict[str, BankEntry] = (
            self.items if isinstance(record, OpenItem) else self.entries
        )
        place.pop(record.id, None)
        if write.after is not None:
            place[record.id] = record  # type: ignore[assignment]
        return write

    def waiting(self) -> tuple[list[OpenItem], list[BankEntry]]:
        items = [item for item in self.items.values() if not item.is_settled]
        entries = [entry for entry in self.entries.values() if entry.is_waiting]
        return sorted(items, key=lambda i: i.id), sorted(entries, key=lambda e: e.id)

    def evidence(self, lookups: Lookups) -> Evidence:
        items, entries = self.waiting()
        return Evidence(
            tuple(
                item
                for item in items
                if (item.currency, item.residual_minor) in lookups.amounts
                or (item.third_party, item.currency, item.residual_minor) in lookups.party_amounts
                or item_tokens(item) & lookups.references
                or item.third_party in lookups.third_parties
                or item.id in lookups.items
            ),
            tuple(
                entry
                for entry in entries
                if (entry.currency, entry.amount_minor) in lookups.amounts
                or (entry.third_party, entry.currency, entry.amount_minor) in lookups.party_amounts
                or entry_tokens(entry) & lookups.references
                or entry.third_party in lookups.third_parties
            ),
        )

    def some_lookups(self) -> Lookups:
        tokens = sorted(
            {token for item in self.items.values() for token in item_tokens(item)}
            | {token for entry in self.entries.values() for token in entry_tokens(entry)}
            | {"NOBODY"}
        )
        pick = self.random.sample
        amounts = [("EUR", minor) for minor in (*AMOUNTS, 99, 7)]
        amounts += [("USD", minor) for minor in (*AMOUNTS, 375, -375)]
        return Lookups(
            amounts=frozenset(pick(amounts, self.random.randrange(4))),
            references=frozenset(pick(tokens, self.random.randrange(min(3, len(tokens))))),
            third_parties=frozenset(
                ThirdPartyId(party) for party in pick([*PARTIES, "C"], self.random.randrange(3))
            ),
            items=frozenset(
                OpenItemId(key)
                for key in pick(
                    [*self.items, "nothing"], self.random.randrange(1 + bool(self.items))
                )
            ),
            party_amounts=frozenset(
                (ThirdPartyId(self.random.choice([*PARTIES, "C"])), *self.random.choice(amounts))
                for _ in range(self.random.randrange(3))
            ),
        )


@pytest.mark.parametrize("seed", [0, 2])
def test_evidence_is_what_a_look_at_everything_finds(
    store: Store, tenant: TenantId, company: CompanyId, seed: int
) -> None:
    """After each of many changes, at once: nothing is missing, nothing settled is left."""
    world = World(seed)
    for number in range(120):
        store.commit(tenant, company, [world.next_write(number)])
        if number % 4 == 0:
            lookups = world.some_lookups()
            assert store.evidence(tenant, company, lookups) == world.evidence(lookups)

    items, entries = world.waiting()
    assert len(items) > 10
    assert len(entries) > 5
    assert store.backlog(tenant, company) == Evidence(tuple(items), tuple(entries))
    ledger = sorted(world.entries.values(), key=lambda entry: (entry.date, entry.id))
    assert store.ledger(tenant, company, "512000") == ledger
    assert store.ledger(tenant, company, "512001") == []


def test_a_ledger_is_read_part_by_part_in_its_order(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """From a place or from a day on; parts of any size hold together what the whole holds."""
    first = date(2025, 1, 1)
    days = [first + timedelta(days=number % 9) for number in range(60)]
    store.load(
        tenant, company,
        [bank_entry(f"e{number}", 100, date=day) for number, day in enumerate(days)],
    )  # fmt: skip
    whole = store.ledger(tenant, company, "512000")

    for limit in (1, 7, 60):
        found: list[BankEntry] = []
        after = None
        while part := store.ledger(tenant, company, "512000", after=after, limit=limit):
            assert len(part) <= limit
            found += part
            after = f"{part[-1].date.isoformat()}#{part[-1].id}"
        assert found == whole
    assert len(whole) == len(days)
    day = whole[30].date
    assert store.ledger(tenant, company, "512000", after=day.isoformat()) == [
        entry for entry in whole if entry.date >= day
    ]


def test_a_loaded_world_is_found_like_a_committed_one(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    world = World(seed=9)
    for number in range(300):
        world.next_write(number)
    everything: list[Any] = [*world.items.values(), *world.entries.values()]
    records = [replace(record, version=1) for record in everything]
    world.items = {r.id: r for r in records if isinstance(r, OpenItem)}
    world.entries = {r.id: r for r in records if isinstance(r, BankEntry)}

    store.load(tenant, company, records)

    for _ in range(20):
        lookups = world.some_lookups()
        assert store.evidence(tenant, company, lookups) == world.evidence(lookups)


def test_an_item_in_another_currency_is_found_by_its_own_amount(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    item = replace(open_item("i1", 900, foreign=1000), version=1)
    store.load(tenant, company, [item])

    found = store.evidence(tenant, company, by_amounts(1000, currency="USD"))
    assert found.open_items == (item,)
    nothing = Evidence((), ())
    assert store.evidence(tenant, company, by_amounts(900, 90, 9000, -900)) == nothing
    assert store.evidence(tenant, company, by_amounts(1000)) == nothing
    assert store.evidence(tenant, company, by_amounts(900, currency="USD")) == nothing


def test_an_item_that_is_named_by_its_id_is_found_while_it_is_open(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.commit(tenant, company, [create(open_item("i1", 900)), create(open_item("i2", 900))])
    item = store.get(tenant, company, OpenItem, "i1")
    assert item is not None
    named = Lookups(items=frozenset({OpenItemId("i1"), OpenItemId("i9")}))

    assert store.evidence(tenant, company, named) == Evidence((item,), ())

    store.commit(tenant, company, [change(item, settled(item))])
    assert store.evidence(tenant, company, named) == Evidence((), ())


def test_the_residual_is_what_an_item_is_found_by(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.commit(tenant, company, [create(open_item("i1", 900))])
    item = store.get(tenant, company, OpenItem, "i1")
    assert item is not None
    store.commit(tenant, company, [change(item, settled(item, by=200))])

    assert store.evidence(tenant, company, by_amounts(900)).open_items == ()
    assert [i.residual_minor for i in store.backlog(tenant, company).open_items] == [700]
    (left,) = store.evidence(tenant, company, by_amounts(700)).open_items

    store.commit(tenant, company, [change(left, settled(left))])
    everything = Lookups(
        by_amounts(0, 700, 900).amounts, item_tokens(item), frozenset({item.third_party}),
        frozenset({item.id}),
    )  # fmt: skip
    assert store.evidence(tenant, company, everything) == Evidence((), ())
    assert store.backlog(tenant, company) == Evidence((), ())

    closed = store.get(tenant, company, OpenItem, "i1")
    assert closed is not None
    reopened = replace(closed, residual_minor=900, company_residual_minor=900)
    store.commit(tenant, company, [change(closed, reopened)])
    found = store.evidence(tenant, company, everything).open_items
    assert [(i.id, i.residual_minor, i.version) for i in found] == [("i1", 900, 4)]


def test_a_pointed_entry_leaves_the_evidence_and_stays_in_the_ledger(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    entry = replace(bank_entry("e1", 500, third_party="C1", cheque_no="7700012"), version=1)
    store.load(tenant, company, [entry])
    everything = Lookups(
        by_amounts(500).amounts, entry_tokens(entry), frozenset({ThirdPartyId("C1")})
    )
    assert store.evidence(tenant, company, everything).bank_entries == (entry,)

    pointed = replace(entry, match_id=MatchId("m1"), pointed_on=date(2024, 4, 1))
    store.commit(tenant, company, [change(entry, pointed)])

    assert store.evidence(tenant, company, everything) == Evidence((), ())
    assert store.ledger(tenant, company, "512000") == [replace(pointed, version=2)]


def test_an_entry_that_moves_to_another_account_leaves_the_first(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    entry = replace(bank_entry("e1", 500), version=1)
    store.load(tenant, company, [entry])

    store.commit(tenant, company, [change(entry, replace(entry, account="511200"))])

    assert store.ledger(tenant, company, "512000") == []
    assert [found.id for found in store.ledger(tenant, company, "511200")] == ["e1"]


def test_a_price_that_many_have_is_read_up_to_its_bound(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    """Hundreds of subscriptions at one price: enough to know that, and what is meant of them."""
    items = [
        replace(open_item(f"i{n:03d}", 1200, party=f"C{n % 100}"), version=1) for n in range(300)
    ]
    few = [replace(open_item(f"j{n:03d}", 700), version=1) for n in range(ITEMS_OF_AMOUNT_MAX)]
    entries = [
        replace(bank_entry(f"e{n:03d}", 1200, third_party="C8"), version=1) for n in range(60)
    ]
    store.load(tenant, company, [*items, *few, *entries])
    meant = frozenset({(ThirdPartyId("C7"), "EUR", 1200), (ThirdPartyId("C99"), "EUR", 1200)})

    found = store.evidence(tenant, company, by_amounts(1200, 700))
    with_some = store.evidence(tenant, company, replace(by_amounts(1200, 700), party_amounts=meant))

    assert [item for item in found.open_items if item.residual_minor == 700] == few
    of_price = [item for item in found.open_items if item.residual_minor == 1200]
    assert len(of_price) == ITEMS_OF_AMOUNT_MAX + 1
    assert found.bank_entries == tuple(entries)
    named = {item.id for item in with_some.open_items if item.third_party in ("C7", "C99")}
    assert named == {"i007", "i107", "i207", "i099", "i199", "i299"}
    assert len(with_some.open_items) <= len(found.open_items) + len(named)
    assert with_some.bank_entries == tuple(entries)


def test_entries_of_a_price_are_read_up_to_their_bound(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    entries = [
        bank_entry(f"e{n:04d}", 500, third_party=f"C{n % 90}", label="x" * 1500)
        for n in range(ENTRIES_OF_AMOUNT_MAX + 100)
    ]
    store.load(tenant, company, [*entries, open_item("i1", 500)])
    meant = frozenset({(ThirdPartyId("C7"), "EUR", 500)})

    found = store.evidence(tenant, company, replace(by_amounts(500), party_amounts=meant))

    of_c7 = {entry.id for entry in found.bank_entries if entry.third_party == "C7"}
    assert of_c7 == {entry.id for entry in entries if entry.third_party == "C7"}
    assert 0 <= len(found.bank_entries) - (ENTRIES_OF_AMOUNT_MAX + 1) <= len(of_c7)
    assert [item.id for item in found.open_items] == ["i1"]


def test_nothing_is_looked_up_by_nothing(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.load(tenant, company, [open_item("i1", 500)])

    assert store.evidence(tenant, company, Lookups()) == Evidence((), ())


def test_one_amount_is_not_found_by_another_that_starts_alike(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.load(tenant, company, [open_item("i1", 1000), open_item("i2", -100, party="C10")])

    assert store.evidence(tenant, company, by_amounts(100, 10, 1, -1, -10)) == Evidence((), ())
    assert store.evidence(tenant, company, by_parties("C", "C10")).open_items[0].id == "i2"


@pytest.mark.parametrize("count", [40, 700], ids=["small backlog", "large backlog"])
def test_many_lookups_find_the_same_in_a_small_and_in_a_large_backlog(
    store: Store, tenant: TenantId, company: CompanyId, count: int
) -> None:
    """Reading everything at once, when that is cheaper, is no other answer."""
    items = [
        replace(open_item(f"i{n:03d}", 100 + n, party=f"C{n % 90}"), number=f"F{n:04d}", version=1)
        for n in range(count)
    ]
    entries = [
        replace(bank_entry(f"e{n:02d}", 120 + n, third_party="C7"), version=1) for n in range(20)
    ]
    store.load(tenant, company, [*items, *entries, bank_entry("e99", 101, is_carried_over=True)])
    lookups = Lookups(
        amounts=by_amounts(*range(95, 105)).amounts,
        references=frozenset().union(*(item_tokens(item) for item in items[30:38])),
        third_parties=frozenset(ThirdPartyId(f"C{n}") for n in range(30)),
    )

    found = store.evidence(tenant, company, lookups)

    assert found == Evidence(
        tuple(
            item
            for item in items
            if ("EUR", item.residual_minor) in lookups.amounts
            or item_tokens(item) & lookups.references
            or item.third_party in lookups.third_parties
        ),
        tuple(entries),
    )
    assert len(found.open_items) >= count // 3
