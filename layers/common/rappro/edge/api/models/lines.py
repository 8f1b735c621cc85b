"""Statement lines: what the bank said, and what is known about them so far."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from rappro.domain.bank import LineStatusAtBank, Nature, StatementLine
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import OpenItemId, ThirdPartyId
from rappro.domain.matching.model import (
    Candidate,
    Evidence,
    Explanation,
    Level,
    Rejected,
    Settle,
    TargetType,
)
from rappro.domain.money import format_amount
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    SetBy,
)
from rappro.edge.api.models.shapes import Day, Input, Key, Money, Output, PageOf, Version
from rappro.edge.api.sample_ids import OPEN_ITEM, THIRD_PARTY
from rappro.use_cases.edit_line import LineEdit
from rappro.use_cases.explaining import Explained


class CounterpartyOutput(Output):
    """The other side of a line, as the bank names it."""

    name: str | None
    iban: str | None
    bic: str | None
    id: str | None


class OriginalAmountOutput(Output):
    """The amount as instructed in another currency; `rate` as the bank wrote it."""

    amount: Money
    currency: str
    rate: str | None


class BankLine(Output):
    """What the bank said, unchanged; `details` are the parts of a batch, with the same fields."""

    position: int
    entry_ref: str | None = Field(description="the bank's own reference of the entry")
    booking_date: Day = Field(description="date d'opération")
    value_date: Day | None = Field(description="date de valeur")
    amount: Money
    currency: str
    label: str = Field(description="libellé")
    label_more: str = Field(description="libellé suite")
    comment: str = Field(description="commentaire")
    remittance_ref: str = Field(description="référence de la remise")
    ordering_account: str = Field(description="compte donneur d'ordre")
    counterparty: CounterpartyOutput
    end_to_end_id: str | None
    mandate_id: str | None
    creditor_id: str | None
    bank_code: str | None
    nature: Nature | None = Field(description="the means of payment (nature)")
    reversal: bool
    return_reason: str | None
    original_amount: OriginalAmountOutput | None
    bank_status: LineStatusAtBank
    details: list[BankLine]


def _said(line: StatementLine) -> dict[str, Any]:
    """Return the fields of BankLine."""
    party, original = line.counterparty, line.original
    return {
        "position": line.position,
        "entry_ref": line.entry_ref,
        "booking_date": line.booking_date,
        "value_date": line.value_date,
        "amount": format_amount(line.amount_minor, line.currency),
        "currency": line.currency,
        "label": line.label,
        "label_more": line.label_more,
        "comment": line.comment,
        "remittance_ref": line.remittance_ref,
        "ordering_account": line.ordering_account,
        "counterparty": CounterpartyOutput(
            name=party.name, iban=party.iban, bic=party.bic, id=party.id
        ),
        "end_to_end_id": line.end_to_end_id,
        "mandate_id": line.mandate_id,
        "creditor_id": line.creditor_id,
        "bank_code": line.bank_code,
        "nature": line.nature,
        "reversal": line.is_reversal,
        "return_reason": line.return_reason,
        "original_amount": original
        and OriginalAmountOutput(
            amount=format_amount(original.amount_minor, original.currency),
            currency=original.currency,
            rate=original.rate,
        ),
        "bank_status": line.status,
        "details": [BankLine(**_said(part)) for part in line.details],
    }


class SettleOutput(Output):
    """How much of a target is settled, in the company's currency, signed as the bank sees it."""

    type: TargetType
    id: str
    amount: Money

    @classmethod
    def of(cls, settle: Settle, company_currency: str) -> Self:
        """Show what is settled."""
        amount = format_amount(settle.amount_minor, company_currency)
        return cls(type=settle.type, id=settle.id, amount=amount)


class CandidateOutput(Output):
    """A possible explanation that was not taken by itself; a higher score is better."""

    settles: list[SettleOutput]
    score: int
    template: str | None

    @classmethod
    def of(cls, candidate: Candidate, company_currency: str) -> Self:
        """Show a candidate."""
        return cls(
            settles=[SettleOutput.of(settle, company_currency) for settle in candidate.settles],
            score=candidate.score,
            template=candidate.template,
        )


class EvidenceOutput(Output):
    """One piece of evidence: its kind, the text it was read in, and a sentence."""

    kind: str
    text: str
    detail: str

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """Show a piece of evidence."""
        return cls(kind=evidence.kind, text=evidence.text, detail=evidence.detail)


class RejectedOutput(Output):
    """A rival explanation and why it lost."""

    candidate: str
    why: str

    @classmethod
    def of(cls, rejected: Rejected) -> Self:
        """Show a rival."""
        return cls(candidate=rejected.candidate, why=rejected.why)


class ExplanationOutput(Output):
    """Why the line has its level, for an auditor."""

    evidence: list[EvidenceOutput]
    rejected: list[RejectedOutput]

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """Show an explanation."""
        return cls(
            evidence=[EvidenceOutput.of(evidence) for evidence in explanation.evidence],
            rejected=[RejectedOutput.of(rejected) for rejected in explanation.rejected],
        )


class LineOutput(BankLine):
    """A statement line (ligne de relevé) with what is known about it so far."""

    id: str
    statement: str
    status: LineStatus
    edited_nature: Nature | None = Field(
        description="the nature that a person set; it then counts, the bank's own stays"
    )
    level: Level | None = Field(
        description="niveau de rapprochement: A… matched, B candidates, C nothing, null not yet"
    )
    third_party: str | None
    third_party_set_by: SetBy | None
    invoice: str | None
    invoice_set_by: SetBy | None
    template: str | None = Field(description="modèle d'écriture")
    template_set_by: SetBy | None
    match: str | None
    known_as: str | None = Field(
        description="the line (statement/position) that brought the same movement first; then this"
        " one is kept and takes part in nothing"
    )
    candidates: list[CandidateOutput]
    explanation: ExplanationOutput | None
    version: Version

    @classmethod
    def of(cls, record: LineRecord, company_currency: str) -> Self:
        """Show a line."""
        explanation = record.explanation
        return cls(
            **_said(record.line),
            id=record.id,
            statement=record.statement_id,
            status=record.status,
            edited_nature=record.nature,
            level=record.level,
            third_party=record.third_party,
            third_party_set_by=record.third_party_set_by,
            invoice=record.invoice,
            invoice_set_by=record.invoice_set_by,
            template=record.template,
            template_set_by=record.template_set_by,
            match=record.match_id,
            known_as=record.known_as,
            candidates=[CandidateOutput.of(one, company_currency) for one in record.candidates],
            explanation=None if explanation is None else ExplanationOutput.of(explanation),
            version=record.version,
        )


class DecisionOutput(Output):
    """What a run decided about a line, by which version of the engine, and against what."""

    run: str
    run_number: int
    engine: str = Field(description="version of the rules: the same world gives the same with it")
    level: Level
    third_party: str | None
    invoice: str | None
    template: str | None
    settles: list[SettleOutput]
    candidates: list[CandidateOutput]
    explanation: ExplanationOutput

    @classmethod
    def of(cls, found: Explained, company_currency: str) -> Self:
        """Show a decision."""
        decision = found.decision
        return cls(
            run=found.run.id,
            run_number=found.run.number,
            engine=found.engine,
            level=decision.level,
            third_party=decision.third_party,
            invoice=decision.invoice,
            template=decision.template,
            settles=[SettleOutput.of(settle, company_currency) for settle in decision.settles],
            candidates=[CandidateOutput.of(one, company_currency) for one in decision.candidates],
            explanation=ExplanationOutput.of(decision.explanation),
        )


class LinePage(PageOf[LineOutput]):
    """Lines in position order."""


class LineEditInput(Input):
    """What to set on an unmatched line; it survives every recomputation. A null takes it off.

    `known_as` goes alone: a line (statement/position) that brought the same movement first, or null
    to release the line.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"third_party": THIRD_PARTY, "invoice": OPEN_ITEM, "nature": "transfer"}]
        }
    )

    third_party: Key | None = None
    invoice: Key | None = None
    nature: Annotated[Nature, Field(strict=False)] | None = None
    template: Key | None = Field(default=None, description="modèle d'écriture")
    known_as: Key | None = None

    @property
    def is_about_known(self) -> bool:
        """True when the line is to be marked as known, or released. Raises InvalidRequest."""
        if "known_as" not in self.model_fields_set:
            return False
        if len(self.model_fields_set) > 1:
            raise InvalidRequest("known_as goes alone", position="/known_as")
        return True

    def edit(self) -> LineEdit:
        """Return the edit. Raises InvalidRequest when it sets nothing."""
        if not self.model_fields_set:
            fields = "third_party, invoice, template, nature or known_as"
            raise InvalidRequest(f"set {fields}", position="")
        return LineEdit(
            third_party=None if self.third_party is None else ThirdPartyId(self.third_party),
            invoice=None if self.invoice is None else OpenItemId(self.invoice),
            nature=self.nature,
            template=self.template,
            clears=frozenset(name for name in self.model_fields_set if getattr(self, name) is None),
        )
