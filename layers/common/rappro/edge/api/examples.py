"""Examples of answers, made from domain records by the same code as the answers themselves.

They are built when the OpenAPI document is, and only then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from pydantic import BaseModel

from rappro.domain.access import ROLES, Membership, Tenant
from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    Counterparty,
    Finding,
    Nature,
    Severity,
    StatementLine,
)
from rappro.domain.books import (
    BankEntry,
    Company,
    EntryLine,
    EntrySource,
    EntryTemplate,
    Journal,
    JournalEntry,
    JournalType,
    LedgerAccount,
    OpenItem,
    OpenItemType,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.differences import DifferenceType
from rappro.domain.errors import NotAllowedInState, OpenItemAlreadySettled
from rappro.domain.ids import TenantId
from rappro.domain.learning import Lesson, LessonKind
from rappro.domain.matching.model import (
    Decision,
    Evidence,
    Explanation,
    Level,
    Settle,
    TargetType,
)
from rappro.domain.operations import (
    AuditEvent,
    BooksLoad,
    ImportOutcome,
    ImportTrace,
    LoadState,
    Run,
    RunState,
)
from rappro.domain.records import (
    LineRecord,
    LineSettle,
    Match,
    MatchStatus,
    SetBy,
    SourceFile,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.report import ReconciliationReport, ReportItem
from rappro.domain.report_snapshot import report_bytes, snapshot_of
from rappro.domain.settings import (
    ImportProfile,
    OwnCsvProfile,
)
from rappro.edge.api import examples_work
from rappro.edge.api.examples_exchange import EXCHANGE_LISTED, answers_of_exchange
from rappro.edge.api.examples_feeds import FEED_LISTED, answers_of_feeds
from rappro.edge.api.examples_webhooks import LISTED, answers_of_webhooks
from rappro.edge.api.models import (
    actions,
    books,
    bulk,
    companies,
    differences,
    exports,
    imports,
    journals,
    lessons,
    lines,
    matches,
    members,
    pointing,
    profiles,
    reports,
    statements,
    templates,
    third_parties,
)
from rappro.edge.api.sample_ids import (
    COMPANY,
    CSV_DEFINITION,
    CSV_PROFILE,
    DIFFERENCE_TYPE,
    ENTRY,
    IBAN,
    IMPORT_PROFILE,
    JOURNAL,
    LESSON,
    LINE,
    MATCH,
    OPEN_ITEM,
    POSITION,
    REPORT,
    RUN,
    STATEMENT,
    TEMPLATE,
    THIRD_PARTY,
    USER,
)
from rappro.ports import Drop, UploadTicket
from rappro.use_cases.acting import LineResult
from rappro.use_cases.bulk import ItemResult, Outcome
from rappro.use_cases.explaining import Explained
from rappro.use_cases.export_fec import FecExport, FecReport
from rappro.use_cases.export_journal import JournalExport
from rappro.use_cases.exporting import StoredFile
from rappro.use_cases.pointing import Period, PointingSheet

_AT: Final = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)
_DAY: Final = date(2025, 1, 31)
_SHA256: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def examples() -> dict[str, dict[str, Any]]:
    """Return an example by component name, for every answer and page, and for a books document.

    Other inputs carry their example themselves.
    """
    made = {type(one).__name__: one.model_dump(mode="json", by_alias=True) for one in _answers()}
    pages = {
        name.replace("Output", "Page"): {"items": [example], "next_cursor": None}
        for name, example in made.items()
        if name in _LISTED | LISTED | EXCHANGE_LISTED | FEED_LISTED | examples_work.LISTED
    }
    return {**made, **pages, "BooksInput": _BOOKS}


_BOOKS: Final = {
    "accounts": [{"number": "512100", "label": "Banque principale"}],
    "third_parties": [{"id": "C0002", "kind": "customer", "name": "Garage du Port"}],
    "open_items": [
        {
            "id": "FA2025-0002",
            "type": "invoice",
            "third_party": "C0002",
            "number": "FA2025-0002",
            "issue_date": "2025-01-15",
            "due_date": "2025-02-14",
            "amount": "360.00",
        }
    ],
}
_LISTED: Final = frozenset(
    {
        "AccountOutput", "AuditOutput", "BooksLoadOutput", "CompanyOutput",
        "CsvProfileOutput", "EntryOutput", "FrozenReportOutput", "ImportOutput",
        "ImportProfileOutput", "JournalOutput", "LessonOutput", "LineOutput", "MatchOutput",
        "OpenItemOutput", "RunOutput", "StatementOutput", "ThirdPartyOutput",
        "DifferenceTypeOutput", "TemplateOutput", "MemberOutput",
    }
)  # fmt: skip


def _answers() -> Iterator[BaseModel]:
    yield from _masters()
    yield from _of_statements()
    yield from _of_books()
    yield from _of_traces()
    yield from _of_exports()
    yield from answers_of_feeds()
    yield from answers_of_exchange()
    yield from _of_members()
    yield from answers_of_webhooks()


def _masters() -> Iterator[BaseModel]:
    company = Company(COMPANY, "Menuiserie Acme", siren="732829320", version=1)
    yield companies.CompanyOutput.of(company)
    journal = Journal(
        JOURNAL, "Banque principale", JournalType.TREASURY, "512100",
        iban=IBAN, version=1,
    )  # fmt: skip
    yield journals.JournalOutput.of(journal)
    yield journals.AccountOutput.of(LedgerAccount("512100", "Banque principale", version=1))
    party = ThirdParty(
        THIRD_PARTY, ThirdPartyKind.CUSTOMER, "Établissements Martin", "411000", call_name="MARTIN",
        bank_references=("ETS MARTIN",), version=1,
    )  # fmt: skip
    yield third_parties.ThirdPartyOutput.of(party)
    profile = ImportProfile(IMPORT_PROFILE, "Livret", "camt.053", version=1)
    yield profiles.ImportProfileOutput.of(profile)
    fees = DifferenceType(DIFFERENCE_TYPE, "Frais de tenue de compte", "627000", version=1)
    yield differences.DifferenceTypeOutput.of(fees)
    rest = TemplateLine("627000", is_remainder=True)
    template = EntryTemplate(TEMPLATE, "Frais de tenue", ("FRAIS TENUE",), lines=(rest,), version=1)
    yield templates.TemplateOutput.of(template, "EUR", is_common=False)
    yield from _of_pointing()
    yield profiles.CsvProfileOutput.of(OwnCsvProfile(CSV_PROFILE, CSV_DEFINITION, version=1))


def _of_statements() -> Iterator[BaseModel]:
    yield statements.StatementOutput.of(_statement())
    source = SourceFile(_SHA256, "releve-2025-01.xml", 4_096, "sources/1", _AT)
    yield statements.SourceOutput.of(source, "https://files.example/releve?signature=abc")
    run = Run(RUN, STATEMENT, 1, RunState.POSTED, _AT,
              ended_at=_AT, matched_count=1, version=4)  # fmt: skip
    yield statements.RunOutput.of(run)
    line = _line()
    yield lines.LineOutput.of(line, "EUR")
    settled = (Settle(TargetType.OPEN_ITEM, OPEN_ITEM, 12_000),)
    decided = Decision(
        LINE, Level.A, THIRD_PARTY, OPEN_ITEM, settles=settled,
        explanation=line.explanation or Explanation(),
    )  # fmt: skip
    explained = Explained(LINE, run, "rappro-match/3", decided)
    yield lines.DecisionOutput.of(explained, "EUR")
    settle = LineSettle(LINE, Settle(TargetType.OPEN_ITEM, OPEN_ITEM, 12_000))
    match = Match(
        id=MATCH, statement_ids=(STATEMENT,), lines=(f"{STATEMENT}/{POSITION}",), settles=(settle,),
        adjustments=(), level=Level.A, status=MatchStatus.CONFIRMED, author="engine",
        created_at=_AT, pointed_on=_DAY, amount_minor=12_000, entry_ids=(ENTRY,), version=1,
    )  # fmt: skip
    yield matches.MatchOutput.of(match, "EUR")
    done = LineResult(f"{STATEMENT}/2", MATCH)
    refused = LineResult(f"{STATEMENT}/4", error=NotAllowedInState("line 4 is not booked"))
    yield actions.BatchOutput.of((done, refused))
    yield actions.NaturesOutput(changed_count=1, unchanged_count=0)
    taught = Lesson(LESSON, LessonKind.NAME, "HOLDING MARTIN", THIRD_PARTY, 1, (MATCH,), _AT,
                    "u-17", version=1)  # fmt: skip
    yield lessons.LessonOutput.of(taught)


def _statement() -> StatementRecord:
    return StatementRecord(
        id=STATEMENT, journal=JOURNAL, account=BankAccountRef(iban=IBAN),
        currency="EUR", number="1", period_from=date(2025, 1, 1), period_to=_DAY,
        opening=Balance(date(2024, 12, 31), 125_000), closing=Balance(_DAY, 137_000),
        line_count=1, booked_minor=12_000, format="camt.053", source_sha256=_SHA256,
        source_name="releve-2025-01.xml", ordinal=1, imported_at=_AT,
        status=StatementStatus.MATCHED, level_counts={"A": 1}, matched_minor=12_000, run_number=1,
        version=3,
    )  # fmt: skip


def _line() -> LineRecord:
    said = StatementLine(
        position=POSITION, booking_date=_DAY, amount_minor=12_000, currency="EUR", value_date=_DAY,
        label="VIR ETS MARTIN", label_more="FACTURE FA2025-0001", nature=Nature.TRANSFER,
        counterparty=Counterparty(name="ETS MARTIN"), end_to_end_id="E2E-1",
    )  # fmt: skip
    found = Evidence("invoice_number", "FACTURE FA2025-0001", "the number of an open item")
    return LineRecord(
        id=LINE, statement_id=STATEMENT, journal=JOURNAL, line=said, level=Level.A,
        third_party=THIRD_PARTY, third_party_set_by=SetBy.ENGINE, invoice=OPEN_ITEM,
        invoice_set_by=SetBy.ENGINE, match_id=MATCH, explanation=Explanation((found,)), version=2,
    )  # fmt: skip


def _of_books() -> Iterator[BaseModel]:
    entry = JournalEntry(
        id=ENTRY, journal=JOURNAL, date=_DAY, piece_ref="1", piece_date=_DAY, label="ETS MARTIN",
        lines=(
            EntryLine("512100", "ETS MARTIN", debit_minor=12_000),
            EntryLine("411000", "ETS MARTIN", credit_minor=12_000, third_party=THIRD_PARTY),
        ),
        source=EntrySource.ENGINE, statement_id=STATEMENT, match_id=MATCH, created_at=_AT,
        version=1,
    )  # fmt: skip
    yield books.EntryOutput.of(entry, "EUR")
    yield from examples_work.answers_of_work(entry, _statement())
    item = OpenItem(
        id=OPEN_ITEM, type=OpenItemType.INVOICE, third_party=THIRD_PARTY, account="411000",
        number=OPEN_ITEM, issue_date=date(2025, 1, 2), due_date=_DAY, currency="EUR",
        amount_minor=12_000, residual_minor=12_000, company_amount_minor=12_000,
        company_residual_minor=12_000, version=1,
    )  # fmt: skip
    yield books.OpenItemOutput.of(item, "EUR")
    yield bulk.BulkOutput.of((
        ItemResult("FA2025-0002", Outcome.CREATED, "FA2025-0002", 1),
        ItemResult(OPEN_ITEM, Outcome.REFUSED, error=OpenItemAlreadySettled("settled by Rappro")),
    ))  # fmt: skip
    counts = {"open_items": 1, "third_parties": 1, "records_new": 2}
    yield books.BooksLoadOutput.of(
        BooksLoad("load_7mzqkq4jx2v6c5oaxk2hqzzb", "api", LoadState.LOADED, _AT, counts, version=2)
    )


def _of_pointing() -> Iterator[BaseModel]:
    cheque = BankEntry(
        "be_1", JOURNAL, "512100", date(2025, 1, 30), -5_000, "EUR", "Chèque 1042",
        cheque_no="1042", marked_on=_DAY,
    )  # fmt: skip
    period = Period(JOURNAL, _DAY, 112_500)
    yield pointing.PointingOutput.of(PointingSheet(period, "512100", "EUR", (cheque,), 112_500, 0))
    yield pointing.ErasedOutput(entries=["be_1"])


def _of_traces() -> Iterator[BaseModel]:
    fields = {"key": "firm/acme/BQ1/releve-2025-01.xml", "policy": "eyJ…", "x-amz-date": "20250201"}
    yield imports.FileOutput.of(Drop("demo/acme/BQ1/releve.qif", "3HL4kqtJlcpX", 47), COMPANY)
    ticket = UploadTicket("https://files.example/", fields, fields["key"], _AT)
    yield imports.UploadOutput.of(ticket)
    trace = ImportTrace(
        id="tr_2v6c5oaxk2hqzzb7mzqkq4jx", at=_AT, name="releve-2025-01.xml", sha256=_SHA256,
        object_key=fields["key"], object_version="1", outcome=ImportOutcome.IMPORTED,
        format="camt.053", statement_id=STATEMENT, journal=JOURNAL, line_count=1, version=1,
    )  # fmt: skip
    yield imports.ImportOutput.of(trace)
    event = AuditEvent(
        "au_5oaxk2hqzzb7mzqkq4jx2v6c", _AT, "user-1", "edit_line", f"{STATEMENT}/{POSITION}",
        before={"third_party": None}, after={"third_party": "C0001"},
    )  # fmt: skip
    yield reports.AuditOutput.of(event)
    missing = ReportItem("be_1", date(2025, 1, 30), "Chèque 1042", -5_000, "1042", 1)
    report = ReconciliationReport(
        JOURNAL, "512100", "EUR", _DAY, "1", 137_000, 132_000, (), (missing,)
    )
    yield reports.ReportOutput.of(report)
    made = snapshot_of(report, report_bytes(report), STATEMENT, author="user-1", at=_AT)
    frozen = replace(made, id=REPORT)
    yield reports.FrozenReportOutput.of(frozen)
    yield reports.FrozenReportContentOutput.of(frozen, report, 1)


def _of_exports() -> Iterator[BaseModel]:
    finding = Finding("drafts_left_out", Severity.WARNING, "3 drafts of the year are not in it")
    last = date(2025, 12, 31)
    report = FecReport(
        "732829320FEC20251231.txt", 2, 1, 12_000, 12_000, _DAY, _DAY, (), {},
    )  # fmt: skip
    file = StoredFile(report.name, _SHA256, 412, "https://archive.example/fec")
    yield exports.FecOutput.of(
        FecExport(file, "2025", date(2025, 1, 1), last, report, (finding,)), "EUR"
    )
    file = StoredFile("journal-acme-BQ1-20250101-20250131.csv", _SHA256, 388, file.url)
    yield exports.JournalExportOutput.of(JournalExport(file, date(2025, 1, 1), _DAY, 1, 2))


def _of_members() -> Iterator[BaseModel]:
    member = Membership(USER, COMPANY, ROLES["assistant"], valid_until=_AT, version=1)
    shown = members.MemberOutput.of(member)
    yield shown
    yield members.MeOutput(
        tenant="cabinet-du-port", user=USER, administrator=False, items=[shown], next_cursor=None
    )
    yield members.TenantOutput.of(TenantId("cabinet-du-port"), Tenant((USER,), version=1))
