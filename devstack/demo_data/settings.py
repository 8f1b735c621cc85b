"""What a FEC cannot tell and the demo sends by API: bank accounts, references, templates.

Plain JSON values, under the field names of the books document.
"""

from __future__ import annotations

from typing import Any

from devstack.demo_data.catalog import (
    ACCOUNTS,
    BQ1,
    BQ2,
    CUSTOMERS,
    SUPPLIERS,
    Customer,
    Supplier,
    customer_iban,
    supplier_iban,
)
from devstack.demo_data.collections_in import mandate_of
from devstack.demo_data.counter import CARD_COMMISSION_PERMILLE, CARD_CONTRACT
from devstack.demo_data.days import RECONCILED_ON
from devstack.demo_data.ledger import Book
from devstack.demo_data.model import BankAccount
from devstack.demo_data.numbers import rib_key
from devstack.demo_data.october import reconciled_balance


def settings(book: Book) -> dict[str, Any]:
    """Return accounts, journals, third parties by auxiliary code, templates, card contracts."""
    known = [*(c for c in CUSTOMERS if _is_known_customer(c))]
    suppliers = [s for s in SUPPLIERS if s.mandate or s.knows_iban]
    percent = f"{CARD_COMMISSION_PERMILLE // 10}.{CARD_COMMISSION_PERMILLE % 10}0"
    return {
        "accounts": _template_accounts(),
        "journals": [_journal(book, bank) for bank in (BQ1, BQ2)],
        "third_parties": {
            **{customer.code: _customer(customer) for customer in known},
            **{supplier.code: _supplier(supplier) for supplier in suppliers},
        },
        "templates": _templates(),
        "card_contracts": [{"number": CARD_CONTRACT, "commission_percent": percent}],
    }


def _journal(book: Book, bank: BankAccount) -> dict[str, Any]:
    balance = reconciled_balance(book, bank)
    return {
        "code": bank.journal,
        "label": bank.label,
        "type": "treasury",
        "account": bank.ledger,
        "iban": bank.iban,
        "bic": bank.bic,
        "bank_number": f"{bank.bank}{bank.branch}{bank.number}"
        f"{rib_key(bank.bank, bank.branch, bank.number)}",
        "currency": "EUR",
        "reconciled_on": RECONCILED_ON.isoformat(),
        "reconciled_balance": f"{balance // 100}.{balance % 100:02d}",
    }


def _is_known_customer(customer: Customer) -> bool:
    return customer.knows_iban or bool(customer.aliases) or customer.method == "sdd"


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "bank_references": list(customer.aliases),
        "ibans": [customer_iban(customer.code)] if customer.knows_iban else [],
        "mandates": [mandate_of(customer)] if customer.method == "sdd" else [],
    }


def _supplier(supplier: Supplier) -> dict[str, Any]:
    return {
        "bank_references": [],
        "ibans": [supplier_iban(supplier.code)] if supplier.knows_iban else [],
        "mandates": [supplier.mandate] if supplier.mandate else [],
    }


def _template_accounts() -> list[dict[str, str]]:
    """The accounts that templates post to; the year's entries need not have used them."""
    numbers = {line["account"] for template in _templates() for line in template["lines"]}
    return [{"number": number, "label": ACCOUNTS[number]} for number in sorted(numbers)]


def _templates() -> list[dict[str, Any]]:
    return [
        {
            "id": "FRAIS",
            "label": "Frais bancaires",
            "bank_references": [
                "COTISATION OFFRE PRO", "LOCATION TPE", "FRAIS TENUE DE COMPTE",
                "ABONNEMENT BANQUE EN LIGNE", "FRAIS REJET PRELEVEMENT", "FRAIS CHEQUE IMPAYE",
                "COMMISSION VIREMENTS EN NOMBRE",
            ],
            "direction": "debit",
            "lines": [
                {"account": "445660", "vat_rate_percent": "20"},
                {"account": "627000", "remainder": True},
            ],
        },
        {
            "id": "AGIOS",
            "label": "Intérêts débiteurs",
            "bank_references": ["INTERETS DEBITEURS"],
            "direction": "debit",
            "lines": [{"account": "661600", "remainder": True}],
        },
        {
            "id": "VIRINT",
            "label": "Virement entre nos comptes",
            "bank_references": ["VIREMENT INTERNE"],
            "direction": "both",
            "lines": [{"account": "580000", "remainder": True}],
        },
    ]  # fmt: skip
