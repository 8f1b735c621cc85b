"""camt.052 and camt.054 beside camt.053: every version in any wrapping, and what is different."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from rappro.domain.bank import Balance, LineStatusAtBank, Severity
from rappro.domain.controls import LineTotals, control_file
from rappro.formats.registry import detect
from tests.unit.formats.camt_writer import (
    MESSAGES,
    OTHER_IBAN,
    OWN_IBAN,
    Xml,
    amount,
    balance,
    el,
    entry,
    iban,
    message_named,
    parties,
    party,
    status,
    tx,
    ustrd,
)
from tests.unit.formats.reading import Read, read_all, read_one

VERSIONS = range(1, 15)


def undeclared(data: bytes) -> bytes:
    return data.partition(b"\n")[2]


def business_message(data: bytes) -> bytes:
    """Put a message behind a business header, which names a message of its own."""
    header = (
        b'<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><BizMsgIdr>B1</BizMsgIdr>'
        b"<MsgDefIdr>camt.05x</MsgDefIdr><Sgntr>%b</Sgntr></AppHdr>" % (b"c2lnbmVk" * 500)
    )
    return b'<BizMsgEnvlp xmlns="urn:swift:xsd:envelope">%b%b</BizMsgEnvlp>' % (
        header,
        undeclared(data),
    )


def soap(data: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        b"<s:Header><Id>7</Id></s:Header><s:Body><r:Response xmlns:r='urn:r'>%b</r:Response>"
        b"</s:Body></s:Envelope>" % undeclared(data)
    )


ROOTS: dict[str, Callable[[bytes], bytes]] = {
    "the document": lambda data: data,
    "a business message": business_message,
    "a SOAP envelope": soap,
}


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MESSAGES)
def test_every_version_of_every_message_is_recognised_and_read(
    name: str, version: int, root: str
) -> None:
    debtor = party("GARAGE MARTIN", version=version)
    details = tx(
        el("Refs", el("EndToEndId", "E2E-1")),
        parties(Dbtr=debtor, DbtrAcct=iban(OTHER_IBAN)),
        ustrd("FACTURE 42"),
    )
    pending = entry(sts=status("PDNG", version), amt="1.00", sign="DBIT", ref="N2")
    booked = entry(details, sts=status("BOOK", version), ref="N1")
    data = ROOTS[root](message_named(name, booked, pending, version=version))

    assert detect(data).format == name
    read = read_one(data)

    assert read.opened.account.iban == OWN_IBAN
    first, second = read.lines
    assert (first.entry_ref, first.amount_minor, first.booking_date) == (
        "N1", 12_34, date(2024, 3, 15)
    )  # fmt: skip
    assert (first.label, first.end_to_end_id) == ("FACTURE 42", "E2E-1")
    assert (first.counterparty.name, first.counterparty.iban) == ("GARAGE MARTIN", OTHER_IBAN)
    assert (second.entry_ref, second.amount_minor) == ("N2", -1_00)
    assert [line.status for line in read.lines] == [
        LineStatusAtBank.BOOKED, LineStatusAtBank.PENDING
    ]  # fmt: skip
    assert (read.closed.opening, read.closed.closing) == (None, None)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_header_of_any_length_leaves_the_message_recognised(name: str) -> None:
    """The container is then beyond the bytes that are looked at; the header names the message."""
    header = b"<AppHdr><MsgDefIdr>%b.001.08</MsgDefIdr><Sgntr>%b</Sgntr></AppHdr>"
    header %= name.encode(), b"\n".join([b"c2lnbmVk" * 20] * 600)
    body = undeclared(message_named(name, entry(), version=8))
    data = b"<BizMsgEnvlp>%b%b</BizMsgEnvlp>" % (header, body)

    assert detect(data).format == name
    assert read_one(data).closed.line_count == 1


def report(*balances: tuple[str, str], entries: tuple[Xml, ...] = ()) -> Read:
    """Read an account report with balances, by type and amount."""
    head = tuple(balance(code, text, "2024-03-15") for code, text in balances)
    return read_one(message_named("camt.052", *entries, version=2, head=head))


@pytest.mark.parametrize(
    ("balances", "opening", "closing"),
    [
        ([("ITBD", "1"), ("ITBD", "2")], None, None),
        ([("ITBD", "1")], None, None),
        ([("ITAV", "1"), ("CLAV", "2")], None, None),
        ([("OPBD", "1"), ("ITBD", "2")], 100, None),
        ([("PRCD", "1"), ("ITBD", "2"), ("CLBD", "3")], 100, 300),
        ([("ITBD", "1"), ("CLBD", "3")], None, 300),
    ],
)
def test_an_interim_balance_neither_opens_nor_closes_a_report(
    balances: list[tuple[str, str]], opening: int | None, closing: int | None
) -> None:
    closed = report(*balances).closed

    expected = [minor and Balance(date(2024, 3, 15), minor) for minor in (opening, closing)]
    assert [closed.opening, closed.closing] == expected


def controlled(read: Read) -> list[tuple[str, Severity]]:
    totals = LineTotals()
    for line in read.lines:
        totals.add(line, read.closed.currency)
    return [(each.code, each.severity) for each in control_file(read.closed, totals)]


def test_a_report_between_two_interim_balances_is_not_taken_for_one_that_does_not_add_up() -> None:
    missing = [("balance_missing", Severity.INFO)]

    assert controlled(report(("ITBD", "1"), ("ITBD", "900"), entries=(entry(),))) == missing
    assert controlled(report(("OPBD", "1"), ("ITBD", "900"), entries=(entry(),))) == missing
    assert controlled(report(("OPBD", "1"), ("ITAV", "900"), entries=(entry(),))) == missing


def test_pending_entries_of_a_report_are_apart_from_its_closing_balance() -> None:
    entries = (entry(), entry(sts=el("Sts", "PDNG")), entry(sts=el("Sts", "INFO")))

    assert controlled(report(("OPBD", "100.00"), ("CLBD", "112.34"), entries=entries)) == []


def test_a_notification_has_no_balance_and_brings_its_lines() -> None:
    read = read_one(message_named("camt.054", entry(), entry(sign="DBIT"), version=2))

    assert [line.amount_minor for line in read.lines] == [12_34, -12_34]
    assert (read.codes, controlled(read)) == ([], [("balance_missing", Severity.INFO)])


def test_the_parts_of_a_notified_batch_are_details_of_its_line() -> None:
    """The line is what is on the account; parts are held beside it and never counted."""
    batch = el("NtryDtls", el("Btch", el("PmtInfId", "LOT-9"), el("NbOfTxs", "2")),
               el("TxDtls", amount("10.00"), el("Refs", el("EndToEndId", "A"))),
               el("TxDtls", amount("2.34"), el("Refs", el("EndToEndId", "B"))))  # fmt: skip

    (line,) = read_one(message_named("camt.054", entry(batch), version=4)).lines

    assert (line.amount_minor, line.remittance_ref) == (12_34, "LOT-9")
    assert [(part.amount_minor, part.end_to_end_id) for part in line.details] == [
        (10_00, "A"), (2_34, "B")
    ]  # fmt: skip


def test_several_accounts_of_a_message_are_statements_of_their_own() -> None:
    for name, (container, statement) in MESSAGES.items():
        one = message_named(name, entry(), version=8)
        inner = one[one.index(f"<{statement}>".encode()) : one.index(f"</{container}>".encode())]
        data = one.replace(inner, inner + inner.replace(OWN_IBAN.encode(), OTHER_IBAN.encode()))

        reads = read_all(data)

        assert [read.closed.account.iban for read in reads] == [OWN_IBAN, OTHER_IBAN]
        assert [len(read.lines) for read in reads] == [1, 1]
