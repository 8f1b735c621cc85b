"""Writes statements in ISO 20022 camt.053, version 02 or 08, as French banks deliver them.

Element order follows the schemas; the two versions differ in the status, the parties and the BIC.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from devstack.demo_data.model import Means, Movement, Statement

_CODES: Final = {
    Means.TRANSFER_IN: ("PMNT", "RCDT", "ESCT", "05"),
    Means.TRANSFER_OUT: ("PMNT", "ICDT", "ESCT", "06"),
    Means.INSTANT_IN: ("PMNT", "RRCT", "ESCT", "C2"),
    Means.INSTANT_OUT: ("PMNT", "IRCT", "ESCT", "C1"),
    Means.TREASURY_IN: ("PMNT", "RCDT", "BOOK", "13"),
    Means.TREASURY_OUT: ("PMNT", "ICDT", "BOOK", "14"),
    Means.DIRECT_DEBIT: ("PMNT", "RDDT", "ESDD", "B1"),
    Means.COLLECTION: ("PMNT", "IDDT", "ESDD", "A1"),
    Means.COLLECTION_RETURN: ("PMNT", "IDDT", "UPDD", "B3"),
    Means.CHEQUE: ("PMNT", "ICHQ", "CCHQ", "01"),
    Means.CHEQUE_DEPOSIT: ("PMNT", "RCHQ", "CCHQ", "02"),
    Means.CHEQUE_UNPAID: ("PMNT", "RCHQ", "UPCQ", "03"),
    Means.CARD: ("PMNT", "CCRD", "POSD", "28"),
    Means.CARD_DEPOSIT: ("PMNT", "MCRD", "POSP", "30"),
    Means.CASH_DEPOSIT: ("PMNT", "CNTR", "CDPT", "04"),
    Means.BILL: ("PMNT", "DRFT", "STLR", "07"),
    Means.FEE: ("ACMT", "MDOP", "FEES", "62"),
    Means.INTEREST: ("ACMT", "MDOP", "INTR", "61"),
    Means.LOAN: ("LDAS", "CSLN", "PPAY", "72"),
}
_WORDS: Final = {
    Means.TRANSFER_IN: "VIR SEPA RECU /DE",
    Means.INSTANT_IN: "VIR INSTANTANE RECU /DE",
    Means.TREASURY_IN: "VIR SEPA RECU /DE",
    Means.TRANSFER_OUT: "VIR SEPA EMIS /POUR",
    Means.INSTANT_OUT: "VIR INSTANTANE EMIS /POUR",
    Means.TREASURY_OUT: "VIR SEPA EMIS /POUR",
    Means.DIRECT_DEBIT: "PRLV SEPA",
}
_CREATED: Final = "T06:12:00+00:00"


def write_camt(statements: Sequence[Statement], version: str) -> bytes:
    """Return a camt.053 document of one or more statements; `version` is "02" or "08"."""
    root = ET.Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}")
    body = ET.SubElement(root, "BkToCstmrStmt")
    created = f"{statements[0].last_day + timedelta(days=1)}{_CREATED}"
    _add(body, "GrpHdr/MsgId", f"{statements[0].account.bic}{statements[0].last_day:%Y%m%d}")
    _add(body, "GrpHdr/CreDtTm", created)
    for statement in statements:
        _statement(ET.SubElement(body, "Stmt"), statement, version)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _add(parent: ET.Element, path: str, text: str) -> ET.Element:
    """Append the last element of a path with a text; steps before it are used again when last."""
    *steps, name = path.split("/")
    for step in steps:
        is_open = len(parent) > 0 and parent[-1].tag == step
        parent = parent[-1] if is_open else ET.SubElement(parent, step)
    element = ET.SubElement(parent, name)
    element.text = text
    return element


def _amount(parent: ET.Element, path: str, minor: int) -> None:
    element = _add(parent, path, f"{abs(minor) // 100}.{abs(minor) % 100:02d}")
    element.set("Ccy", "EUR")


def _sign(minor: int) -> str:
    return "DBIT" if minor < 0 else "CRDT"


def _statement(node: ET.Element, statement: Statement, version: str) -> None:
    account = statement.account
    _add(node, "Id", f"{account.number}-{statement.last_day:%Y}-{statement.number:03d}")
    _add(node, "ElctrncSeqNb", str(statement.number))
    _add(node, "CreDtTm", f"{statement.last_day + timedelta(days=1)}{_CREATED}")
    _add(node, "FrToDt/FrDtTm", f"{statement.first_day}T00:00:00")
    _add(node, "FrToDt/ToDtTm", f"{statement.last_day}T23:59:59")
    _add(node, "Acct/Id/IBAN", account.iban)
    _add(node, "Acct/Ccy", "EUR")
    _add(node, "Acct/Ownr/Nm", account.holder)
    _add(node, f"Acct/Svcr/FinInstnId/{_bic_tag(version)}", account.bic)
    _balance(node, "OPBD", statement.first_day, statement.opening_minor)
    _balance(node, "CLBD", statement.last_day, statement.closing_minor)
    for rank, movement in enumerate(statement.movements, 1):
        _entry(ET.SubElement(node, "Ntry"), movement, rank, version)


def _balance(node: ET.Element, code: str, on: date, minor: int) -> None:
    balance = ET.SubElement(node, "Bal")
    _add(balance, "Tp/CdOrPrtry/Cd", code)
    _amount(balance, "Amt", minor)
    _add(balance, "CdtDbtInd", _sign(minor))
    _add(balance, "Dt/Dt", str(on))


def _entry(node: ET.Element, movement: Movement, rank: int, version: str) -> None:
    _add(node, "NtryRef", f"{rank:05d}")
    _amount(node, "Amt", movement.amount_minor)
    _add(node, "CdtDbtInd", _sign(movement.amount_minor))
    _add(node, "Sts" if version == "02" else "Sts/Cd", "BOOK")
    _add(node, "BookgDt/Dt", str(movement.booked_on))
    _add(node, "ValDt/Dt", str(movement.booked_on))
    _add(node, "AcctSvcrRef", movement.bank_ref)
    _bank_code(node, movement)
    details = ET.SubElement(node, "NtryDtls")
    if movement.details:
        _batch(details, movement)
    for detail in movement.details or (movement,):
        _transaction(ET.SubElement(details, "TxDtls"), detail, movement, version)
    _add(node, "AddtlNtryInf", _label(movement))


def _bank_code(node: ET.Element, movement: Movement) -> None:
    domain, family, sub_family, french = _CODES[movement.means]
    _add(node, "BkTxCd/Domn/Cd", domain)
    _add(node, "BkTxCd/Domn/Fmly/Cd", family)
    _add(node, "BkTxCd/Domn/Fmly/SubFmlyCd", sub_family)
    _add(node, "BkTxCd/Prtry/Cd", french)
    _add(node, "BkTxCd/Prtry/Issr", "CFONB")


def _batch(node: ET.Element, movement: Movement) -> None:
    _add(node, "Btch/PmtInfId", movement.batch_ref)
    _add(node, "Btch/NbOfTxs", str(len(movement.details)))
    _amount(node, "Btch/TtlAmt", movement.amount_minor)
    _add(node, "Btch/CdtDbtInd", _sign(movement.amount_minor))


def _transaction(node: ET.Element, movement: Movement, entry: Movement, version: str) -> None:
    _references(node, movement, entry)
    if version == "02":
        _amount(node, "AmtDtls/TxAmt/Amt", movement.amount_minor)
    else:
        _amount(node, "Amt", movement.amount_minor)
        _add(node, "CdtDbtInd", _sign(movement.amount_minor))
    _parties(node, movement, version)
    if movement.remittance:
        _add(node, "RmtInf/Ustrd", movement.remittance[:140])
    if movement.return_reason:
        _add(node, "RtrInf/Rsn/Cd", movement.return_reason)


def _references(node: ET.Element, movement: Movement, entry: Movement) -> None:
    references = ET.SubElement(node, "Refs")
    if entry.batch_ref:
        _add(references, "PmtInfId", entry.batch_ref)
    if movement.end_to_end or movement.name:
        _add(references, "EndToEndId", movement.end_to_end or "NOTPROVIDED")
    if movement.mandate:
        _add(references, "MndtId", movement.mandate)
    if movement.means in {Means.CHEQUE, Means.CHEQUE_UNPAID}:
        _add(references, "ChqNb", movement.number)
    if len(references) == 0:
        node.remove(references)


def _parties(node: ET.Element, movement: Movement, version: str) -> None:
    """Write the other side: the debtor of a receipt or return, else the creditor."""
    if not movement.name:
        return
    is_debtor = movement.amount_minor > 0 or movement.means is Means.COLLECTION_RETURN
    side = "Dbtr" if is_debtor else "Cdtr"
    party = f"RltdPties/{side}" if version == "02" else f"RltdPties/{side}/Pty"
    _add(node, f"{party}/Nm", movement.name[:70])
    if movement.creditor_id and not is_debtor:
        _add(node, f"{party}/Id/PrvtId/Othr/Id", movement.creditor_id)
        _add(node, f"{party}/Id/PrvtId/Othr/SchmeNm/Prtry", "SEPA")
    if movement.iban:
        _add(node, f"RltdPties/{side}Acct/Id/IBAN", movement.iban)


def _bic_tag(version: str) -> str:
    return "BIC" if version == "02" else "BICFI"


def _label(movement: Movement) -> str:
    if movement.label:
        return movement.label
    words = f"{_WORDS[movement.means]} {movement.name} /MOTIF {movement.remittance}"
    return f"{words} /REF {movement.end_to_end}" if movement.end_to_end else words
