"""The stages of the demo, in order; each waits for what it asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from devstack.cli_journals import adopt_accounts
from devstack.demo.client import Client, DemoFailed, wait_for
from devstack.demo.display import Display
from devstack.demo.guess import accounts_of, guess_accounts
from devstack.demo.inputs import Inputs
from devstack.stack import LocalStack
from rappro.domain.bank import BankAccountRef
from rappro.domain.books import (
    Journal,
    JournalType,
)

CONNECTION = "demo-bank"
_ENDED = frozenset({"posted", "failed"})
_VALIDATED = "validated"


@dataclass(slots=True)
class Outcome:
    """What happened, as it goes into summary.json."""

    drops: list[dict[str, Any]] = field(default_factory=list)
    books: dict[str, Any] = field(default_factory=dict)
    statements: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    report_files: list[str] = field(default_factory=list)
    fec: dict[str, Any] = field(default_factory=dict)
    drill: dict[str, Any] = field(default_factory=dict)
    sync: dict[str, Any] = field(default_factory=dict)


def set_up(client: Client, inputs: Inputs) -> None:
    """Create the company and the journals that are known beforehand."""
    client.put("", inputs.company)
    for journal in inputs.journals:
        body = {key: value for key, value in journal.items() if key != "code"}
        client.put(f"/journals/{journal['code']}", body)


def load_books(client: Client, inputs: Inputs, outcome: Outcome, display: Display) -> None:
    """Drop the FEC, wait until it is loaded, then send what a FEC cannot tell."""
    name, content = inputs.fec
    row = _drop(client, name, content, outcome)
    if row["outcome"] != "books_loaded":
        raise DemoFailed(f"{name} was {row['outcome']}: {_told(row['findings'])}")
    load = next(load for load in client.items("/books") if load["name"] == name)
    outcome.books = load
    display.books(load)
    if inputs.third_parties:
        parties = {p["auxiliary"]: p for p in client.items("/third-parties")}
        for auxiliary, known in inputs.third_parties.items():
            client.put(f"/third-parties/{parties[auxiliary]['id']}", known)
    if inputs.books:
        client.post("/books", inputs.books)
    if not inputs.is_own:
        _adopt_accounts(client, inputs, display)


def _adopt_accounts(client: Client, inputs: Inputs, display: Display) -> None:
    """Give a stranger's bank journals the accounts of the statements that are plainly theirs."""
    journals = [
        Journal(j["code"], j["label"], JournalType(j["type"]), j["account"], iban=j["iban"],
                bank_number=j["bank_number"])
        for j in client.items("/journals")
    ]  # fmt: skip
    contents = [content for _, content in inputs.statements]
    guessed = guess_accounts(inputs.fec[1], contents, journals)
    told = [_with_account(journal, guessed.get(journal.code)) for journal in journals]
    accounts = [account for content in contents for account in accounts_of(content)]
    for before, after in zip(journals, adopt_accounts(told, accounts), strict=True):
        if before != after:
            body = {"iban": after.iban} if after.iban else {"bank_number": after.bank_number}
            client.put(f"/journals/{after.code}", body)
            name = after.iban or after.bank_number
            display.say(f"  journal {after.code} is taken to be account {name}")


def _with_account(journal: Journal, account: BankAccountRef | None) -> Journal:
    if account is None:
        return journal
    return replace(journal, iban=account.iban, bank_number=None if account.iban else account.number)


def drop_statements(client: Client, inputs: Inputs, outcome: Outcome, display: Display) -> None:
    """Drop the statements and follow each run of the state machine to its end."""
    rows = [_drop(client, name, content, outcome) for name, content in inputs.statements]
    names = {row["statement"] for row in rows if row["statement"]}
    followed = [s for s in client.items("/statements") if s["source"]["name"] in
                {name for name, _ in inputs.statements}]  # fmt: skip
    if names - {statement["id"] for statement in followed}:
        raise DemoFailed("a statement of the trace is not in the list")
    with display.following(followed) as progress:
        for statement in followed:
            run = _follow(client, statement, progress)
            outcome.statements.append({"statement": statement["id"], "run": run})


def _follow(client: Client, statement: dict[str, Any], progress: Any) -> dict[str, Any] | None:
    """Follow the statement's run to its end; None when it has none (quarantined, empty)."""
    if statement["run_number"] == 0:
        progress(statement["id"], statement["status"])
        return None

    def ended() -> dict[str, Any] | None:
        run = _run_of(client, statement["id"])
        progress(statement["id"], run["state"])
        return run if run["state"] in _ENDED else None

    run = wait_for(f"run of {statement['id']}", ended)
    if run["state"] == "failed":
        raise DemoFailed(f"run of {statement['id']} failed: {run['error_code']}")
    return run


def _run_of(client: Client, statement_id: str) -> dict[str, Any]:
    runs = client.get(f"/statements/{statement_id}/runs")["items"]
    if not runs:
        raise DemoFailed(f"statement {statement_id} has no run")
    found: dict[str, Any] = runs[0]
    return found


def _drop(client: Client, name: str, content: bytes, outcome: Outcome) -> dict[str, Any]:
    version = client.upload(name, content)

    def traced() -> dict[str, Any] | None:
        rows = client.get("/imports", limit=50)["items"]
        ended = (row for row in rows if row["outcome"] != "storing")
        return next((row for row in ended if row["name"] == name), None)

    row = wait_for(f"import of {name}", traced)
    outcome.drops.append({"name": name, "object_version": version, "outcome": row["outcome"]})
    return row


def validate(client: Client, outcome: Outcome) -> None:
    """Validate every statement that was taken in, in period order, and note what came of it."""
    for noted in outcome.statements:
        statement = client.get(f"/statements/{noted['statement']}")
        if noted["run"] is not None:
            statement = client.post(f"/statements/{statement['id']}/validation")
            if statement["status"] != _VALIDATED:
                raise DemoFailed(f"{statement['id']} is {statement['status']}, not validated")
        noted |= {
            "file": statement["source"]["name"],
            "journal": statement["journal"],
            "number": statement["number"],
            "status": statement["status"],
            "lines": statement["line_count"],
            "levels": statement["level_counts"],
            "matched": statement["matched"],
            "currency": statement["currency"],
            "entries": _entry_count(client, statement),
            "findings": statement["findings"],
        }


def _entry_count(client: Client, statement: dict[str, Any]) -> int:
    if statement["journal"] is None:
        return 0
    entries = client.items("/entries", journal=statement["journal"])
    return sum(1 for entry in entries if entry["statement"] == statement["id"])


def report(client: Client, inputs: Inputs, outcome: Outcome) -> None:
    """Read the reconciliation report of each journal that has a validated statement."""
    codes = sorted({s["journal"] for s in outcome.statements if s["status"] == _VALIDATED})
    for code in codes:
        found = client.get(f"/journals/{code}/reconciliation-report")
        outcome.reports.append(found)
        if inputs.is_own and is_not_zero(found["difference"]):
            raise DemoFailed(f"report of {code}: difference {found['difference']}")
    if inputs.is_own and not codes:
        raise DemoFailed("no statement was validated")


def download_reports(client: Client, outcome: Outcome, folder: Path) -> list[Path]:
    """Write each journal's report, and each frozen one, as PDF and CSV; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for found in outcome.reports:
        code, on = found["journal"], found["on"]
        path, name = f"/journals/{code}/reconciliation-report", f"etat-de-rapprochement-{code}"
        for ending, start in ((".pdf", b"%PDF-"), (".csv", b"\xef\xbb\xbf")):
            content = client.download(f"{path}{ending}", on=on)
            if not content.startswith(start):
                raise DemoFailed(f"report of {code} is no {ending} file")
            files.append(folder / f"{name}-{on}{ending}")
            files[-1].write_bytes(content)
        for frozen in client.items(f"/journals/{code}/reconciliation-reports"):
            files.append(folder / f"{name}-{frozen['on']}-arrete.pdf")
            files[-1].write_bytes(
                client.download(f"/reconciliation-reports/{frozen['id']}/report.pdf")
            )
    return files


def is_not_zero(amount: str) -> bool:
    """Say whether a decimal string is another number than zero."""
    return bool(amount.strip("-+0."))


def drill(stack: LocalStack, client: Client, tenant: str, company: str, outcome: Outcome) -> None:
    """A bad day on purpose: a run over a statement that does not exist must fail cleanly."""
    run_id = "run_drill"
    request = {
        "tenant": tenant, "company": company, "statement_id": "st_none", "run_id": run_id,
        "run_number": 1,
    }  # fmt: skip
    arn = stack.states.start_execution(
        stateMachineArn=stack.state_machine_arn, name=run_id, input=json.dumps(request)
    )["executionArn"]

    def ended() -> str | None:
        status = stack.states.describe_execution(executionArn=arn)["status"]
        return None if status == "RUNNING" else status

    status = wait_for("the drill", ended)
    run = client.get(f"/runs/{run_id}")
    if status != "FAILED" or run["state"] != "failed":
        raise DemoFailed(f"the drill ended {status}, its run is {run['state']}")
    outcome.drill = {"execution": arn, "status": status, "error_code": run["error_code"]}


def sync(client: Client, outcome: Outcome) -> None:
    """Register a bank connection and synchronise it; without a connector it says so in its log."""
    client.put(
        f"/connections/{CONNECTION}",
        {"provider": "bridge", "label": "Banque de démonstration", "interval_seconds": 43200},
    )
    client.post(f"/connections/{CONNECTION}/sync")

    def logged() -> dict[str, Any] | None:
        rows = client.get(f"/connections/{CONNECTION}/runs")["items"]
        return rows[0] if rows else None

    outcome.sync = wait_for("the synchronisation's log", logged)


def _told(findings: list[dict[str, Any]]) -> str:
    return "; ".join(f"{f['code']}: {f['message']}" for f in findings) or "no finding"
