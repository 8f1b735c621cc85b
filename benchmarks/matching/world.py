"""A world under construction: cases put items, entries and lines into it, with their truth.

A case is one story (an invoice paid by two transfers, say). What it needs of the books it makes;
what is true of each of its lines it says. Amounts are cents here, decimal strings in the documents.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from benchmarks.matching.banks import BANKS, Told
from benchmarks.matching.config import Config
from benchmarks.matching.parties import Parties
from benchmarks.matching.vocabulary import Party

Json = dict[str, Any]

ACCOUNTS: Final = {"411000": "Clients", "401000": "Fournisseurs", "471000": "Compte d'attente",
                   "511200": "Chèques à encaisser", "511500": "Cartes à encaisser",
                   "580000": "Virements internes", "627000": "Services bancaires"}  # fmt: skip


@dataclass(slots=True)
class World:
    """The books document, the lines of all statements, and the truth of each line."""

    books: Json
    lines: list[Json]
    truth: list[Json]


@dataclass(slots=True)
class Case:
    """What one story adds to the world."""

    items: list[Json] = field(default_factory=list)
    entries: list[Json] = field(default_factory=list)
    past: list[Json] = field(default_factory=list)
    lines: list[Json] = field(default_factory=list)
    truth: list[Json] = field(default_factory=list)


def money(cents: int) -> str:
    """Return cents as a decimal string."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def cents(text: str) -> int:
    """Return a decimal string with at most two decimals as cents."""
    whole, _, rest = text.lstrip("+-").partition(".")
    value = int(whole or 0) * 100 + int((rest + "00")[:2])
    return -value if text.startswith("-") else value


def compact(text: str) -> str:
    """Return the letters and digits of a text, in capitals."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def texts_of(line: Json) -> str:
    """Return all that a line says, in one text."""
    return " ".join((line["label"], line["remittance"], line["name"], line["end_to_end"]))


class Maker:
    """Hands out what cases are made of, and collects the case at hand."""

    def __init__(self, config: Config, rng: random.Random, parties: Parties, own: Json) -> None:
        self.config, self.rng, self.parties, self.own = config, rng, parties, own
        self.case = Case()
        self.kind = ""
        self._counts = dict.fromkeys(("item", "entry", "past", "line", "key"), 0)

    def begin(self, kind: str) -> None:
        """Start the next case."""
        self.case, self.kind = Case(), kind

    def id(self, what: str) -> str:
        self._counts[what] += 1
        return f"{what[0].upper()}{self._counts[what]:07d}"

    def key(self, digits: int) -> str:
        """Return a number that no other cheque, remittance or batch has."""
        self._counts["key"] += self.rng.randint(1, 4)
        return f"{10 ** (digits - 1) * 4 + self._counts['key'] * 7:0{digits}d}"

    def day(self) -> date:
        """Return a day on which a bank books."""
        on = self.config.first_day + timedelta(days=self.rng.randrange(self.config.days))
        return on - timedelta(days=max(on.weekday() - 4, 0))

    def amount(self) -> int:
        """Return an amount in cents: a price that many pay, a round one, or any."""
        if self.rng.random() < self.config.hot_share:
            return self.rng.choice(self.config.prices)
        value = int(100 * 2.718 ** self.rng.gauss(6.2, 1.3)) + 1_500
        return value // 1_000 * 1_000 if self.rng.random() < 0.15 else value

    def odd_amount(self) -> int:
        """Return an amount that hardly anything else has."""
        return int(100 * 2.718 ** self.rng.gauss(6.4, 1.1)) + 2_000 + self.rng.randrange(1, 100)

    def customer(self) -> Party:
        return self.rng.choice(self.parties.customers)

    def supplier(self) -> Party:
        return self.rng.choice(self.parties.suppliers)

    def anyone(self) -> Party:
        """Return a customer, more often than not, or a supplier."""
        return self.customer() if self.rng.random() < 0.7 else self.supplier()

    def journal(self) -> str:
        """Return one of the company's bank journals."""
        return self.rng.choice(sorted(self.own))

    def telling_journal(self) -> str:
        """Return one whose bank hands on what the payer wrote.

        A story that the text alone keeps apart from another one is true only where it is told.
        """
        told = (code for code in sorted(self.own) if BANKS[self.own[code]["bank"]].text_chars)
        return self.rng.choice(list(told))

    def item(
        self,
        party: Party,
        amount: int | None = None,
        *,
        on: date,
        residual: int | None = None,
        kind: str = "invoice",
        is_owed: bool = False,
        supplier_side: bool = False,
        foreign: tuple[int, str] | None = None,
        discount: tuple[str, date] | None = None,
    ) -> Json:
        """Add an open item issued some weeks before `on`; `amount` is not signed.

        What `is_owed` to the other side (a credit note, a prepayment) has the opposite sign.
        """
        value = self.amount() if amount is None else amount
        is_supplier = supplier_side or party.record["kind"] == "supplier"
        sign = (-1 if is_supplier else 1) * (-1 if is_owed else 1)
        issued = on - timedelta(days=self.rng.randint(5, 55))
        item: Json = {
            "id": self.id("item"), "type": kind, "third_party": party.id,
            "account": "401000" if is_supplier else "411000",
            "number": party.numbers.next(issued, self.rng),
            "issue_date": issued.isoformat(), "due_date": (issued + timedelta(days=30)).isoformat(),
            "currency": "EUR", "amount": money(sign * value),
            "residual": money(sign * (value if residual is None else residual)),
        }  # fmt: skip
        if foreign is not None:
            item |= {"currency": foreign[1], "amount": money(sign * foreign[0]),
                     "residual": money(sign * foreign[0]), "company_amount": money(sign * value),
                     "company_residual": money(sign * value)}  # fmt: skip
        if discount is not None:
            item["discount"] = {"rate_percent": discount[0], "until": discount[1].isoformat()}
        self.case.items.append(item)
        return item

    def entry(self, amount: int, on: date, label: str, *, journal: str, **fields: Any) -> Json:
        """Add a waiting entry; `amount` is signed as the bank account sees it."""
        entry = {"id": self.id("entry"), "journal": journal,
                 "account": self.own[journal]["account"], "date": on.isoformat(),
                 "amount": money(amount), "label": label, "source": "entry", **fields}  # fmt: skip
        self.case.entries.append(entry)
        return entry

    def payment(self, party: Party, amount: int, on: date, *, method: str, **fields: Any) -> Json:
        """Add a past payment; `amount` is signed."""
        past = {"id": self.id("past"), "third_party": party.id, "amount": money(amount),
                "date": on.isoformat(), "method": method, **fields}  # fmt: skip
        self.case.past.append(past)
        return past

    def line(
        self,
        told: Told,
        on: date,
        settles: Sequence[tuple[Json, int]] = (),
        *,
        party: Party | None = None,
        template: str | None = None,
        adjustments: Iterable[tuple[str, int]] = (),
        journal: str | None = None,
        level: str = "A",
    ) -> Json:
        """Add a line and its truth: what it settles, by how much (signed cents), for whom."""
        code = journal or self.journal()
        line = BANKS[self.own[code]["bank"]].line(told)
        line |= {"id": self.id("line"), "journal": code, "amount": money(told.cents),
                 "booking_date": on.isoformat(),
                 "value_date": (on + timedelta(self.rng.randrange(2))).isoformat()}  # fmt: skip
        self.case.lines.append(line)
        said = compact(texts_of(line))
        numbers = [target["number"] for target, _ in settles if "number" in target]
        self.case.truth.append({
            "id": line["id"], "kind": self.kind,
            "levels": ["AS"] if template else [level] if settles else ["B", "BC", "C"],
            "third_party": party.id if party else None, "template": template,
            "settles": [
                {"id": target["id"], "type": _type_of(target), "amount": money(amount)}
                for target, amount in settles
            ],
            "adjustments": [{"kind": k, "amount": money(amount)} for k, amount in adjustments],
            "named": bool(numbers) and all(compact(number) in said for number in numbers),
        })  # fmt: skip
        return line

    def pay(self, payer: Party, amount: int, text: str, **more: Any) -> Told:
        """Return a transfer from or to a third party, as both sides know it."""
        way = "transfer_in" if amount > 0 else "transfer_out"
        reference = self.rng.choice(("", "NOTPROVIDED", f"E2E{self.key(9)}"))
        end_to_end = more.pop("end_to_end", reference)
        return Told(way, amount, payer.bank_name, text, payer.iban, end_to_end, **more)


def _type_of(target: Json) -> str:
    if "issue_date" in target:
        return "open_item"
    return "bank_entry" if "source" in target else "past_payment"
