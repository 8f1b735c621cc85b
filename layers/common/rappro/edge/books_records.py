"""Rows of the books document into domain records, with the checks that need more than one row.

Currencies, back-references to third parties, defaults that come from the company or a journal. An
error says its JSON pointer. The shapes are in books_models.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
    CardContract,
    Company,
    Discount,
    EntryTemplate,
    Journal,
    JournalType,
    LedgerAccount,
    OpenItem,
    PastPayment,
    Payer,
    PaymentMethod,
    TemplateDirection,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.errors import InputError, InvalidRequest
from rappro.domain.frozen import dataclass
from rappro.domain.ids import OpenItemId, ThirdPartyId
from rappro.domain.money import exponent, parse_amount
from rappro.edge.books_models import (
    BankEntryPart,
    BooksInput,
    JournalPart,
    OpenItemPart,
    PastPaymentPart,
    TemplateLinePart,
    TemplatePart,
    ThirdPartyPart,
)
from rappro.edge.pointers import pointer

Path = tuple[str | int, ...]
P = TypeVar("P")
D = TypeVar("D")


@contextmanager
def _located(path: Path) -> Iterator[None]:
    """Give an input error of the domain its place in the document."""
    try:
        yield
    except InputError as error:
        raise InvalidRequest(error.detail, position=pointer(*path)) from error


def amount_at(text: str, currency: str, *path: str | int) -> int:
    """Return the minor units of an amount of the document. Raises InvalidRequest."""
    with _located(path):
        return parse_amount(text, currency)


def currency_at(code: str | None, *path: str | int) -> str | None:
    """Return the currency, when it is one. Raises InvalidRequest."""
    if code is not None:
        with _located(path):
            exponent(code)
    return code


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one document, and what they may refer to."""

    company: Company
    books: BooksInput
    party_accounts: Mapping[str, str]
    journal_accounts: Mapping[str, str | None]
    account_currencies: Mapping[str, str]

    @classmethod
    def of(
        cls,
        company: Company,
        books: BooksInput,
        *,
        journals: Sequence[Journal],
        third_parties: Sequence[ThirdParty],
    ) -> Rows:
        """Prepare the conversion; `journals` and `third_parties` are those stored already."""
        bare = cls(company, books, {}, {}, {})
        journals = (*journals, *bare.journals())
        third_parties = (*third_parties, *bare.third_parties())
        return cls(
            company,
            books,
            {party.id: party.account for party in third_parties},
            {journal.code: journal.account for journal in journals},
            {journal.account: journal.currency for journal in journals if journal.account},
        )

    def accounts(self) -> tuple[LedgerAccount, ...]:
        return tuple(
            LedgerAccount(row.number, row.label or "") for row in self.books.accounts or ()
        )

    def journals(self) -> tuple[Journal, ...]:
        return _each("journals", self.books.journals, self._journal)

    def third_parties(self) -> tuple[ThirdParty, ...]:
        return tuple(self._third_party(row) for row in self.books.third_parties or ())

    def open_items(self) -> tuple[OpenItem, ...]:
        return _each("open_items", self.books.open_items, self._open_item)

    def bank_entries(self) -> tuple[BankEntry, ...]:
        return _each("bank_entries", self.books.bank_entries, self._bank_entry)

    def past_payments(self) -> tuple[PastPayment, ...]:
        return _each("past_payments", self.books.past_payments, self._past_payment)

    def templates(self) -> tuple[EntryTemplate, ...]:
        return _each("templates", self.books.templates, self._template)

    def card_contracts(self) -> tuple[CardContract, ...]:
        return tuple(
            CardContract(row.number, row.commission_percent)
            for row in self.books.card_contracts or ()
        )

    def _journal(self, row: JournalPart, at: Path) -> Journal:
        is_bank = row.iban is not None or (row.account or "").startswith("51")
        guess = JournalType.TREASURY if is_bank else JournalType.MISCELLANEOUS
        journal_type = row.type or guess
        if journal_type is JournalType.TREASURY and row.account is None:
            detail = "a treasury journal has a ledger account"
            raise InvalidRequest(detail, position=pointer(*at, "account"))
        return Journal(
            code=row.code,
            label=row.label or "",
            type=journal_type,
            account=row.account,
            iban=row.iban,
            bic=row.bic,
            currency=currency_at(row.currency, *at, "currency") or self.company.currency,
        )

    def _third_party(self, row: ThirdPartyPart) -> ThirdParty:
        posting = self.company.posting
        is_supplier = row.kind is ThirdPartyKind.SUPPLIER
        return ThirdParty(
            id=ThirdPartyId(row.id),
            kind=row.kind,
            name=row.name,
            account=row.account
            or (posting.suppliers_account if is_supplier else posting.customers_account),
            auxiliary=row.auxiliary,
            legal_form=row.legal_form,
            call_name=row.call_name,
            siren=row.siren,
            is_person=bool(row.person),
            aliases=_texts(row.aliases),
            bank_references=_texts(row.bank_references),
            ibans=_texts(row.ibans),
            mandates=_texts(row.mandates),
            payers=tuple(Payer(payer.name, payer.iban) for payer in row.payers or ()),
            payment_terms_days=row.payment_terms_days,
            payment_method=row.payment_method,
        )

    def _party(self, third_party: str | None, at: Path) -> ThirdPartyId | None:
        if third_party is None:
            return None
        if third_party not in self.party_accounts:
            detail = f"no third party has the id {third_party[:60]!r}"
            raise InvalidRequest(detail, position=pointer(*at, "third_party"))
        return ThirdPartyId(third_party)

    def _open_item(self, row: OpenItemPart, at: Path) -> OpenItem:
        self._party(row.third_party, at)
        issued = row.issue_date or row.due_date
        if issued is None:
            raise InvalidRequest("this field is required", position=pointer(*at, "issue_date"))
        currency = currency_at(row.currency, *at, "currency") or self.company.currency
        amount, residual = self._amounts(row, at, currency)
        company_amount, company_residual = self._company_amounts(row, at, currency)
        vat = None if row.vat is None else amount_at(row.vat, currency, *at, "vat")
        with _located((*at, "residual")):
            return OpenItem(
                id=OpenItemId(row.id),
                type=row.type,
                third_party=ThirdPartyId(row.third_party),
                account=row.account or self.party_accounts[row.third_party],
                number=row.number or "",
                issue_date=issued,
                due_date=row.due_date or issued,
                currency=currency,
                amount_minor=amount,
                residual_minor=residual,
                company_amount_minor=company_amount,
                company_residual_minor=company_residual,
                discount=_discount(row),
                external_id=row.external_id,
                vat_minor=vat,
                vat_rate_percent=row.vat_rate_percent,
            )

    def _amounts(self, row: OpenItemPart, at: Path, currency: str) -> tuple[int, int]:
        amount = amount_at(row.amount, currency, *at, "amount")
        if row.residual is None:
            return amount, amount
        return amount, amount_at(row.residual, currency, *at, "residual")

    def _company_amounts(self, row: OpenItemPart, at: Path, currency: str) -> tuple[int, int]:
        """Return amount and residual in the company's currency; no rate is ever assumed.

        In the company's own currency they are the item's; else they must be said, but for the
        residual of an item that nobody has paid yet, or that is settled.
        """
        own = self._amounts(row, at, currency)
        home = self.company.currency
        said = tuple(
            None if text is None else amount_at(text, home, *at, name)
            for name, text in _company_fields(row)
        )
        if currency == home:
            for (name, _), value, expected in zip(_company_fields(row), said, own, strict=True):
                if value not in {None, expected}:
                    detail = "differs from the amount in the same currency"
                    raise InvalidRequest(detail, position=pointer(*at, name))
            return own
        amount, residual = said
        if amount is not None and residual is None and own[1] in {0, own[0]}:
            residual = amount if own[1] else 0
        if amount is None or residual is None:
            name = "company_amount" if amount is None else "company_residual"
            detail = f"required: {currency} is not the company's currency"
            raise InvalidRequest(detail, position=pointer(*at, name))
        return amount, residual

    def _bank_entry(self, row: BankEntryPart, at: Path) -> BankEntry:
        account = row.account or self.journal_accounts.get(row.journal or "")
        if account is None:
            raise InvalidRequest("this field is required", position=pointer(*at, "account"))
        currency = self._entry_currency(row.journal, account)
        return BankEntry(
            id=row.id,
            journal=row.journal or "",
            account=account,
            date=row.date,
            amount_minor=amount_at(row.amount, currency, *at, "amount"),
            currency=currency,
            label=row.label or "",
            source=row.source or BankEntrySource.ENTRY,
            method=row.method or PaymentMethod.OTHER,
            third_party=self._party(row.third_party, at),
            cheque_no=row.cheque_no,
            remittance_no=row.remittance_no,
            batch_ref=row.batch_ref,
            end_to_end_id=row.end_to_end_id,
            card_contract=row.card_contract,
        )

    def _entry_currency(self, journal: str | None, account: str) -> str:
        """An entry is in the currency of its bank account; of its journal when it clears one."""
        of_journal = self.journal_accounts.get(journal or "") or ""
        return (
            self.account_currencies.get(account)
            or self.account_currencies.get(of_journal)
            or self.company.currency
        )

    def _past_payment(self, row: PastPaymentPart, at: Path) -> PastPayment:
        return PastPayment(
            id=row.id,
            third_party=self._party(row.third_party, at),
            amount_minor=amount_at(row.amount, self.company.currency, *at, "amount"),
            date=row.date,
            method=row.method or PaymentMethod.OTHER,
            invoice_number=row.invoice_number,
            end_to_end_id=row.end_to_end_id,
            mandate=row.mandate,
        )

    def _template(self, row: TemplatePart, at: Path) -> EntryTemplate:
        lines = row.lines or ()
        return EntryTemplate(
            id=row.id,
            label=row.label or "",
            bank_references=_texts(row.bank_references),
            direction=row.direction or TemplateDirection.BOTH,
            lines=tuple(
                self._template_line(line, (*at, "lines", index), is_alone=len(lines) == 1)
                for index, line in enumerate(lines)
            ),
        )

    def _template_line(self, row: TemplateLinePart, at: Path, *, is_alone: bool) -> TemplateLine:
        """One share a line; the only line of a template may leave it out and takes everything."""
        shares = (row.share_percent, row.amount, row.vat_rate_percent, row.remainder or None)
        count = sum(share is not None for share in shares)
        if count > 1 or (count == 0 and not is_alone):
            detail = "exactly one of share_percent, amount, vat_rate_percent, remainder"
            raise InvalidRequest(detail, position=pointer(*at))
        return TemplateLine(
            account=row.account,
            share_percent=row.share_percent,
            amount_minor=None
            if row.amount is None
            else amount_at(row.amount, self.company.currency, *at, "amount"),
            vat_rate_percent=row.vat_rate_percent,
            is_remainder=bool(row.remainder) or count == 0,
        )


def _company_fields(row: OpenItemPart) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    return ("company_amount", row.company_amount), ("company_residual", row.company_residual)


def _discount(row: OpenItemPart) -> Discount | None:
    terms = row.discount
    return None if terms is None else Discount(terms.rate_percent, terms.until)


def _texts(values: Sequence[str] | None) -> tuple[str, ...]:
    """Return the texts that say something."""
    return tuple(value for value in values or () if value.strip())


def _each(name: str, rows: Sequence[P] | None, convert: Callable[[P, Path], D]) -> tuple[D, ...]:
    return tuple(convert(row, (name, index)) for index, row in enumerate(rows or ()))
