"""How others match, as far as their rules are published, on the same worlds.

Each returns outcomes in the form that the scorer reads. They have what the engine has: the books
and the lines, no truth. The fourth one, bankstatementparser's matcher, is in `peer`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from rapidfuzz import fuzz

from benchmarks.matching.vocabulary import plain
from benchmarks.matching.world import World, cents

Json = dict[str, Any]
Outcomes = dict[tuple[str, int], Json]

WINDOW_DAYS: Final = 10
FUZZY_LEAST: Final = 60
NOTHING: Final[Json] = {
    "level": "C", "third_party": None, "template": None, "settles": [], "adjustments": [],
    "candidates": [],
}  # fmt: skip


def _texts(line: Json) -> str:
    return " ".join((line["label"], line["remittance"], line["name"], line["end_to_end"]))


def _place(line: Json) -> tuple[str, int]:
    return line["file"], line["position"]


def _part(target: Json) -> Json:
    kind = "open_item" if "issue_date" in target else "bank_entry"
    amount = target.get("company_residual") or target.get("residual") or target["amount"]
    return {"id": target["id"], "type": kind, "amount": amount}


def _matched(targets: Iterable[Json], party: str | None) -> Json:
    settles = [_part(target) for target in targets]
    return {**NOTHING, "level": "A", "third_party": party, "settles": settles}


def _proposed(targets: Iterable[Json], party: str | None) -> Json:
    candidates = [{"settles": [_part(target)], "template": None} for target in targets]
    level = "B" if candidates else "C"
    return {**NOTHING, "level": level, "third_party": party, "candidates": candidates}


def by_amount_and_date(world: World) -> Outcomes:
    """One line, one entry: amount and date within days, labels between several.

    Then the third party, by an invoice number or its bank reference anywhere in the texts, and its
    invoice of exactly the line's amount.
    """
    rule = _AmountAndDate(world)
    lines = sorted(world.lines, key=lambda line: (line["booking_date"], line["id"]))
    return {_place(line): rule.outcome(line) for line in lines}


class _AmountAndDate:
    def __init__(self, world: World) -> None:
        self.entries = defaultdict[tuple[str, str], list[Json]](list)
        for entry in world.books["bank_entries"]:
            self.entries[entry["journal"], entry["amount"]].append(entry)
        self.items = defaultdict[str, list[Json]](list)
        for item in world.books["open_items"]:
            self.items[item["third_party"]].append(item)
        self.numbers = {item["number"]: item["third_party"] for item in world.books["open_items"]}
        self.shapes = {len(number) for number in self.numbers}
        self.references = [
            (plain(text), party["id"])
            for party in world.books["third_parties"]
            for text in (party["bank_references"] or [party["call_name"]])
        ]
        self.used: set[str] = set()

    def outcome(self, line: Json) -> Json:
        party = self._party(line)
        entries = self._entries(line)
        if len(entries) > 1:
            entries = self._by_label(line, entries)
        if len(entries) == 1:
            return self._take(entries[0], party)
        items = [
            item
            for item in self.items.get(party or "", ())
            if item["residual"] == line["amount"] and item["id"] not in self.used
        ]
        return _proposed(entries, party) if entries or not items else self._take(items[0], party)

    def _take(self, target: Json, party: str | None) -> Json:
        self.used.add(target["id"])
        return _matched([target], party)

    def _entries(self, line: Json) -> list[Json]:
        on = date.fromisoformat(line["booking_date"])
        return [
            entry
            for entry in self.entries[line["journal"], line["amount"]]
            if entry["id"] not in self.used
            and abs((on - date.fromisoformat(entry["date"])).days) <= WINDOW_DAYS
        ]

    @staticmethod
    def _by_label(line: Json, entries: list[Json]) -> list[Json]:
        for text in (line["label"], line["remittance"]):
            words = {word for word in plain(text).split() if len(word) >= 4}
            told = [entry for entry in entries if words & set(plain(entry["label"]).split())]
            if len(told) == 1:
                return told
        return entries

    def _party(self, line: Json) -> str | None:
        text = _texts(line)
        named = {
            self.numbers[text[at : at + size]]
            for size in self.shapes
            for at in range(len(text) - size + 1)
            if text[at : at + size] in self.numbers
        }
        if not named:
            printed = plain(text)
            named = {party for reference, party in self.references if reference in printed}
        return named.pop() if len(named) == 1 else None


def by_partner_and_token(world: World) -> Outcomes:
    """A reconciliation model: partner, then open items that share a token of digits with the text.

    Partner: by account if one only has it, else the first whose name is in the text. Items with
    most shared tokens, then the oldest, are added up until the line is used up; an exact total is
    validated by itself, anything else is proposed.
    """
    rule, taken = _PartnerAndToken(world), set[str]()
    lines = sorted(world.lines, key=lambda line: (line["booking_date"], line["id"]))
    return {_place(line): rule.outcome(line, taken) for line in lines}


class _PartnerAndToken:
    def __init__(self, world: World) -> None:
        self.parties = [
            (str(party["id"]), plain(party["name"]).split(), party["ibans"])
            for party in world.books["third_parties"]
        ]
        self.targets = [*world.books["open_items"], *world.books["bank_entries"]]
        self.by_token = defaultdict[str, list[Json]](list)
        self.by_party = defaultdict[str, list[Json]](list)
        for target in self.targets:
            for token in _digit_tokens(target.get("number") or target["label"]):
                self.by_token[token].append(target)
            self.by_party[target.get("third_party") or ""].append(target)

    def _partner(self, line: Json) -> str | None:
        owners = [key for key, _, ibans in self.parties if line["iban"] and line["iban"] in ibans]
        if len(owners) == 1:
            return owners[0]
        words = set(plain(_texts(line)).split())
        for key, name, _ in self.parties:
            if all(word in words for word in name if len(word) >= 3):
                return key
        return None

    def outcome(self, line: Json, taken: set[str]) -> Json:
        partner, amount = self._partner(line), cents(line["amount"])
        hits: dict[str, tuple[int, Json]] = {}
        for token in _digit_tokens(_texts(line)):
            for target in self.by_token[token]:
                if target["id"] not in taken and self._suits(target, line, partner):
                    count, _ = hits.get(target["id"], (0, target))
                    hits[target["id"]] = (count + 1, target)
        found = [target for _, target in sorted(hits.values(), key=_hits_first)]
        exact = [target for target in found if cents(_part(target)["amount"]) == amount]
        chosen = exact[:1] or _added_up(found, amount)
        if chosen:
            taken.update(target["id"] for target in chosen)
            return _matched(chosen, partner or chosen[0].get("third_party"))
        rest = [target for target in self.by_party[partner or "-"] if target["id"] not in taken]
        return _proposed(found or rest[:5], partner)

    @staticmethod
    def _suits(target: Json, line: Json, partner: str | None) -> bool:
        if target.get("journal", line["journal"]) != line["journal"]:
            return False
        return partner is None or target.get("third_party") in {partner, None}


def _digit_tokens(text: str) -> set[str]:
    tokens = (re.sub(r"\D", "", word) for word in text.split())
    return {token for token in tokens if len(token) >= 4}


def _hits_first(hit: tuple[int, Json]) -> tuple[int, str, str]:
    count, target = hit
    return -count, target.get("due_date") or target["date"], target["id"]


def _added_up(targets: list[Json], amount: int) -> list[Json]:
    """Return the first targets when they lead to the amount exactly."""
    total, chosen = 0, []
    for target in targets:
        total += cents(_part(target)["amount"])
        chosen.append(target)
        if abs(total) >= abs(amount):
            break
    return chosen if total == amount else []


def by_likeness(world: World) -> Outcomes:
    """Fuzzy and greedy: of all pairs of the same amount the most alike texts first."""
    names = {party["id"]: party["name"] for party in world.books["third_parties"]}
    by_amount = defaultdict[str, list[tuple[Json, str]]](list)
    for target in (*world.books["open_items"], *world.books["bank_entries"]):
        said = (
            f"{target.get('number') or target['label']} {names.get(target.get('third_party'), '')}"
        )
        by_amount[_part(target)["amount"]].append((target, plain(said)))
    pairs = []
    for line in world.lines:
        text = plain(_texts(line))
        for target, said in by_amount[line["amount"]]:
            if target.get("journal", line["journal"]) == line["journal"]:
                likeness = fuzz.token_set_ratio(text, said)
                if likeness >= FUZZY_LEAST:
                    pairs.append((-likeness, line["id"], target["id"], line, target))
    used, outcomes = set[str](), {}
    for _, line_id, target_id, line, target in sorted(pairs, key=lambda pair: pair[:3]):
        if not used & {line_id, target_id}:
            used |= {line_id, target_id}
            outcomes[_place(line)] = _matched([target], target.get("third_party"))
    return outcomes


BASELINES: Final[dict[str, Callable[[World], Outcomes]]] = {
    "amount and date": by_amount_and_date,
    "partner and token": by_partner_and_token,
    "fuzzy, greedy": by_likeness,
}
