"""Who the invented company deals with: customers, suppliers, staff, accounts and journals.

Every name, place, bank code and number here is made up. Bank codes 999xx belong to no bank and a
SIREN that starts with 000 is not attributed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devstack.demo_data.days import FISCAL_END, FISCAL_START
from devstack.demo_data.model import BankAccount, DemoCompany
from devstack.demo_data.numbers import french_iban, siren

COMPANY: Final = DemoCompany(
    name="Menuiserie Orvallon SAS",
    siren=siren("00026103"),
    currency="EUR",
    fiscal_start=FISCAL_START,
    fiscal_end=FISCAL_END,
)
CREDITOR_ID: Final = "FR00ZZZ000261"


def _account(
    journal: str | None, ledger: str, label: str, *, rib: tuple[str, str, str], bic: str
) -> BankAccount:
    return BankAccount(
        journal=journal,
        ledger=ledger,
        label=label,
        bank=rib[0],
        branch=rib[1],
        number=rib[2],
        iban=french_iban(*rib),
        bic=bic,
        holder="MENUISERIE ORVALLON",
    )


BQ1: Final = _account(
    "BQ1", "512100", "Banque des Vallons", rib=("99999", "00102", "00020261001"), bic="QVALFRP1"
)
BQ2: Final = _account(
    "BQ2", "512200", "Crédit Sylvestre", rib=("99998", "00417", "0007731905H"), bic="QSYLFRP2"
)
FOREIGN_TO_BOOKS: Final = _account(
    None, "", "Compte sans journal", rib=("99996", "00011", "00000555019"), bic="QAUTFRP3"
)

JOURNALS: Final = {
    "AN": "À-nouveaux",
    "VE": "Ventes",
    "AC": "Achats",
    "BQ1": "Banque des Vallons",
    "BQ2": "Crédit Sylvestre",
    "RCH": "Remises de chèques",
    "VC": "Ventes au comptoir",
    "OD": "Opérations diverses",
}

ACCOUNTS: Final = {
    "101000": "Capital social",
    "106100": "Réserve légale",
    "110000": "Report à nouveau créditeur",
    "164000": "Emprunt matériel 2023",
    "164100": "Emprunt véhicules 2024",
    "215400": "Matériel industriel",
    "218200": "Matériel de transport",
    "281540": "Amortissements du matériel industriel",
    "401000": "Fournisseurs",
    "411000": "Clients",
    "421000": "Personnel, rémunérations dues",
    "431000": "URSSAF",
    "437000": "Caisse de retraite et prévoyance",
    "442100": "Prélèvement à la source",
    "445510": "TVA à décaisser",
    "445660": "TVA déductible sur biens et services",
    "445711": "TVA collectée 20 %",
    "445712": "TVA collectée 10 %",
    "445713": "TVA collectée 5,5 %",
    "471000": "Compte d'attente",
    "511200": "Chèques à encaisser",
    "511500": "Cartes à encaisser",
    "512100": "Banque des Vallons",
    "512200": "Crédit Sylvestre",
    "531000": "Caisse",
    "580000": "Virements internes",
    "601000": "Achats de bois et profilés",
    "606100": "Eau, énergie",
    "606300": "Fournitures et petit équipement",
    "606800": "Carburants",
    "612200": "Crédit-bail mobilier",
    "613200": "Locations immobilières",
    "613500": "Locations mobilières",
    "615500": "Entretien",
    "616000": "Assurances",
    "622600": "Honoraires",
    "624100": "Transports sur achats",
    "626200": "Télécommunications",
    "627000": "Services bancaires",
    "627800": "Commissions cartes",
    "628100": "Abonnements logiciels",
    "641000": "Rémunérations du personnel",
    "645000": "Charges sociales",
    "658000": "Charges diverses de gestion",
    "661100": "Intérêts des emprunts",
    "661600": "Intérêts bancaires",
    "706200": "Travaux de pose 10 %",
    "706300": "Travaux d'isolation 5,5 %",
    "707100": "Ventes d'ouvrages 20 %",
    "707200": "Ventes au comptoir",
    "758000": "Produits divers de gestion",
}

STAFF: Final = (
    ("Gauvain Treillemont", 271_847),
    ("Maëlys Orfeuvre", 238_412),
    ("Ulysse Cabrelin", 217_665),
    ("Perrine Valdrouet", 206_230),
    ("Iwan Tessandre", 199_954),
    ("Clothilde Amervaux", 192_381),
    ("Noé Barsignac", 184_076),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer and its habits.

    `monthly` is the mean count of invoices a month; `pay_day` 0 pays each invoice by itself, else
    all that are ripe on that day of the month; `method` is transfer, cheque or sdd; `payer` is who
    shows on the statement when it is somebody else.
    """

    code: str
    name: str
    form: str = ""
    monthly: float = 1.5
    terms: int = 30
    delay: int = 10
    pay_day: int = 0
    method: str = "transfer"
    bank: str = "BQ1"
    size: int = 1
    works: bool = False  # buys installation at 10 % and 5.5 % rather than goods
    has_contract: bool = False
    is_person: bool = False
    payer: str = ""
    aliases: tuple[str, ...] = ()
    knows_iban: bool = False


CUSTOMERS: Final = (
    Customer("C0001", "Habitat Cendrelle", "", 9, 45, 22, 25, size=2, works=True, knows_iban=True),
    Customer("C0002", "Foncière des Trois Vallons", "SAS", 9, 45, 18, 10, size=2, works=True,
             knows_iban=True),
    Customer("C0003", "Aubrelac Gestion", "SARL", 8, 30, 30, 15, works=True, knows_iban=True),
    Customer("C0004", "Constructions Mirvaux", "SAS", 8, 60, 12, 30, size=3, knows_iban=True),
    Customer("C0005", "Garage des Tilleuls Gris", "SARL", 3, method="sdd", has_contract=True),
    Customer("C0006", "Clinique des Tilleuls Gris", "SAS", 4, 45, 15, size=2, knows_iban=True),
    Customer("C0007", "Hôtel du Lac d'Orvan", "SARL", 3, 30, 25, has_contract=True,
             knows_iban=True),
    Customer("C0008", "Boulangerie Pétrinel", "SARL", 2, method="sdd", has_contract=True),
    Customer("C0009", "Transports Valombrey", "SAS", 4, 45, 20, knows_iban=True),
    Customer("C0010", "Imprimerie Feuillacourt", "SARL", 3, 30, 28, knows_iban=True,
             aliases=("IMPRIM FEUILLACOURT",)),
    Customer("C0011", "Architectes Delmorane & Associés", "SELARL", 3, 30, 20, knows_iban=True,
             aliases=("DELMORANE ARCHI",)),
    Customer("C0012", "Scierie du Haut-Brassel", "SARL", 2, 30, 20),
    Customer("C0013", "Résidences Amblevert", "SCI", 4, 30, 30, works=True, bank="BQ2",
             knows_iban=True, has_contract=True),
    Customer("C0014", "Carrelages Montbrisol", "SARL", 3, 30, 25, bank="BQ2", knows_iban=True),
    Customer("C0015", "Pharmacie de la Halle Verte", "SELARL", 2, method="sdd", has_contract=True),
    Customer("C0016", "Électricité Torquenne", "SARL", 3, 45, 20, bank="BQ2", knows_iban=True),
    Customer("C0017", "Commune de Saint-Orvan-le-Haut", "", 3, 30, 38, works=True,
             payer="SGC DE VALCENDRE"),
    Customer("C0018", "Commune de Valcendre", "", 3, 30, 33, works=True,
             payer="SGC DE VALCENDRE"),
    Customer("C0019", "Communauté de communes du Pays d'Orvallon", "", 2.5, 30, 42, size=3,
             payer="SGC DE VALCENDRE"),
    Customer("C0020", "Lycée des métiers de Valcendre", "", 2, 30, 40,
             payer="AGENT COMPTABLE LYCEE VALCENDRE", aliases=("LYCEE VALCENDRE",)),
    Customer("C0021", "EHPAD Les Glycines d'Orvan", "", 3, 45, 20, works=True, knows_iban=True),
    Customer("C0022", "Les Amis du Vieux Moulin d'Orvan", "Association", 1, 30, 20,
             method="cheque", bank="BQ2"),
    Customer("C0023", "Association sportive de Valcendre", "", 1.3, 30, 25, bank="BQ2",
             aliases=("AS VALCENDRE",)),
    Customer("C0024", "Foyer rural de Brassel", "", 1.2, 30, 22, bank="BQ2"),
    Customer("C0025", "Crèche Les Petits Copeaux", "Association", 1.2, 30, 15, method="cheque",
             bank="BQ2"),
    Customer("C0026", "Librairie Plumeterre", "EURL", 1.5, 30, 20, bank="BQ2", has_contract=True,
             knows_iban=True),
    Customer("C0027", "Ferme des Quatre Ormeaux", "GAEC", 1.5, 30, 28, bank="BQ2"),
    Customer("C0028", "Cabinet dentaire Solvarenne", "SELARL", 1.5, 30, 15, bank="BQ2",
             knows_iban=True),
    Customer("C0029", "Fleurs de Cendrelle", "EURL", 1.5, 30, 18, bank="BQ2", knows_iban=True),
    Customer("C0030", "Restaurant La Table d'Ambre", "SARL", 1.8, 30, 30, bank="BQ2",
             aliases=("TABLE D AMBRE",)),
    Customer("C0031", "Auto-école du Pont Vieil", "SARL", 1.2, method="sdd", has_contract=True),
    Customer("C0032", "Peintures Ravelac", "SARL", 2, 30, 20, method="cheque", bank="BQ2"),
    Customer("C0033", "Optique Vuedor", "SARL", 1.3, method="sdd", has_contract=True),
    Customer("C0034", "Mme Odalie Tournebrise", "", 0.6, 15, 12, bank="BQ2", works=True,
             is_person=True),
    Customer("C0035", "M. Firmin Cassevent", "", 0.6, 15, 20, bank="BQ2", works=True,
             is_person=True),
    Customer("C0036", "Mme Hermeline Doucelac", "", 0.6, 15, 10, method="cheque", bank="BQ2",
             works=True, is_person=True),
    Customer("C0037", "M. Aurélien Pontgrain", "", 0.6, 15, 15, bank="BQ2", works=True,
             is_person=True),
    Customer("C0038", "M. et Mme Brindavoine", "", 0.7, 15, 25, bank="BQ2", works=True,
             is_person=True),
    Customer("C0039", "Mme Solveig Marchepluie", "", 0.6, 15, 12, method="cheque", bank="BQ2",
             works=True, is_person=True),
    Customer("C0040", "M. Théodule Ranquebois", "", 0.6, 15, 30, bank="BQ2", works=True,
             is_person=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier: `style` is its invoice numbers' grammar, `amounts` the range of its net amounts.

    `method` is transfer (in the company's payment runs), debit, cheque or bill; `mandate` is the
    reference of its direct debits (RUM).
    """

    code: str
    name: str
    form: str
    style: str
    account: str
    amounts: tuple[int, int]
    monthly: float = 1
    vat_permille: int = 200
    terms: int = 30
    method: str = "transfer"
    bank: str = "BQ1"
    first_number: int = 1000
    step_max: int = 30
    mandate: str = ""
    knows_iban: bool = False

    @property
    def creditor_id(self) -> str:
        """The invented SEPA creditor identifier (ICS) of its direct debits."""
        return f"FR00ZZZ9{self.code[1:]}9"


SUPPLIERS: Final = (
    Supplier("F0001", "Scierie du Haut-Brassel", "SARL", "F{yy}-{n:05d}", "601000",
             (62_000, 560_000), 3, terms=45, first_number=2210),
    Supplier("F0002", "Quincaillerie Ferrandoz", "SAS", "{n}", "606300", (3_900, 92_000), 5,
             first_number=10_448_210, step_max=900, knows_iban=True),
    Supplier("F0003", "Vitrages Lumivor", "SAS", "VL/{y}/{n:04d}", "601000", (80_000, 510_000), 3,
             first_number=812, knows_iban=True),
    Supplier("F0004", "Profilés Alunor", "SA", "FC {n}", "601000", (120_000, 690_000), 2, terms=45,
             first_number=118_943, step_max=120, knows_iban=True),
    Supplier("F0005", "Joints et Mastics Tavelin", "SARL", "VTE{n:06d}", "606300",
             (4_500, 42_000), 2, first_number=100_458, knows_iban=True),
    Supplier("F0006", "Bois Panneaux Sylvarex", "SAS", "{yy}{mm}-{n:04d}", "601000",
             (55_000, 350_000), 3, terms=45, first_number=457),
    Supplier("F0007", "Outillage Percevan", "SARL", "FAC-{n:06d}", "606300", (5_000, 95_000), 1.5,
             first_number=345),
    Supplier("F0008", "Messagerie Filavent", "SAS", "{y}{mm}{n:05d}", "624100", (2_800, 21_000), 3,
             method="debit", terms=15, first_number=12_345, step_max=200, mandate="FILAV0048210",
             knows_iban=True),
    Supplier("F0009", "Locamat Vercendre", "SARL", "INV/{y}/{n:05d}", "613500", (8_000, 74_000),
             1.5, first_number=3_451, step_max=60),
    Supplier("F0010", "Nettoyage Claire-Onde", "SARL", "CO{n}", "615500", (38_000, 38_000), 1,
             first_number=7_702, step_max=12),
    Supplier("F0011", "Énergie Solvane", "SA", "{n}", "606100", (41_000, 96_000), 1,
             method="debit", terms=14, first_number=3_000_481_205, step_max=90_000,
             mandate="SOLV-000482-2021"),
    Supplier("F0012", "Télécom Fildoria", "SA", "{yy}{mm}{n:06d}", "626200", (8_990, 14_300), 1,
             method="debit", bank="BQ2", terms=14, first_number=88_120, step_max=2_000,
             mandate="++FILD0000771"),
    Supplier("F0013", "Eaux du Pays d'Orvan", "", "E{yy}{n:05d}", "606100", (6_000, 15_500), 0.5,
             vat_permille=55, method="debit", bank="BQ2", terms=15, first_number=5_120,
             step_max=500, mandate="EPO2019-11842"),
    Supplier("F0014", "Carburants Petrovane", "SAS", "PV{n:08d}", "606800", (28_000, 61_000), 2,
             method="debit", terms=10, first_number=20_118_400, step_max=5_000,
             mandate="PETRO-CARTE-55120"),
    Supplier("F0015", "Mutuelle Garvane Assurances", "", "Q{yy}{mm}{n:05d}", "616000",
             (31_240, 31_240), 1, vat_permille=0, method="debit", bank="BQ2", terms=5,
             first_number=410, step_max=3, mandate="GARV-PRO-118"),
    Supplier("F0016", "Logiciels Compta-Sève", "SAS", "CS-{y}-{n:06d}", "628100", (8_900, 8_900),
             1, method="debit", bank="BQ2", terms=8, first_number=4_801, step_max=300,
             mandate="CSV0009921"),
    Supplier("F0017", "Crédit-bail Matérance", "SA", "L{n:07d}", "612200", (64_000, 64_000), 1,
             method="debit", terms=10, first_number=771_204, step_max=50,
             mandate="MATER-CB-3390"),
    Supplier("F0018", "Chiffrelune Expertise", "SELARL", "H{y}{n:03d}", "622600",
             (45_000, 120_000), 0.8, method="cheque", bank="BQ2", first_number=118, step_max=9),
    Supplier("F0019", "SCI du Chemin Creux", "", "LOYER {mm}/{y}", "613200", (240_000, 240_000),
             1, terms=5),
    Supplier("F0020", "Emballages Cartovel", "SAS", "{n}/{yy}", "606300", (9_000, 47_000), 2,
             method="bill", bank="BQ2", terms=45, first_number=5_530, step_max=40),
)  # fmt: skip

CONTRACT_NET: Final = 15_500
"""The maintenance contract's monthly price before VAT: the same for all who have one."""


def customer_iban(code: str) -> str:
    """Return a customer's invented IBAN."""
    return french_iban("99990", "00300", f"{int(code[1:]) * 7_310_457:011d}")


def supplier_iban(code: str) -> str:
    """Return a supplier's invented IBAN."""
    return french_iban("99991", "00770", f"{int(code[1:]) * 9_142_733:011d}")


def full_name(party: Customer | Supplier) -> str:
    """Return the name as the books spell it, legal form last ("Association" first)."""
    if party.form == "Association":
        return f"Association {party.name}"
    return f"{party.name} {party.form}".strip()
