"""Plays docs/worked-example.md through the use cases and tells each of its figures.

`python -m tests.unit.docs.worked_example` writes them into the page; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from rappro.domain.bank import Severity
from rappro.domain.books import EntryLine, JournalEntry, OpenItem
from rappro.domain.ids import MatchId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.money import format_amount
from rappro.domain.records import LineRecord, Match
from rappro.use_cases.companies import get_company
from rappro.use_cases.export_fec import export_fec
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.reverse_match import Reversal, reverse_match
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement
from tests.unit.docs.example_company import ACCOUNTS, INVOICES, PARTIES, PONT, november, opened
from tests.unit.use_cases.desk import AUTHOR, COMPANY, Desk

PAGE: Final = Path(__file__).parents[3] / "docs" / "worked-example.md"
BLOCK: Final = re.compile(r"(<!-- figures: (\w+) -->\n)(.*?)(\n<!-- end -->)", re.DOTALL)
_FEC_SHOWN: Final = (
    "EcritureNum", "EcritureDate", "CompteNum", "CompAuxNum", "PieceRef", "Debit", "Credit",
    "EcritureLet", "ValidDate",
)  # fmt: skip
_HALF: Final = 10


def figures() -> dict[str, str]:
    """Play the example and return each block of the page by its name."""
    desk = opened()
    told = {"invoices": _invoices(desk)}
    desk.drop(november(), "releve-2026-11.xml")
    told |= {"statement": _statement(desk), "decided": _decided(desk)}
    told["drafts"] = "\n\n".join(
        _sheet(f"Line {line.line.position}, {line.line.label}", entry)
        for line in desk.lines()
        for entry in _drafts(desk, line)
    )
    told["undo"] = _undo(desk)
    told["before"] = _report(desk)
    _validate(desk)
    told |= {"ledger": _ledger(desk), "letters": _letters(desk), "report": _report(desk)}
    told |= _cleared(desk)
    told["fec"], told["checked"] = _fec(desk)
    return told


def _money(minor: int) -> str:
    return format_amount(minor, "EUR")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _match(desk: Desk, line: LineRecord) -> Match | None:
    return desk.store.get(desk.tenant, COMPANY, Match, line.match_id or "none")


def _drafts(desk: Desk, line: LineRecord) -> list[JournalEntry]:
    match = _match(desk, line)
    ids = match.entry_ids if match is not None else ()
    return list(desk.store.get_many(desk.tenant, COMPANY, JournalEntry, ids).values())


def _items(desk: Desk) -> list[OpenItem]:
    numbers = [number for number, _, _ in INVOICES]
    found = desk.store.get_many(desk.tenant, COMPANY, OpenItem, numbers)
    return [found[number] for number in numbers]


def _invoices(desk: Desk) -> str:
    return _table(
        ("invoice", "third party (tiers)", "amount", "of it VAT", "discount (escompte)"),
        (
            (
                item.number, PARTIES[item.third_party].name, _money(item.amount_minor),
                _money(item.vat_minor or 0),
                f"{item.discount.rate_percent} % until {item.discount.until}"
                if item.discount else "",
            )
            for item in _items(desk)
        ),
    )  # fmt: skip


def _statement(desk: Desk) -> str:
    record = desk.statement()
    rows = [
        (
            line.line.position,
            line.line.booking_date,
            line.line.label,
            _money(line.line.amount_minor),
        )
        for line in desk.lines()
    ]
    opening, closing = record.opening, record.closing
    assert opening is not None
    assert closing is not None
    return _table(
        ("line", "day", "label (libellé)", "amount"),
        (
            ("", opening.on, "opening balance", _money(opening.amount_minor)), *rows,
            ("", closing.on, "closing balance", _money(closing.amount_minor)),
        ),
    )  # fmt: skip


def _decided(desk: Desk) -> str:
    return _table(
        ("line", "level", "matched with", "adjustments", "evidence"),
        (
            (
                line.line.position, line.level or "", _settled(desk, line), _adjusted(desk, line),
                ", ".join(
                    dict.fromkeys(e.kind for e in line.explanation.evidence)
                ) if line.explanation else "",
            )
            for line in desk.lines()
        ),
    )  # fmt: skip


def _settled(desk: Desk, line: LineRecord) -> str:
    match = _match(desk, line)
    if match is None:
        thought = [s.id for candidate in line.candidates for s in candidate.settles]
        return f"nothing; candidate {', '.join(thought)}"
    if match.template is not None:
        return f"template {match.template}"
    return ", ".join(f"{s.settle.id} {_money(s.settle.amount_minor)}" for s in match.settles)


def _adjusted(desk: Desk, line: LineRecord) -> str:
    match = _match(desk, line)
    made = match.adjustments if match is not None else ()
    return ", ".join(f"{one.kind.value} {_money(one.amount_minor)}" for one in made)


def _sheet(title: str, entry: JournalEntry) -> str:
    """Return an entry as T-accounts (comptes en T), debit on the left."""
    number = f", BQ1 no. {entry.number}" if entry.number is not None else ""
    accounts = [_account(line) for line in entry.lines]
    widths = [max(2 * _HALF + 1, len(name)) for name in accounts]
    names = "   ".join(name.center(width) for name, width in zip(accounts, widths, strict=True))
    sides = "   ".join(
        f"{_side(line.debit_minor)}│{_side(line.credit_minor)}".center(width)
        for line, width in zip(entry.lines, widths, strict=True)
    )
    rule = "   ".join(f"{'─' * _HALF}┬{'─' * _HALF}".center(width) for width in widths)
    rows = [names, rule, sides]
    return f"{title} ({entry.date}{number})\n\n" + "\n".join(row.rstrip() for row in rows)


def _account(line: EntryLine) -> str:
    party = PARTIES[line.third_party].auxiliary if line.third_party else None
    return f"{line.account} {party or ACCOUNTS[line.account]}"


def _side(minor: int) -> str:
    return (_money(minor) if minor else "").rjust(_HALF)


def _undo(desk: Desk) -> str:
    """Undo line 7 and match it again by hand; say what is there at each step."""
    rows = [_of_line_seven(desk, "matched by the engine")]
    line = desk.lines()[6]
    undo_match(desk.ports, desk.tenant, COMPANY, MatchId(line.match_id or ""), AUTHOR)
    rows.append(_of_line_seven(desk, "undone"))
    settle = Settle(TargetType.OPEN_ITEM, "F2026-0016", 60_000)
    request = ManualMatch(((line.statement_id, 7),), (settle,))
    match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR)
    rows.append(_of_line_seven(desk, "matched by hand"))
    return _table(("line 7 is", "level", "drafts", "left of F2026-0016", "bank legs drafted"), rows)


def _of_line_seven(desk: Desk, state: str) -> tuple[object, ...]:
    line = desk.lines()[6]
    (item,) = (one for one in _items(desk) if one.number == "F2026-0016")
    legs = [side for side in desk.store.ledger(desk.tenant, COMPANY, "512100")
            if not side.is_in_ledger]  # fmt: skip
    return (
        state, line.level or "", len(_drafts(desk, line)), _money(item.residual_minor),
        _money(sum(side.amount_minor for side in legs)),
    )  # fmt: skip


def _validate(desk: Desk) -> None:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)


def _numbered(desk: Desk) -> list[JournalEntry]:
    found = desk.store.entries(desk.tenant, COMPANY, journal="BQ1", limit=100).items
    return sorted((e for e in found if e.number is not None), key=lambda e: e.number or 0)


def _ledger(desk: Desk) -> str:
    return _table(
        ("no.", "day", "piece", "account", "debit", "credit"),
        (
            (
                entry.number, entry.date, entry.piece_ref, _account(line),
                _side(line.debit_minor).strip(), _side(line.credit_minor).strip(),
            )
            for entry in _numbered(desk)
            for line in entry.lines
        ),
    )  # fmt: skip


def _letters(desk: Desk) -> str:
    """Return the third parties' accounts with their letters: upper case is balanced."""
    entries = desk.store.entries(desk.tenant, COMPANY, limit=100).items
    rows = [
        (_account(line), line.letter or "", entry.date, entry.piece_ref,
         _side(line.debit_minor).strip(), _side(line.credit_minor).strip())
        for entry in entries
        for line in entry.lines
        if line.third_party is not None
    ]  # fmt: skip
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[2], row[3]))
    return _table(("account", "letter", "day", "piece", "debit", "credit"), ordered)


def _report(desk: Desk) -> str:
    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", None)
    rows: list[tuple[object, ...]] = [
        ("ledger balance (solde comptable) of 512100", _money(report.ledger_balance_minor)),
    ]
    rows += [(f"+ line of {one.date}, not in the books: {one.label}", _money(one.amount_minor))
             for one in report.lines_not_in_books]  # fmt: skip
    rows += [
        ("reconciled ledger balance", _money(report.reconciled_ledger_minor)),
        ("bank balance (solde bancaire)", _money(report.bank_balance_minor)),
    ]
    rows += [(f"+ entry of {one.date}, not on the bank: {one.label}", _money(one.amount_minor))
             for one in report.entries_not_on_bank]  # fmt: skip
    rows += [
        ("reconciled bank balance", _money(report.reconciled_bank_minor)),
        ("**difference (écart)**", f"**{_money(report.difference_minor)}**"),
    ]
    return _table((f"at {report.on}", "amount"), rows)


def _cleared(desk: Desk) -> dict[str, str]:
    """Take line 6 off the suspense account, match it, validate again."""
    line = desk.lines()[5]
    wanted = Reversal("remise du Café du Pont")
    reverse_match(desk.ports, desk.tenant, COMPANY, MatchId(line.match_id or ""), wanted, AUTHOR)
    settle = Settle(TargetType.OPEN_ITEM, "F2026-0017", 35_000)
    request = ManualMatch(((line.statement_id, 6),), (settle,))
    match_by_hand(desk.ports, desk.tenant, COMPANY, request, AUTHOR)
    _validate(desk)
    made = [entry for entry in _numbered(desk) if (entry.number or 0) > len(desk.lines())]
    sheets = [_sheet(entry.label, entry) for entry in made]
    letters = [row for row in _letters(desk).splitlines() if f" {PONT.auxiliary} " in row]
    head = _letters(desk).splitlines()[:2]
    return {
        "cleared": "\n\n".join(sheets),
        "lettered": "\n".join([*head, *letters]),
        "final": _report(desk),
    }


def _fec(desk: Desk) -> tuple[str, str]:
    company = get_company(desk.ports, desk.tenant, COMPANY)
    made = export_fec(desk.ports, desk.tenant, company, "2026")
    blob = desk.blobs.open_source(desk.tenant, COMPANY, made.file.sha256)
    head, *rows = (row.split("\t") for row in blob.read().decode("utf-8").splitlines())
    columns = [head.index(name) for name in _FEC_SHOWN]
    bank = [row for row in rows if row[head.index("JournalCode")] == "BQ1"]
    report = made.report
    blocking = sum(finding.severity is Severity.BLOCKING for finding in report.findings)
    checked = _table(
        ("file", "rows", "entries", "debit", "credit", "blocking findings"),
        [(made.file.name, report.row_count, report.entry_count, _money(report.debit_minor),
          _money(report.credit_minor), blocking)],
    )  # fmt: skip
    return _table(_FEC_SHOWN, ([row[column] for column in columns] for row in bank)), checked


def _as_shown(name: str, text: str) -> str:
    return f"```\n{text}\n```" if name in {"drafts", "cleared"} else f"\n{text}\n"


def shown() -> dict[str, str]:
    """Return each block as it stands in the page."""
    return {name: _as_shown(name, text) for name, text in figures().items()}


def main() -> None:
    """Write the figures into the page."""
    told = shown()
    text = PAGE.read_text(encoding="utf-8")
    page = BLOCK.sub(lambda found: found[1] + told[found[2]] + found[4], text)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
