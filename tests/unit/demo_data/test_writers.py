"""The three writers of the demo, on cases small enough to be read: one fact a test."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date

import pytest

from devstack.demo_data.camt_writer import write_camt
from devstack.demo_data.catalog import BQ1, BQ2
from devstack.demo_data.cfonb_writer import overpunched, write_cfonb
from devstack.demo_data.fec_writer import Names, write_fec
from devstack.demo_data.ledger import Entry, Leg
from devstack.demo_data.model import BankAccount, Means, Movement, Statement, Truth
from devstack.demo_data.numbers import french_iban, rib_key, siren, with_vat

NOTHING = Truth("test")
RECEIPT = Movement(
    date(2026, 10, 8),
    14_880,
    Means.TRANSFER_IN,
    NOTHING,
    name="ELECTRICITE TORQUENNE",
    iban=french_iban("99990", "00300", "00000012345"),
    remittance="FA2026-00887",
    end_to_end="VIR42",
    bank_ref="26100800012",
)
NS = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}


def _statement(
    *movements: Movement, account: BankAccount = BQ2, opening: int = 100_000
) -> Statement:
    total = sum(movement.amount_minor for movement in movements)
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    return Statement(account, 10, first, last, opening, opening + total, movements)


@pytest.mark.parametrize(
    ("minor", "expected"),
    [
        (0, "0000000000000{"),
        (12_340, "0000000001234{"),
        (12_345, "0000000001234E"),
        (9, "0000000000000I"),
        (-12_340, "0000000001234}"),
        (-12_341, "0000000001234J"),
        (-9, "0000000000000R"),
    ],
)
def test_the_last_digit_of_a_cfonb_amount_carries_its_sign(minor: int, expected: str) -> None:
    assert overpunched(minor) == expected


def test_cfonb_records_stand_at_their_positions() -> None:
    records = write_cfonb([_statement(RECEIPT)]).decode().split("\r\n")

    account = "99998    00417EUR2 0007731905H"
    label = f"{'VIR ELECTRICITE TORQUENNE':31}"
    assert records == [
        f"01{account}  300926{'':50}0000000010000{{{'':16}",
        f"04{account}05081026  081026{label}  0000000000000000001488{{26100800012     ",
        f"05{account}05081026     NPY{'ELECTRICITE TORQUENNE':70}  ",
        f"05{account}05081026     LCC{'FA2026-00887':70}  ",
        f"05{account}05081026     RCN{'VIR42':70}  ",
        f"07{account}  311026{'':50}0000000011488{{{'':16}",
        "",
    ]
    assert {len(record) for record in records} == {120, 0}


def test_a_long_remittance_goes_on_in_a_second_cfonb_record() -> None:
    text = "FACTURES " + " ".join(f"FA2026-{number:05d}" for number in range(6))
    records = write_cfonb([_statement(replace(RECEIPT, remittance=text))]).decode().split("\r\n")

    parts = {record[45:48]: record[48:118] for record in records if record.startswith("05")}
    assert parts["LCC"] + parts["LC2"].rstrip() == text


def test_a_camt_entry_says_its_direction_apart_from_its_amount() -> None:
    root = ET.fromstring(write_camt([_statement(replace(RECEIPT, amount_minor=-14_880))], "08"))

    entry = root.find(".//c:Ntry", NS)
    assert entry is not None
    assert entry.findtext("c:Amt", namespaces=NS) == "148.80"
    assert entry.findtext("c:CdtDbtInd", namespaces=NS) == "DBIT"
    assert entry.findtext("c:Sts/c:Cd", namespaces=NS) == "BOOK"
    assert entry.findtext(".//c:Cdtr/c:Pty/c:Nm", namespaces=NS) == "ELECTRICITE TORQUENNE"


def test_a_camt_batch_keeps_its_total_and_every_detail() -> None:
    parts = (RECEIPT, replace(RECEIPT, end_to_end="VIR43"))
    batch = replace(RECEIPT, amount_minor=29_760, batch_ref="LOT7", details=parts, name="")
    root = ET.fromstring(write_camt([_statement(batch)], "08"))

    assert root.findtext(".//c:Btch/c:NbOfTxs", namespaces=NS) == "2"
    assert root.findtext(".//c:Btch/c:TtlAmt", namespaces=NS) == "297.60"
    references = [node.text for node in root.iterfind(".//c:TxDtls/c:Refs/c:EndToEndId", NS)]
    assert references == ["VIR42", "VIR43"]


def test_version_02_of_camt_names_parties_status_and_bank_as_it_did_then() -> None:
    old = write_camt([_statement(RECEIPT, account=BQ1)], "02").decode()

    assert "camt.053.001.02" in old
    assert "<Sts>BOOK</Sts>" in old
    assert "<Pty>" not in old
    assert f"<BIC>{BQ1.bic}</BIC>" in old


def test_camt_balances_carry_sign_and_day() -> None:
    overdrawn = _statement(replace(RECEIPT, amount_minor=-14_880), opening=10_000)
    root = ET.fromstring(write_camt([overdrawn], "08"))

    balances = [
        tuple(node.findtext(path, namespaces=NS) for path in ("c:Tp//c:Cd", "c:Amt", "c:CdtDbtInd"))
        for node in root.iterfind(".//c:Bal", NS)
    ]
    assert balances == [("OPBD", "100.00", "CRDT"), ("CLBD", "48.80", "DBIT")]


def test_a_fec_line_has_its_eighteen_fields_in_the_law_s_order() -> None:
    entry = Entry(
        "VE",
        date(2026, 2, 3),
        "FA2026-00123",
        date(2026, 2, 3),
        "Vente n° 123",
        [
            Leg("411000", 12_005, "C0001", letter="AAB", lettered_on=date(2026, 3, 4)),
            Leg("707100", -12_005),
        ],
    )
    names = Names({"VE": "Ventes"}, {"411000": "Clients", "707100": "Été"}, {"C0001": "Dévin"})
    lines = write_fec([entry], names).decode("iso-8859-15").split("\r\n")

    assert lines[1] == (
        "VE\tVentes\t1\t20260203\t411000\tClients\tC0001\tDévin\tFA2026-00123\t20260203\t"
        "Vente n° 123\t120,05\t0,00\tAAB\t20260304\t20260310\t\t"
    )
    assert lines[2] == (
        "VE\tVentes\t1\t20260203\t707100\tÉté\t\t\tFA2026-00123\t20260203\t"
        "Vente n° 123\t0,00\t120,05\t\t\t20260310\t\t"
    )
    assert lines[3:] == [""]


def test_check_digits_are_those_of_the_published_examples() -> None:
    """The account number and SIREN that public descriptions of these keys use."""
    assert rib_key("20041", "01005", "0500013M026") == "06"
    assert french_iban("20041", "01005", "0500013M026") == "FR1420041010050500013M02606"
    assert siren("73282932") == "732829320"


def test_vat_is_rounded_half_up_to_the_cent() -> None:
    assert with_vat(10_050, 55) == (553, 10_603)
    assert with_vat(10_000, 55) == (550, 10_550)
    assert with_vat(1_005, 100) == (101, 1_106)
