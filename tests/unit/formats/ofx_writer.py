"""A small writer of OFX, SGML and XML, from the specification alone, for tests of the parsers."""

from __future__ import annotations

from typing import Union

Element = tuple[str, Union[str, "list[Element]"]]

HEADER1 = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:{encoding}\n"
    "CHARSET:{charset}\nCOMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
HEADER2 = (
    '<?xml version="1.0" encoding="{encoding}" standalone="no"?>\n<?OFX OFXHEADER="200"'
    ' VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
OK: Element = ("STATUS", [("CODE", "0"), ("SEVERITY", "INFO")])
SIGNON: Element = (
    "SIGNONMSGSRSV1",
    [("SONRS", [OK, ("DTSERVER", "20240401"), ("LANGUAGE", "FRA")])],
)
BANK: Element = ("BANKACCTFROM", [("BANKID", "30004"), ("BRANCHID", "00823"),
                                  ("ACCTID", "00010234567"), ("ACCTTYPE", "CHECKING"),
                                  ("ACCTKEY", "28")])  # fmt: skip
CARD: Element = ("CCACCTFROM", [("ACCTID", "497010XXXXXX1234")])
USUAL = {"TRNTYPE": "CREDIT", "DTPOSTED": "20240315", "TRNAMT": "50.00", "FITID": "F1",
         "NAME": "VIR DUPONT"}  # fmt: skip


def trn(tag: str = "STMTTRN", /, **texts: str | list[Element] | None) -> Element:
    """Return a transaction: the usual one, with some elements changed, added, or left out."""
    return tag, [(name, text) for name, text in {**USUAL, **texts}.items() if text is not None]


def balance(name: str = "LEDGERBAL", amount: str = "150.00", on: str = "20240331") -> Element:
    return name, [("BALAMT", amount), ("DTASOF", on)]


def listed(*transactions: Element, start: str = "20240301", end: str = "20240331") -> Element:
    return "BANKTRANLIST", [("DTSTART", start), ("DTEND", end), *transactions]


def statement(*parts: Element, account: Element | None = BANK, currency: str = "EUR") -> Element:
    """Return the answer with a statement of a bank account, or of a card."""
    body: list[Element] = [("CURDEF", currency)] if currency else []
    body += [account] if account is not None else []
    name = "CCSTMT" if account is CARD else "STMT"
    return f"{name}TRNRS", [("TRNUID", "1"), OK, (f"{name}RS", [*body, *parts])]


def document(*answers: Element, signon: Element = SIGNON) -> Element:
    """Return the OFX element around some answers; those of cards go to their own message set."""
    cards = [one for one in answers if one[0].startswith("CC")]
    banks = [one for one in answers if one not in cards]
    sets: list[Element] = [("BANKMSGSRSV1", banks)] if banks else []
    sets += [("CREDITCARDMSGSRSV1", cards)] if cards else []
    return "OFX", [signon, *sets]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def written(element: Element, *, is_closed: bool, end: str = "\n") -> str:
    """Write an element and what is in it; aggregates have end tags, texts if `is_closed`."""
    name, content = element
    if isinstance(content, str):
        return f"<{name}>{escaped(content)}" + (f"</{name}>" if is_closed else "") + end
    inner = "".join(written(one, is_closed=is_closed, end=end) for one in content)
    return f"<{name}>{end}{inner}</{name}>{end}"


def sgml(
    *answers: Element, is_closed: bool = False, end: str = "\n", coding: str = "cp1252",
    header: str = HEADER1.format(encoding="USASCII", charset="1252"),
) -> bytes:  # fmt: skip
    """Write an OFX 1 file."""
    text = header.replace("\n", "\n" if end == "" else end)
    return (text + written(document(*answers), is_closed=is_closed, end=end)).encode(coding)


def xml(*answers: Element, encoding: str = "UTF-8", coding: str = "utf-8") -> bytes:
    """Write an OFX 2 file."""
    text = written(document(*answers), is_closed=True)
    return (HEADER2.format(encoding=encoding) + text).encode(coding)


def sgml_of(*transactions: Element) -> bytes:
    """Write an OFX 1 file of one statement with these transactions."""
    return sgml(statement(listed(*transactions), balance()))


def xml_of(*transactions: Element) -> bytes:
    """Write an OFX 2 file of one statement with these transactions."""
    return xml(statement(listed(*transactions), balance()))
