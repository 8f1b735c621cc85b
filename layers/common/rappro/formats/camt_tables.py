"""The fields of ISO 20022 statements, reports and notifications (camt.053, .052, .054).

One set of tables serves every version from .01 to .14: where versions differ, both spellings are
listed, for no version gives another meaning to a name in the same place. Field names are the
messages' own, shortened; `camt_lines` and `camt_statement` say what they mean.
"""

from __future__ import annotations

from typing import Final

from rappro.formats.camt_tree import CUT_DETAIL, Amount, Choice, Collected, Marked, Repeated, Table

_ORGANISATION: Final = ("AnyBIC", "BICOrBEI", "BEI", "IBEI", "LEI")


def _party(name: str) -> Table:
    """Return the table of a party: PartyIdentification, or from .07 on the choice Pty | Agt."""
    identified = Table(Id=f"{name}.id", SchmeNm=Table(Prtry=f"{name}.scheme"))
    plain = {
        "Nm": f"{name}.name",
        "Id": Table(
            OrgId=Table(
                Othr=identified,
                PrtryId=Table(Id=f"{name}.id"),  # .01
                **dict.fromkeys(_ORGANISATION, f"{name}.organisation"),
            ),
            PrvtId=Table(Othr=identified, OthrId=Table(Id=f"{name}.id")),
        ),
    }
    return Table(plain, Pty=Table(plain), Agt=_agent(name, f"{name}.name"))


def _agent(name: str, bank_name: str) -> Table:
    """Return the table of a bank: BIC in .01 and .02, BICFI from .03 on."""
    return Table(
        FinInstnId=Table(
            BIC=f"{name}.bic",
            BICFI=f"{name}.bic",
            CmbndId=Table(BIC=f"{name}.bic"),  # .01
            Nm=bank_name,
        )
    )


def _account(name: str) -> Table:
    other = f"{name}.number"
    return Table(
        Id=Table(
            IBAN=f"{name}.iban",
            Othr=Table(Id=other),
            BBAN=other,  # this and the next two: .01
            UPIC=other,
            PrtryAcct=Table(Id=other),
        )
    )


_BANK_CODE: Final = Table(
    Domn=Table(Cd="domain", Fmly=Table(Cd="family", SubFmlyCd="subfamily")),
    Prtry=Table(Cd="proprietary", Issr="issuer"),
)
_AMOUNTS: Final = Table(
    {
        name: Table(Amt=Amount(name), CcyXchg=Table(XchgRate="rate"))
        for name in ("InstdAmt", "TxAmt", "CntrValAmt")
    }
)
_CHARGES: Final = Table(  # a list of amounts in .01 and .02, a total and records from .03 on
    TtlChrgsAndTaxAmt=Amount("charges"), Amt=Repeated("charge"), Rcrd=Table(Amt=Repeated("charge"))
)
_REASON: Final = Table(Cd="reason", Prtry="reason")
_RETURN: Final = Table(
    Rsn=_REASON,
    AddtlInf=Repeated("return text"),
    RtrRsn=_REASON,  # this and the next: .01
    AddtlRtrRsnInf=Repeated("return text"),
)
_REMITTANCE: Final = Table(
    Ustrd=Repeated("Ustrd"),
    Strd=Table(
        CdtrRefInf=Table(
            Ref=Repeated("creditor reference"), CdtrRef=Repeated("creditor reference")
        ),
        RfrdDocInf=Table(Nb=Repeated("document"), RfrdDocNb=Repeated("document")),
        AddtlRmtInf=Repeated("structured text"),
    ),
)

REFERENCES: Final = (
    "MsgId", "PmtInfId", "InstrId", "TxId", "UETR", "ClrSysRef", "AcctOwnrTxId", "AcctSvcrTxId",
    "MktInfrstrctrTxId", "PrcgId", "RtrId",
)  # fmt: skip
"""References that no field of a line takes; they are kept in its `raw`."""

DETAIL: Final = Table(  # TxDtls
    Refs=Table(
        {name: name for name in REFERENCES},
        AcctSvcrRef="detail.AcctSvcrRef",
        EndToEndId="EndToEndId",
        MndtId="MndtId",
        ChqNb="ChqNb",
    ),
    Amt=Amount("detail.Amt"),
    CdtDbtInd="detail.CdtDbtInd",
    AmtDtls=_AMOUNTS,
    Chrgs=_CHARGES,
    BkTxCd=_BANK_CODE,
    RltdPties=Table(
        Dbtr=_party("Dbtr"),
        DbtrAcct=_account("Dbtr"),
        UltmtDbtr=_party("UltmtDbtr"),
        Cdtr=_party("Cdtr"),
        CdtrAcct=_account("Cdtr"),
        UltmtCdtr=_party("UltmtCdtr"),
    ),
    RltdAgts=Table(DbtrAgt=_agent("Dbtr", "Dbtr.bank"), CdtrAgt=_agent("Cdtr", "Cdtr.bank")),
    Purp=Choice("purpose"),
    RmtInf=_REMITTANCE,
    RtrInf=Marked("returned", _RETURN),
    AddtlTxInf="AddtlTxInf",
)

_DETAILS: Final = Table(
    {"TxDtls": Collected(), CUT_DETAIL: Collected()},
    Btch=Table(MsgId="batch.MsgId", PmtInfId="batch.PmtInfId", NbOfTxs="batch.NbOfTxs"),
)

ENTRY: Final = Table(  # Ntry
    _DETAILS,  # directly in the entry in .01
    NtryRef="NtryRef",
    Amt=Amount("Amt"),
    CdtDbtInd="CdtDbtInd",
    RvslInd="RvslInd",
    Sts=Choice("Sts"),  # a code up to .06, a choice of Cd and Prtry from .07 on
    BookgDt=Choice("BookgDt"),
    ValDt=Choice("ValDt"),
    AcctSvcrRef="AcctSvcrRef",
    BkTxCd=_BANK_CODE,
    AmtDtls=_AMOUNTS,
    Chrgs=_CHARGES,
    NtryDtls=_DETAILS,
    AddtlNtryInf="AddtlNtryInf",
)

BALANCE: Final = Table(  # Bal
    Tp=Table(
        CdOrPrtry=Table(Cd="type", Prtry="type"),
        Cd="type",  # .01
        Prtry="type",
    ),
    Amt=Amount("Amt"),
    CdtDbtInd="CdtDbtInd",
    Dt=Choice("Dt"),
)

STATEMENT: Final = Table(  # Stmt, Rpt, Ntfctn
    Id="Id",
    ElctrncSeqNb="ElctrncSeqNb",
    LglSeqNb="LglSeqNb",
    CreDtTm="CreDtTm",
    FrToDt=Table(FrDtTm="FrDtTm", ToDtTm="ToDtTm", FrDt="FrDtTm", ToDt="ToDtTm"),
    CpyDplctInd="CpyDplctInd",
    Acct=Table(
        _account("Acct"),
        Ccy="Ccy",
        Nm="Acct.name",
        Ownr=_party("Ownr"),
        Svcr=_agent("Svcr", "Svcr.bank"),
    ),
    Bal=Collected(),
    TxsSummry=Table(TtlNtries=Table(NbOfNtries="NbOfNtries")),
)
