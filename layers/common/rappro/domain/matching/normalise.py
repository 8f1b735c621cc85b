"""Texts as the engine compares them: folded, cut into runs and words, always bounded.

Nothing here knows what a text means (references.py, third_party.py do), but for the one list of
words that banks and payers write around names: boilerplate.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

TEXT_CHARS_MAX: Final = 4096
"""Characters of one text that are read; what follows proves nothing that these do not."""

WORDS_MAX: Final = 400
"""Words of one text that are looked at."""

_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})
_WORDS: Final = re.compile(r"[A-Z0-9]+")
_ACRONYM: Final = re.compile(r"\b[A-Z](?:\.[A-Z])+\b\.?")

_LEGAL_FORMS: Final = """
    SA SAS SASU SARL EURL SCI SNC SCP SCM SELARL SELAS SEL SCOP SCA SCS GIE GAEC EARL EI EIRL
    ASSOC ASSOCIATION GMBH AG LTD LIMITED PLC LLC INC BV NV SRL SPA SPRL BVBA OY AB KG
"""
LEGAL_FORMS: Final = frozenset(_LEGAL_FORMS.split())
"""Legal forms (formes juridiques): they tell two namesakes apart, but name nobody."""

_BANK_WORDS: Final = """
    VIR VIREMENT VIREMENTS VRT SEPA RECU RECUS EMIS EMISE INST INSTANTANE PRLV PRLVT PRELEVEMENT
    PRELEVEMENTS PREL CARTE CARTES CB CHEQUE CHEQUES CHQ CHQS REMISE REM REMISES BORDEREAU TIP
    LCR BOR EFFET EFFETS PAIEMENT PAIEMENTS PAYMENT TRANSFER REGLEMENT REGLEMENTS REGLT RGLT
    VERSEMENT ENCAISSEMENT DECAISSEMENT ACHAT RETRAIT DAB FAVEUR CREDIT DEBIT ECHEANCE ECH
    PERMANENT PERM TELEPAIEMENT TELEREGLEMENT WEB INTERNET MOBILE ETRANGER INTERNATIONAL SWIFT
    EUROPEEN COMPTE CPT CPTE BENEFICIAIRE BEN DONNEUR ORDRE ORD DO EMETTEUR MOTIF LIBELLE
    OBJET INFO INFOS COMMUNICATION OP OPERATION OPE DATE DU LE AU DE DES D L LA LES PAR POUR
    ET EN SUR A M MR MME MLLE MM MONSIEUR MADAME STE SOCIETE ETS ETABLISSEMENTS
    IMPAYE REJET REJETE RETOUR FRAIS COMM COMMISSION BRUT NET TPE
"""
_SUBJECT_WORDS: Final = """
    FACTURE FACTURES FACT FACTS FAC FCT FRE INVOICE INVOICES INV AVOIR AVOIRS CREDITNOTE SOLDE
    ACOMPTE ACOMPTES ARRHES PARTIEL PARTIELLE TOTAL MONTANT REFERENCE REFERENCES REF REFS NO NR
    NUM NUMERO N CLIENT CLI CODE RUM ICS MANDAT ID E2E EREF LOT LOYER LOYERS MENSUALITE
    COTISATION ABONNEMENT PRESTATION PRESTATIONS COMMANDE CDE BC DEVIS CONTRAT DOSSIER
    NOTPROVIDED MERCI SUITE SELON RELEVE PERIODE MOIS TRIMESTRE ANNEE EUR EUROS EURO USD CHF GBP
    JANVIER FEVRIER MARS AVRIL MAI JUIN JUILLET AOUT SEPTEMBRE OCTOBRE NOVEMBRE DECEMBRE
    JANV FEVR AVR JUIL SEPT OCT NOV DEC
"""
BOILERPLATE: Final = frozenset((_BANK_WORDS + _SUBJECT_WORDS).split())
"""Words that say nothing about who pays: bank wording, what is paid, titles, months."""


def fold(text: str) -> str:
    """Return the text in upper case without accents, cut at TEXT_CHARS_MAX."""
    cut = text[:TEXT_CHARS_MAX]
    if cut.isascii():
        return cut.upper()
    decomposed = unicodedata.normalize("NFKD", cut.translate(_LIGATURES))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.upper()[:TEXT_CHARS_MAX]


def undotted(folded: str) -> str:
    """Return a folded text whose dotted acronyms are whole words: "S.A.R.L." is "SARL"."""
    if "." not in folded:
        return folded
    return _ACRONYM.sub(lambda match: match.group().replace(".", ""), folded)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words (letters and digits) of a text in order, folded, at most WORDS_MAX."""
    return tuple(_WORDS.findall(undotted(fold(text)))[:WORDS_MAX])


def is_year(digits: str) -> bool:
    """Tell whether digits are as good as a year."""
    return len(digits) == 4 and digits[:2] in ("19", "20")


def telling_words(text: str) -> frozenset[str]:
    """Return the words that could tell two labels apart: no boilerplate, 3 characters or more."""
    return frozenset(
        word
        for word in words_of(text)
        if len(word) >= 3 and word not in BOILERPLATE and word not in LEGAL_FORMS
    )
