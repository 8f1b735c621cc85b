"""Words of which third parties are made, their IBANs at banks that do not exist, and numbers.

All of it is invented; every check digit is right.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

Json = dict[str, Any]

TRADES: Final = (
    "Menuiserie", "Garage", "Boulangerie", "Transports", "Imprimerie", "Cabinet", "Pharmacie",
    "Maçonnerie", "Électricité", "Plomberie", "Charpentes", "Fromagerie", "Domaine", "Librairie",
    "Optique", "Carrosserie", "Serrurerie", "Paysages", "Conseil", "Atelier", "Papeterie",
    "Fournitures", "Négoce", "Traiteur", "Hôtel", "Brasserie", "Métallerie", "Ambulances",
    "Nettoyage", "Sécurité", "Logistique", "Emballages", "Textiles", "Vergers", "Scierie",
)  # fmt: skip
SURNAMES: Final = (
    "Aubertin", "Barreau", "Belcourt", "Bonnaud", "Brévin", "Cadoret", "Chabrier", "Clavel",
    "Cordier", "Coste", "Daumas", "Delorme", "Desmarets", "Duvivier", "Escoffier", "Fabrègue",
    "Faucher", "Gaillard", "Gervais", "Giraudet", "Granger", "Guérin", "Hamelin", "Héraud",
    "Jacquemin", "Joubert", "Kervella", "Lacombe", "Lagarde", "Lambrecht", "Lavigne", "Lebrun",
    "Lemoine", "Levasseur", "Lhermitte", "Maillard", "Marchand", "Maréchal", "Mathurin",
    "Mercadier",
    "Montagne", "Morvan", "Nivelle", "Olivier", "Paquet", "Pasquier", "Pélissier", "Perrault",
    "Picard", "Poirier", "Quéré", "Rambaud", "Renoux", "Rivière", "Rocher", "Roussel", "Sabatier",
    "Sauvage", "Savary", "Tanguy", "Tessier", "Thibault", "Tournier", "Vasseur", "Verdier",
    "Vernet", "Vidal", "Villard", "Voisin", "Wagner", "Zimmer", "Allard", "Besson", "Carlier",
)  # fmt: skip
TOWNS: Final = (
    "Valbrune", "Rochefière", "Saint-Elme", "Montclar", "Beauvrange", "Clairval", "Ormesson",
    "Pontardin", "Lézan", "Vaucourt", "Mirebel", "Chanterac", "Aubrives", "Tréville", "Servières",
    "Noyal", "Bellerive", "Fontblanche", "Grandvaux", "Hauteroche",
)  # fmt: skip
FORMS: Final = ("SARL", "SAS", "SA", "EURL", "SASU", "SNC", "SCI")
BANKS: Final = tuple(f"9{number:04d}" for number in range(1, 60, 3))
"""Bank codes that no French bank has."""
_LETTERS: Final = "ABCDEFGHKLMNPQRTVW"


@dataclass(slots=True)
class Party:
    """A third party: what the books say of it (`record`), and how banks show it."""

    record: Json
    bank_name: str
    iban: str
    numbers: Numbers
    is_foreign: bool = False
    group: list[Party] = field(default_factory=list)
    """Subsidiaries for which it pays."""

    @property
    def id(self) -> str:
        return str(self.record["id"])


@dataclass(slots=True)
class Numbers:
    """Invoice numbers of one issuer: a grammar and the last serial."""

    grammar: str
    serial: int
    letter: str = "A"

    def next(self, on: date, rng: random.Random) -> str:
        """Return the next number; some are skipped, as other books' invoices are."""
        self.serial += rng.randint(1, 3)
        return self.grammar.format(
            n=self.serial, c=self.letter, yyyy=on.year, yy=f"{on:%y}", mm=f"{on:%m}"
        )


def plain(text: str) -> str:
    """Return a text as banks print it: capitals without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).upper()


def french_iban(rng: random.Random) -> str:
    """Return an IBAN at a bank that does not exist; RIB key and check digits are right."""
    bank, branch = rng.choice(BANKS), f"{rng.randrange(1, 100_000):05d}"
    account = f"{rng.randrange(10**10):011d}"
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
    return with_check("FR", f"{bank}{branch}{account}{key:02d}")


def foreign_iban(rng: random.Random) -> str:
    """Return a German IBAN at a bank that does not exist."""
    return with_check("DE", f"99{rng.randrange(10**6):06d}{rng.randrange(10**10):010d}")


def with_check(country: str, bban: str) -> str:
    """Return the IBAN of an account number (ISO 13616, check digits by ISO 7064 mod 97-10)."""
    digits = "".join(str(int(sign, 36)) for sign in f"{bban}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"


def siren(rng: random.Random) -> str:
    """Return nine digits with a right check digit (Luhn)."""
    head = f"9{rng.randrange(10**7):07d}"
    digits = [int(sign) for sign in head]
    total = sum(d * 2 - 9 * (d > 4) if at % 2 else d for at, d in enumerate(digits))
    return f"{head}{-total % 10}"


def supplier_numbers(grammars: tuple[str, ...], rng: random.Random) -> Numbers:
    """Return the numbers of one supplier, who has a grammar and a serial of his own."""
    return Numbers(rng.choice(grammars), rng.randrange(100, 9_000), rng.choice(_LETTERS))
