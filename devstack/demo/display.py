"""What the demo shows on a terminal: live progress, then tables. A pipe gets plain lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from devstack.demo.by_hand import Step
from rappro_client import models

_STAGES = {
    "started": "▶ match",
    "gathered": "▶▶ resolve_tiers",
    "decided": "▶▶▶ post_entries",
    "posted": "✔ done",
    "failed": "✘ failed",
}
_FINDINGS_SHOWN = 6
_PIPE_COLUMNS = 140


class Display:
    """The demo's voice."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        if not self.console.is_terminal:
            self.console.width = _PIPE_COLUMNS

    def say(self, text: str) -> None:
        """Print one line."""
        self.console.print(text)

    def books(self, load: models.BooksLoadOutput) -> None:
        """Say what the books hold."""
        counts = load["counts"]
        self.say(
            f"  books: {counts['entries']} entries, {counts['accounts']} accounts, "
            f"{counts['third_parties']} third parties, {counts['open_items']} open items, "
            f"{counts['bank_entries_waiting']} bank entries that wait"
        )
        self.findings(load["findings"])

    @contextmanager
    def following(
        self, statements: list[models.StatementOutput]
    ) -> Iterator[Callable[[str, str], None]]:
        """Show a live table of the runs; yields a function that tells a run's state."""
        states = {s["id"]: "started" if s["run_number"] else s["status"] for s in statements}

        def table() -> Table:
            shown = Table("statement", "file", "lines", "state", box=None, padding=(0, 2, 0, 2))
            for statement in statements:
                state = states[statement["id"]]
                name = statement["source"]["name"]
                shown.add_row(
                    statement["id"][:12], name, str(statement["line_count"]),
                    _STAGES.get(state, state),
                )  # fmt: skip
            return shown

        with Live(table(), console=self.console, refresh_per_second=8) as live:

            def tell(statement_id: str, state: str) -> None:
                states[statement_id] = state
                live.update(table())

            yield tell
        self.console.print()

    def step(self, number: int, step: Step) -> None:
        """Show one thing done by hand: what it took, with the amounts, and how it ended."""
        mark = "-" if step.match is None else "[green]✔[/green]"
        self.say(f"\n{mark} {number}. [bold]{escape(step.title)}[/bold]")
        shown = Table(box=None, show_header=False, padding=(0, 2, 0, 4), pad_edge=True)
        shown.add_column(no_wrap=True, overflow="ellipsis")
        shown.add_column(justify="right", no_wrap=True)
        for text, amount in step.rows:
            shown.add_row(escape(text), amount)
        if step.rows:
            self.console.print(shown)
        self.say(f"    {escape(step.end)}")
        for entry in step.entries:
            self._entry(entry)

    def _entry(self, entry: models.EntryOutput) -> None:
        """Show an entry in one line: debits, then credits."""
        sides = {
            side: ", ".join(
                f"{line['account']} {line[side]}"
                for line in entry["lines"]
                if line[side].strip("0.")
            )
            for side in ("debit", "credit")
        }
        self.say(f"    draft {entry['journal']}: {sides['debit']} │ {sides['credit']}")

    def statements(self, statements: list[dict[str, Any]]) -> None:
        """Show per statement: lines, levels, amount matched, posted entries, findings."""
        shown = Table(
            "file", "journal", "status", "lines", "by level", "matched", "entries", "findings"
        )
        for statement in statements:
            levels = " ".join(f"{k}:{v}" for k, v in statement["levels"].items() if v)
            shown.add_row(
                statement["file"], statement["journal"] or "-", statement["status"],
                str(statement["lines"]), levels or "-",
                f"{statement['matched']} {statement['currency']}", str(statement["entries"]),
                str(len(statement["findings"])),
            )  # fmt: skip
        self.console.print(shown)
        for statement in statements:
            if statement["findings"]:
                self.say(f"  {statement['file']} ({statement['status']}):")
                self.findings(statement["findings"])

    def findings(self, findings: list[models.FindingOutput]) -> None:
        """List findings, the first few of them."""
        for finding in findings[:_FINDINGS_SHOWN]:
            where = f" ({finding['position']})" if finding.get("position") else ""
            self.say(f"    {finding['severity']:8} {finding['code']}: {finding['message']}{where}")
        if len(findings) > _FINDINGS_SHOWN:
            self.say(f"    … and {len(findings) - _FINDINGS_SHOWN} more")

    def reports(self, reports: list[models.ReportOutput]) -> None:
        """Show the reconciliation reports, each as the sum that it is."""
        for found in reports:
            shown = Table.grid(padding=(0, 3))
            shown.add_column()
            shown.add_column(justify="right")
            lines, entries = found["lines_not_in_books"], found["entries_not_on_bank"]
            shown.add_row("Ledger balance", found["ledger_balance"])
            shown.add_row(f"+ {lines['count']} bank lines not in the books", lines["total"])
            shown.add_row(f"- {entries['count']} entries not on the bank", entries["total"])
            shown.add_row("Bank balance", found["bank_balance"])
            shown.add_row("[bold]Difference[/bold]", f"[bold]{found['difference']}[/bold]")
            self.say(
                f"\nReconciliation report {found['journal']} ({found['account']})"
                f" on {found['on']}, {found['currency']}"
            )
            self.console.print(shown)
