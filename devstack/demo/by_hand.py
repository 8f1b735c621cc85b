"""The accountant's part of the demo: what the engine left is finished by hand, over the API.

Each action is looked at afterwards in what it changed: its lines, items and drafts. `posted` looks
at them once more in the validated entries and in the FEC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from devstack.demo import cases
from devstack.demo.cases import Desk, amount, residual
from devstack.demo.waiting import DemoFailed
from rappro.domain.opening.rows import FecRow
from rappro_client import ProblemError, models

ZERO = Decimal(0)


@dataclass(slots=True)
class Step:
    """One thing done by hand: what it took with which amounts, and how it ended.

    Without a match nothing was there to do it with; `end` then says what was missing.
    """

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    end: str = ""
    match: str | None = None
    entries: list[models.EntryOutput] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Return the step as it goes into summary.json."""
        return {
            "step": self.title,
            "amounts": [list(row) for row in self.rows],
            "end": self.end,
            "match": self.match,
            "entries": [entry["id"] for entry in self.entries],
        }


def check(is_so: bool, sentence: str) -> None:  # noqa: FBT001 - reads as the sentence it checks
    """Go on when something is so. Raises DemoFailed with what should have been."""
    if not is_so:
        raise DemoFailed(sentence)


Action = Callable[[Desk], Step]


def steps() -> Sequence[Action]:
    """Return the actions, in the order in which they are done."""
    return (match_several, pay_too_much, take_of_nobody, settle_difference, undo_and_repeat)


def match_several(on: Desk) -> Step:
    """Match lines with invoices, several with several (rapprochement N:M)."""
    step = Step("Several lines for several invoices (rapprochement N:M)")
    found = cases.several_for_several(on)
    if found is None:
        return _nothing(step, "no two lines come to the sum of a third party's open items")
    lines, items = found
    step.rows = [*map(_line_row, lines), *map(_item_row, items)]
    match = on.api.match_by_hand(
        on.company,
        {
            "lines": [{"statement": x["statement"], "position": x["position"]} for x in lines],
            "targets": [
                {"type": "open_item", "id": item["id"], "amount": item["company_residual"]}
                for item in items
            ],
        },
    )
    check(_is(match, "AM", "confirmed"), f"the lines are matched by hand, not {_state(match)}")
    check(all(_left(on, item) == ZERO for item in items), "the invoices are settled whole")
    step.end = f"{len(lines)} lines and {len(items)} invoices are one match, nothing is left"
    return _made(on, step, match)


def pay_too_much(on: Desk) -> Step:
    """Make the receipt of a line that pays more than its invoice: the rest is on account."""
    step = Step("An over-payment (encaissement, trop-perçu)")
    found = cases.overpaid(on)
    if found is None:
        return _nothing(step, "no line pays more than the invoice that it names")
    line, item = found
    rest = amount(line) - residual(item)
    step.rows = [_line_row(line), _item_row(item), ("on account (acompte)", f"{rest:.2f}")]
    made = on.api.create_cash_movement(on.company, line["statement"], line["position"], {})
    check(made["status"] == "to_confirm", f"the receipt waits for a word, not {_state(made)}")
    match = on.api.confirm_match(on.company, made["id"])
    check(match["status"] == "confirmed", f"the receipt is confirmed, not {_state(match)}")
    check(_left(on, item) == ZERO, f"{item['number']} is settled")
    done = _made(on, step, match)
    of_party = [one for one in _lines(step) if one["third_party"] == line["third_party"]]
    taken = sorted(abs(Decimal(x["credit"]) - Decimal(x["debit"])) for x in of_party)
    check(taken == sorted((abs(residual(item)), abs(rest))), f"{rest} stays on account")
    step.end = f"{item['number']} is settled, {rest:.2f} stays on account"
    return done


def take_of_nobody(on: Desk) -> Step:
    """Make the receipt or disbursement of a line that no third party is known for (ACT-3)."""
    step = Step("Of nobody known (tiers non défini)")
    line = cases.of_nobody(on)
    if line is None:
        return _nothing(step, "every line has a third party or an explanation")
    account = _account(on, line)
    step.rows = [_line_row(line), (f"account {account}", line["amount"])]
    made = on.api.create_undefined_cash_movement(
        on.company,
        line["statement"],
        {
            "positions": [line["position"]],
            "counterparts": [{"account": account, "amount": line["amount"]}],
        },
    )
    match = on.api.confirm_match(on.company, made["id"])
    check(match["status"] == "confirmed", f"the movement is confirmed, not {_state(match)}")
    done = _made(on, step, match)
    check(_on_account(step, account) == -amount(line), f"{account} takes {line['amount']}")
    step.end = "the draft touches no third party's account"
    return done


def settle_difference(on: Desk) -> Step:
    """Settle a line and an entry that differ by a little through the ledger (SCRAP, ACT-4)."""
    step = Step("A small difference (solder par la CG, SCRAP)")
    found = cases.nearly_equal(on)
    if found is None:
        return _nothing(step, "no entry in the books nearly equals a line that is left")
    line, entry = found
    gap = amount(line) - Decimal(entry["amount"])
    kind = "bank_charges" if gap < 0 else "rounding_gain"
    step.rows = [
        _line_row(line),
        (f"entry {entry['label']}", entry["amount"]),
        (f"difference, {kind}", f"{gap:.2f}"),
    ]
    made = on.api.settle_difference(
        on.company,
        line["statement"],
        {"positions": [line["position"]], "entries": [entry["id"]], "type": kind},
    )
    match = on.api.confirm_match(on.company, made["id"])
    check(match["status"] == "confirmed", f"the difference is confirmed, not {_state(match)}")
    done = _made(on, step, match)
    codes = {one["transaction_code"] for one in step.entries}
    check(codes == {"SCRAP"}, f"the draft has the code SCRAP, not {codes}")
    bank = _on_account(step, entry["account"])
    check(bank == gap, f"{entry['account']} takes the difference {gap}, not {bank}")
    step.end = f"line and entry are matched, a draft posts the {abs(gap):.2f}"
    return done


def undo_and_repeat(on: Desk) -> Step:
    """Undo a match of the engine, see everything as before it, and match the same by hand."""
    step = Step("An undo, and the same again by hand (annulation)")
    match = cases.automatic(on)
    if match is None:
        return _nothing(step, "the engine matched no line with one whole open item")
    (settled,), (at,) = match["settles"], match["lines"]
    drafts = [entry["id"] for entry in _entries(on, match)]
    undone = on.api.undo_match(on.company, match["id"])
    check(undone["status"] == "undone", f"the match is undone, not {_state(undone)}")
    line = on.api.get_line(on.company, at["statement"], at["position"])
    item = on.api.get_open_item(on.company, settled["id"])
    check(line["match"] is None and line["level"] is None, "the line waits again")
    check(residual(item) == Decimal(settled["amount"]), f"{item['number']} is open again")
    check(not any(_is_there(on, draft) for draft in drafts), "the draft is gone")
    step.rows = [_line_row(line), _item_row(item)]
    again = on.api.match_by_hand(
        on.company,
        {
            "lines": [{"statement": at["statement"], "position": at["position"]}],
            "targets": [{"type": "open_item", "id": item["id"], "amount": settled["amount"]}],
        },
    )
    check(_is(again, "AM", "confirmed"), f"the same is matched by hand, not {_state(again)}")
    check(_left(on, item) == ZERO, f"{item['number']} is settled again")
    step.end = "line, invoice and draft were as before the match; it is now one by hand"
    return _made(on, step, again)


def posted(on: Desk, done: Sequence[Step], rows: Sequence[FecRow]) -> int:
    """Count the entries made by hand; each stands in the books and, line for line, in the FEC.

    Raises DemoFailed for one that does not. No `rows`: there was no FEC to look in.
    """
    count = 0
    in_fec = Counter(_key(row) for row in rows)
    for entry in (entry for step in done for entry in step.entries):
        now = on.api.get_entry(on.company, entry["id"])
        what = f"{entry['label']} ({entry['journal']})"
        check(now["status"] == "validated" and bool(now["number"]), f"{what} is validated")
        check(_sums(now) == _sums(entry), f"{what} is what was drafted")
        wanted = Counter(_keys(now))
        check(not rows or wanted <= in_fec, f"{what} stands in the FEC")
        count += 1
    return count


def _keys(entry: models.EntryOutput) -> Iterator[tuple[str, str, str, Decimal]]:
    for line in entry["lines"]:
        balance = Decimal(line["debit"]) - Decimal(line["credit"])
        yield entry["journal"], entry["date"], line["account"], balance


def _key(row: FecRow) -> tuple[str, str, str, Decimal]:
    return row.journal, row.entry_date.isoformat(), row.account, Decimal(row.balance_minor) / 100


def _sums(entry: models.EntryOutput) -> Counter[tuple[str, str, str]]:
    return Counter((line["account"], line["debit"], line["credit"]) for line in entry["lines"])


def _made(on: Desk, step: Step, match: models.MatchOutput) -> Step:
    """Note a match with its drafts, after a look at the lines that it stands on."""
    for at in match["lines"]:
        line = on.api.get_line(on.company, at["statement"], at["position"])
        check(line["match"] == match["id"], f"line {at['position']} stands in the match")
    step.match, step.entries = match["id"], _entries(on, match)
    check(bool(step.entries), "the match has a draft")
    for entry in step.entries:
        debit = sum(Decimal(line["debit"]) for line in entry["lines"])
        credit = sum(Decimal(line["credit"]) for line in entry["lines"])
        check(debit == credit != ZERO, f"{entry['label']} balances: {debit} and {credit}")
        check(entry["status"] == "draft", f"{entry['label']} is a draft")
    return step


def _nothing(step: Step, why: str) -> Step:
    step.end = f"passed over: {why}"
    return step


def _entries(on: Desk, match: models.MatchOutput) -> list[models.EntryOutput]:
    return [on.api.get_entry(on.company, entry) for entry in match["entries"]]


def _lines(step: Step) -> Iterator[models.EntryLineOutput]:
    return (line for entry in step.entries for line in entry["lines"])


def _on_account(step: Step, account: str) -> Decimal:
    """Return what an account takes in the step's drafts, debits less credits."""
    mine = [line for line in _lines(step) if line["account"] == account]
    return sum((Decimal(line["debit"]) - Decimal(line["credit"]) for line in mine), ZERO)


def _account(on: Desk, line: models.LineOutput) -> str:
    """Return the chart's account of other income or expense, or else the suspense account."""
    start = "758" if amount(line) > 0 else "658"
    chart = on.api.every(on.api.list_accounts, on.company, limit=200)
    numbers = (one["number"] for one in chart if one["number"].startswith(start))
    statement = next(one for one in on.statements if one["id"] == line["statement"])
    return next(numbers, statement["profile"]["suspense_account"])


def _is_there(on: Desk, entry: str) -> bool:
    try:
        on.api.get_entry(on.company, entry)
    except ProblemError as problem:
        if problem.code == "not_found":
            return False
        raise
    return True


def _left(on: Desk, item: models.OpenItemOutput) -> Decimal:
    return residual(on.api.get_open_item(on.company, item["id"]))


def _is(match: models.MatchOutput, level: str, status: str) -> bool:
    return (match["level"], match["status"]) == (level, status)


def _state(match: models.MatchOutput) -> str:
    return f"{match['level']} {match['status']}"


def _line_row(line: models.LineOutput) -> tuple[str, str]:
    name = line["counterparty"]["name"] or ""
    words = line["label"] if name in line["label"] else f"{name}, {line['label']}"
    return f"line {line['position']} of {line['booking_date']}: {words}", line["amount"]


def _item_row(item: models.OpenItemOutput) -> tuple[str, str]:
    return f"invoice {item['number']} of {item['issue_date']}", f"{residual(item):.2f}"
