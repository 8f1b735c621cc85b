"""References: how a number is indexed, and which numbers, ids and keys a line's texts may name.

An index key is a *token*. A number has at most four, `index_tokens`; a text gives the tokens to
look up, `tokens_in`, so that a store finds every item or entry that the engine could take as named.
Nothing here decides whether a number that was found proves anything: see the rules.

    number          FA2026-00123
    shape           FA9999-99999       letters stay, a digit becomes 9
    tokens          FA202600123        glued: letters and digits only
                    FA.2026.123        runs, leading zeros dropped
                    202600123          core: the digits alone, when they are telling
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from rappro.domain.books import (
    BankEntry,
    OpenItem,
    PaymentMethod,
)
from rappro.domain.matching.ibans import IBAN_IN_TEXT, compact_iban, is_iban, longest_iban
from rappro.domain.matching.normalise import fold
from rappro.domain.matching.number_patterns import numbers_in, numbers_of_id
from rappro.domain.matching.numbers import (
    CORE_DIGITS_MIN,
    NUMBER_CHARS_MAX,
    Hit,
    ShapeBook,
    dotted,
    runs_of,
    shape_book,
    shape_of,
)

__all__ = [
    "BATCH_CLASS", "CARD_CLASS", "REMITTANCE_CLASS", "TextRefs", "compact_iban", "entry_tokens",
    "index_tokens", "item_tokens", "key_token", "read_text", "shape_of", "tokens_in",
]  # fmt: skip

KEY_WORDS_MAX: Final = 40
"""Words of one text that may be a key of an entry: a cheque, a remittance, a batch, a contract."""

AMOUNTS_MAX: Final = 20
PAYMENT_ID_CHARS_MIN: Final = 6
"""A shorter id may stand in a text by chance."""

REMITTANCE_CLASS: Final = "~remittance"
BATCH_CLASS: Final = "~batch"
CARD_CLASS: Final = "~card"
"""Tokens under which every waiting entry of a kind is found, for groups whose key is not named."""

CARD_SLIPS_ACCOUNT: Final = "5115"
"""Where card slips wait (cartes bancaires à l'encaissement), in books that name no contract."""

_NO_KEY_WORDS: Final = "NOTPROVIDED NONREF NOREF NA NONE NULL UNKNOWN NOTAVAILABLE NP"
_NO_KEYS: Final = frozenset(_NO_KEY_WORDS.split())
# Patterns begin with the class of their first character, looked behind afterwards: so the search
# goes from one such character to the next.
_DATE: Final = re.compile(
    r"[0-3](?<!\d\d)(?:(?<=2)0\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"|(?:(?<=0)[1-9]|(?<=[12])\d|(?<=3)[01])[/.-](?:0[1-9]|1[0-2])(?:[/.-](?:20)?\d\d)?"
    r"|(?:(?<=0)[1-9]|(?<=1)[0-2])/20\d\d)(?!\d)"
)
_AMOUNT: Final = re.compile(
    r"(?<![\d.,])(?:\d{1,3}(?:[ .]\d{3}){1,3},\d\d|\d{1,9}[.,]\d\d)(?![\d.,]|-\d)"
)
_KEY_WORD: Final = re.compile(r"(?<![A-Z0-9])(?>[A-Z0-9]+(?:[-/_.][A-Z0-9]+)*)(?!,\d\d(?!\d))")
_SHORT_KEY: Final = re.compile(
    r"\b(?:REMISES?|REM|BORDEREAU|BRD|CHQS?|CHEQUES?|LOT|CONTRAT|TPE)\b[^0-9,-]{0,16}(\d{1,12})\b"
)
_CHEQUE: Final = re.compile(
    r"\b(?:CHQ|CHEQUE|CHQS|CHEQUES)\b\s*(?:EMIS|IMPAYE|PAYE)?\s*(?:N[O°.]{0,2}|NUM|NUMERO)?[\s:.]*"
    r"(\d{3,12})\b"
)
_MANDATE: Final = re.compile(
    r"\b(?:RUM|MANDAT|MANDATE|MREF)\b[\s:./]*([A-Z0-9][A-Z0-9+/_.-]{3,34})"
)
_DATE_MARK: Final = re.compile(r"\d[/.-]\d")
_DIGIT: Final = re.compile(r"\d")
_PAYMENT_ID: Final = re.compile(
    r"(?<![A-Z0-9])(?:E2E|EREF|END-?TO-?END|ID)(?: ?ID)?[\s:+/=]{1,3}([A-Z0-9][A-Z0-9+/._-]{5,34})"
)
_THREE_DIGITS: Final = re.compile(r"(?:[^\d]*\d){3}")
_SIREN: Final = re.compile(r"\d(?<!\d\d)\d\d ?\d{3} ?\d{3}(?!\d)")
_DIGITS: Final = re.compile(r"\d(?<![A-Z0-9]\d)\d{2,11}(?![A-Z0-9])")
_IBAN_MARK: Final = re.compile(r"\d(?<=[A-Z][A-Z]\d)\d(?: ?[A-Z0-9]){11}")


def key_token(text: str | None) -> str | None:
    """Return the one token of a key (end-to-end id, batch, contract), None when it says nothing.

    Letters and digits only; digits alone lose their leading zeros.
    """
    if not text:
        return None
    glued = "".join(runs_of(text))
    if glued.isdigit():
        glued = glued.lstrip("0")
    return None if not glued or glued in _NO_KEYS else glued


def index_tokens(number: str) -> frozenset[str]:
    """Return the tokens (at most 4) under which a number is indexed; none without a digit."""
    return frozenset(tokens_of_runs(runs_of(number)))


def tokens_of_runs(runs: Sequence[str]) -> tuple[str, ...]:
    """Return the tokens of a number that is cut into its runs already, each once."""
    core = "".join([run for run in runs if run[0] <= "9"]).lstrip("0")
    if not core:
        return ()
    tokens = {"".join(runs), dotted(runs)}
    if len(core) >= CORE_DIGITS_MIN:
        tokens.add(core)
    return tuple(tokens)


def item_tokens(item: OpenItem) -> frozenset[str]:
    """Return the reference tokens that a store indexes an open item under."""
    return index_tokens(item.number)


def entry_tokens(entry: BankEntry) -> frozenset[str]:
    """Return the reference tokens that a store indexes a waiting bank entry under: its own keys."""
    tokens: set[str] = set()
    for number in (entry.cheque_no, entry.remittance_no):
        if number:
            tokens |= index_tokens(number)
    for key in (
        entry.end_to_end_id, entry.batch_ref, entry.card_contract, piece_key(entry.piece_ref)
    ):  # fmt: skip
        token = key_token(key)
        if token:
            tokens.add(token)
    if entry.remittance_no:
        tokens.add(REMITTANCE_CLASS)
    if entry.batch_ref:
        tokens.add(BATCH_CLASS)
    if is_card_slip(entry):
        tokens.add(CARD_CLASS)
    return frozenset(tokens)


def piece_key(piece_ref: str | None) -> str | None:
    """Return the token of a piece number that a bank line may show; None when it tells nothing.

    It takes 6 letters or digits and 3 digits at least: "12" is the piece of every company.
    """
    token = key_token(piece_ref)
    is_telling = token is not None and len(token) >= 6 and bool(_THREE_DIGITS.match(token))
    return token if is_telling else None


def is_card_slip(entry: BankEntry) -> bool:
    """Tell whether an entry is a card payment that the bank will remit less its commission."""
    is_card = entry.method is PaymentMethod.CARD and entry.account.startswith("511")
    return bool(entry.card_contract) or is_card or entry.account.startswith(CARD_SLIPS_ACCOUNT)


class TextRefs:
    """The typed references that one text shows.

    Numbers and what may tell who pays are read at once; what only some rules ask for is read from
    the text when the first one asks. `keys` are tokens that an entry's own key may have; `endings`
    the free-standing digit runs; `amounts` are amounts printed with two decimals, in hundredths.
    """

    __slots__ = (
        "_amounts", "_blanked", "_cheques", "_endings", "_keys", "_payment_id", "_sirens", "_text",
        "_undated", "hits", "ibans", "mandates",
    )  # fmt: skip

    def __init__(
        self,
        hits: tuple[Hit, ...] = (),
        mandates: frozenset[str] = frozenset(),
        ibans: frozenset[str] = frozenset(),
        texts: tuple[str, str, str] = ("", "", ""),
        *,
        payment_id: str = "",
    ) -> None:
        """`texts` are without IBANs, without dates as well, and without printed amounts as well."""
        self.hits = hits
        self.mandates = mandates
        self.ibans = ibans
        self._text, self._undated, self._blanked = texts
        self._payment_id = payment_id
        self._keys: frozenset[str] | None = None
        self._cheques: frozenset[str] | None = None
        self._sirens: frozenset[str] | None = None
        self._endings: frozenset[str] | None = None
        self._amounts: frozenset[int] | None = None

    def with_id(self, payment_id: str, hits: Sequence[Hit]) -> TextRefs:
        """Return what a text and a payment's id beside it refer to."""
        return TextRefs(
            (*self.hits, *hits) if hits else self.hits,
            self.mandates | _mandates(payment_id),
            self.ibans,
            (self._text, self._undated, self._blanked),
            payment_id=payment_id,
        )

    @property
    def keys(self) -> frozenset[str]:
        if self._keys is None:
            keys = _keys(self._text) if self._text else _EMPTY
            self._keys = keys | _keys(self._payment_id) if self._payment_id else keys
        return self._keys

    @property
    def cheques(self) -> frozenset[str]:
        if self._cheques is None:
            found = _CHEQUE.findall(self._blanked) if "CH" in self._blanked else ()
            self._cheques = frozenset([c.lstrip("0") for c in found]) - {""} if found else _EMPTY
        return self._cheques

    @property
    def sirens(self) -> frozenset[str]:
        if self._sirens is None:
            found = _SIREN.findall(self._blanked)
            if self._payment_id:
                found += _SIREN.findall(self._payment_id)
            self._sirens = frozenset([f.replace(" ", "") for f in found]) if found else _EMPTY
        return self._sirens

    @property
    def endings(self) -> frozenset[str]:
        if self._endings is None:
            found = _DIGITS.findall(self._blanked)
            self._endings = frozenset(found) if found else _EMPTY
        return self._endings

    @property
    def amounts(self) -> frozenset[int]:
        if self._amounts is None:
            text = self._undated
            self._amounts = _amounts(text) if "," in text or "." in text else _NO_AMOUNTS
        return self._amounts


_EMPTY: Final[frozenset[str]] = frozenset()
_NO_AMOUNTS: Final[frozenset[int]] = frozenset()
NOTHING: Final = TextRefs()


def has_digit(text: str) -> bool:
    """Tell whether a text may refer to anything: every reference has a digit."""
    return _DIGIT.search(text) is not None


def read_text(
    folded: str, book: ShapeBook, payment_id: str = "", *, written: Sequence[str] | None = None
) -> TextRefs:
    """Return what a folded text refers to; `book` holds the shapes of the company's numbers.

    A payment's id (end-to-end id) is a key, and no invoice number unless it is nothing else.
    `written` are the IBANs in the text (`written_ibans`) when they are known.
    """
    if payment_id:
        return _read_with_id(folded, book, payment_id, written)
    if not has_digit(folded):
        return NOTHING
    if written is None:
        written = written_ibans(folded)
    text = folded
    for found in written:
        text = text.replace(found, " " * len(found))
    undated = _DATE.sub(_blank, text) if _DATE_MARK.search(text) else text
    has_amounts = "," in undated or "." in undated
    blanked = _AMOUNT.sub(_blank, undated) if has_amounts else undated
    return TextRefs(
        tuple(_numbers(text, book, blanked)),
        _mandates(folded),
        frozenset(map(compact_iban, written)) if written else _EMPTY,
        (text, undated, blanked),
    )


def _read_with_id(
    folded: str, book: ShapeBook, payment_id: str, written: Sequence[str] | None
) -> TextRefs:
    if not has_digit(payment_id):
        return read_text(folded, book, written=written)
    hits, text = numbers_of_id(payment_id, book), folded
    if not hits and len(payment_id) >= PAYMENT_ID_CHARS_MIN and payment_id in text:
        text, written = text.replace(payment_id, " " * len(payment_id)), None
    return read_text(text, book, written=written).with_id(payment_id, hits)


def _numbers(text: str, book: ShapeBook, blanked: str) -> list[Hit]:
    """Return the numbers of a text; what a mark says to be a payment's id is read as one."""
    if not ("ID" in text or "E2E" in text or "EREF" in text or "END" in text):
        return numbers_in(text, book, blanked)
    hits: list[Hit] = []
    for found in _PAYMENT_ID.finditer(text):
        start, end = found.span(1)
        hits += [
            hit._replace(start=hit.start + start, end=hit.end + start)
            for hit in numbers_of_id(found.group(1), book)
        ]
        text = text[:start] + " " * (end - start) + text[end:]
        blanked = blanked[:start] + " " * (end - start) + blanked[end:]
    return numbers_in(text, book, blanked) + hits


def tokens_in(texts: Iterable[str], shapes: Iterable[str]) -> frozenset[str]:
    """Return the tokens to look up for a line with these texts.

    `shapes` are those of the company's numbers: a number is only looked up when it fits one (glued,
    spaced, broken over two texts, leading zeros or letters left out); words with at least 3 digits
    are looked up as keys of entries. Bounded whatever the texts.
    """
    folded = "\n".join(fold(text) for text in texts if text)
    refs = read_text(folded, shape_book(tuple(sorted(set(shapes)))))
    return refs.keys | {hit.token for hit in refs.hits}


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def written_ibans(folded: str) -> list[str]:
    """Return the IBANs of a text as they are written, blanks included; none spans two lines."""
    if not _IBAN_MARK.search(folded):
        return []
    found = IBAN_IN_TEXT.findall(folded)
    return [written for written in map(longest_iban, found) if written is not None]


def _mandates(folded: str) -> frozenset[str]:
    if "RUM" in folded or "MANDAT" in folded or "MREF" in folded:
        return frozenset(filter(None, map(key_token, _MANDATE.findall(folded))))
    return _EMPTY


def _keys(text: str) -> frozenset[str]:
    tokens: list[str] = []
    for blank_to_blank in text.split():  # no key has a blank in it, and most words are letters
        if blank_to_blank.isalpha():
            continue
        for word in _KEY_WORD.findall(blank_to_blank):
            key = _key_of(word)
            if key is not None and len(tokens) < KEY_WORDS_MAX:
                tokens.append(key)
    if _may_have_short_key(text):
        tokens += [short.lstrip("0") for short in _SHORT_KEY.findall(text)[:KEY_WORDS_MAX]]
    if not tokens:
        return _EMPTY
    keys = frozenset(tokens)
    return keys - {""} if "" in keys else keys


def _key_of(word: str) -> str | None:
    """Return the token of a word that may be a key, None when it is too short, a date, an amount.

    Letters alone are none: it takes three digits.
    """
    if word.isalpha() or len(word) > NUMBER_CHARS_MAX or not _THREE_DIGITS.match(word):
        return None
    if word.isalnum():
        return word.lstrip("0") if word.isdigit() else word
    if _DATE.fullmatch(word) or _AMOUNT.fullmatch(word):
        return None
    glued = "".join(runs_of(word))
    return glued.lstrip("0") if glued.isdigit() else glued


def _may_have_short_key(text: str) -> bool:
    return (
        "REM" in text
        or "CH" in text
        or "LOT" in text
        or "TPE" in text
        or "CONTRAT" in text
        or "BORDEREAU" in text
        or "BRD" in text
    )


def _amounts(text: str) -> frozenset[int]:
    written = _AMOUNT.findall(text)[:AMOUNTS_MAX]
    return frozenset(int("".join(char for char in amount if char.isdigit())) for amount in written)


def read_iban(text: str | None) -> str | None:
    """Return the compact IBAN that a field holds, None when it holds something else."""
    if not text:
        return None
    compact = compact_iban(fold(text))
    return compact if is_iban(compact) else None
