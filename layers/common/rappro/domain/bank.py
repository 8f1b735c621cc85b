"""Bank side: what a statement (relevé) and its lines say, and how parsers hand them over.

A parser yields, for each statement: one `StatementOpened`, its `StatementLine`s in file order, one
`StatementClosed`. What the bank said is never changed afterwards; what Rappro finds out about a
line lives apart, in `records.LineRecord`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from rappro.domain.frozen import dataclass


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    BLOCKING = "blocking"  # the statement is quarantined until someone overrides it with a reason


@dataclass(frozen=True, slots=True)
class Finding:
    """A named observation (constat) about a file, a statement or a line; `position` says where.

    `position` is free text made for a person: "line 12", "statement 2 line 7", "byte 1024".
    """

    code: str
    severity: Severity
    message: str
    position: str | None = None


class LineStatusAtBank(StrEnum):
    BOOKED = "booked"
    PENDING = "pending"
    INFORMATION = "information"


class Nature(StrEnum):
    """The means of payment (nature), set from the bank's code and editable."""

    TRANSFER = "transfer"  # virement
    DIRECT_DEBIT = "direct_debit"  # prélèvement
    CHEQUE = "cheque"  # chèque émis
    CHEQUE_DEPOSIT = "cheque_deposit"  # remise de chèques
    CARD = "card"  # paiement par carte
    CARD_DEPOSIT = "card_deposit"  # remise de cartes
    CASH = "cash"  # espèces
    BILL = "bill"  # effet, LCR, BOR
    FEE = "fee"  # frais, commissions
    INTEREST = "interest"  # intérêts, agios
    LOAN = "loan"  # échéance de prêt
    TAX = "tax"  # impôts et taxes
    RETURN = "return"  # rejet, impayé
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class BankAccountRef:
    """The account as the file names it; `number` is whatever it gives when it is no IBAN."""

    iban: str | None = None
    number: str | None = None
    bic: str | None = None
    currency: str | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Counterparty:
    """The other side of a line as the bank names it; `id`: a creditor, private or national id."""

    name: str | None = None
    iban: str | None = None
    bic: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class OriginalAmount:
    """The amount as instructed in another currency; `rate` is the bank's decimal text."""

    amount_minor: int
    currency: str
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """A booked balance at the end of `on`; positive is money of the account holder."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement (ligne de relevé), exactly as the bank gives it.

    `position` is 1-based in its statement. `amount_minor` is signed: + money in. The five
    searchable texts are label (libellé), label_more (libellé suite), comment (commentaire),
    remittance_ref (référence de la remise) and ordering_account (compte donneur d'ordre).
    `entry_ref` is the bank's own reference of the entry. `details` are the parts of a batch entry;
    they carry the same fields, need not add up to the line, and never count in the balance.
    `raw` is the source text of the line, bounded, kept for an auditor.
    """

    position: int
    booking_date: date
    amount_minor: int
    currency: str
    value_date: date | None = None
    entry_ref: str | None = None
    label: str = ""
    label_more: str = ""
    comment: str = ""
    remittance_ref: str = ""
    ordering_account: str = ""
    counterparty: Counterparty = Counterparty()
    end_to_end_id: str | None = None
    mandate_id: str | None = None
    creditor_id: str | None = None
    bank_code: str | None = None
    nature: Nature | None = None
    is_reversal: bool = False
    return_reason: str | None = None
    original: OriginalAmount | None = None
    status: LineStatusAtBank = LineStatusAtBank.BOOKED
    details: tuple[StatementLine, ...] = ()
    raw: str = ""

    @property
    def texts(self) -> tuple[str, str, str, str, str]:
        """The five texts that matching searches, in SPEC order."""
        return (
            self.label, self.label_more, self.comment, self.remittance_ref, self.ordering_account
        )  # fmt: skip

    def amount_in(self, currency: str) -> int | None:
        """Return what the line is in a currency, signed: its own, or what the bank says of it.

        None when the bank does not say. A rate is not used: which way it is meant is not said.
        """
        if currency == self.currency:
            return self.amount_minor
        original = self.original
        if original is None or original.currency != currency or not original.amount_minor:
            return None
        return abs(original.amount_minor) * (-1 if self.amount_minor < 0 else 1)


@dataclass(frozen=True, slots=True)
class StatementOpened:
    """The start of a statement; later facts (closing, number) may only come when it closes."""

    account: BankAccountRef
    ordinal: int  # 1-based among the statements of the file


@dataclass(frozen=True, slots=True)
class StatementClosed:
    """The end of a statement: everything that is said once about it.

    `currency` is the one every amount of the statement is in. `findings` are the parser's own
    (tolerated deviations); controls against the books come later.
    """

    account: BankAccountRef
    ordinal: int
    currency: str
    number: str | None
    period_from: date | None
    period_to: date | None
    opening: Balance | None
    closing: Balance | None
    line_count: int
    findings: tuple[Finding, ...] = ()


StatementEvent = StatementOpened | StatementLine | StatementClosed
