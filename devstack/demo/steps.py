"""The stages of the demo, in order; each waits for what it asked for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from devstack.cli_journals import adopt_accounts
from devstack.demo import by_hand, cases
from devstack.demo.by_hand import Step
from devstack.demo.display import Display
from devstack.demo.exports import export_fec
from devstack.demo.guess import accounts_of, guess_accounts
from devstack.demo.inputs import Inputs
from devstack.demo.waiting import PATIENCE_SECONDS, DemoFailed, wait_for
from devstack.stack import LocalStack
from rappro.domain.bank import BankAccountRef
from rappro.domain.books import Journal, JournalType
from rappro_client import ProblemError, Rappro, models

CONNECTION = "demo-bank"
_ENDED = frozenset({"posted", "failed"})
_VALIDATED = "validated"

Progress = Callable[[str, str], None]
"""Tells the state of a statement's run."""


@dataclass(slots=True)
class Outcome:
    """What happened, as it goes into summary.json."""

    drops: list[dict[str, Any]] = field(default_factory=list)
    books: dict[str, Any] = field(default_factory=dict)
    statements: list[dict[str, Any]] = field(default_factory=list)
    by_hand: list[Step] = field(default_factory=list)
    posted_by_hand: int = 0
    reports: list[models.ReportOutput] = field(default_factory=list)
    report_files: list[str] = field(default_factory=list)
    fec: dict[str, Any] = field(default_factory=dict)
    drill: dict[str, Any] = field(default_factory=dict)
    sync: dict[str, Any] = field(default_factory=dict)
    feeds: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who plays where with what: the API as the tenant's user, the company, its files."""

    api: Rappro
    company: str
    inputs: Inputs
    display: Display
    outcome: Outcome


def set_up(scene: Scene) -> None:
    """Open the tenant, and create the company with the journals that are known beforehand."""
    scene.api.open_tenant()
    scene.api.save_company(scene.company, scene.inputs.company)
    for code, journal in scene.inputs.journals.items():
        scene.api.save_journal(scene.company, code, journal)


def load_books(scene: Scene) -> None:
    """Drop the FEC, wait until it is loaded, then send what a FEC cannot tell."""
    name, content = scene.inputs.fec
    row = _drop(scene, name, content)
    if row["outcome"] != "books_loaded":
        raise DemoFailed(f"{name} was {row['outcome']}: {_told(row['findings'])}")
    loads = scene.api.every(scene.api.list_books_loads, scene.company)
    load = next(load for load in loads if load["name"] == name)
    scene.outcome.books = dict(load)
    scene.display.books(load)
    if scene.inputs.third_parties:
        parties = {
            p["auxiliary"]: p
            for p in scene.api.every(scene.api.list_third_parties, scene.company, limit=200)
        }
        for auxiliary, known in scene.inputs.third_parties.items():
            scene.api.save_third_party(scene.company, parties[auxiliary]["id"], known)
    if scene.inputs.books:
        scene.api.load_books(scene.company, scene.inputs.books)
    if not scene.inputs.is_own:
        _adopt_accounts(scene)


def _adopt_accounts(scene: Scene) -> None:
    """Give a stranger's bank journals the accounts of the statements that are plainly theirs."""
    journals = [
        Journal(j["code"], j["label"], JournalType(j["type"]), j["account"], iban=j["iban"],
                bank_number=j["bank_number"])
        for j in scene.api.every(scene.api.list_journals, scene.company)
    ]  # fmt: skip
    contents = [content for _, content in scene.inputs.statements]
    guessed = guess_accounts(scene.inputs.fec[1], contents, journals)
    told = [_with_account(journal, guessed.get(journal.code)) for journal in journals]
    accounts = [account for content in contents for account in accounts_of(content)]
    for before, after in zip(journals, adopt_accounts(told, accounts), strict=True):
        if before != after:
            body: models.JournalInput = (
                {"iban": after.iban} if after.iban else {"bank_number": after.bank_number}
            )
            scene.api.save_journal(scene.company, after.code, body)
            name = after.iban or after.bank_number
            scene.display.say(f"  journal {after.code} is taken to be account {name}")


def _with_account(journal: Journal, account: BankAccountRef | None) -> Journal:
    if account is None:
        return journal
    return replace(journal, iban=account.iban, bank_number=None if account.iban else account.number)


def drop_statements(scene: Scene) -> None:
    """Drop the statements and follow each run of the state machine to its end."""
    rows = [_drop(scene, name, content) for name, content in scene.inputs.statements]
    names = {row["statement"] for row in rows if row["statement"]}
    files = {name for name, _ in scene.inputs.statements}
    listed = scene.api.every(scene.api.list_statements, scene.company)
    followed = [statement for statement in listed if statement["source"]["name"] in files]
    if names - {statement["id"] for statement in followed}:
        raise DemoFailed("a statement of the trace is not in the list")
    with scene.display.following(followed) as progress:
        for statement in followed:
            run = _follow(scene, statement, progress)
            scene.outcome.statements.append({"statement": statement["id"], "run": run})


def _follow(
    scene: Scene, statement: models.StatementOutput, progress: Progress
) -> models.RunOutput | None:
    """Follow the statement's run to its end; None when it has none (quarantined, empty)."""
    if statement["run_number"] == 0:
        progress(statement["id"], statement["status"])
        return None

    def ended() -> models.RunOutput | None:
        run = _run_of(scene, statement["id"])
        progress(statement["id"], run["state"])
        return run if run["state"] in _ENDED else None

    run = wait_for(f"run of {statement['id']}", ended)
    if run["state"] == "failed":
        raise DemoFailed(f"run of {statement['id']} failed: {run['error_code']}")
    return run


def _run_of(scene: Scene, statement: str) -> models.RunOutput:
    runs = scene.api.list_runs(scene.company, statement)["items"]
    if not runs:
        raise DemoFailed(f"statement {statement} has no run")
    return runs[0]


def _drop(scene: Scene, name: str, content: bytes) -> models.ImportOutput:
    row = scene.api.import_file(scene.company, name, content, seconds=PATIENCE_SECONDS)
    scene.outcome.drops.append(
        {"name": name, "object_version": row["object_version"], "outcome": row["outcome"]}
    )
    return row


def validate(scene: Scene) -> None:
    """Validate every statement that was taken in, in period order, and note what came of it."""
    for noted in scene.outcome.statements:
        statement = scene.api.get_statement(scene.company, noted["statement"])
        if noted["run"] is not None:
            statement = scene.api.validate(scene.company, statement["id"])
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
            "findings": statement["findings"],
        }
    made = _entry_counts(scene, {noted["journal"] for noted in scene.outcome.statements})
    for noted in scene.outcome.statements:
        noted["entries"] = made[noted["statement"]]


def _entry_counts(scene: Scene, journals: Iterable[str | None]) -> Counter[str | None]:
    """Return how many entries were made of each statement: a journal is read once."""
    return Counter(
        entry["statement"]
        for journal in journals
        if journal is not None
        for entry in scene.api.every(
            scene.api.list_entries, scene.company, journal=journal, limit=200
        )
    )


def report(scene: Scene) -> None:
    """Read the reconciliation report of each journal that has a validated statement."""
    codes = sorted({s["journal"] for s in scene.outcome.statements if s["status"] == _VALIDATED})
    for code in codes:
        found = scene.api.get_reconciliation_report(scene.company, code)
        scene.outcome.reports.append(found)
        if scene.inputs.is_own and is_not_zero(found["difference"]):
            raise DemoFailed(f"report of {code}: difference {found['difference']}")
    if scene.inputs.is_own and not codes:
        raise DemoFailed("no statement was validated")


def download_reports(scene: Scene, folder: Path) -> list[Path]:
    """Write each journal's report, and each frozen one, as PDF and CSV; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    api, company = scene.api, scene.company
    for found in scene.outcome.reports:
        code, on = found["journal"], found["on"]
        shown = {
            ".pdf": (api.get_reconciliation_report_pdf(company, code, on=on), b"%PDF-"),
            ".csv": (api.get_reconciliation_report_csv(company, code, on=on), b"\xef\xbb\xbf"),
        }
        name = f"etat-de-rapprochement-{code}"
        for ending, (content, start) in shown.items():
            if not content.startswith(start):
                raise DemoFailed(f"report of {code} is no {ending} file")
            files.append(folder / f"{name}-{on}{ending}")
            files[-1].write_bytes(content)
        for frozen in api.every(api.list_frozen_reports, company, code):
            paper = api.get_frozen_report_pdf(company, frozen["id"])
            if not paper.startswith(b"%PDF-"):
                raise DemoFailed(f"the frozen report of {code} is no PDF")
            files.append(folder / f"{name}-{frozen['on']}-arrete.pdf")
            files[-1].write_bytes(paper)
    return files


def finish_by_hand(scene: Scene) -> None:
    """Do by hand what the engine left, one action after the other, and show each.

    The invented company has a case for every one of them; books of one's own may have none.
    """
    ran = [noted["statement"] for noted in scene.outcome.statements if noted["run"]]
    for number, action in enumerate(by_hand.steps(), 1):
        step = _done(scene, action, cases.desk(scene.api, scene.company, ran))
        scene.outcome.by_hand.append(step)
        scene.display.step(number, step)
        if step.match is None and scene.inputs.is_own:
            raise DemoFailed(f"{step.title}: {step.end}")


def _done(scene: Scene, action: by_hand.Action, on: cases.Desk) -> Step:
    """Do one action. What the rules refuse in a stranger's books is passed over, and said."""
    try:
        return action(on)
    except ProblemError as problem:
        if scene.inputs.is_own or problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        end = f"passed over: refused as {problem.code}, {problem.detail}"
        return Step(title=(action.__doc__ or "").partition("\n")[0], end=end)


def close(scene: Scene, folder: Path) -> None:
    """Write the FEC, and look whether what was made by hand stands in the books and in it."""
    outcome = scene.outcome
    outcome.fec, rows = export_fec(scene.api, scene.company, scene.inputs, folder)
    ran = [noted["statement"] for noted in outcome.statements if noted["run"]]
    on = cases.desk(scene.api, scene.company, ran)
    outcome.posted_by_hand = by_hand.posted(on, outcome.by_hand, rows)


def is_not_zero(amount: str) -> bool:
    """Say whether a decimal string is another number than zero."""
    return bool(amount.strip("-+0."))


def drill(scene: Scene, stack: LocalStack, tenant: str) -> None:
    """A bad day on purpose: a run over a statement that does not exist must fail cleanly."""
    run_id = "run_drill"
    request = {
        "tenant": tenant, "company": scene.company, "statement_id": "st_none", "run_id": run_id,
        "run_number": 1,
    }  # fmt: skip
    arn = stack.states.start_execution(
        stateMachineArn=stack.state_machine_arn, name=run_id, input=json.dumps(request)
    )["executionArn"]

    def ended() -> str | None:
        status = stack.states.describe_execution(executionArn=arn)["status"]
        return None if status == "RUNNING" else status

    status = wait_for("the drill", ended)
    run = scene.api.get_run(scene.company, run_id)
    if status != "FAILED" or run["state"] != "failed":
        raise DemoFailed(f"the drill ended {status}, its run is {run['state']}")
    scene.outcome.drill = {"execution": arn, "status": status, "error_code": run["error_code"]}


def sync(scene: Scene) -> None:
    """Register a bank connection and synchronise it; without a connector it says so in its log."""
    scene.api.save_connection(
        scene.company,
        CONNECTION,
        {"provider": "bridge", "label": "Banque de démonstration", "interval_seconds": 43200},
    )
    scene.api.sync_now(scene.company, CONNECTION)

    def logged() -> models.FeedRunOutput | None:
        rows = scene.api.list_feed_runs(scene.company, CONNECTION)["items"]
        return rows[0] if rows else None

    scene.outcome.sync = dict(wait_for("the synchronisation's log", logged))


def _told(findings: list[models.FindingOutput]) -> str:
    return "; ".join(f"{f['code']}: {f['message']}" for f in findings) or "no finding"
