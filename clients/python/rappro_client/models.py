"""Shapes of bodies and answers. Generated: python -m clients.generate."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict


class AcceptanceInput(TypedDict):
    """
    The code that the other side was given, and a name of one's own for the link.
    """

    code: str
    name: str


class AccountInput(TypedDict):
    """
    What to say of a ledger account.
    """

    label: str


class AccountOutput(TypedDict):
    """
    A ledger account (compte comptable).
    """

    label: str
    number: str
    version: int


class AccountPage(TypedDict):
    """
    Accounts by number.
    """

    items: list[AccountOutput]
    next_cursor: str | None


class AccountPart(TypedDict):
    """
    A ledger account (compte comptable).
    """

    label: NotRequired[str | None]
    number: str


class AccountVatRateOutput(TypedDict):
    """
    The VAT rate of ledger accounts that begin with `account`, for discounts.
    """

    account: str
    rate_percent: str


class AccountVatRatePart(TypedDict):
    """
    The VAT rate of ledger accounts that begin with `account`, for discounts.
    """

    account: str
    rate_percent: str | float


class AcknowledgementInput(TypedDict):
    """
    The cursor of the page that was read last.
    """

    consumer: str
    cursor: str


class AdjustmentOutput(TypedDict):
    """
    A named difference between the lines and what they settle (écart).
    """

    account: str | None
    amount: str
    kind: Literal["discount", "commission", "fx", "cents", "charge", "overpayment"]


class AdministratorInput(TypedDict):
    """
    Whom to make an administrator.
    """

    user: str


class AgeOutput(TypedDict):
    """
    The rows of one class of age (tranche d'ancienneté), in days.
    """

    bucket: Literal["0-30", "31-60", "61-90", "over-90"]
    count: int
    total: str


class AllocationOutput(TypedDict):
    """
    What is allocated of an invoice to an existing cash movement (imputation).
    """

    amount: str
    entry: str
    open_item: str


class AsideInput(TypedDict):
    """
    Whether a transaction is put aside; else it waits for a statement (again).
    """

    aside: bool
    version: int


class AttemptOutput(TypedDict):
    """
    One request to the receiver.
    """

    answer: str
    at: str
    duration_ms: int
    error: str | None
    number: int
    status: int | None


class BalanceInput(TypedDict):
    """
    A booked balance (solde) at the end of a day.
    """

    amount: str
    date: str


class BalanceOutput(TypedDict):
    """
    A booked balance (solde) at the end of a day.
    """

    amount: str
    date: str


class BalancePointOutput(TypedDict):
    """
    Both balances at the end of a day.
    """

    bank: str
    date: str
    ledger: str


class BankAccountOutput(TypedDict):
    """
    A bank account as the file names it (compte bancaire).
    """

    bic: str | None
    currency: str | None
    holder: str | None
    iban: str | None
    number: str | None


class BankCandidateOutput(TypedDict):
    """
    A bank that may be chosen for a connection that has none yet.
    """

    bank_name: str
    ref: str


class BankChoiceInput(TypedDict):
    """
    Which of its candidates a connection reads.
    """

    ref: str


class BankReferenceInput(TypedDict):
    """
    Whose bank reference a line's text becomes (référence sur relevé bancaire).
    """

    reference: NotRequired[str | None]
    replaces: NotRequired[bool]
    third_party: str


class BookCounts(TypedDict):
    """
    How many rows of each kind a load brought; `records_new` were not there before.
    """

    accounts: NotRequired[int]
    bank_entries: NotRequired[int]
    bank_entries_waiting: NotRequired[int]
    entries: NotRequired[int]
    journals: NotRequired[int]
    open_items: NotRequired[int]
    records_new: NotRequired[int]
    third_parties: NotRequired[int]


class CardContractPart(TypedDict):
    """
    A merchant card contract; the rate is null when unknown.
    """

    commission_percent: NotRequired[str | float | None]
    number: str


class CashMovementInput(TypedDict):
    """
    What a receipt or disbursement (encaissement, décaissement) of one line is made with.
    """

    operation_date: NotRequired[str | None]


class ChangeOutput(TypedDict):
    """
    One field before and after; a value that is no text is written as JSON.
    """

    after: str | None
    before: str | None
    field: str


class ClosingInput(TypedDict):
    """
    Why a line is closed by hand (clôture manuelle).
    """

    reason: str


class CompanyPart(TypedDict):
    """
    The company (dossier); business dates are those of its time zone.
    """

    currency: NotRequired[str | None]
    name: NotRequired[str | None]
    siren: NotRequired[str | None]
    timezone: NotRequired[str | None]


class ConsumerOutput(TypedDict):
    """
    A consumer and how often it acknowledged changes.
    """

    acknowledged_at: str | None
    acknowledgements: int
    consumer: str


class CounterpartInput(TypedDict):
    """
    A counterpart (contrepartie): an account and what it takes, signed as the bank sees it.
    """

    account: str
    amount: str
    label: NotRequired[str | None]


class CounterpartyInput(TypedDict):
    """
    The other side of a line.
    """

    bic: NotRequired[str | None]
    iban: NotRequired[str | None]
    id: NotRequired[str | None]
    name: NotRequired[str | None]


class CounterpartyOutput(TypedDict):
    """
    The other side of a line, as the bank names it.
    """

    bic: str | None
    iban: str | None
    id: str | None
    name: str | None


class CsvFactPart(TypedDict):
    """
    A fact around the lines: in a cell by `row` and `cell`, or behind a text.

    `after` a text anywhere in a cell, or where a cell `starts` with it.
    """

    after: NotRequired[str | None]
    cell: NotRequired[int | None]
    fact: str
    row: NotRequired[int | None]
    starts: NotRequired[str | None]


class CsvProfileOutput(TypedDict):
    """
    A CSV profile of the company (profil CSV); built-in ones are not shown.
    """

    bank: str
    charset: NotRequired[str]
    code: str
    columns: list[list[str]]
    currency: NotRequired[str]
    dates: NotRequired[str]
    debits: NotRequired[list[str]]
    decimal: NotRequired[str]
    footer: NotRequired[list[str]]
    natures: NotRequired[dict[str, str]]
    others: NotRequired[bool]
    preamble: NotRequired[list[CsvFactPart]]
    quoted: NotRequired[bool]
    separator: NotRequired[str]
    statuses: NotRequired[dict[str, str]]
    tables: NotRequired[bool]
    version: int


class CsvProfilePage(TypedDict):
    """
    CSV profiles by code.
    """

    items: list[CsvProfileOutput]
    next_cursor: str | None


class DifferenceTypeInput(TypedDict):
    """
    What to change of a difference type; a field that is left out keeps its value.
    """

    account: NotRequired[str | None]
    label: NotRequired[str | None]


class DifferenceTypeOutput(TypedDict):
    """
    A kind of difference (type d'écart de règlement) and the account that takes it.
    """

    account: str
    code: str
    default: bool
    label: str
    use_count: int
    version: int


class DifferenceTypePage(TypedDict):
    """
    Difference types by code.
    """

    items: list[DifferenceTypeOutput]
    next_cursor: str | None


class DiscountOutput(TypedDict):
    """
    An early-payment discount (escompte), allowed until a day, included.
    """

    rate_percent: str
    until: str


class DiscountPart(TypedDict):
    """
    An early-payment discount (escompte), allowed until a day, included.
    """

    rate_percent: str | float
    until: str


class DocumentOutput(TypedDict):
    """
    A document attached to an entry (pièce jointe).
    """

    attached_at: str
    author: str
    name: str
    sha256: str
    size_bytes: int
    url: str


class DocumentPage(TypedDict):
    """
    The documents of an entry, in the order they came in.
    """

    items: list[DocumentOutput]
    next_cursor: str | None


class ErasedOutput(TypedDict):
    """
    The entries whose marks were erased.
    """

    entries: list[str]


class EvidenceOutput(TypedDict):
    """
    One piece of evidence: its kind, the text it was read in, and a sentence.
    """

    detail: str
    kind: str
    text: str


class ExchangeChange(TypedDict):
    """
    A record that an archive changes.
    """

    key: str
    part: str
    what: str


class ExchangeConflict(TypedDict):
    """
    A record that cannot change so, and why.
    """

    key: str
    part: str
    why: str


class ExchangeCount(TypedDict):
    """
    How many records of a part are added, changed and deleted.
    """

    added: int
    changed: int
    deleted: int
    part: str


class ExportedFile(TypedDict):
    """
    A file that was written, and a link to its bytes.
    """

    name: str
    sha256: str
    size_bytes: int
    url: str


class FecInput(TypedDict):
    """
    Which fiscal year's FEC is written.
    """

    fiscal_year: NotRequired[str | None]


class FeedLineOutput(TypedDict):
    """
    A movement as the bank tells of it.
    """

    amount: str
    booking_date: str
    counterparty: str | None
    currency: str
    end_to_end_id: str | None
    label: str
    label_more: str
    value_date: str | None


class FeedRunOutput(TypedDict):
    """
    One row of a connection's log (journal d'exécution); counts are of transactions.
    """

    at: str
    cause: str
    changed: int
    connection: str
    detail: str
    ended_at: str | None
    findings: list[str]
    id: str
    new: int
    origin: Literal["bank_provider", "provider_rappro"] | None
    pending: int
    provider_code: str | None
    removed: int
    renamed: int
    state: str
    statements: list[str]
    suspected: int


class FeedRunPage(TypedDict):
    """
    A connection's log, newest first.
    """

    items: list[FeedRunOutput]
    next_cursor: str | None


class FieldProblem(TypedDict):
    """
    One wrong field: a JSON pointer into the body, or `query/{name}`, `path/{name}`.
    """

    detail: str
    pointer: str


class FileOutput(TypedDict):
    """
    A file that is in the inbox; what became of it stands in the import trace.
    """

    imports: str
    key: str
    object_version: str
    size_bytes: int


class FiscalYearOutput(TypedDict):
    """
    A fiscal year that has not the usual twelve months.
    """

    first: str
    last: str


class FiscalYearPart(TypedDict):
    """
    A fiscal year (exercice) that has not the usual twelve months: its first and last day.
    """

    first: str
    last: str


class ForeignAmountOutput(TypedDict):
    """
    The same amount in the currency of the deal (montant en devise).
    """

    amount: str
    currency: str


class FrozenReportOutput(TypedDict):
    """
    A frozen report (état de rapprochement arrêté), without its lists.
    """

    at: str
    author: str
    bank_balance: str
    currency: str
    difference: str
    entries_not_on_bank_count: int
    id: str
    journal: str
    ledger_balance: str
    lines_not_in_books_count: int
    on: str
    sha256: str
    size_bytes: int
    statement: str
    statement_number: str | None


class FrozenReportPage(TypedDict):
    """
    Frozen reports, newest period first.
    """

    items: list[FrozenReportOutput]
    next_cursor: str | None


class GatewayRefusal(TypedDict):
    """
    What API Gateway answers by itself: no usable token, no such route, too much traffic.
    """

    message: str


class ImportProfileInput(TypedDict):
    """
    What to change of an import profile; a field that is left out keeps its value.
    """

    csv_profile: NotRequired[str | None]
    flow: NotRequired[Literal["standard", "reconciliation_only"] | None]
    format: NotRequired[
        Literal[
            "camt.053",
            "camt.052",
            "camt.054",
            "cfonb120",
            "bai2",
            "coda",
            "ofx1",
            "ofx2",
            "qif",
            "mt940",
            "mt942",
            "csv",
        ]
        | None
    ]
    label: NotRequired[str | None]
    match_on_import: NotRequired[bool | None]
    skip_intermediate_posting: NotRequired[bool | None]
    suspense_account: NotRequired[str | None]


class ImportProfileOutput(TypedDict):
    """
    How statements are taken in (profil d'import); a statement keeps the values it came with.
    """

    code: str
    csv_profile: str | None
    flow: Literal["standard", "reconciliation_only"]
    format: str | None
    label: str
    match_on_import: bool
    skip_intermediate_posting: bool
    suspense_account: str
    version: int


class ImportProfilePage(TypedDict):
    """
    Import profiles by code.
    """

    items: list[ImportProfileOutput]
    next_cursor: str | None


JournalExportInput = TypedDict(
    "JournalExportInput",
    {
        "drafts": NotRequired[bool],
        "from": NotRequired[str | None],
        "journal": NotRequired[str | None],
        "to": NotRequired[str | None],
    },
)


class JournalExportOutput(TypedDict):
    """
    Entries of a period as CSV (export des journaux).
    """

    entries: int
    file: ExportedFile
    first_day: str
    last_day: str
    rows: int


class LessonOutput(TypedDict):
    """
    A text that identifies a third party because people matched it so.

    `count` is how many confirmed matches taught it, `match_ids` are the last of them.
    """

    author: str
    count: int
    id: str
    kind: Literal["iban", "mandate", "name", "wording"]
    match_ids: list[str]
    taught_at: str
    text: str
    third_party: str
    version: int


class LessonPage(TypedDict):
    """
    Lessons by id.
    """

    items: list[LessonOutput]
    next_cursor: str | None


class LevelCounts(TypedDict):
    """
    How many lines have each level; see the levels of a line.
    """

    A: NotRequired[int]
    AC: NotRequired[int]
    AD: NotRequired[int]
    AM: NotRequired[int]
    AS: NotRequired[int]
    B: NotRequired[int]
    BC: NotRequired[int]
    C: NotRequired[int]


class LineRef(TypedDict):
    """
    A line by its place.
    """

    position: int
    statement: str


class LineRefOutput(TypedDict):
    """
    A line by its place.
    """

    position: int
    statement: str


class LineResultOutput(TypedDict):
    """
    What became of one line of a batch: its match, or the problem that it met.
    """

    detail: str | None
    line: LineRefOutput
    match: str | None
    problem: str | None


LineSort: TypeAlias = Literal["date", "-date", "amount", "-amount"]


class LinkInput(TypedDict):
    """
    What a link is asked for; all of it may be left out.
    """

    bank: NotRequired[str | None]
    contact: NotRequired[str | None]
    return_to: NotRequired[str | None]


class LinkOutput(TypedDict):
    """
    A page of the provider that is opened once (lien à usage unique).
    """

    expires_at: str
    one_time_url: str | None


class MatchBatchInput(TypedDict):
    """
    Matches (rapprochements), by their ids or by lines that they match.
    """

    lines: NotRequired[list[LineRef]]
    matches: NotRequired[list[str]]


class MatchResultOutput(TypedDict):
    """
    What became of one match of a batch; a problem left it as it was.
    """

    changed: bool
    detail: str | None
    match: str
    problem: str | None


class MonthAmountInput(TypedDict):
    """
    What a plan has for one month.
    """

    amount: str
    month: str


class MonthAmountOutput(TypedDict):
    """
    What a plan has for one month.
    """

    amount: str
    month: str


class NaturesInput(TypedDict):
    """
    The nature (moyen de règlement) that many unmatched lines get.
    """

    lines: list[LineRef]
    nature: Literal[
        "transfer",
        "direct_debit",
        "cheque",
        "cheque_deposit",
        "card",
        "card_deposit",
        "cash",
        "bill",
        "fee",
        "interest",
        "loan",
        "tax",
        "return",
        "other",
    ]


class NaturesOutput(TypedDict):
    """
    How many lines have the nature now, and how many had it before.
    """

    changed_count: int
    unchanged_count: int


class OriginalAmountOutput(TypedDict):
    """
    The amount as instructed in another currency; `rate` as the bank wrote it.
    """

    amount: str
    currency: str
    rate: str | None


class OtherSideOutput(TypedDict):
    """
    Who is on the other side of a link.
    """

    company: str
    tenant: str


class OverrideInput(TypedDict):
    """
    Why a quarantined statement is taken in all the same.
    """

    reason: str


class PayerOutput(TypedDict):
    """
    Somebody who pays for a third party.
    """

    iban: str | None
    name: str | None


class PayerPart(TypedDict):
    """
    Somebody who pays for a third party.
    """

    iban: NotRequired[str | None]
    name: NotRequired[str | None]


class PendingOutput(TypedDict):
    """
    What is announced on an account and not booked yet; `count` may be more than is shown.
    """

    account: str
    at: str | None
    count: int
    lines: list[FeedLineOutput]


class PingOutput(TypedDict):
    """
    The id under which the test will stand among the deliveries.
    """

    delivery: str


class PointingErasureInput(TypedDict):
    """
    What is erased: all of an account, from a day on, or some entries' marks.
    """

    account: NotRequired[str | None]
    entries: NotRequired[list[str] | None]
    since: NotRequired[str | None]


class PointingInput(TypedDict):
    """
    A period, the bank's balance at its end, and which entries are marked or freed.
    """

    account: NotRequired[str | None]
    balance: str
    date: NotRequired[str | None]
    entries: NotRequired[list[str] | None]
    marked: NotRequired[bool]
    remittance: NotRequired[str | None]
    since: NotRequired[str | None]
    until: str


class PointingRowOutput(TypedDict):
    """
    An entry (écriture) of the sheet; `mark` is X and the day once it is pointed.
    """

    amount: str
    cheque: str | None
    date: str
    id: str
    label: str
    mark: str | None
    piece_ref: str | None
    remittance: str | None


class PointingValidationInput(TypedDict):
    """
    The period whose pointing is validated, at the bank's balance.
    """

    balance: str
    until: str


class PreviewInput(TypedDict):
    """
    An archive that waits, and the modules to be ticked.
    """

    archive: str
    modules: NotRequired[list[Literal["master_data", "templates", "documents", "vat", "situation"]]]


class ProbeOutput(TypedDict):
    """
    What the provider says of a connection now; nothing was changed.
    """

    bank_name: str
    candidates: list[BankCandidateOutput]
    consent_expires_at: str | None
    last_bank_refresh_at: str | None
    next_try_at: str | None
    origin: Literal["bank_provider", "provider_rappro"] | None
    provider_code: str | None
    state: str
    user_action: bool


class Problem(TypedDict):
    """
    A problem document (RFC 9457); `type` is stable, `detail` is made for a person.
    """

    detail: str
    errors: NotRequired[list[FieldProblem]]
    instance: str
    message: str
    status: int
    title: str
    type: str


class ProfileInput(TypedDict):
    """
    How this journal's statements are taken in (profil d'import); left out keeps its value.
    """

    code: NotRequired[str | None]
    flow: NotRequired[Literal["standard", "reconciliation_only"] | None]
    format: NotRequired[
        Literal[
            "camt.053",
            "camt.052",
            "camt.054",
            "cfonb120",
            "bai2",
            "coda",
            "ofx1",
            "ofx2",
            "qif",
            "mt940",
            "mt942",
            "csv",
        ]
        | None
    ]
    match_on_import: NotRequired[bool | None]
    skip_intermediate_posting: NotRequired[bool | None]
    suspense_account: NotRequired[str | None]


class ProfileOutput(TypedDict):
    """
    How statements are taken in (profil d'import).
    """

    code: str
    csv_profile: str | None
    flow: Literal["standard", "reconciliation_only"]
    format: str | None
    match_on_import: bool
    skip_intermediate_posting: bool
    suspense_account: str


class ProviderUserOutput(TypedDict):
    """
    The tenant's one user at a provider.
    """

    banks: int
    created_at: str
    provider: str


class ProviderUserPage(TypedDict):
    """
    Users by provider.
    """

    items: list[ProviderUserOutput]
    next_cursor: str | None


class RejectedOutput(TypedDict):
    """
    A rival explanation and why it lost.
    """

    candidate: str
    why: str


ReplayInput = TypedDict(
    "ReplayInput",
    {
        "company": NotRequired[str | None],
        "cursor": NotRequired[str | None],
        "delivery": NotRequired[str | None],
        "from": NotRequired[str | None],
        "until": NotRequired[str | None],
    },
)


class ReplayOutput(TypedDict):
    """
    How many events are on their way; a period may take several calls.
    """

    count: int
    next_cursor: str | None


class ReportHolderOutput(TypedDict):
    """
    Whose account the report is of.
    """

    bank_number: str | None
    company_name: str
    iban: str | None
    journal_label: str
    siren: str | None


class ReportItemOutput(TypedDict):
    """
    One open row of either side, signed as the bank account sees it.
    """

    age_bucket: Literal["0-30", "31-60", "61-90", "over-90"]
    age_days: int
    amount: str
    carried_in: bool
    date: str
    id: str
    label: str
    reference: str | None


class ReversalInput(TypedDict):
    """
    Why a validated match is taken back, and on which day (contre-passation).
    """

    date: NotRequired[str | None]
    reason: str


class RotationInput(TypedDict):
    """
    How long the secret before signs too; 0 when it became known to somebody.
    """

    overlap_hours: NotRequired[int]


class SecretOutput(TypedDict):
    """
    That there is a signing secret, and how long it signs; never the secret itself.
    """

    made_at: str
    until: str | None


class SendInput(TypedDict):
    """
    What to send: over a link, or, without one, as a file to download.
    """

    announce_to: NotRequired[str | None]
    comment: NotRequired[str]
    documents: NotRequired[Literal["all", "changed", "none"]]
    download_days: NotRequired[int]
    fiscal_year: NotRequired[str | None]
    link: NotRequired[str | None]
    purpose: NotRequired[Literal["review", "update", "correction", "closing"]]


class SettingsOutput(TypedDict):
    """
    Matching and posting settings in force; windows are days of booking minus entry date.
    """

    bank_charge_account: str
    bank_charge_max: str
    bank_fee_account: str | None
    card_commission_percent_max: str
    cents_gain_account: str
    cents_loss_account: str
    cents_tolerance: str
    cheque_window_days_after: int
    cheque_window_days_before: int
    commission_account: str
    customers_account: str
    discount_grace_days: int
    discount_granted_account: str
    discount_obtained_account: str
    discount_vat: Literal["by_account", "split_by_invoice", "split_by_account", "untaxed"]
    discount_vat_rates: list[AccountVatRateOutput]
    fx_gain_account: str
    fx_loss_account: str
    fx_tolerance_percent: str
    interest_paid_account: str | None
    interest_received_account: str | None
    internal_transfers_account: str
    subset_items_max: int
    suppliers_account: str
    suspense_account: str
    vat_collected_account: str
    vat_deductible_account: str
    window_days_after: int
    window_days_before: int


class SettingsPart(TypedDict):
    """
    Matching and posting settings; what is left out keeps its default.

    Windows are days of booking date minus entry date, both ends included; amounts are in the
    company's currency.
    """

    bank_charge_account: NotRequired[str | None]
    bank_charge_max: NotRequired[str | None]
    bank_fee_account: NotRequired[str | None]
    card_commission_percent_max: NotRequired[str | float | None]
    cents_gain_account: NotRequired[str | None]
    cents_loss_account: NotRequired[str | None]
    cents_tolerance: NotRequired[str | None]
    cheque_window_days_after: NotRequired[int | None]
    cheque_window_days_before: NotRequired[int | None]
    commission_account: NotRequired[str | None]
    customers_account: NotRequired[str | None]
    discount_grace_days: NotRequired[int | None]
    discount_granted_account: NotRequired[str | None]
    discount_obtained_account: NotRequired[str | None]
    discount_vat: NotRequired[
        Literal["by_account", "split_by_invoice", "split_by_account", "untaxed"] | None
    ]
    discount_vat_rates: NotRequired[list[AccountVatRatePart] | None]
    fx_gain_account: NotRequired[str | None]
    fx_loss_account: NotRequired[str | None]
    fx_tolerance_percent: NotRequired[str | float | None]
    interest_paid_account: NotRequired[str | None]
    interest_received_account: NotRequired[str | None]
    internal_transfers_account: NotRequired[str | None]
    subset_items_max: NotRequired[int | None]
    suppliers_account: NotRequired[str | None]
    suspense_account: NotRequired[str | None]
    vat_collected_account: NotRequired[str | None]
    vat_deductible_account: NotRequired[str | None]
    window_days_after: NotRequired[int | None]
    window_days_before: NotRequired[int | None]


class SettlementInput(TypedDict):
    """
    Lines and bank entries whose totals differ, and by what the difference is settled.

    The counterparts go with the type "other" alone: they come to the difference, lines minus
    entries, to the cent.
    """

    counterparts: NotRequired[list[CounterpartInput]]
    entries: NotRequired[list[str]]
    journal: NotRequired[str | None]
    operation_date: NotRequired[str | None]
    positions: list[int]
    type: str


class SideOutput(TypedDict):
    """
    How many there are in all, and their sum.
    """

    complete: bool
    count: int
    total: str


class SourceOutput(TypedDict):
    """
    The file a statement was made from, and a link to its very bytes.
    """

    name: str
    sha256: str
    size_bytes: int
    url: str


class SourceRef(TypedDict):
    """
    The file a statement was made from (fichier source).
    """

    name: str
    sha256: str
    statement_ordinal: int


class StatementMadeOutput(TypedDict):
    """
    The statement that was made; null when nothing waits.
    """

    statement: str | None


class StatementWantedInput(TypedDict):
    """
    Up to which booking day a statement is made; without it, of all that waits.
    """

    until: NotRequired[str | None]


class SubtotalOutput(TypedDict):
    """
    How many rows and what they add up to.
    """

    count: int
    total: str


class TemplateEntriesInput(TypedDict):
    """
    Lines that have a template each (modèle d'écriture).
    """

    lines: list[LineRef]


class TemplateEntryInput(TypedDict):
    """
    An entry from a template (modèle d'écriture); what is left out is the template's.

    Counterparts replace the template's split; they come to the line's amount, to the cent.
    """

    counterparts: NotRequired[list[CounterpartInput] | None]
    label: NotRequired[str | None]
    operation_date: NotRequired[str | None]
    piece: NotRequired[str | None]
    template: NotRequired[str | None]


class TemplateLineInput(TypedDict):
    """
    One account of a template and its share: exactly one of the five.
    """

    account: str
    amount: NotRequired[str | None]
    remainder: NotRequired[bool]
    schedule: NotRequired[list[MonthAmountInput]]
    share_percent: NotRequired[str | float | None]
    vat_rate_percent: NotRequired[str | float | None]


class TemplateLineOutput(TypedDict):
    """
    One account of a template and its share.
    """

    account: str
    amount: str | None
    remainder: bool
    schedule: list[MonthAmountOutput]
    share_percent: str | None
    vat_rate_percent: str | None


class TemplateLinePart(TypedDict):
    """
    One account of a template and its share: at most one of the four fields.
    """

    account: str
    amount: NotRequired[str | None]
    remainder: NotRequired[bool | None]
    share_percent: NotRequired[str | float | None]
    vat_rate_percent: NotRequired[str | float | None]


class TemplateOutput(TypedDict):
    """
    An entry template (modèle d'écriture), found on lines by its bank references.
    """

    bank_references: list[str]
    common: bool
    direction: Literal["debit", "credit", "both"]
    id: str
    label: str
    lines: list[TemplateLineOutput]
    version: int


class TemplatePage(TypedDict):
    """
    Templates by id.
    """

    items: list[TemplateOutput]
    next_cursor: str | None


class TemplatePart(TypedDict):
    """
    An entry template (modèle d'écriture), found on lines by its bank references.
    """

    bank_references: NotRequired[list[str] | None]
    direction: NotRequired[Literal["debit", "credit", "both"] | None]
    id: str
    label: NotRequired[str | None]
    lines: NotRequired[list[TemplateLinePart] | None]


class TenantOutput(TypedDict):
    """
    The tenant (cabinet, entreprise) and its administrators.
    """

    administrators: list[str]
    tenant: str
    version: int


class ThirdPartyOutput(TypedDict):
    """
    A customer or supplier (tiers).
    """

    account: str
    aliases: list[str]
    auxiliary: str | None
    bank_references: list[str]
    call_name: str | None
    ibans: list[str]
    id: str
    kind: Literal["customer", "supplier", "both"]
    legal_form: str | None
    mandates: list[str]
    name: str
    payers: list[PayerOutput]
    payment_method: str | None
    payment_terms_days: int | None
    person: bool
    siren: str | None
    version: int


class ThirdPartyPage(TypedDict):
    """
    Third parties by id.
    """

    items: list[ThirdPartyOutput]
    next_cursor: str | None


class ThirdPartyPart(TypedDict):
    """
    A customer or supplier (tiers); without an account, the collective one of its kind.
    """

    account: NotRequired[str | None]
    aliases: NotRequired[list[str] | None]
    auxiliary: NotRequired[str | None]
    bank_references: NotRequired[list[str] | None]
    call_name: NotRequired[str | None]
    ibans: NotRequired[list[str] | None]
    id: str
    kind: Literal["customer", "supplier", "both"]
    legal_form: NotRequired[str | None]
    mandates: NotRequired[list[str] | None]
    name: str
    payers: NotRequired[list[PayerPart] | None]
    payment_method: NotRequired[str | None]
    payment_terms_days: NotRequired[int | None]
    person: NotRequired[bool | None]
    siren: NotRequired[str | None]


class UndefinedMovementInput(TypedDict):
    """
    One receipt or disbursement of lines that no third party is known for.

    Its amount is the lines' total; the counterparts come to it, to the cent.
    """

    counterparts: list[CounterpartInput]
    drawer: NotRequired[str | None]
    operation_date: NotRequired[str | None]
    piece: NotRequired[str | None]
    positions: list[int]


class UndoInput(TypedDict):
    """
    The archive that was applied last over its link.
    """

    archive: str


class UploadInput(TypedDict):
    """
    Which file is to come, alone or several in a zip or gzip.

    A journal forces its account, its import profile and that one's format; a profile or a format
    named here goes before. Without any, the content decides.
    """

    format: NotRequired[
        Literal[
            "camt.053",
            "camt.052",
            "camt.054",
            "cfonb120",
            "bai2",
            "coda",
            "ofx1",
            "ofx2",
            "qif",
            "mt940",
            "mt942",
            "csv",
        ]
        | None
    ]
    import_profile: NotRequired[str | None]
    journal: NotRequired[str | None]
    name: str


class UploadOutput(TypedDict):
    """
    Where to post the file: multipart/form-data, `fields` first, then the bytes as `file`.
    """

    expires_at: str
    fields: dict[str, str]
    key: str
    url: str


class WaitingOutput(TypedDict):
    """
    An archive that waits to be applied (mise à jour en attente).
    """

    apply: bool
    created_at: str
    id: str
    link: str
    name: str
    size_bytes: int


class WaitingPage(TypedDict):
    """
    Archives that wait, the oldest first.
    """

    items: list[WaitingOutput]
    message: str
    next_cursor: str | None


class WebhookInput(TypedDict):
    """
    What to change of a webhook; a field that is left out keeps its value.

    An empty list of companies, or of types, means all of them.
    """

    companies: NotRequired[list[str] | None]
    description: NotRequired[str | None]
    on: NotRequired[bool | None]
    types: NotRequired[
        list[
            Literal[
                "statement.imported",
                "statement.quarantined",
                "statement.accepted",
                "statement.validated",
                "statement.deleted",
                "line.matched",
                "line.closed",
                "line.edited",
                "match.confirmed",
                "match.undone",
                "match.validated",
                "match.reversed",
                "entry.drafted",
                "entry.removed",
                "entry.validated",
                "vat_on_receipts.released",
                "vat_on_receipts.taken_back",
                "journal.carried_over",
                "journal.pointed",
                "journal.pointing_validated",
                "journal.pointing_reopened",
                "run.started",
                "run.finished",
                "run.failed",
                "books.loaded",
                "webhook.disabled",
            ]
        ]
        | None
    ]
    url: NotRequired[str | None]


class WebhookOutput(TypedDict):
    """
    Where events are sent, and whether they get through.
    """

    companies: list[str]
    description: str
    failing_since: str | None
    id: str
    off_at: str | None
    off_reason: Literal["user", "gone", "failing"] | None
    on: bool
    secrets: list[SecretOutput]
    types: list[
        Literal[
            "statement.imported",
            "statement.quarantined",
            "statement.accepted",
            "statement.validated",
            "statement.deleted",
            "line.matched",
            "line.closed",
            "line.edited",
            "match.confirmed",
            "match.undone",
            "match.validated",
            "match.reversed",
            "entry.drafted",
            "entry.removed",
            "entry.validated",
            "vat_on_receipts.released",
            "vat_on_receipts.taken_back",
            "journal.carried_over",
            "journal.pointed",
            "journal.pointing_validated",
            "journal.pointing_reopened",
            "run.started",
            "run.finished",
            "run.failed",
            "books.loaded",
            "webhook.disabled",
        ]
    ]
    url: str
    version: int


class WebhookPage(TypedDict):
    """
    Webhooks by id.
    """

    items: list[WebhookOutput]
    next_cursor: str | None


class WebhookSavedOutput(TypedDict):
    """
    A webhook and, this once, the secret that was just made for it.
    """

    companies: list[str]
    description: str
    failing_since: str | None
    id: str
    off_at: str | None
    off_reason: Literal["user", "gone", "failing"] | None
    on: bool
    secret: str | None
    secrets: list[SecretOutput]
    types: list[
        Literal[
            "statement.imported",
            "statement.quarantined",
            "statement.accepted",
            "statement.validated",
            "statement.deleted",
            "line.matched",
            "line.closed",
            "line.edited",
            "match.confirmed",
            "match.undone",
            "match.validated",
            "match.reversed",
            "entry.drafted",
            "entry.removed",
            "entry.validated",
            "vat_on_receipts.released",
            "vat_on_receipts.taken_back",
            "journal.carried_over",
            "journal.pointed",
            "journal.pointing_validated",
            "journal.pointing_reopened",
            "run.started",
            "run.finished",
            "run.failed",
            "books.loaded",
            "webhook.disabled",
        ]
    ]
    url: str
    version: int


class ApplyInput(TypedDict):
    """
    Archives that wait, in the order to apply them in, and the modules that are ticked.
    """

    archives: list[str]
    modules: NotRequired[list[Literal["master_data", "templates", "documents", "vat", "situation"]]]


class AuditOutput(TypedDict):
    """
    One row of the audit trail (piste d'audit): who, when, what, before and after.
    """

    action: str
    at: str
    author: str
    changes: list[ChangeOutput]
    id: str
    subject: str


class AuditPage(TypedDict):
    """
    The audit trail, newest first.
    """

    items: list[AuditOutput]
    next_cursor: str | None


class BankEntryOutput(TypedDict):
    """
    An entry on a bank account (écriture de trésorerie), or an existing payment.
    """

    account: str
    amount: str
    batch: str | None
    cheque: str | None
    currency: str
    date: str
    draft: bool
    end_to_end_id: str | None
    entry: str | None
    id: str
    journal: str
    label: str
    match: str | None
    method: Literal["transfer", "direct_debit", "cheque", "cheque_in", "card", "other"]
    piece_ref: str | None
    pointed_on: str | None
    remittance: str | None
    source: Literal["payment", "entry"]
    third_party: str | None
    version: int
    waiting: bool


class BankEntryPage(TypedDict):
    """
    Bank entries by date.
    """

    items: list[BankEntryOutput]
    next_cursor: str | None


class BankEntryPart(TypedDict):
    """
    An unreconciled entry that waits for the bank, on a bank account or one that it clears.
    """

    account: NotRequired[str | None]
    amount: str
    batch_ref: NotRequired[str | None]
    card_contract: NotRequired[str | None]
    cheque_no: NotRequired[str | None]
    date: str
    end_to_end_id: NotRequired[str | None]
    id: str
    journal: NotRequired[str | None]
    label: NotRequired[str | None]
    method: NotRequired[
        Literal["transfer", "direct_debit", "cheque", "cheque_in", "card", "other"] | None
    ]
    remittance_no: NotRequired[str | None]
    source: NotRequired[Literal["payment", "entry"] | None]
    third_party: NotRequired[str | None]


class BankLine(TypedDict):
    """
    What the bank said, unchanged; `details` are the parts of a batch, with the same fields.
    """

    amount: str
    bank_code: str | None
    bank_status: Literal["booked", "pending", "information"]
    booking_date: str
    comment: str
    counterparty: CounterpartyOutput
    creditor_id: str | None
    currency: str
    details: list[BankLine]
    end_to_end_id: str | None
    entry_ref: str | None
    label: str
    label_more: str
    mandate_id: str | None
    nature: (
        Literal[
            "transfer",
            "direct_debit",
            "cheque",
            "cheque_deposit",
            "card",
            "card_deposit",
            "cash",
            "bill",
            "fee",
            "interest",
            "loan",
            "tax",
            "return",
            "other",
        ]
        | None
    )
    ordering_account: str
    original_amount: OriginalAmountOutput | None
    position: int
    remittance_ref: str
    return_reason: str | None
    reversal: bool
    value_date: str | None


class BatchOutput(TypedDict):
    """
    What became of each line of a batch, in the order they were asked in.
    """

    made_count: int
    results: list[LineResultOutput]


class BulkEntryLineInput(TypedDict):
    """
    One debit or credit (ligne d'écriture), in the company's currency.

    What tells a payment (`method` and the rest) counts on a bank account, or one that clears one.
    """

    account: str
    batch_ref: NotRequired[str | None]
    card_contract: NotRequired[str | None]
    cheque_no: NotRequired[str | None]
    credit: NotRequired[str | None]
    debit: NotRequired[str | None]
    end_to_end_id: NotRequired[str | None]
    foreign_amount: NotRequired[str | None]
    foreign_currency: NotRequired[str | None]
    label: NotRequired[str | None]
    letter: NotRequired[str | None]
    method: NotRequired[
        Literal["transfer", "direct_debit", "cheque", "cheque_in", "card", "other"] | None
    ]
    remittance_no: NotRequired[str | None]
    third_party: NotRequired[str | None]


class BulkItemOutput(TypedDict):
    """
    What became of one item; a refused one has the problem that it met.
    """

    detail: str | None
    external_id: str
    external_version: int | None
    id: str | None
    outcome: Literal["created", "updated", "unchanged", "stale", "refused"]
    pointer: str | None
    problem: str | None


class BulkOpenItemInput(TypedDict):
    """
    An open item (échéance), signed as the bank sees it: customer invoice +, credit note -.

    Without a residual nothing was paid yet, or what Rappro settled stays settled. `entry` and
    `entry_line` name the line of an entry that was sent in bulk, counted from 0.
    """

    account: NotRequired[str | None]
    amount: str
    company_amount: NotRequired[str | None]
    company_residual: NotRequired[str | None]
    currency: NotRequired[str | None]
    discount: NotRequired[DiscountPart | None]
    due_date: NotRequired[str | None]
    entry: NotRequired[str | None]
    entry_line: NotRequired[int | None]
    external_id: str
    external_version: int
    issue_date: str
    label: NotRequired[str | None]
    number: NotRequired[str | None]
    residual: NotRequired[str | None]
    third_party: str
    type: Literal["invoice", "credit_note", "prepayment"]
    vat: NotRequired[str | None]
    vat_rate_percent: NotRequired[str | float | None]


class BulkOpenItemsInput(TypedDict):
    """
    Open items (échéances) of one call.
    """

    items: list[BulkOpenItemInput]


class BulkOutput(TypedDict):
    """
    What became of each item, in the order they were sent in, and how often what.
    """

    created: int
    refused: int
    results: list[BulkItemOutput]
    stale: int
    unchanged: int
    updated: int


class BulkThirdPartyInput(TypedDict):
    """
    A third party (tiers) as the accounting package has it; what is left out keeps its value.
    """

    account: NotRequired[str | None]
    aliases: NotRequired[list[str] | None]
    auxiliary: NotRequired[str | None]
    bank_references: NotRequired[list[str] | None]
    call_name: NotRequired[str | None]
    external_id: str
    external_version: int
    ibans: NotRequired[list[str] | None]
    kind: NotRequired[Literal["customer", "supplier", "both"] | None]
    legal_form: NotRequired[str | None]
    mandates: NotRequired[list[str] | None]
    name: NotRequired[str | None]
    payers: NotRequired[list[PayerPart] | None]
    payment_method: NotRequired[str | None]
    payment_terms_days: NotRequired[int | None]
    person: NotRequired[bool | None]
    siren: NotRequired[str | None]


class CashMovementOutput(TypedDict):
    """
    A receipt or disbursement (encaissement, décaissement).
    """

    account: str
    amount: str
    currency: str
    date: str
    direction: Literal["receipt", "disbursement"]
    entry: str | None
    id: str
    journal: str
    label: str
    match: str | None
    method: Literal["transfer", "direct_debit", "cheque", "cheque_in", "card", "other"]
    piece_ref: str | None
    pointed_on: str | None
    status: Literal["draft", "validated"]
    third_party: str | None
    version: int


class CashMovementPage(TypedDict):
    """
    Cash movements, by bank account, then date.
    """

    items: list[CashMovementOutput]
    next_cursor: str | None


class CashMovementsInput(TypedDict):
    """
    The lines that a receipt or disbursement is made of, each.
    """

    lines: list[LineRef]
    operation_date: NotRequired[str | None]


class CompanyInput(TypedDict):
    """
    What to change of a company; a field that is left out keeps its value.

    A new company needs a name. The currency is chosen once.
    """

    auto_validation: NotRequired[bool | None]
    closed_until: NotRequired[str | None]
    currency: NotRequired[str | None]
    fiscal_year_start_month: NotRequired[int | None]
    fiscal_years: NotRequired[list[FiscalYearPart] | None]
    name: NotRequired[str | None]
    settings: NotRequired[SettingsPart | None]
    siren: NotRequired[str | None]
    timezone: NotRequired[str | None]


class CompanyOutput(TypedDict):
    """
    A company (dossier): a set of books of the tenant.
    """

    auto_validation: bool
    closed_until: str | None
    currency: str
    fiscal_year_start_month: int
    fiscal_years: list[FiscalYearOutput]
    id: str
    name: str
    settings: SettingsOutput
    siren: str | None
    timezone: str
    version: int


class CompanyPage(TypedDict):
    """
    Companies by id.
    """

    items: list[CompanyOutput]
    next_cursor: str | None


class ConnectionInput(TypedDict):
    """
    What to change of a connection; a field that is left out keeps its value.

    A new one needs a provider and a label; it then synchronises every 12 hours.
    """

    bank: NotRequired[str | None]
    contact: NotRequired[str | None]
    interval_seconds: NotRequired[int | None]
    label: NotRequired[str | None]
    mail_on: NotRequired[Literal["all", "errors", "none"] | None]
    mail_to: NotRequired[list[str] | None]
    on: NotRequired[bool | None]
    provider: NotRequired[Literal["bridge", "powens", "saltedge", "ponto"] | None]
    start_delay_seconds: NotRequired[int | None]


class ConnectionOutput(TypedDict):
    """
    A bank connection through a provider, on a schedule.
    """

    bank: str | None
    bank_name: str
    consent_expires_at: str | None
    contact: str | None
    effective_interval_seconds: int
    id: str
    interval_seconds: int
    label: str
    last_bank_refresh_at: str | None
    last_run_at: str | None
    last_success_at: str | None
    link_expires_at: str | None
    linked: bool
    linked_at: str | None
    mail_on: Literal["all", "errors", "none"]
    mail_to: list[str]
    next_run_at: str | None
    next_try_at: str | None
    on: bool
    origin: Literal["bank_provider", "provider_rappro"] | None
    provider: str
    provider_code: str | None
    start_delay_seconds: int
    state: str
    user_action: bool
    version: int
    warnings: list[Literal["interval_below_advised"]]


class ConnectionPage(TypedDict):
    """
    Bank connections by id.
    """

    items: list[ConnectionOutput]
    next_cursor: str | None


class CsvProfileInput(TypedDict):
    """
    How a bank writes its CSV exports; docs/formats/csv.md explains each key.

    A key that is left out keeps its value, null puts it back to its default.
    """

    bank: NotRequired[str | None]
    charset: NotRequired[
        Literal["cp1252", "iso-8859-1", "iso-8859-15", "cp850", "mac-roman"] | None
    ]
    columns: NotRequired[list[list[str]] | None]
    currency: NotRequired[str | None]
    dates: NotRequired[Literal["dmy", "mdy", "ymd"] | None]
    debits: NotRequired[list[str] | None]
    decimal: NotRequired[Literal[",", ".", ""] | None]
    footer: NotRequired[list[str] | None]
    natures: NotRequired[
        dict[
            str,
            Literal[
                "transfer",
                "direct_debit",
                "cheque",
                "cheque_deposit",
                "card",
                "card_deposit",
                "cash",
                "bill",
                "fee",
                "interest",
                "loan",
                "tax",
                "return",
                "other",
            ],
        ]
        | None
    ]
    others: NotRequired[bool | None]
    preamble: NotRequired[list[CsvFactPart] | None]
    quoted: NotRequired[bool | None]
    separator: NotRequired[Literal[";", ",", "\t", "|"] | None]
    statuses: NotRequired[dict[str, Literal["booked", "pending", "information"]] | None]
    tables: NotRequired[bool | None]


class DeliveryOutput(TypedDict):
    """
    What became of one event on its way to a webhook.
    """

    at: str
    attempts: list[AttemptOutput]
    company: str
    delivered_at: str | None
    event: str
    id: str
    next_attempt_at: str | None
    state: Literal["delivered", "waiting", "dead", "dropped"]
    subject: str
    type: str


class DeliveryPage(TypedDict):
    """
    Deliveries by the instant of their events, newest first.
    """

    items: list[DeliveryOutput]
    next_cursor: str | None


class EntryLineOutput(TypedDict):
    """
    One debit or credit, in the company's currency (ligne d'écriture).
    """

    account: str
    credit: str
    debit: str
    foreign: ForeignAmountOutput | None
    label: str
    letter: str | None
    lettered_on: str | None
    piece_date: str | None
    piece_ref: str | None
    third_party: str | None


class EntryOutput(TypedDict):
    """
    An entry (écriture): a draft (brouillard), then validated and immutable.
    """

    created_at: str | None
    date: str
    fiscal_year: str | None
    id: str
    journal: str
    label: str
    lines: list[EntryLineOutput]
    match: str | None
    number: int | None
    piece_date: str
    piece_ref: str
    source: Literal["fec", "api", "engine", "person"]
    source_number: str | None
    statement: str | None
    status: Literal["draft", "validated"]
    transaction_code: str | None
    unbalanced_at_source: bool
    validated_on: str | None
    version: int


class EntryPage(TypedDict):
    """
    Entries by date.
    """

    items: list[EntryOutput]
    next_cursor: str | None


class ExchangeLinkOutput(TypedDict):
    """
    A link (lien) with another tenant's books of the same company.
    """

    made_at: str
    modules: list[Literal["master_data", "templates", "documents", "vat", "situation"]]
    name: str
    other: OtherSideOutput | None
    state: Literal["invited", "accepted", "revoked"]


class ExchangeLinkPage(TypedDict):
    """
    Links by name.
    """

    items: list[ExchangeLinkOutput]
    next_cursor: str | None


class ExchangeReport(TypedDict):
    """
    What was sent, would be changed, or was applied, of one archive.
    """

    announced_to: str | None
    archive: str
    changes: list[ExchangeChange]
    comment: str
    conflicts: list[ExchangeConflict]
    counts: list[ExchangeCount]
    created_at: str
    documents: int
    download_until: str | None
    fiscal_year: str | None
    left: list[str]
    modules: list[Literal["master_data", "templates", "documents", "vat", "situation"]]
    name: str
    purpose: Literal["review", "update", "correction", "closing"] | None
    revision: str | None
    sender: str | None
    to: str | None


class ExplanationOutput(TypedDict):
    """
    Why the line has its level, for an auditor.
    """

    evidence: list[EvidenceOutput]
    rejected: list[RejectedOutput]


class FeedAccountInput(TypedDict):
    """
    What to change of a bank account; a field that is left out keeps its value.
    """

    iban_confirmed: NotRequired[bool]
    journal: NotRequired[str | None]
    mode: NotRequired[Literal["each_sync", "daily", "weekly", "monthly", "by_hand"] | None]
    name: NotRequired[str | None]
    on: NotRequired[bool | None]
    start_on: NotRequired[str | None]


class FeedAccountOutput(TypedDict):
    """
    A bank account of a connection (compte bancaire); some have neither IBAN nor number.
    """

    balance: str | None
    balance_at: str | None
    bic: str | None
    connection: str
    currency: str
    gap: str
    gone: bool
    holder: str | None
    iban: str | None
    iban_confirmed: bool
    iban_masked: str | None
    id: str
    journal: str | None
    kind: str
    last_statement_at: str | None
    last_sync_at: str | None
    ledger_account: str | None
    mode: Literal["each_sync", "daily", "weekly", "monthly", "by_hand"]
    name: str
    next_sync_at: str | None
    number: str | None
    on: bool
    provider: str
    start_on: str | None
    version: int


class FindingOutput(TypedDict):
    """
    A named observation (constat) about a file, a statement or a line.
    """

    code: str
    message: str
    position: str | None
    severity: Literal["info", "warning", "blocking"]


class ImportOutput(TypedDict):
    """
    One row of the import trace (trace d'import): what came, what became of it and why.
    """

    at: str
    findings: list[FindingOutput]
    format: str | None
    id: str
    journal: str | None
    line_count: int
    name: str
    object_version: str
    outcome: Literal[
        "imported", "books_loaded", "quarantined", "already_imported", "refused", "storing"
    ]
    sha256: str
    statement: str | None


class ImportPage(TypedDict):
    """
    The import trace, newest first.
    """

    items: list[ImportOutput]
    next_cursor: str | None


class InvitationInput(TypedDict):
    """
    A link to make, by a name of one's own, and what may go over it beside entries.
    """

    modules: NotRequired[list[Literal["master_data", "templates", "documents", "vat", "situation"]]]
    name: str


class InvitedOutput(TypedDict):
    """
    A link that was just made and, this once, the code that accepts it.
    """

    made_at: str
    modules: list[Literal["master_data", "templates", "documents", "vat", "situation"]]
    name: str
    other: OtherSideOutput | None
    secret: str
    state: Literal["invited", "accepted", "revoked"]


class JournalInput(TypedDict):
    """
    What to change of a journal; a field that is left out keeps its value.

    A new journal needs a label. `reconciled_on` and `reconciled_balance` say up to which day and
    bank balance the account was pointed elsewhere; they come together.
    """

    account: NotRequired[str | None]
    auto_validation: NotRequired[bool | None]
    bank_number: NotRequired[str | None]
    bic: NotRequired[str | None]
    currency: NotRequired[str | None]
    iban: NotRequired[str | None]
    import_profile: NotRequired[str | None]
    label: NotRequired[str | None]
    profile: NotRequired[ProfileInput | None]
    reconciled_balance: NotRequired[str | None]
    reconciled_on: NotRequired[str | None]
    type: NotRequired[Literal["treasury", "sales", "purchases", "miscellaneous", "opening"] | None]


class JournalOutput(TypedDict):
    """
    A journal; a treasury journal has one bank account.
    """

    account: str | None
    auto_validation: bool | None
    bank_number: str | None
    bic: str | None
    code: str
    currency: str
    iban: str | None
    import_profile: str | None
    label: str
    profile: ProfileOutput
    reconciled_balance: str | None
    reconciled_on: str | None
    type: Literal["treasury", "sales", "purchases", "miscellaneous", "opening"]
    version: int


class JournalPage(TypedDict):
    """
    Journals by code.
    """

    items: list[JournalOutput]
    next_cursor: str | None


class JournalPart(TypedDict):
    """
    A journal; without a type, one with an IBAN or an account 51... is a treasury journal.
    """

    account: NotRequired[str | None]
    bic: NotRequired[str | None]
    code: str
    currency: NotRequired[str | None]
    iban: NotRequired[str | None]
    label: NotRequired[str | None]
    type: NotRequired[Literal["treasury", "sales", "purchases", "miscellaneous", "opening"] | None]


class LineEditInput(TypedDict):
    """
    What to set on an unmatched line; it survives every recomputation. A null takes it off.

    `known_as` goes alone: a line (statement/position) that brought the same movement first, or null
    to release the line.
    """

    invoice: NotRequired[str | None]
    known_as: NotRequired[str | None]
    nature: NotRequired[
        Literal[
            "transfer",
            "direct_debit",
            "cheque",
            "cheque_deposit",
            "card",
            "card_deposit",
            "cash",
            "bill",
            "fee",
            "interest",
            "loan",
            "tax",
            "return",
            "other",
        ]
        | None
    ]
    template: NotRequired[str | None]
    third_party: NotRequired[str | None]


class LineInput(TypedDict):
    """
    One movement; + is money in. The five texts are searched by the matching.
    """

    amount: str
    booking_date: str
    comment: NotRequired[str]
    counterparty: NotRequired[CounterpartyInput | None]
    end_to_end_id: NotRequired[str | None]
    entry_ref: NotRequired[str | None]
    label: NotRequired[str]
    label_more: NotRequired[str]
    mandate_id: NotRequired[str | None]
    nature: NotRequired[
        Literal[
            "transfer",
            "direct_debit",
            "cheque",
            "cheque_deposit",
            "card",
            "card_deposit",
            "cash",
            "bill",
            "fee",
            "interest",
            "loan",
            "tax",
            "return",
            "other",
        ]
        | None
    ]
    ordering_account: NotRequired[str]
    remittance_ref: NotRequired[str]
    value_date: NotRequired[str | None]


class LineSettleOutput(TypedDict):
    """
    What one line of the match settles.
    """

    amount: str
    id: str
    line_id: str
    type: Literal["open_item", "bank_entry", "past_payment", "account", "third_party"]


class ManualLinesInput(TypedDict):
    """
    Lines to add; `version` is the statement's, so that a repeated request adds them once.
    """

    lines: list[LineInput]
    version: int


class ManualStatementInput(TypedDict):
    """
    A statement (relevé) made by hand; amounts are in the journal's currency.

    Without both balances the statement is taken in uncontrolled (`balance_missing`). The period is
    that of its lines unless it is given.
    """

    closing: NotRequired[BalanceInput | None]
    import_profile: NotRequired[str | None]
    journal: str
    lines: list[LineInput]
    number: NotRequired[str | None]
    opening: NotRequired[BalanceInput | None]
    period_from: NotRequired[str | None]
    period_to: NotRequired[str | None]


class MatchBatchOutput(TypedDict):
    """
    What became of each match, in the order they were asked in.
    """

    changed: int
    refused: int
    results: list[MatchResultOutput]


class MatchOutput(TypedDict):
    """
    A match (rapprochement); kept after an undo. Amounts in the company's currency.
    """

    adjustments: list[AdjustmentOutput]
    allocations: list[AllocationOutput]
    amount: str
    author: str
    created_at: str
    difference_type: str | None
    engine: str | None
    entries: list[str]
    id: str
    level: Literal["A", "AC", "AS", "AM", "AD", "B", "BC", "C"]
    lines: list[LineRefOutput]
    mark: str | None
    pointed_on: str
    reversals: list[str]
    settles: list[LineSettleOutput]
    statements: list[str]
    status: Literal[
        "posting", "undoing", "to_confirm", "confirmed", "validated", "undone", "closed", "reversed"
    ]
    template: str | None
    undone_at: str | None
    undone_by: str | None
    version: int


class MatchPage(TypedDict):
    """
    Matches that stand on a statement's lines, in line order.
    """

    items: list[MatchOutput]
    next_cursor: str | None


class MemberInput(TypedDict):
    """
    What a member may do and when; a field that is left out keeps its value.
    """

    permissions: NotRequired[
        list[
            Literal[
                "manage",
                "import",
                "modify",
                "delete",
                "match",
                "undo_match",
                "print_reconciliation",
                "settle_by_ledger",
                "generate_cash_movements",
                "update_third_party",
                "update_template",
                "generate_entry",
                "generate_entries",
                "update_natures",
                "validate",
                "close",
                "manual_pointing",
                "feeds",
                "exchange",
                "settings",
                "members",
                "read",
                "administer",
                "signed_in",
            ]
        ]
        | None
    ]
    role: NotRequired[Literal["reader", "assistant", "accountant", "manager"] | None]
    valid_from: NotRequired[str | None]
    valid_until: NotRequired[str | None]


class MemberOutput(TypedDict):
    """
    A member of a company (collaborateur).
    """

    company: str
    permissions: list[
        Literal[
            "manage",
            "import",
            "modify",
            "delete",
            "match",
            "undo_match",
            "print_reconciliation",
            "settle_by_ledger",
            "generate_cash_movements",
            "update_third_party",
            "update_template",
            "generate_entry",
            "generate_entries",
            "update_natures",
            "validate",
            "close",
            "manual_pointing",
            "feeds",
            "exchange",
            "settings",
            "members",
            "read",
            "administer",
            "signed_in",
        ]
    ]
    user: str
    valid_from: str | None
    valid_until: str | None
    version: int


class MemberPage(TypedDict):
    """
    Members by user.
    """

    items: list[MemberOutput]
    next_cursor: str | None


class OpenItemOutput(TypedDict):
    """
    An open item (échéance): an unsettled invoice, credit note or prepayment.
    """

    account: str
    amount: str
    company_amount: str
    company_residual: str
    currency: str
    discount: DiscountOutput | None
    due_date: str
    entry: str | None
    external_id: str | None
    id: str
    issue_date: str
    label: str
    letter: str | None
    number: str
    residual: str
    settled: bool
    third_party: str
    type: Literal["invoice", "credit_note", "prepayment"]
    vat: str | None
    vat_rate_percent: str | None
    version: int


class OpenItemPage(TypedDict):
    """
    Unsettled open items by due date.
    """

    items: list[OpenItemOutput]
    next_cursor: str | None


class OpenItemPart(TypedDict):
    """
    An open item (échéance), signed as the bank sees it: customer invoice +, credit note -.

    Without a residual nothing was paid yet. The company's amounts are needed when the currency is
    not the company's. `vat` is the VAT in the amount, signed like it.
    """

    account: NotRequired[str | None]
    amount: str
    company_amount: NotRequired[str | None]
    company_residual: NotRequired[str | None]
    currency: NotRequired[str | None]
    discount: NotRequired[DiscountPart | None]
    due_date: NotRequired[str | None]
    external_id: NotRequired[str | None]
    id: str
    issue_date: NotRequired[str | None]
    number: NotRequired[str | None]
    residual: NotRequired[str | None]
    third_party: str
    type: Literal["invoice", "credit_note", "prepayment"]
    vat: NotRequired[str | None]
    vat_rate_percent: NotRequired[str | float | None]


class PastPaymentOutput(TypedDict):
    """
    A payment (paiement) that was reconciled before, which the bank may still return.
    """

    amount: str
    date: str
    end_to_end_id: str | None
    id: str
    invoice_number: str | None
    mandate: str | None
    method: Literal["transfer", "direct_debit", "cheque", "cheque_in", "card", "other"]
    third_party: str | None
    version: int


class PastPaymentPage(TypedDict):
    """
    Payments that were reconciled before, by id.
    """

    items: list[PastPaymentOutput]
    next_cursor: str | None


class PastPaymentPart(TypedDict):
    """
    A payment reconciled before, which the bank may still return.
    """

    amount: str
    date: str
    end_to_end_id: NotRequired[str | None]
    id: str
    invoice_number: NotRequired[str | None]
    mandate: NotRequired[str | None]
    method: NotRequired[
        Literal["transfer", "direct_debit", "cheque", "cheque_in", "card", "other"] | None
    ]
    third_party: NotRequired[str | None]


class PointingOutput(TypedDict):
    """
    The sheet of a manual pointing (pointage manuel), with what is missing to the balance.
    """

    account: str
    balance: str
    currency: str
    difference: str
    pointed: str
    rows: list[PointingRowOutput]
    unvalidated: int


class ReportSide(TypedDict):
    """
    One list of the report: its rows, up to a bound, and the count and total of all of them.
    """

    by_age: list[AgeOutput]
    carried_in: SubtotalOutput
    count: int
    items: list[ReportItemOutput]
    of_period: SubtotalOutput
    total: str


class RunOutput(TypedDict):
    """
    One run of the matching over a statement (traitement).
    """

    ended_at: str | None
    error_code: str | None
    execution: str | None
    id: str
    match: bool
    matched_count: int
    number: int
    started_at: str
    state: Literal["started", "gathered", "decided", "posted", "failed"]
    statement: str
    version: int


class RunPage(TypedDict):
    """
    One page of a statement's runs.
    """

    items: list[RunOutput]
    next_cursor: str | None


class SettleOutput(TypedDict):
    """
    How much of a target is settled, in the company's currency, signed as the bank sees it.
    """

    amount: str
    id: str
    type: Literal["open_item", "bank_entry", "past_payment", "account", "third_party"]


class StagedOutput(TypedDict):
    """
    A booked transaction that was fetched, and where it stands.
    """

    account: str
    differs: FeedLineOutput | None
    doubt: str | None
    gone: bool
    id: str
    line: FeedLineOutput
    position: int | None
    seen_at: str
    state: Literal["waiting", "placed", "ignored", "suspected", "removed"]
    statement: str | None
    version: int


class StagedPage(TypedDict):
    """
    Staged transactions by booking day.
    """

    items: list[StagedOutput]
    next_cursor: str | None


class StatementOutput(TypedDict):
    """
    A statement (relevé): one bank account, one period.
    """

    account: BankAccountOutput
    booked: str
    closing: BalanceOutput | None
    currency: str
    deleted: str
    deleted_line_count: int
    findings: list[FindingOutput]
    format: str
    id: str
    imported_at: str
    journal: str | None
    known_line_count: int
    last_run_error: str | None
    level_counts: LevelCounts
    line_count: int
    matched: str
    number: str | None
    opening: BalanceOutput | None
    origin: Literal["file", "manual", "feed"]
    override_reason: str | None
    period_from: str | None
    period_to: str | None
    profile: ProfileOutput
    reconciliation_report: str | None
    run_number: int
    source: SourceRef
    status: Literal[
        "imported",
        "partly_matched",
        "matched",
        "validating",
        "validated",
        "reconciled",
        "transferred",
        "quarantined",
        "run_failed",
        "deleting",
    ]
    version: int


class StatementPage(TypedDict):
    """
    Statements, newest period first.
    """

    items: list[StatementOutput]
    next_cursor: str | None


class TargetInput(TypedDict):
    """
    What is settled and by how much, in the company's currency, signed as the bank sees it.
    """

    amount: str
    id: str
    type: Literal["open_item", "bank_entry", "past_payment", "account", "third_party"]


class TaskOutput(TypedDict):
    """
    A long work (tâche): poll it until it is `done` or `failed`.

    A validation leads to its `statement`, an export to its `file`, a batch to its `matches`.
    """

    attempts: int
    author: str
    created_at: str
    detail: str | None
    done: int
    ended_at: str | None
    exchange: list[ExchangeReport]
    file: ExportedFile | None
    findings: list[FindingOutput]
    id: str
    kind: Literal[
        "validation",
        "fec_export",
        "journal_export",
        "undo",
        "confirmation",
        "exchange_send",
        "exchange_preview",
        "exchange_apply",
        "exchange_undo",
    ]
    matches: list[MatchResultOutput]
    problem: str | None
    rows: int | None
    started_at: str | None
    state: Literal["waiting", "running", "done", "failed"]
    statement: str | None
    total: int | None


class TaskPage(TypedDict):
    """
    Long works, newest first.
    """

    items: list[TaskOutput]
    next_cursor: str | None


class TemplateInput(TypedDict):
    """
    What to change of a template; a field that is left out keeps its value.
    """

    bank_references: NotRequired[list[str] | None]
    direction: NotRequired[Literal["debit", "credit", "both"] | None]
    label: NotRequired[str | None]
    lines: NotRequired[list[TemplateLineInput] | None]


class ThirdPartyInput(TypedDict):
    """
    What to change of a third party; a field that is left out keeps its value.

    A new one needs a kind and a name; its account is then the collective one of its kind. A list
    replaces the list.
    """

    account: NotRequired[str | None]
    aliases: NotRequired[list[str] | None]
    auxiliary: NotRequired[str | None]
    bank_references: NotRequired[list[str] | None]
    call_name: NotRequired[str | None]
    ibans: NotRequired[list[str] | None]
    kind: NotRequired[Literal["customer", "supplier", "both"] | None]
    legal_form: NotRequired[str | None]
    mandates: NotRequired[list[str] | None]
    name: NotRequired[str | None]
    payers: NotRequired[list[PayerPart] | None]
    payment_method: NotRequired[str | None]
    payment_terms_days: NotRequired[int | None]
    person: NotRequired[bool | None]
    siren: NotRequired[str | None]


class BankOutput(TypedDict):
    """
    A connection with its accounts.
    """

    accounts: list[FeedAccountOutput]
    bank_name: str
    connection: str
    consent_expires_at: str | None
    label: str
    last_sync_at: str | None
    next_sync_at: str | None
    provider: str
    removed: bool
    state: str


class BankPage(TypedDict):
    """
    Banks by connection.
    """

    items: list[BankOutput]
    next_cursor: str | None


class BooksInput(TypedDict):
    """
    A company's books, or a part of them, as an accounting package hands them over.

    Amounts are signed as the company's bank account sees them: + money in. Every list may be
    left out.
    """

    accounts: NotRequired[list[AccountPart] | None]
    bank_entries: NotRequired[list[BankEntryPart] | None]
    card_contracts: NotRequired[list[CardContractPart] | None]
    company: NotRequired[CompanyPart | None]
    journals: NotRequired[list[JournalPart] | None]
    open_items: NotRequired[list[OpenItemPart] | None]
    past_payments: NotRequired[list[PastPaymentPart] | None]
    settings: NotRequired[SettingsPart | None]
    templates: NotRequired[list[TemplatePart] | None]
    third_parties: NotRequired[list[ThirdPartyPart] | None]


class BooksLoadOutput(TypedDict):
    """
    A load of books, by API or from a dropped file; while it is `loading`, runs wait.
    """

    at: str
    counts: BookCounts
    findings: list[FindingOutput]
    id: str
    name: str
    state: Literal["loading", "loaded", "refused"]
    version: int


class BooksLoadPage(TypedDict):
    """
    Loads of books, newest first.
    """

    items: list[BooksLoadOutput]
    next_cursor: str | None


class BulkEntryInput(TypedDict):
    """
    An entry (écriture) of the accounting package: a draft, or validated on a day for good.
    """

    date: str
    external_id: str
    external_version: int
    journal: str
    label: str
    lines: list[BulkEntryLineInput]
    number: NotRequired[str | None]
    piece_date: NotRequired[str | None]
    piece_ref: str
    validated_on: NotRequired[str | None]


class BulkThirdPartiesInput(TypedDict):
    """
    Third parties (tiers) of one call.
    """

    items: list[BulkThirdPartyInput]


class CandidateOutput(TypedDict):
    """
    A possible explanation that was not taken by itself; a higher score is better.
    """

    score: int
    settles: list[SettleOutput]
    template: str | None


class DecisionOutput(TypedDict):
    """
    What a run decided about a line, by which version of the engine, and against what.
    """

    candidates: list[CandidateOutput]
    engine: str
    explanation: ExplanationOutput
    invoice: str | None
    level: Literal["A", "AC", "AS", "AM", "AD", "B", "BC", "C"]
    run: str
    run_number: int
    settles: list[SettleOutput]
    template: str | None
    third_party: str | None


class EntryChangeOutput(TypedDict):
    """
    One change of an entry (écriture); `row` and `entry_id` together tell it from others.
    """

    at: str
    author: str
    entry: EntryOutput | None
    entry_id: str
    kind: Literal["drafted", "validated", "reversed", "removed"]
    row: str


class EntryChangesOutput(TypedDict):
    """
    What a consumer was not told yet, or did not acknowledge, in order.
    """

    cursor: str
    has_more: bool
    items: list[EntryChangeOutput]


class FecOutput(TypedDict):
    """
    A FEC (fichier des écritures comptables) and what its check found.
    """

    closing_day: str
    conformant: bool
    credit: str
    debit: str
    entries: int
    file: ExportedFile
    findings: list[FindingOutput]
    first_day: str
    fiscal_year: str
    rows: int


class LineOutput(TypedDict):
    """
    A statement line (ligne de relevé) with what is known about it so far.
    """

    amount: str
    bank_code: str | None
    bank_status: Literal["booked", "pending", "information"]
    booking_date: str
    candidates: list[CandidateOutput]
    comment: str
    counterparty: CounterpartyOutput
    creditor_id: str | None
    currency: str
    details: list[BankLine]
    edited_nature: (
        Literal[
            "transfer",
            "direct_debit",
            "cheque",
            "cheque_deposit",
            "card",
            "card_deposit",
            "cash",
            "bill",
            "fee",
            "interest",
            "loan",
            "tax",
            "return",
            "other",
        ]
        | None
    )
    end_to_end_id: str | None
    entry_ref: str | None
    explanation: ExplanationOutput | None
    id: str
    invoice: str | None
    invoice_set_by: Literal["engine", "person"] | None
    known_as: str | None
    label: str
    label_more: str
    level: Literal["A", "AC", "AS", "AM", "AD", "B", "BC", "C"] | None
    mandate_id: str | None
    match: str | None
    nature: (
        Literal[
            "transfer",
            "direct_debit",
            "cheque",
            "cheque_deposit",
            "card",
            "card_deposit",
            "cash",
            "bill",
            "fee",
            "interest",
            "loan",
            "tax",
            "return",
            "other",
        ]
        | None
    )
    ordering_account: str
    original_amount: OriginalAmountOutput | None
    position: int
    remittance_ref: str
    return_reason: str | None
    reversal: bool
    statement: str
    status: Literal["not_validated", "partly_validated", "validated", "closed_manually", "reversed"]
    template: str | None
    template_set_by: Literal["engine", "person"] | None
    third_party: str | None
    third_party_set_by: Literal["engine", "person"] | None
    value_date: str | None
    version: int


class LinePage(TypedDict):
    """
    Lines in position order.
    """

    items: list[LineOutput]
    next_cursor: str | None


class MatchInput(TypedDict):
    """
    A manual match (rapprochement manuel): the lines and the targets add up to the same total.
    """

    lines: list[LineRef]
    pointed_on: NotRequired[str | None]
    targets: list[TargetInput]


class MatchedOutput(TypedDict):
    """
    A match with its lines here, the bank entries that it points, and the entries it made.
    """

    bank_entries: list[BankEntryOutput]
    entries: list[EntryOutput]
    lines: list[LineOutput]
    match: MatchOutput


class MeOutput(TypedDict):
    """
    Who calls, and one page of his memberships that count now, by company.
    """

    administrator: bool
    items: list[MemberOutput]
    next_cursor: str | None
    tenant: str
    user: str


class ReportOutput(TypedDict):
    """
    The reconciliation report (état de rapprochement) of a treasury journal at a date.

    bank balance = ledger balance + lines not in the books − entries not on the bank + difference.
    """

    account: str
    balances: list[BalancePointOutput]
    bank_balance: str
    currency: str
    difference: str
    entries_not_on_bank: ReportSide
    holder: ReportHolderOutput
    journal: str
    ledger_balance: str
    lines_not_in_books: ReportSide
    on: str
    period_from: str | None
    reconciled_bank: str
    reconciled_ledger: str
    statement_number: str | None


class StatementViewOutput(TypedDict):
    """
    Both sides of a statement (relevé): what waits, what is matched, what is left between them.

    Lists hold their first items; totals are of all.
    """

    difference: str
    matched: list[MatchedOutput]
    matched_lines_total: SideOutput
    statement: StatementOutput
    unmatched_entries: list[BankEntryOutput]
    unmatched_entries_total: SideOutput
    unmatched_lines: list[LineOutput]
    unmatched_lines_total: SideOutput


class BulkEntriesInput(TypedDict):
    """
    Entries (écritures) of one call.
    """

    items: list[BulkEntryInput]


class FrozenReportContentOutput(TypedDict):
    """
    A frozen report with its lists.
    """

    frozen: FrozenReportOutput
    report: ReportOutput
