"""What one line says, read once: its references, who pays, and what kind of movement it is.

A clue holds facts of the line and of the list of third parties, never of the books: it is the same
whatever part of the books is at hand, which is what lets `lookups` read only that part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from rappro.domain.bank import Nature, StatementLine
from rappro.domain.matching.model import MatchLine
from rappro.domain.matching.normalise import fold, telling_words, undotted
from rappro.domain.matching.numbers import Hit, ShapeBook
from rappro.domain.matching.phrases import Words
from rappro.domain.matching.references import (
    TextRefs,
    has_digit,
    key_token,
    read_text,
    written_ibans,
)
from rappro.domain.matching.third_party import UNKNOWN, Directory, Identity, Payer

DETAILS_MAX: Final = 2000
"""Parts of a batch that are read; a larger batch is matched by its key or not at all."""

HITS_MAX: Final = 200

FIELDS_KEPT: Final = 50_000
"""Texts of lines that a reader remembers."""

GLUED_LABEL_CHARS_MIN: Final = 28
"""A label this long was cut by the bank and goes on in the next text, in the middle of a word."""

_words = str.split
_RETURN: Final = frozenset(
    _words("IMPAYE IMPAYES REJET REJETE REJETEE REJETES REJ UNPAID RETURNED")
)
_RETURN_OF: Final = frozenset(_words("PRLV VIR VIREMENT SEPA CHEQUE CHQ LCR PRELEVEMENT SDD SCT"))
_FEE: Final = frozenset(_words("FRAIS COMMISSION COMMISSIONS COM COMM CHARGES AGIOS COTISATION"))
_CHEQUE: Final = frozenset(_words("CHQ CHQS CHEQUE CHEQUES"))
_REMITTANCE: Final = frozenset(_words("REMISE REMISES REM BORDEREAU BRD"))
_MEANS: Final = frozenset(_words("VIR VIREMENT VRT PRLV PRLVT PRELEVEMENT CB CARTE TIP"))
_NO_CHEQUE: Final = (Nature.TRANSFER, Nature.DIRECT_DEBIT, Nature.CARD, Nature.CARD_DEPOSIT)
_CARD: Final = frozenset(_words("CB CARTE CARTES TPE CARD"))
_GROUP: Final = frozenset(
    _words("SALAIRES VIREMENTS PRELEVEMENTS PRLVTS LOT GROUPE GROUPES BATCH MULTIPLE MULTIPLES")
)
_ABROAD: Final = frozenset(_words("SWIFT INTERNATIONAL INTL ETRANGER OUR SHA"))
_MARKS: Final = frozenset(("RETOUR", "TPE")).union(
    _RETURN, _RETURN_OF, _FEE, _CHEQUE, _REMITTANCE, _MEANS, _CARD, _GROUP, _ABROAD
)
"""Every word that tells of a kind."""

_NO_IDS: Final[frozenset[str]] = frozenset()
_WITHOUT_IBANS: Final = frozenset(("counterparty", "label and label_more"))


class Kind(NamedTuple):
    """What kind of movement a line is, from its nature, its bank code and its words."""

    is_return: bool = False
    is_cheque: bool = False
    is_no_cheque: bool = False
    is_remittance: bool = False
    is_card_deposit: bool = False
    is_group: bool = False
    has_fee_words: bool = False
    is_from_abroad: bool = False


@dataclass(slots=True)  # not frozen: one for every line, and freezing triples what each takes
class Clue:
    """A line with everything it says. `rank` is its place among all lines, earliest first.

    `amount`, `currency`, `on` and `day` (its ordinal) are the line's own.
    """

    rank: int
    match_line: MatchLine
    line: StatementLine
    amount: int
    currency: str
    on: date
    day: int
    refs: TextRefs
    hits: tuple[Hit, ...]
    end_to_end: frozenset[str]
    payer: Payer
    kind: Kind
    fields: tuple[Words, ...]
    details: tuple[Clue, ...] = ()
    _keys: frozenset[str] | None = None

    @property
    def keys(self) -> frozenset[str]:
        """Return the tokens that an entry's own key may have; read when a rule asks first."""
        if self._keys is None:
            keys, line = self.refs.keys, self.line
            if self.details:
                keys = keys.union(*(detail.keys for detail in self.details))
            if line.remittance_ref or line.entry_ref:
                own = (key_token(line.remittance_ref), key_token(line.entry_ref))
                keys = keys.union([key for key in own if key])
            self._keys = keys
        return self._keys

    @property
    def tokens(self) -> frozenset[str]:
        """Every index token that the line may name."""
        return self.keys.union(self.end_to_end, self.refs.cheques, [hit.token for hit in self.hits])

    def field_of(self, hit: Hit) -> str:
        """Return the text in which a number was read."""
        for words in self.fields:
            if hit.runs[-1] in words.text:
                return words.text
        return " ".join(hit.runs)


class _Field:
    """One text of lines, read once however many lines have it: folded, its words and its marks.

    `written` are the IBANs in it.
    """

    __slots__ = ("folded", "marks", "name", "words", "written")

    def __init__(self, name: str, folded: str) -> None:
        self.name = name
        self.folded = folded
        self.words = Words(name, undotted(folded))
        is_silent = name == "counterparty" or _MARKS.isdisjoint(self.words.words)
        self.marks = _NO_IDS if is_silent else _MARKS.intersection(self.words.words)
        self.written = written_ibans(folded) if name not in _WITHOUT_IBANS else []


class Reader:
    """Reads the lines of one run: with the company's third parties and the shapes of its numbers.

    Texts that come back (names, accounts, labels without a number) are remembered, at most
    FIELDS_KEPT.
    """

    def __init__(self, directory: Directory, book: ShapeBook) -> None:
        self._directory = directory
        self._book = book
        self._fields: dict[tuple[str, str], _Field] = {}

    def clue_of(self, rank: int, match_line: MatchLine) -> Clue:
        """Read a line and the parts of its batch."""
        line = match_line.line
        if not line.details:
            return self._read(rank, match_line)
        details = tuple(
            self._read(rank, replace(match_line, line=detail))
            for detail in line.details[:DETAILS_MAX]
        )
        return self._read(rank, match_line, details)

    def _read(self, rank: int, match_line: MatchLine, details: tuple[Clue, ...] = ()) -> Clue:
        line = match_line.line
        texts = self._texts(line)
        refs = _refs(line, texts, self._book)
        texts = self._distinct(texts)
        fields = tuple([text.words for text in texts])
        if len(details) == 1:
            fields += details[0].fields
        hits = refs.hits
        if details:
            hits = (*hits, *(hit for detail in details for hit in detail.hits))
        return Clue(
            rank,
            match_line,
            line,
            line.amount_minor,
            line.currency,
            line.booking_date,
            line.booking_date.toordinal(),
            refs,
            _distinct(hits) if len(hits) > 1 else hits,
            _ids(line),
            _payer(match_line, fields, refs, self._directory, details),
            _kind(line, texts, details),
            fields,
            details,
        )

    def _texts(self, line: StatementLine) -> list[_Field]:
        """Return the texts that are not empty; the counterparty's name is the last."""
        field = self._field
        texts: list[_Field] = []
        if line.label:
            texts.append(field("label", line.label))
        if line.label_more:
            texts.append(field("label_more", line.label_more))
        if line.comment:
            texts.append(field("comment", line.comment))
        if line.remittance_ref:
            texts.append(field("remittance_ref", line.remittance_ref))
        if line.ordering_account:
            texts.append(field("ordering_account", line.ordering_account))
        if line.counterparty.name:
            texts.append(field("counterparty", line.counterparty.name))
        return texts

    def _field(self, name: str, raw: str) -> _Field:
        known = self._fields.get((name, raw))
        if known is None:
            known = _Field(name, fold(raw))
            self._remember((name, raw), known)
        return known

    def _remember(self, key: tuple[str, str], text: _Field) -> None:
        """Keep a text that may come back; one with a number hardly does, but for an account."""
        if text.name == "ordering_account" or not has_digit(text.folded):
            if len(self._fields) >= FIELDS_KEPT:
                self._fields.clear()
            self._fields[key] = text

    def _distinct(self, texts: list[_Field]) -> list[_Field]:
        """Return each different text once, and the label with its continuation as one."""
        if len(texts) < 2:
            return texts
        first: dict[str, _Field] = {}
        for text in texts:
            first.setdefault(text.folded, text)
        if texts[0].name == "label" and texts[1].name == "label_more":
            label, more = texts[0].folded, texts[1].folded
            blank = "" if len(label) >= GLUED_LABEL_CHARS_MIN else " "
            both = f"{label}{blank}{more}"
            if both not in first:
                first[both] = self._glued(both)
        return list(first.values())

    def _glued(self, folded: str) -> _Field:
        key = ("label and label_more", folded)
        known = self._fields.get(key)
        if known is None:
            known = _Field(*key)
            self._remember(key, known)
        return known


def _refs(line: StatementLine, texts: Iterable[_Field], book: ShapeBook) -> TextRefs:
    """Read the references in all texts but the counterparty's name, and in the end-to-end id."""
    searched = {text.folded: text for text in texts if text.name != "counterparty"}
    written = [iban for text in searched.values() for iban in text.written]
    folded = "\n".join(searched)
    payment_id = line.end_to_end_id
    if not payment_id:
        return read_text(folded, book, written=written)
    return read_text(folded, book, fold(payment_id), written=written)


def _payer(
    match_line: MatchLine,
    fields: tuple[Words, ...],
    refs: TextRefs,
    directory: Directory,
    details: tuple[Clue, ...],
) -> Payer:
    fixed = match_line.fixed_third_party
    if fixed is not None:
        return Payer(fixed, frozenset({fixed}), "set_by_person", "", "a person set the third party")
    if not directory.by_id:
        return UNKNOWN
    line = match_line.line
    only = details[0].line if len(details) == 1 else line
    own, other = line.counterparty, only.counterparty
    identity = Identity(
        fields,
        refs,
        own.name or other.name,
        own.iban or other.iban,
        line.mandate_id or only.mandate_id,
        own.id or other.id,
        line.amount_minor > 0,
    )
    return directory.payer_of(identity)


def _ids(line: StatementLine) -> frozenset[str]:
    """Return the end-to-end ids of a line and of the parts of its batch."""
    if not line.end_to_end_id and not line.details:
        return _NO_IDS
    ids = [line.end_to_end_id, *(d.end_to_end_id for d in line.details[:DETAILS_MAX])]
    return frozenset(token for token in map(key_token, ids) if token)


def _distinct(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Keep the best reading of each token, in order of appearance."""
    best: dict[str, Hit] = {}
    for hit in hits:
        known = best.get(hit.token)
        if known is None or (known.fit, hit.is_doubtful) < (hit.fit, known.is_doubtful):
            best[hit.token] = hit
    return tuple(best.values())[:HITS_MAX]


def _kind(line: StatementLine, texts: Iterable[_Field], details: tuple[Clue, ...]) -> Kind:
    """Return the kind that the bank's facts and those words make that tell of a kind."""
    marks = _NO_IDS
    for text in texts:
        if text.marks:
            marks = marks | text.marks if marks else text.marks
    if len(details) == 1:  # its only part says the same of it
        for words in details[0].fields:
            if words.name != "counterparty":
                marks = marks | _MARKS.intersection(words.words)
    return _kind_of(
        line.nature,
        bool(line.is_reversal or line.return_reason),
        bool(line.details),
        line.original is not None,
        marks,
    )


@lru_cache(maxsize=4096)
def _kind_of(
    nature: Nature | None,
    is_returned: bool,  # noqa: FBT001 (positional for the cache, private)
    has_details: bool,  # noqa: FBT001
    has_original: bool,  # noqa: FBT001
    words: frozenset[str],
) -> Kind:
    has_fee_words = not words.isdisjoint(_FEE)
    is_card = nature is Nature.CARD_DEPOSIT or (
        nature in (None, Nature.OTHER)
        and not words.isdisjoint(_CARD)
        and not words.isdisjoint(_REMITTANCE | {"TPE"})
    )
    is_cheque = nature in (Nature.CHEQUE, Nature.CHEQUE_DEPOSIT) or not words.isdisjoint(_CHEQUE)
    is_remittance = not is_card and (
        nature is Nature.CHEQUE_DEPOSIT or not words.isdisjoint(_REMITTANCE)
    )
    return Kind(
        is_return=is_returned or _is_return(nature, words, has_fee_words=has_fee_words),
        is_cheque=is_cheque,
        is_no_cheque=not is_cheque and (nature in _NO_CHEQUE or not words.isdisjoint(_MEANS)),
        is_remittance=is_remittance,
        is_card_deposit=is_card,
        is_group=has_details or not words.isdisjoint(_GROUP),
        has_fee_words=has_fee_words,
        is_from_abroad=has_original or not words.isdisjoint(_ABROAD),
    )


def _is_return(nature: Nature | None, words: frozenset[str], *, has_fee_words: bool) -> bool:
    """A return (rejet, impayé) by what the bank says, else by its words; a fee for one is none."""
    if nature is Nature.RETURN:
        return True
    if nature is Nature.FEE or has_fee_words:
        return False
    is_return_of = "RETOUR" in words and not words.isdisjoint(_RETURN_OF)
    return is_return_of or not words.isdisjoint(_RETURN)


def label_words(clue: Clue) -> tuple[frozenset[str], ...]:
    """Return the telling words of the label, of the label continued, and of all texts."""
    line = clue.line
    everything = " ".join((*line.texts, line.counterparty.name or ""))
    return tuple(map(telling_words, (line.label, line.label_more, everything)))


def is_strong(hit: Hit) -> bool:
    """Tell whether a number of that form can hardly stand in a text by chance."""
    has_letters, digits = False, 0
    for run in hit.runs:
        if run[0] > "9":
            has_letters = True
        else:
            digits += len(run)
    if has_letters and len(hit.runs) > 1:
        return digits >= 4
    return digits >= 6 and not _is_date("".join(hit.runs))


def _is_date(digits: str) -> bool:
    """Tell whether digits alone read as a day: DDMMYY, DDMMYYYY or YYYYMMDD."""
    if len(digits) == 6:
        day, month = digits[:2], digits[2:4]
    elif len(digits) == 8 and digits.startswith("20"):
        day, month = digits[6:], digits[4:6]
    elif len(digits) == 8 and digits[4:6] == "20":
        day, month = digits[:2], digits[2:4]
    else:
        return False
    return "01" <= day <= "31" and "01" <= month <= "12"
