"""The books document: what it becomes, and where exactly it is refused."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
    CardContract,
    Discount,
    JournalType,
    OpenItem,
    OpenItemType,
    PaymentMethod,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.errors import InvalidRequest, MalformedBooks
from rappro.domain.ids import OpenItemId, ThirdPartyId
from rappro.domain.settings import AccountVatRate, DiscountVat
from rappro.edge.books_document import BooksDocument, read_books
from rappro.edge.books_models import books_schema

ROOT = Path(__file__).resolve().parents[3]

BOOKS: dict[str, Any] = {
    "company": {"name": "Ateliers Marchand", "siren": "812345678", "currency": "EUR",
                "timezone": "Europe/Paris"},
    "settings": {"window_days_after": 20, "cents_tolerance": "0.10", "suspense_account": "472000",
                 "fx_tolerance_percent": "1.5"},
    "accounts": [{"number": "512100", "label": "Banque"}],
    "journals": [
        {"code": "BQ1", "label": "Banque", "type": "treasury", "account": "512100",
         "iban": "FR76 3000 4000 0312 3456 7890 143", "bic": "BNPAFRPPXXX", "currency": "EUR"},
        {"code": "BJP", "label": "Yen", "type": "treasury", "account": "512900",
         "iban": None, "bic": None, "currency": "JPY"},
        {"code": "VE", "label": "Ventes", "type": "sales"},
    ],
    "third_parties": [
        {"id": "C1", "kind": "customer", "name": "Dupont SARL", "legal_form": "SARL",
         "call_name": "DUPONT", "siren": None, "person": False, "account": "411100",
         "auxiliary": "CDUPONT", "aliases": ["DUPONT ET FILS"], "bank_references": ["DUPONT"],
         "ibans": ["fr76 3000 1000"], "mandates": ["RUM1"],
         "payers": [{"name": "Groupe Dupont", "iban": "FR7611"}], "payment_terms_days": 30,
         "payment_method": "transfer"},
        {"id": "S1", "kind": "supplier", "name": "Papeterie"},
    ],
    "open_items": [
        {"id": "I1", "type": "invoice", "third_party": "C1", "account": "411100",
         "number": "FA-1", "issue_date": "2026-01-05", "due_date": "2026-02-04",
         "currency": "EUR", "amount": "120.00", "residual": "100.00",
         "company_amount": None, "company_residual": None,
         "discount": {"rate_percent": "2", "until": "2026-01-15"}, "external_id": "X9"},
        {"id": "I2", "type": "invoice", "third_party": "S1", "number": "F77",
         "issue_date": "2026-01-07", "currency": "JPY", "amount": "-5000", "residual": "-5000",
         "company_amount": "-31.25", "company_residual": "-31.25"},
    ],
    "bank_entries": [
        {"id": "E1", "journal": "BQ1", "account": "512100", "date": "2026-01-10",
         "amount": "-45.90", "label": "Chèque 123", "third_party": "S1", "source": "payment",
         "method": "cheque", "cheque_no": "123", "remittance_no": None, "batch_ref": None,
         "end_to_end_id": None, "card_contract": None},
        {"id": "E2", "journal": "BJP", "date": "2026-01-10", "amount": "700"},
    ],
    "past_payments": [
        {"id": "P1", "third_party": "C1", "amount": "60.00", "date": "2025-12-20",
         "method": "direct_debit", "invoice_number": "FA-0", "end_to_end_id": "E2E1",
         "mandate": "RUM1"},
    ],
    "templates": [
        {"id": "T1", "label": "Loyer", "bank_references": ["LOYER"], "direction": "debit",
         "lines": [{"account": "613200", "vat_rate_percent": "20"},
                   {"account": "445660", "remainder": True}]},
    ],
    "card_contracts": [{"number": "1234567", "commission_percent": None},
                       {"number": "7654321", "commission_percent": "1.20"}],
}  # fmt: skip


def books_with(*path: str | int, value: Any) -> dict[str, Any]:
    """Return the books with one value in another place."""
    changed = deepcopy(BOOKS)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


def refusal_of(document: dict[str, Any] | bytes, stored: BooksDocument | None = None) -> str:
    """Return the position at which a document is refused as an invalid request."""
    with pytest.raises(InvalidRequest) as refusal:
        read_books(document, stored=stored)
    return str(refusal.value.position)


def test_every_row_becomes_the_domain_record_it_says() -> None:
    books = read_books(BOOKS)

    assert books.company.name == "Ateliers Marchand"
    assert books.company.siren == "812345678"
    assert books.company.matching.window_days_after == 20
    assert books.company.matching.cents_tolerance_minor == 10
    assert books.company.matching.fx_tolerance_percent == "1.5"
    assert books.company.posting.suspense_account == "472000"
    assert [journal.iban for journal in books.journals] == [
        "FR7630004000031234567890143", None, None,
    ]  # fmt: skip
    assert books.journals[2].type is JournalType.SALES
    assert books.third_parties[1] == ThirdParty(
        id=ThirdPartyId("S1"), kind=ThirdPartyKind.SUPPLIER, name="Papeterie", account="401000"
    )
    assert books.third_parties[0].ibans == ("FR7630001000",)
    assert books.third_parties[0].payers[0].name == "Groupe Dupont"
    assert books.open_items[0] == OpenItem(
        id=OpenItemId("I1"), type=OpenItemType.INVOICE, third_party=ThirdPartyId("C1"),
        account="411100", number="FA-1", issue_date=date(2026, 1, 5), due_date=date(2026, 2, 4),
        currency="EUR", amount_minor=12000, residual_minor=10000, company_amount_minor=12000,
        company_residual_minor=10000, discount=Discount("2", date(2026, 1, 15)), external_id="X9",
    )  # fmt: skip
    assert books.bank_entries[0] == BankEntry(
        id="E1", journal="BQ1", account="512100", date=date(2026, 1, 10), amount_minor=-4590,
        currency="EUR", label="Chèque 123", source=BankEntrySource.PAYMENT,
        method=PaymentMethod.CHEQUE, third_party=ThirdPartyId("S1"), cheque_no="123",
    )  # fmt: skip
    assert books.past_payments[0].amount_minor == 6000
    assert books.templates[0].lines == (
        TemplateLine("613200", vat_rate_percent="20"), TemplateLine("445660", is_remainder=True),
    )  # fmt: skip
    assert books.card_contracts == (CardContract("1234567"), CardContract("7654321", "1.20"))


def test_a_foreign_item_keeps_both_currencies_each_in_its_own_precision() -> None:
    item = read_books(BOOKS).open_items[1]

    assert (item.currency, item.amount_minor, item.residual_minor) == ("JPY", -5000, -5000)
    assert (item.company_amount_minor, item.company_residual_minor) == (-3125, -3125)
    assert (item.account, item.due_date) == ("401000", date(2026, 1, 7))


def test_an_item_may_say_its_vat_and_the_company_what_becomes_of_it_in_a_discount() -> None:
    changed = deepcopy(BOOKS)
    changed["open_items"][0] |= {"vat": "20.00"}
    changed["open_items"][1] |= {"vat_rate_percent": 5.5}
    changed["settings"] |= {
        "discount_vat": "split_by_account",
        "discount_vat_rates": [{"account": "411", "rate_percent": "20"}],
        "vat_collected_account": "445711",
    }

    books = read_books(changed)

    assert [(i.vat_minor, i.vat_rate_percent) for i in books.open_items] == [
        (2000, None), (None, "5.5"),
    ]  # fmt: skip
    posting = books.company.posting
    assert posting.discount_vat is DiscountVat.SPLIT_BY_ACCOUNT
    assert posting.discount_vat_rates == (AccountVatRate("411", "20"),)
    assert (posting.vat_collected_account, posting.suspense_account) == ("445711", "472000")


def test_an_account_for_the_banks_own_lines_is_named_kept_and_taken_away() -> None:
    def after(stored: BooksDocument | None, **said: str) -> str | None:
        books = read_books(books_with("settings", value=said), stored=stored)
        return books.company.posting.bank_fee_account

    named = read_books(books_with("settings", value={"bank_fee_account": "627100"}))

    assert named.company.posting.bank_fee_account == "627100"
    assert after(None) is None
    assert after(named, interest_paid_account="661600") == "627100"
    assert after(named, bank_fee_account="") is None


def test_the_vat_of_an_item_is_within_its_amount() -> None:
    position = refusal_of(books_with("open_items", 0, "vat", value="120.01"))

    assert position.startswith("/open_items/0")


def test_an_entry_takes_account_and_currency_from_its_journal() -> None:
    entry = read_books(BOOKS).bank_entries[1]

    assert (entry.account, entry.currency, entry.amount_minor) == ("512900", "JPY", 700)


def test_bytes_and_parsed_json_give_the_same_books() -> None:
    encoded = json.dumps(BOOKS, ensure_ascii=False).encode()

    assert read_books(encoded) == read_books(BOOKS)
    assert read_books(b"\xef\xbb\xbf" + encoded) == read_books(BOOKS)


def test_an_absent_field_and_null_mean_the_same() -> None:
    bare = {"company": {}, "third_parties": [{"id": "C1", "kind": "customer", "name": "A"}]}
    nulls = {
        **dict.fromkeys(BOOKS),
        "company": dict.fromkeys(BOOKS["company"]),
        "third_parties": [
            {**dict.fromkeys(BOOKS["third_parties"][0]), "id": "C1", "kind": "customer",
             "name": "A"}
        ],
    }  # fmt: skip

    assert read_books(nulls) == read_books(bare)
    assert read_books(bare).company.currency == "EUR"


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        (("foo",), "/foo"),
        (("company", "foo"), "/company/foo"),
        (("settings", "window_days"), "/settings/window_days"),
        (("accounts", 0, "foo"), "/accounts/0/foo"),
        (("journals", 2, "foo"), "/journals/2/foo"),
        (("third_parties", 1, "foo"), "/third_parties/1/foo"),
        (("third_parties", 0, "payers", 0, "foo"), "/third_parties/0/payers/0/foo"),
        (("open_items", 1, "foo"), "/open_items/1/foo"),
        (("open_items", 0, "discount", "foo"), "/open_items/0/discount/foo"),
        (("bank_entries", 0, "a/b~c"), "/bank_entries/0/a~1b~0c"),
        (("past_payments", 0, "foo"), "/past_payments/0/foo"),
        (("templates", 0, "lines", 1, "foo"), "/templates/0/lines/1/foo"),
        (("card_contracts", 1, "foo"), "/card_contracts/1/foo"),
    ],
)
def test_an_unknown_field_is_refused_at_its_pointer(
    path: tuple[str | int, ...], pointer: str
) -> None:
    assert refusal_of(books_with(*path, value=None)) == pointer


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("open_items", 0, "amount"), 120),
        (("open_items", 0, "amount"), 120.0),
        (("open_items", 0, "residual"), 100),
        (("open_items", 1, "company_amount"), -31.25),
        (("open_items", 0, "amount"), "120,00"),
        (("open_items", 0, "amount"), "120.001"),
        (("open_items", 0, "amount"), ""),
        (("open_items", 0, "amount"), None),
        (("open_items", 1, "amount"), "-5000.5"),
        (("open_items", 0, "amount"), "1" * 19),
        (("open_items", 0, "residual"), "-100.00"),
        (("open_items", 0, "residual"), "120.01"),
        (("open_items", 0, "company_amount"), "119.99"),
        (("open_items", 1, "company_amount"), None),
        (("open_items", 0, "currency"), "XXQ"),
        (("open_items", 0, "currency"), "eur"),
        (("open_items", 0, "type"), "facture"),
        (("open_items", 0, "issue_date"), "2026-02-30"),
        (("open_items", 0, "issue_date"), "05/01/2026"),
        (("open_items", 0, "issue_date"), "2026-01-05T00:00:00"),
        (("open_items", 0, "issue_date"), 20260105),
        (("open_items", 0, "third_party"), "C9"),
        (("open_items", 0, "third_party"), None),
        (("open_items", 0, "id"), 7),
        (("open_items", 1, "id"), "I1"),
        (("bank_entries", 0, "amount"), -45.9),
        (("bank_entries", 1, "amount"), "7.5"),
        (("bank_entries", 0, "third_party"), "C9"),
        (("bank_entries", 0, "method"), "cash"),
        (("past_payments", 0, "amount"), 60),
        (("past_payments", 0, "third_party"), "C9"),
        (("templates", 0, "lines", 0, "amount"), 5),
        (("third_parties", 0, "person"), "false"),
        (("third_parties", 0, "payment_terms_days"), "30"),
        (("third_parties", 0, "payment_terms_days"), -1),
        (("third_parties", 1, "id"), "C1"),
        (("third_parties", 0, "aliases"), "DUPONT"),
        (("journals", 0, "account"), None),
        (("journals", 1, "code"), "BQ1"),
        (("journals", 0, "currency"), "ZZZ"),
        (("company", "timezone"), "Europe/Lutece"),
        (("company", "currency"), "QQQ"),
        (("settings", "cents_tolerance"), 0.05),
        (("settings", "cents_tolerance"), "-0.05"),
        (("settings", "window_days_after"), "12"),
        (("settings", "fx_tolerance_percent"), "-2"),
        (("open_items",), {"id": "I1"}),
        (("company",), None),
    ],
)
def test_a_wrong_value_is_refused_at_its_pointer(path: tuple[str | int, ...], value: Any) -> None:
    expected = "".join(f"/{step}" for step in path)

    assert refusal_of(books_with(*path, value=value)) == expected


def test_a_partly_paid_foreign_item_must_say_its_residual_in_company_currency() -> None:
    document = books_with("open_items", 1, "residual", value="-2000")
    document["open_items"][1]["company_residual"] = None

    assert refusal_of(document) == "/open_items/1/company_residual"


def test_an_unpaid_foreign_item_owes_all_of_its_company_amount() -> None:
    document = books_with("open_items", 1, "company_residual", value=None)

    assert read_books(document).open_items[1].company_residual_minor == -3125


def test_a_template_line_has_one_share() -> None:
    two = books_with("templates", 0, "lines", 0, "amount", value="5.00")
    none = books_with("templates", 0, "lines", 0, "vat_rate_percent", value=None)

    assert refusal_of(two) == "/templates/0/lines/0"
    assert refusal_of(none) == "/templates/0/lines/0"


def test_the_only_line_of_a_template_takes_everything() -> None:
    document = books_with("templates", 0, "lines", value=[{"account": "627000"}])

    assert read_books(document).templates[0].lines == (TemplateLine("627000", is_remainder=True),)


def test_a_percentage_may_be_a_json_number_and_stays_the_text_that_was_written() -> None:
    document = json.dumps(BOOKS).replace(
        '"commission_percent": "1.20"', '"commission_percent": 1.20'
    )

    assert read_books(document.encode()).card_contracts[1].commission_percent == "1.20"


@pytest.mark.parametrize(
    ("document", "position"),
    [
        (b"", "line 1 column 1"),
        (b'{"company": {},\n "accounts": [}', "line 2 column 15"),
        (b"JournalCode\tJournalLib", "line 1 column 1"),
        (b'{"company": {"name": "\xe9"}}', "byte 22"),
        (b'{"settings": {"fx_tolerance_percent": NaN}}', None),
        (b'{"company": {}, "company": {}}', None),
        (b"[" * 100_000, None),
        (b"9" * 5_000, None),
    ],
)
def test_what_is_no_json_document_is_refused(document: bytes, position: str | None) -> None:
    with pytest.raises(MalformedBooks) as refusal:
        read_books(document)
    assert refusal.value.position == position


@pytest.mark.parametrize("document", [b"[]", b'"books"', b"null", b"12"])
def test_a_document_that_is_no_object_is_refused(document: bytes) -> None:
    assert refusal_of(document) == ""


def test_a_part_may_refer_to_books_that_are_stored() -> None:
    stored = read_books(BOOKS)
    part = {
        "open_items": [{"id": "I3", "type": "invoice", "third_party": "C1", "amount": "9.00",
                        "issue_date": "2026-03-01"}],
        "bank_entries": [{"id": "E3", "journal": "BJP", "date": "2026-03-01", "amount": "12"}],
    }  # fmt: skip

    books = read_books(part, stored=stored)

    assert books.company == stored.company
    assert (books.open_items[0].third_party, books.open_items[0].account) == ("C1", "411100")
    assert (books.bank_entries[0].account, books.bank_entries[0].currency) == ("512900", "JPY")
    assert books.third_parties == ()
    assert refusal_of(part) == "/company"


def test_a_stored_company_keeps_its_id_and_its_currency() -> None:
    stored = read_books(BOOKS)

    renamed = read_books({"company": {"name": "Marchand & Fils"}}, stored=stored)

    assert renamed.company.id == stored.company.id
    assert renamed.company.name == "Marchand & Fils"
    assert renamed.company.matching == stored.company.matching
    assert refusal_of({"company": {"currency": "USD"}}, stored) == "/company/currency"


def test_the_message_counts_the_other_wrong_fields() -> None:
    document = books_with("open_items", 0, "foo", value=1)
    document["open_items"][1]["amount"] = 5

    with pytest.raises(InvalidRequest) as refusal:
        read_books(document)

    assert refusal.value.detail.endswith("(and 1 more)")


def test_the_shipped_schema_is_the_one_of_the_models() -> None:
    shipped = json.loads((ROOT / "docs/schemas/books.schema.json").read_text("utf-8"))

    assert shipped == books_schema()


def test_the_schema_accepts_what_the_reader_accepts_and_refuses_unknown_fields() -> None:
    validator = jsonschema.Draft202012Validator(books_schema())

    assert list(validator.iter_errors(BOOKS)) == []
    assert not validator.is_valid(books_with("open_items", 0, "foo", value=1))
    assert not validator.is_valid(books_with("open_items", 0, "amount", value=120))
    assert not validator.is_valid(books_with("open_items", 0, "issue_date", value="5/1/2026"))
