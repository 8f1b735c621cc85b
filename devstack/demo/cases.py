"""Finds what the accountant of the demo works on: cases among the lines that the engine left.

It looks at what the API shows and at nothing else, so that it finds them in anybody's books, or
finds none. What it takes for a case is no proof: nothing here is how matching decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from rappro_client import Rappro, models

_ITEMS_LOOKED_AT = 30
_LINES_LOOKED_AT = 8
_DAYS_APART = 10
_DIFFERENCE_SHARE = Decimal("0.02")
_WORD = re.compile(r"\w{5,}")


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before the accountant: statements in course, their lines, what may explain them."""

    api: Rappro
    company: str
    statements: tuple[models.StatementOutput, ...]
    lines: tuple[models.LineOutput, ...]
    items: tuple[models.OpenItemOutput, ...]
    entries: tuple[models.BankEntryOutput, ...]


def desk(api: Rappro, company: str, statements: Iterable[str]) -> Desk:
    """Read the unmatched lines of statements, the open items, and the bank entries that wait.

    Statements in another currency than the company's are left out: amounts are compared here.
    """
    currency = api.get_company(company)["currency"]
    read = (api.get_statement(company, statement) for statement in statements)
    shown = tuple(one for one in read if one["currency"] == currency)
    journals = sorted({one["journal"] for one in shown if one["journal"]})
    return Desk(
        api,
        company,
        shown,
        tuple(line for one in shown for line in unmatched(api, company, one["id"])),
        tuple(api.every(api.list_open_items, company, limit=200)),
        tuple(
            entry
            for journal in journals
            for entry in api.every(api.list_bank_entries, company, journal, waiting=True)
        ),
    )


def unmatched(api: Rappro, company: str, statement: str) -> Iterator[models.LineOutput]:
    """Yield the lines of a statement that wait for a person."""
    lines = api.every(api.list_lines, company, statement, matched=False, known=False, limit=200)
    return (line for line in lines if line["bank_status"] == "booked")


def several_for_several(
    on: Desk,
) -> tuple[Sequence[models.LineOutput], Sequence[models.OpenItemOutput]] | None:
    """Return two lines and the two or more items of their third party with the same total."""
    for pair in _pairs(on.lines):
        total = sum(amount(line) for line in pair)
        of_party = [item for item in on.items if item["third_party"] == pair[0]["third_party"]]
        mine = sorted(of_party, key=lambda item: (item["issue_date"], item["number"]))
        for size in (3, 2):
            for group in combinations(mine[:_ITEMS_LOOKED_AT], size):
                if sum(residual(item) for item in group) == total:
                    return pair, group
    return None


def _pairs(lines: Sequence[models.LineOutput]) -> Iterator[Sequence[models.LineOutput]]:
    """Yield pairs of lines of one statement, third party and direction that name no invoice."""
    for party in dict.fromkeys(line["third_party"] for line in lines if line["third_party"]):
        mine = [one for one in lines if one["third_party"] == party and not one["invoice"]]
        for first, second in combinations(mine[:_LINES_LOOKED_AT], 2):
            is_alike = amount(first) * amount(second) > 0
            if is_alike and first["statement"] == second["statement"]:
                yield first, second


def overpaid(on: Desk) -> tuple[models.LineOutput, models.OpenItemOutput] | None:
    """Return a line that names an invoice of its third party and pays more than is left of it."""
    items = {item["id"]: item for item in on.items}
    for line in on.lines:
        item = items.get(line["invoice"] or "")
        if item is None or item["third_party"] != line["third_party"]:
            continue
        if residual(item) * amount(line) > 0 and abs(amount(line)) > abs(residual(item)):
            return line, item
    return None


def of_nobody(on: Desk) -> models.LineOutput | None:
    """Return a line that no third party and nothing else is known for; money in first."""
    left = [line for line in on.lines if not line["third_party"] and not line["candidates"]]
    named = [line for line in left if line["counterparty"]["name"]]
    money_in = [line for line in named or left if amount(line) > 0]
    return next(iter(money_in or named or left), None)


def nearly_equal(on: Desk) -> tuple[models.LineOutput, models.BankEntryOutput] | None:
    """Return a line and an entry of its account that share a word and differ by a little."""
    accounts = {one["id"]: one["journal"] for one in on.statements}
    for line in on.lines:
        for entry in on.entries:
            gap = abs(amount(line) - Decimal(entry["amount"]))
            if (
                entry["journal"] == accounts[line["statement"]]
                and 0 < gap <= abs(amount(line)) * _DIFFERENCE_SHARE
                and abs(_day(line["booking_date"]) - _day(entry["date"])).days <= _DAYS_APART
                and _words(line) & set(_WORD.findall(entry["label"].upper()))
            ):
                return line, entry
    return None


def automatic(on: Desk) -> models.MatchOutput | None:
    """Return a match that the engine made: one line, one open item that it settles whole."""
    open_ids = {item["id"] for item in on.items}
    for statement in on.statements:
        for match in on.api.every(on.api.list_matches, on.company, statement["id"], limit=100):
            is_whole = all(
                settle["type"] == "open_item" and settle["id"] not in open_ids
                for settle in match["settles"]
            )
            is_simple = len(match["lines"]) == len(match["settles"]) == 1
            if match["level"] == "A" and is_simple and is_whole and not match["adjustments"]:
                return match
    return None


def amount(line: models.LineOutput) -> Decimal:
    """Return a line's amount, + money in."""
    return Decimal(line["amount"])


def residual(item: models.OpenItemOutput) -> Decimal:
    """Return what is left of an item, in the company's currency, signed as the bank sees it."""
    return Decimal(item["company_residual"])


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _words(line: models.LineOutput) -> set[str]:
    name = line["counterparty"]["name"] or ""
    return set(_WORD.findall(f"{line['label']} {line['label_more']} {name}".upper()))
