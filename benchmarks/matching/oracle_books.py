"""The books as the oracle sees them: what is open, what waits, what was paid, whose is what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from benchmarks.matching.oracle_reading import Names, Reading, compact
from benchmarks.matching.world import cents

Json = dict[str, Any]


@dataclass(slots=True)
class Item:
    """An open item; `left` is its residual in company currency, `foreign` in its own."""

    id: str
    party: str
    account: str
    type: str
    currency: str
    number: str
    left: int
    foreign: int
    discount: tuple[str, date] | None

    @property
    def twin_key(self) -> tuple[object, ...]:
        return ("item", self.party, self.account, self.type, self.currency, self.left)

    def discount_cents(self, on: date) -> int:
        """Return the discount allowed on that day, signed like the item, rounded half up."""
        if self.discount is None or on > self.discount[1]:
            return 0
        return int(
            (self.left * Decimal(self.discount[0]) / 100).quantize(Decimal(1), ROUND_HALF_UP)
        )


@dataclass(slots=True)
class Entry:
    """A waiting entry, or a past payment (which has no journal)."""

    id: str
    party: str | None
    journal: str
    method: str
    amount: int
    on: date
    label: str
    keys: dict[str, str]
    is_open: bool = True

    @property
    def twin_key(self) -> tuple[object, ...]:
        own = self.party if self.party and self.journal else self.id
        return ("entry", own, self.journal, self.method, self.amount)


_KEYS = ("cheque_no", "remittance_no", "batch_ref", "end_to_end_id", "card_contract",
         "invoice_number", "mandate")  # fmt: skip


class Books:
    """Everything that lines may be explained by, with the indexes that a slow reader needs."""

    def __init__(self, books: Json) -> None:
        self.items = {row["id"]: _item(row) for row in books.get("open_items", ())}
        self.entries = {row["id"]: _entry(row) for row in books.get("bank_entries", ())}
        self.past = {row["id"]: _entry(row) for row in books.get("past_payments", ())}
        self.templates: list[Json] = books.get("templates", [])
        self.rates = {
            row["number"]: row["commission_percent"] for row in books.get("card_contracts", ())
        }
        self.items_by_number = defaultdict[str, list[Item]](list)
        self.items_by_party = defaultdict[str, list[Item]](list)
        for item in self.items.values():
            self.items_by_number[compact(item.number)].append(item)
            self.items_by_party[item.party].append(item)
        self.entries_by_key = defaultdict[tuple[str, str], list[Entry]](list)
        for entry in (*self.entries.values(), *self.past.values()):
            for kind, key in entry.keys.items():
                self.entries_by_key[kind, compact(key)].append(entry)
        self.entries_by_journal = defaultdict[str, list[Entry]](list)
        for entry in self.entries.values():
            self.entries_by_journal[entry.journal].append(entry)
        self._read_parties(books.get("third_parties", ()))

    def _read_parties(self, parties: Any) -> None:
        self.names = Names()
        self.by_iban, self.by_mandate = defaultdict[str, set[str]](set), dict[str, str]()
        for row in parties:
            form = row.get("legal_form")
            texts = [row["name"], row.get("call_name"), f"{row['name']} {form}" if form else None]
            texts += [*row.get("aliases", ()), *row.get("bank_references", ())]
            payers = row.get("payers", ())
            for text in {*texts, *(payer["name"] for payer in payers)}:
                self.names.add(text, row["id"])
            for iban in {*row.get("ibans", ()), *(payer["iban"] for payer in payers)}:
                if iban:
                    self.by_iban[iban].add(row["id"])
            self.by_mandate |= dict.fromkeys(row.get("mandates", ()), row["id"])

    def target(self, id_: str) -> Item | Entry:
        """Return an item, entry or past payment. Raises KeyError."""
        return self.items.get(id_) or self.entries.get(id_) or self.past[id_]

    def open_items(self, party: str) -> list[Item]:
        return [item for item in self.items_by_party[party] if item.left]

    def with_key(self, kind: str, reading: Reading) -> Iterator[list[Entry]]:
        """Yield the open entries of each key of a kind that stands on the line."""
        for token in sorted(reading.tokens):
            found = [entry for entry in self.entries_by_key.get((kind, token), ()) if entry.is_open]
            if found:
                yield found

    def payer(self, line: Json, reading: Reading) -> str | None:
        """Return the one third party that mandate, IBAN and names agree on."""
        if line["mandate"] in self.by_mandate:
            return self.by_mandate[line["mandate"]]
        said = [self.by_iban.get(line["iban"], set())]
        for text, words in zip(reading.texts, reading.words, strict=True):
            is_cut = reading.is_label_cut and text == line["label"]
            said.append(self.names.in_text(words, is_cut=is_cut))
        known = [parties for parties in said if parties]
        agreed = set.intersection(*known) if known else set()
        return agreed.pop() if len(agreed) == 1 else None


def _item(row: Json) -> Item:
    is_foreign = row.get("company_residual") is not None
    residual = cents(row.get("residual") or row["amount"])
    terms = row.get("discount")
    return Item(
        id=row["id"], party=row["third_party"], account=row.get("account", ""), type=row["type"],
        currency=row.get("currency", "EUR"), number=row["number"],
        left=cents(row["company_residual"]) if is_foreign else residual,
        foreign=residual if is_foreign else 0,
        discount=(terms["rate_percent"], date.fromisoformat(terms["until"])) if terms else None,
    )  # fmt: skip


def _entry(row: Json) -> Entry:
    return Entry(
        id=row["id"], party=row.get("third_party"), journal=row.get("journal", ""),
        method=row.get("method", "other"), amount=cents(row["amount"]),
        on=date.fromisoformat(row["date"]), label=row.get("label", ""),
        keys={kind: row[kind] for kind in _KEYS if row.get(kind)},
    )  # fmt: skip
