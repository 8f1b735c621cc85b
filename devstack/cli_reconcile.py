"""`rappro reconcile`: books and statements in, decisions out, in one process.

    books ─► load_document ─┐
    files ─► import_drop ───┴─► one run over all statements: gather, decide, post ─► decisions

The use cases are the stack's own, on the in-memory adapters. All statements are imported first, so
that their lines are decided together.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, Final

from devstack import cli_books
from devstack.cli_files import opened, refusal_of
from devstack.cli_journals import adopt_accounts, name_account, route
from devstack.cli_parse import dump
from devstack.cli_tables import decided_statement, refusal_row
from rappro.adapters.clock import SystemClock
from rappro.adapters.memory import MemoryBlobs, MemoryFeeds, MemoryInbox, MemoryRuns, MemoryStore
from rappro.domain.bank import BankAccountRef, Finding, Severity, StatementClosed
from rappro.domain.books import (
    BankEntry,
    Journal,
    OpenItem,
    ThirdParty,
)
from rappro.domain.ids import CompanyId, LineId, StatementId, TenantId
from rappro.domain.matching.decide import ENGINE
from rappro.domain.matching.model import Decision
from rappro.domain.money import format_amount
from rappro.domain.operations import (
    ImportOutcome,
    ImportTrace,
)
from rappro.domain.records import (
    StatementRecord,
)
from rappro.domain.statement_state import RUNNABLE
from rappro.edge.results import (
    decided_statement_document,
    decision_document,
    reconcile_document,
    refusal_document,
)
from rappro.formats.registry import detect, peek
from rappro.ports import Ports
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.gathering import gather_evidence
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.load_books import load_document
from rappro.use_cases.post_run import post
from rappro.use_cases.reads import get_statement
from rappro.use_cases.run_requests import Decisions, RunRequest, decisions_name
from rappro.use_cases.run_steps import decide
from rappro.use_cases.start_run import join_run

Json = dict[str, Any]

TENANT: Final = TenantId("local")
AUTHOR: Final = "command-line"
NOTES_MAX: Final = 20
"""Findings about the books that are told on standard error; a FEC may have thousands."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for; `journals` and `reconciled` are its repeated options."""

    books: str
    statements: tuple[str, ...]
    journals: tuple[str, ...] = ()
    reconciled: tuple[str, ...] = ()


@dataclass(slots=True)
class _File:
    """A statement file on its way through: refused at some step, or its statements."""

    name: str
    drop_name: str
    accounts: list[BankAccountRef] = field(default_factory=list)
    journal: str | None = None
    statements: list[StatementId] = field(default_factory=list)
    refusal: Json | None = None


def reconcile_files(request: Request, *, is_json: bool, out: IO[str], err: IO[str]) -> int:
    """Print what was decided about every statement; return how many files were refused."""
    session = _Session()
    refusal = refusal_of(request.books, partial(session.load_books, request))
    if refusal is not None:
        (out if is_json else err).write(f"{dump(refusal)}\n" if is_json else refusal_row(refusal))
        return 1
    for note in _notes(session.findings):
        err.write(note)
    files = session.reconcile(request.statements)
    if is_json:
        parts = [part for file in files for part in session.documents(file)]
        out.write(f"{dump(reconcile_document(session.engine, parts))}\n")
    else:
        for file in files:
            _write_tables(session, file, out, err)
    return sum(file.refusal is not None for file in files)


def _notes(findings: Sequence[Finding]) -> list[str]:
    told = [finding for finding in findings if finding.severity is not Severity.INFO]
    rows = [f"books: {found.severity}: {found.message}\n" for found in told[:NOTES_MAX]]
    if len(told) > NOTES_MAX:
        rows.append(f"books: {len(told) - NOTES_MAX} more warnings\n")
    return rows


def _write_tables(session: _Session, file: _File, out: IO[str], err: IO[str]) -> None:
    if file.refusal is not None:
        err.write(refusal_row(file.refusal))
        return
    for statement, document in zip(file.statements, session.documents(file), strict=True):
        amounts, names = session.amounts(statement), session.names(document)
        out.write(decided_statement(document, amounts, names))


class _Session:
    """One company in memory, from its books to its decisions."""

    def __init__(self) -> None:
        self.inbox = MemoryInbox()
        self.ports = Ports(
            store=MemoryStore(),
            blobs=MemoryBlobs(),
            inbox=self.inbox,
            runs=MemoryRuns(),
            feeds=MemoryFeeds(),
            clock=SystemClock(),
        )
        self.company: CompanyId = cli_books.COMPANY
        self.currency = ""
        self.findings: tuple[Finding, ...] = ()
        self.engine = ENGINE
        self.decisions: dict[LineId, Decision] = {}

    def load_books(self, request: Request) -> None:
        """Load the books and the accounts that the request names for journals."""
        books = cli_books.load(request.books, list(request.reconciled))
        save_company(self.ports, TENANT, books.company, AUTHOR)
        load_document(self.ports, TENANT, self.company, books.records, AUTHOR)
        self.currency = books.company.currency
        self.findings = books.records.findings
        journals = self._journals()
        for option in request.journals:
            journals = name_account(journals, option)
        self._save_journals(journals)

    def _journals(self) -> list[Journal]:
        return self.ports.store.all(TENANT, self.company, Journal)

    def _save_journals(self, journals: Sequence[Journal]) -> None:
        stored = self._journals()
        for journal in journals:
            if journal not in stored:
                save_journal(self.ports, TENANT, self.company, journal, AUTHOR)

    def reconcile(self, names: Sequence[str]) -> list[_File]:
        """Import every file, then decide all their lines at once."""
        files = [_File(name, f"statement-{n}") for n, name in enumerate(names, start=1)]
        for file in files:
            file.refusal = refusal_of(file.name, partial(_scan, file))
        accounts = [a for file in files if file.refusal is None for a in file.accounts]
        self._save_journals(adopt_accounts(self._journals(), accounts))
        journals = self._journals()
        for file in files:
            if file.refusal is None:
                file.refusal = refusal_of(file.name, partial(_route, file, journals))
            if file.refusal is None:
                refusal = refusal_of(file.name, partial(self._import, file))
                file.refusal = refusal or file.refusal
        accepted = [file for file in files if file.refusal is None]
        statements = [statement for file in accepted for statement in file.statements]
        refusal = refusal_of("", partial(self._run, statements))
        if refusal is not None:  # the run failed: nothing was decided about any of them
            for file in accepted:
                file.refusal = {**refusal, "file": file.name}
        return files

    def _import(self, file: _File) -> None:
        """Drop a file into the inbox and import it; a blocking finding refuses it whole."""
        with opened(file.name) as stream:
            content = stream.read()
        drop = self.inbox.drop(TENANT, self.company, file.journal, file.drop_name, content)
        # No state machine here: a file of any size is stored at once.
        traces = import_drop(self.ports, drop, lines_at_once=sys.maxsize)
        file.refusal = _refusal_in(file.name, traces)
        file.statements += [t.statement_id for t in traces if t.statement_id is not None]

    def _run(self, statements: Sequence[StatementId]) -> None:
        """Take all statements that have lines through the steps of one run."""
        ids = [statement for statement in statements if self._record(statement).status in RUNNABLE]
        if not ids:
            return
        run_id = run_id_of(TENANT, self.company, ids[0], 1)
        join_run(self.ports, TENANT, self.company, run_id, ids[1:])
        request = RunRequest(TENANT, self.company, ids[0], run_id, 1)
        gather_evidence(self.ports, request, lookups_per_batch=sys.maxsize)
        decide(self.ports, request)
        post(self.ports, request)
        decided = self.ports.blobs.load_document(
            TENANT, self.company, decisions_name(run_id), Decisions
        )
        self.engine = decided.engine
        self.decisions = {decision.line_id: decision for decision in decided.decisions}

    def _record(self, statement: StatementId) -> StatementRecord:
        return get_statement(self.ports, TENANT, self.company, statement)

    def documents(self, file: _File) -> list[Json]:
        """Return what is printed for a file: its decided statements, or its refusal."""
        if file.refusal is not None:
            return [file.refusal]
        return [
            decided_statement_document(
                file.name,
                self._record(statement).number,
                [
                    decision_document(line.line, self.decisions[line.id], currency=self.currency)
                    for line in self.ports.store.lines(TENANT, self.company, statement)
                    if line.id in self.decisions
                ],
            )
            for statement in file.statements
        ]

    def amounts(self, statement: StatementId) -> dict[int, str]:
        """Return the amounts of a statement's lines by position."""
        return {
            line.line.position: format_amount(line.line.amount_minor, line.line.currency)
            for line in self.ports.store.lines(TENANT, self.company, statement)
        }

    def names(self, document: Json) -> dict[str, str]:
        """Return what people call the third parties, items and entries in a result, by id."""
        ids = [line["third_party"] for line in document["lines"] if line["third_party"]]
        ids += [
            part["id"]
            for line in document["lines"]
            for found in (line, *line["candidates"][:1])
            for part in found["settles"]
        ]
        get_many = partial(self.ports.store.get_many, TENANT, self.company)
        parties: dict[str, ThirdParty] = get_many(ThirdParty, ids)
        items: dict[str, OpenItem] = get_many(OpenItem, ids)
        entries: dict[str, BankEntry] = get_many(BankEntry, ids)
        return {
            **{key: entry.label or entry.piece_ref or key for key, entry in entries.items()},
            **{key: item.number or key for key, item in items.items()},
            **{key: party.name for key, party in parties.items()},
        }


def _scan(file: _File) -> None:
    """Read a file to its end for the accounts in it; an error is located before any import."""
    with opened(file.name) as stream:
        parser = detect(peek(stream))
        file.accounts = [
            event.account for event in parser.parse(stream) if isinstance(event, StatementClosed)
        ]


def _route(file: _File, journals: Sequence[Journal]) -> None:
    """Check that every account of a file has its journal; name it when the file names none."""
    for account in file.accounts:
        journal = route(account, journals)
        if not (account.iban or account.number):
            file.journal = journal.code


def _refusal_in(name: str, traces: Sequence[ImportTrace]) -> Json | None:
    """Return the refusal that the import trace tells of, or None when all was imported."""
    if all(trace.outcome is ImportOutcome.IMPORTED for trace in traces):
        return None
    findings = [finding for trace in traces for finding in trace.findings]
    blocking = [found for found in findings if found.severity is Severity.BLOCKING] or findings
    cause = blocking[0]
    return refusal_document(name, cause.code, cause.message, position=cause.position)
