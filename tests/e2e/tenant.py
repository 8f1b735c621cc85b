"""A tenant of the local stack with a company of its own: what end-to-end tests act through."""

from __future__ import annotations

import uuid

from devstack.demo.waiting import wait_for
from devstack.stack import LocalStack
from rappro_client import Rappro, Retries, models
from tests.camt_text import IBAN

COMPANY = "garage"
HEADER = "\t".join(
    (
        "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
        "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
        "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
    )
)  # fmt: skip
_ENDED = {"posted", "failed"}
_HANDS_OFF = {"quarantined", "reconciled"}
_ATTEMPTS = 8


def fec() -> bytes:
    """Return the books: two open invoices of a customer, and a payment the bank will show."""
    bank = ("512100", "Banque", "", "")
    client = ("411000", "Clients", "DUPOND", "MENUISERIE DUPOND")
    supplier = ("401000", "Fournisseurs", "ELEC", "ELECTRICITE DU MIDI")
    sales = ("706000", "Prestations", "", "")
    entries = (
        (("AN", "A nouveaux"), "20260101", "AN", bank, ("101000", "Capital", "", ""), "1000,00"),
        (("VE", "Ventes"), "20261005", "FA2026-0101", client, sales, "120,00"),
        (("VE", "Ventes"), "20261005", "FA2026-0102", client, sales, "300,00"),
        (("BQ1", "Banque"), "20261109", "VIR1", supplier, bank, "450,00"),
    )
    rows = [HEADER]
    for number, (journal, on, piece, debited, credited, amount) in enumerate(entries, 1):
        start = (*journal, str(number), on)
        label = f"{piece} {debited[3] or debited[1]}"
        for account, sides in ((debited, (amount, "0,00")), (credited, ("0,00", amount))):
            rows.append("\t".join((*start, *account, piece, on, label, *sides, "", "", on, "", "")))
    return "\r\n".join([*rows, ""]).encode()


class Tenant:
    """A fresh tenant with a token, its company created; everything over HTTP and the inbox."""

    def __init__(self, stack: LocalStack, name: str | None = None) -> None:
        self.name = name or f"t-{uuid.uuid4().hex[:12]}"
        retries = Retries(attempts=_ATTEMPTS)
        self.api = Rappro(stack.api_url, stack.token(self.name), timeout=60, retries=retries)
        self.api.open_tenant()

    def open(self) -> Tenant:
        """Create the company and its journal, and load its books from a FEC."""
        self.api.save_company(COMPANY, {"name": "Garage du Port", "siren": "732829320"})
        self.api.save_journal(
            COMPANY,
            "BQ1",
            {
                "label": "Banque", "type": "treasury", "account": "512100", "iban": IBAN,
                "reconciled_on": "2026-10-31", "reconciled_balance": "1000.00",
            },
        )  # fmt: skip
        row = self.api.import_file(COMPANY, "732829320FEC20261231.txt", fec())
        assert row["outcome"] == "books_loaded", row["findings"]
        return self

    def drop(
        self, name: str, content: bytes, *, rows: int = 1, **choice: str
    ) -> list[models.ImportOutput]:
        """Drop a file in the inbox and wait for the rows it leaves in the import trace."""
        before = len(self.traces())
        self.api.upload(COMPANY, name, content, options=choice)

        def traced() -> list[models.ImportOutput] | None:
            found = self.traces()
            return found[: len(found) - before] if len(found) >= before + rows else None

        return wait_for(f"import of {name}", traced)

    def traces(self) -> list[models.ImportOutput]:
        """Return the import trace, newest first."""
        return list(self.api.every(self.api.list_imports, COMPANY))

    def settled(self, statement_id: str) -> models.StatementOutput:
        """Return a statement once its run has ended, or that needs none."""

        def ended() -> models.StatementOutput | None:
            statement = self.api.get_statement(COMPANY, statement_id)
            if statement["status"] in _HANDS_OFF:
                return statement
            runs = self.api.list_runs(COMPANY, statement_id)["items"]
            if not runs or runs[0]["state"] not in _ENDED:
                return None
            return self.api.get_statement(COMPANY, statement_id)

        return wait_for(f"run of {statement_id}", ended)

    def lines(self, statement_id: str) -> list[models.LineOutput]:
        """Return a statement's lines."""
        return list(self.api.every(self.api.list_lines, COMPANY, statement_id))
