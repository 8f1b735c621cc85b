"""Who the other side of a camt.053 entry is, and what its parts are when it is a batch."""

from __future__ import annotations

import pytest

from rappro.domain.bank import (
    Counterparty,
    StatementLine,
)  # fmt: skip
from tests.unit.formats.camt_writer import (
    OTHER_IBAN,
    OWN_IBAN,
    Xml,
    account,
    document,
    el,
    entry,
    iban,
    message,
    parties,
    party,
    status,
    stmt,
    tx,
)
from tests.unit.formats.reading import read_one


def line_of(one: Xml, version: int = 2) -> StatementLine:
    """Read the line of one entry, which nothing was said against."""
    read = read_one(message(one, version=version))
    assert read.codes == []
    return read.lines[0]


def told(*content: Xml, sign: str = "CRDT") -> StatementLine:
    """Read an entry with one detail of this content."""
    return line_of(entry(tx(*content), sign=sign))


def references(**named: str) -> Xml:
    return el("Refs", *(el(name, text) for name, text in named.items()))


@pytest.mark.parametrize("version", [2, 6, 7, 8, 13])
def test_the_counterparty_of_a_credit_is_the_debtor_and_of_a_debit_the_creditor(
    version: int,
) -> None:
    bic = "BIC" if version == 2 else "BICFI"
    agents = el("RltdAgts", el("DbtrAgt", el("FinInstnId", el(bic, "PSSTFRPPPAR"))),
                el("CdtrAgt", el("FinInstnId", el(bic, "AGRIFRPPXXX"))))  # fmt: skip
    both = parties(
        Dbtr=party("DEBITEUR", version=version), DbtrAcct=iban(OTHER_IBAN),
        Cdtr=party("CREANCIER", version=version), CdtrAcct=iban(OTHER_IBAN),
    )  # fmt: skip

    credit = line_of(entry(tx(both, agents), sts=status("BOOK", version)), version)
    debit = line_of(entry(tx(both, agents), sts=status("BOOK", version), sign="DBIT"), version)

    assert credit.counterparty == Counterparty("DEBITEUR", OTHER_IBAN, "PSSTFRPPPAR")
    assert debit.counterparty == Counterparty("CREANCIER", OTHER_IBAN, "AGRIFRPPXXX")
    assert credit.ordering_account == debit.ordering_account == OTHER_IBAN


def test_a_party_may_be_a_bank() -> None:
    bank = el("Agt", el("FinInstnId", el("BICFI", "BNPAFRPPXXX"), el("Nm", "BNP PARIBAS")))

    line = line_of(entry(tx(parties(Dbtr=bank)), sts=status("BOOK", 8)), 8)

    assert line.counterparty == Counterparty("BNP PARIBAS", None, "BNPAFRPPXXX")


def test_an_account_may_be_a_number_or_an_iban_given_as_one() -> None:
    number = el("Id", el("Othr", el("Id", "0012345")))
    disguised = el("Id", el("Othr", el("Id", "FR14 2004 1010 0505 0001 3M02 606")))

    plain = told(parties(Dbtr=party("X"), DbtrAcct=number))
    hidden = told(parties(Dbtr=party("X"), DbtrAcct=disguised))

    assert (plain.ordering_account, plain.counterparty.iban) == ("0012345", None)
    assert (hidden.ordering_account, hidden.counterparty.iban) == (OTHER_IBAN, OTHER_IBAN)


def test_the_ultimate_party_stands_in_for_the_party_and_is_commented_beside_it() -> None:
    alone = told(parties(UltmtDbtr=party("CLIENT FINAL")))
    beside = told(parties(Dbtr=party("PLATEFORME"), UltmtDbtr=party("CLIENT FINAL")))

    assert (alone.counterparty.name, alone.comment) == ("CLIENT FINAL", "")
    assert (beside.counterparty.name, beside.comment) == ("PLATEFORME", "CLIENT FINAL")


@pytest.mark.parametrize("mark", ["returned", "reversed"])
def test_in_a_return_the_roles_are_those_of_the_original_payment(mark: str) -> None:
    """Our transfer comes back as a credit: we are its debtor, the supplier its creditor."""
    both = parties(Dbtr=party("NOUS"), Cdtr=party("FOURNISSEUR"))
    info = [el("RtrInf", el("Rsn", el("Cd", "AC04")))] if mark == "returned" else []

    line = line_of(entry(tx(both, *info), reversal="true" if mark == "reversed" else None))

    assert (line.amount_minor, line.counterparty.name) == (12_34, "FOURNISSEUR")


def test_a_return_whose_bank_turned_the_roles_is_told_by_the_account() -> None:
    both = parties(Dbtr=party("FOURNISSEUR"), DbtrAcct=iban(OTHER_IBAN),
                   Cdtr=party("NOUS"), CdtrAcct=iban(OWN_IBAN))  # fmt: skip

    line = told(both, el("RtrInf", el("Rsn", el("Cd", "AC04"))))

    assert line.counterparty == Counterparty("FOURNISSEUR", OTHER_IBAN)


def test_a_return_that_names_one_party_names_the_counterparty() -> None:
    line = told(parties(Dbtr=party("FOURNISSEUR")), el("RtrInf", el("Rsn", el("Cd", "AC04"))))

    assert line.counterparty.name == "FOURNISSEUR"


def test_turned_roles_are_told_by_the_account_in_any_entry() -> None:
    both = parties(Dbtr=party("NOUS"), DbtrAcct=iban("FR76 3000 6000 0112 3456 7890 189"),
                   Cdtr=party("CLIENT"), CdtrAcct=iban(OTHER_IBAN))  # fmt: skip

    assert told(both).counterparty == Counterparty("CLIENT", OTHER_IBAN)
    assert told(parties(Cdtr=party("CLIENT"), CdtrAcct=iban(OTHER_IBAN))).counterparty.name == (
        "CLIENT"
    )


def test_the_holder_is_told_by_name_when_accounts_are_not_given() -> None:
    holder = account(el("Ownr", el("Nm", "Acme SAS")))
    both = parties(Dbtr=party("ACME SAS"), Cdtr=party("CLIENT"))

    line = read_one(document(stmt(entry(tx(both)), acct=holder))).lines[0]

    assert line.counterparty.name == "CLIENT"


def test_the_name_of_the_other_side_alone_is_not_taken_for_the_counterparty() -> None:
    line = told(parties(Cdtr=party("NOUS PEUT-ETRE")))

    assert (line.counterparty, line.comment) == (Counterparty(), "NOUS PEUT-ETRE")


def test_the_holder_s_own_name_is_no_counterparty() -> None:
    assert told(parties(Dbtr=party("NOUS"), DbtrAcct=iban(OWN_IBAN))).counterparty == Counterparty()


def test_the_id_of_a_party_and_the_creditor_id_of_a_direct_debit() -> None:
    scheme = el("SchmeNm", el("Prtry", "SEPA"))
    ics = el("Id", el("PrvtId", el("Othr", el("Id", "FR12ZZZ123456"), scheme)))
    creditor = parties(Cdtr=party("EDF", ics))
    plain = el("Id", el("OrgId", el("Othr", el("Id", "SIREN-1"))))

    line = told(creditor, references(MndtId="RUM-7"), sign="DBIT")

    assert (line.counterparty.id, line.creditor_id) == ("FR12ZZZ123456", "FR12ZZZ123456")
    assert told(creditor).creditor_id == "FR12ZZZ123456"
    assert told(parties(Cdtr=party("X", plain)), sign="DBIT").creditor_id is None
    assert told(parties(Dbtr=party("X", plain))).counterparty.id == "SIREN-1"
    bic = el("Id", el("OrgId", el("AnyBIC", "BNPAFRPPXXX")))
    assert told(parties(Dbtr=party("X", bic))).counterparty.id == "BNPAFRPPXXX"
