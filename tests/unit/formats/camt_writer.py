"""A small writer of camt messages, from the message definitions alone, for tests of the parser.

Elements are written as nested calls: `el("Amt", "12.00", Ccy="EUR")`. Texts are escaped.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
MESSAGES = {
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    "camt.053": ("BkToCstmrStmt", "Stmt"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
"""The container of each message, and what a statement is called in it."""
OWN_IBAN = "FR7630006000011234567890189"
OTHER_IBAN = "FR1420041010050500013M02606"


class Xml(str):
    """Text that is XML already."""

    __slots__ = ()


def el(name: str, *content: str, **attributes: str) -> Xml:
    """Write an element; texts are escaped, elements are not."""
    attrs = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    inner = "".join(part if isinstance(part, Xml) else escape(part) for part in content)
    return Xml(f"<{name}{attrs}>{inner}</{name}>")


def amount(text: str, currency: str = "EUR", name: str = "Amt") -> Xml:
    """Write an amount with its currency."""
    return el(name, text, Ccy=currency)


def iban(text: str) -> Xml:
    """Write the content of an account."""
    return el("Id", el("IBAN", text))


def party(name: str, *more: Xml, version: int = 2) -> Xml:
    """Write the content of a party as the version has it."""
    content = Xml(el("Nm", name) + "".join(more))
    return el("Pty", content) if version >= 7 else content


def parties(**named: Xml) -> Xml:
    """Write related parties: `parties(Dbtr=..., DbtrAcct=...)`."""
    return el("RltdPties", *(el(name, content) for name, content in named.items()))


def ustrd(*texts: str) -> Xml:
    """Write an unstructured remittance information."""
    return el("RmtInf", *(el("Ustrd", text) for text in texts))


def status(code: str, version: int = 2) -> Xml:
    """Write the status of an entry as the version has it."""
    return el("Sts", el("Cd", code) if version >= 7 else code)


def entry(  # every part of an entry may be left out or replaced
    *more: Xml,
    amt: str = "12.34",
    ccy: str = "EUR",
    sign: str = "CRDT",
    sts: Xml | None = None,
    booked: str | None = "2024-03-15",
    valued: str | None = "2024-03-16",
    reversal: str | None = None,
    ref: str | None = None,
) -> Xml:
    """Write an entry with its usual elements first, in the order of the definition."""
    parts = [
        el("NtryRef", ref) if ref is not None else Xml(),
        amount(amt, ccy),
        el("CdtDbtInd", sign),
        el("RvslInd", reversal) if reversal is not None else Xml(),
        status("BOOK") if sts is None else sts,
        el("BookgDt", el("Dt", booked)) if booked is not None else Xml(),
        el("ValDt", el("Dt", valued)) if valued is not None else Xml(),
    ]
    return el("Ntry", *parts, *more)


def tx(*content: Xml) -> Xml:
    """Write an entry's details with one transaction."""
    return el("NtryDtls", el("TxDtls", *content))


def balance(code: str, text: str, on: str, *, sign: str = "CRDT", ccy: str = "EUR") -> Xml:
    """Write a balance."""
    return el("Bal", el("Tp", el("CdOrPrtry", el("Cd", code))), amount(text, ccy),
              el("CdtDbtInd", sign), el("Dt", el("Dt", on)))  # fmt: skip


def account(*more: Xml, currency: str | None = "EUR", number: Xml | None = None) -> Xml:
    """Write the account of a statement."""
    ccy = el("Ccy", currency) if currency is not None else Xml()
    return el("Acct", iban(OWN_IBAN) if number is None else number, ccy, *more)


BALANCES = (balance("OPBD", "100.00", "2024-03-01"), balance("CLBD", "112.34", "2024-03-31"))


def stmt(*entries: Xml, head: tuple[Xml, ...] | None = None, acct: Xml | None = None) -> Xml:
    """Write a statement; `head` replaces what stands between the account and the entries."""
    return el("Stmt", el("Id", "STMT-1"), el("ElctrncSeqNb", "7"),
              el("CreDtTm", "2024-04-01T06:00:00"), account() if acct is None else acct,
              *(BALANCES if head is None else head), *entries)  # fmt: skip


def document(*statements: Xml, version: int = 2, container: str = "BkToCstmrStmt") -> bytes:
    """Write a message."""
    header = el("GrpHdr", el("MsgId", "M1"), el("CreDtTm", "2024-04-01T06:00:00"))
    body = el("Document", el(container, header, *statements),
              xmlns=NAMESPACE.format(version=f"{version:02d}"))  # fmt: skip
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{body}".encode()


def message_named(name: str, *entries: Xml, version: int, head: tuple[Xml, ...] = ()) -> bytes:
    """Write a message of one statement, by the name of the message."""
    container, statement = MESSAGES[name]
    inner = el(statement, el("Id", "R-1"), account(), *head, *entries)
    data = document(inner, version=version, container=container + "V01" * (version == 1))
    return data.replace(b"camt.053", name.encode())


def message(*entries: Xml, version: int = 2) -> bytes:
    """Write a message of one statement with these entries."""
    return document(stmt(*entries), version=version)
