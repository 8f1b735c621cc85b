"""How banks tell a movement: label patterns, what they cut, and what they leave out.

A movement (`Told`) is what payer and payee know. A bank makes a line of it: a label of at most 31
characters in CFONB 120, remittance text of a certain length, a name, an IBAN, an end-to-end id, or
none of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from benchmarks.matching.vocabulary import plain

Json = dict[str, Any]

CODES: Final = {
    "transfer_in": "05", "transfer_out": "06", "direct_debit": "B1", "cheque": "01",
    "cheque_in": "02", "card": "28", "card_in": "30", "fee": "62", "loan": "72",
    "returned_debit": "B3", "returned_transfer": "12", "reversal": "99",
}  # fmt: skip
"""Interbank operation codes of the ways in which money moves."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a movement before a bank tells it; amounts in cents, + is money in."""

    way: str
    cents: int
    name: str = ""
    text: str = ""
    iban: str = ""
    end_to_end: str = ""
    mandate: str = ""
    reason: str = ""
    original: tuple[int, str] | None = None
    fee_cents: int = 0


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank's style; `labels` are patterns by way, `text_chars` the remittance text it hands on.

    `tells` are the fields that it gives beside the label: name, iban, end_to_end.
    """

    format: str
    label_chars: int
    text_chars: int
    tells: frozenset[str]
    labels: dict[str, str]

    def line(self, told: Told) -> Json:
        """Return what this bank says of a movement; dates and ids are the caller's."""
        pattern = self.labels.get(told.way, "{text}")
        label = pattern.format(name=told.name, text=told.text, mandate=told.mandate)
        tells = self.tells
        return {
            "code": CODES[told.way],
            "label": " ".join(plain(label).split())[: self.label_chars].strip(),
            "remittance": told.text[: self.text_chars].strip(),
            "name": told.name if "name" in tells else "",
            "iban": told.iban if "iban" in tells else "",
            "end_to_end": told.end_to_end[:35] if "end_to_end" in tells else "",
            "mandate": told.mandate if "end_to_end" in tells else "",
            "reason": told.reason,
            "reversal": told.way == "reversal",
            "original": None if told.original is None else {
                "cents": told.original[0], "currency": told.original[1]},
            "fee_cents": told.fee_cents,
        }  # fmt: skip


_ALL: Final = frozenset({"name", "iban", "end_to_end"})
_SHARED: Final = {
    "cheque": "CHEQUE {text}", "fee": "{text}", "loan": "{text}", "card": "CB {text}",
    "returned_debit": "REJET PRLV {name} {text}", "returned_transfer": "REJET VIR {name} {text}",
    "reversal": "ANNUL {name} {text}",
}  # fmt: skip

BANKS: Final = {
    "loire": Bank("cfonb120", 31, 140, frozenset({"name", "end_to_end"}), {
        **_SHARED,
        "transfer_in": "VIR SEPA RECU /DE {name}", "transfer_out": "VIR SEPA EMIS /BEN {name}",
        "direct_debit": "PRLV SEPA {name}", "cheque_in": "REMISE CHQ {text}",
        "card_in": "REMISE CB {text}",
    }),
    "mutuel": Bank("cfonb120", 31, 0, frozenset(), {
        **_SHARED,
        "transfer_in": "VIR {name} {text}", "transfer_out": "VIR {name} {text}",
        "direct_debit": "PRLV {name} {text}", "cheque_in": "REM CHQ N {text}",
        "card_in": "REM CB {text}", "cheque": "CHQ {text}",
    }),
    "national": Bank("camt.053", 105, 140, _ALL, {
        **_SHARED,
        "transfer_in": "VIREMENT SEPA RECU DE {name}", "transfer_out": "VIREMENT EMIS VERS {name}",
        "direct_debit": "PRELEVEMENT SEPA {name} MANDAT {mandate}",
        "cheque_in": "REMISE DE CHEQUES {text}", "card_in": "REMISE CARTES CONTRAT {text}",
    }),
    "digital": Bank("camt.053", 70, 140, frozenset({"name", "end_to_end"}), {
        **_SHARED,
        "transfer_in": "VIR INST RE {name}", "transfer_out": "VIR INST EMIS {name}",
        "direct_debit": "PRLV {name}", "cheque_in": "REMISE CHEQUES BORDEREAU {text}",
        "card_in": "ENCAISSEMENT CB {text}", "card": "PAIEMENT PAR CARTE {text}",
    }),
    "alpine": Bank("cfonb120", 31, 70, frozenset({"name"}), {
        **_SHARED,
        "transfer_in": "VIRT RECU {name}", "transfer_out": "VIRT FAVEUR {name}",
        "direct_debit": "PRELVT {name}", "cheque_in": "REMISE CHEQUES NO {text}",
        "card_in": "TPE {text}", "returned_debit": "IMPAYE {name} {text}",
    }),
    "outremer": Bank("cfonb120", 31, 35, frozenset({"end_to_end"}), {
        **_SHARED,
        "transfer_in": "{name} VIR {text}", "transfer_out": "VIR A {name} {text}",
        "direct_debit": "PREL {name} {text}", "cheque_in": "VERST CHEQUES {text}",
        "card_in": "CREDIT CARTES {text}", "cheque": "CHEQUE NO {text}",
    }),
    "coop": Bank("camt.053", 140, 140, frozenset({"name", "iban"}), {
        **_SHARED,
        "transfer_in": "VIR DE {name} MOTIF: {text}",
        "transfer_out": "VIR POUR {name} MOTIF: {text}",
        "direct_debit": "AVIS PRELEVEMENT {name} {mandate}", "cheque_in": "REM.CHQ {text}",
        "card_in": "REM.CARTE {text}", "returned_transfer": "RETOUR VIREMENT {name}",
    }),
    "neo": Bank("camt.053", 35, 35, _ALL, {
        **_SHARED,
        "transfer_in": "{name}", "transfer_out": "{name}", "direct_debit": "{name}",
        "cheque_in": "CHEQUES {text}", "card_in": "CARD PAYOUT {text}", "card": "{text}",
    }),
}  # fmt: skip
