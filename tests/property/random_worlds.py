"""Seeded random worlds of which the truth is known: what each line really paid.

Each line is born with what it pays; then its label loses things the way banks and payers lose them.
A line may be undecidable; what is never allowed is that it is matched with something else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from rappro.domain.bank import Counterparty, Nature, OriginalAmount, StatementLine
from rappro.domain.books import (
    BankEntry,
    CardContract,
    Discount,
    EntryTemplate,
    OpenItem,
    OpenItemType,
    PastPayment,
    Payer,
    PaymentMethod,
    TemplateDirection,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import LineId, OpenItemId, ThirdPartyId
from rappro.domain.matching.model import MatchLine, World
from rappro.domain.matching.references import shape_of

BANK = "512000"
START = date(2026, 1, 5)
_TRADES = "MENUISERIE PLOMBERIE GARAGE BOULANGERIE TRANSPORTS ELECTRICITE MACONNERIE IMPRIMERIE"
_NAMES = (
    "LEROY DURAND MARTIN BERNARD PETIT ROBERT RICHARD MOREAU SIMON LAURENT MICHEL GARCIA THOMAS"
    " FONTAINE CHEVALIER ROUSSEL LAMBERT GIRARD BONNET DUPONT DUPOND MERCIER BLANC GUERIN FAURE"
)
_SYLLABLES = "BA CHE DU FO GRI LAN MOR NEL PRU RO SAU TI VAL"
TRADES, NAMES, SYLLABLES = _TRADES.split(), _NAMES.split(), _SYLLABLES.split()
FORMS = ("SARL", "SAS", "SA", "EURL", "SCI")
PRICES = (2990, 4900, 9900, 12000, 50000)


@dataclass(slots=True)
class Truth:
    """What a line really settles, by target id; a template when nothing; its scenario."""

    scenario: str
    targets: dict[str, int] = field(default_factory=dict)
    template: str | None = None


@dataclass(slots=True)
class Maker:
    """Grows one world."""

    random: Random
    parties: list[ThirdParty] = field(default_factory=list)
    items: list[OpenItem] = field(default_factory=list)
    entries: list[BankEntry] = field(default_factory=list)
    past: list[PastPayment] = field(default_factory=list)
    lines: list[MatchLine] = field(default_factory=list)
    truths: dict[str, Truth] = field(default_factory=dict)
    counter: int = 0

    def number(self) -> str:
        self.counter += 10  # so that a slip of the pen is nobody's number
        return f"FA2026-{self.counter:05d}"

    def amount(self) -> int:
        if self.random.random() < 0.35:
            return self.random.choice(PRICES)
        return self.random.randrange(1500, 800000)

    def day(self) -> date:
        return START + timedelta(days=self.random.randrange(90))

    def surname(self) -> str:
        if self.random.random() < 0.2:
            return self.random.choice(NAMES)
        return "".join(self.random.choice(SYLLABLES) for _ in range(4))

    def party(self) -> ThirdParty:
        rank = len(self.parties)
        name = f"{self.random.choice(TRADES)} {self.surname()}"
        iban = f"FR76{rank:023d}"
        party = ThirdParty(
            ThirdPartyId(f"C{rank}"),
            ThirdPartyKind.CUSTOMER,
            f"{name} {self.random.choice(FORMS)}",
            "411000",
            ibans=(iban,) if self.random.random() < 0.5 else (),
            mandates=(f"RUM{rank:06d}",) if self.random.random() < 0.3 else (),
            aliases=(f"ALIAS{rank:04d}",) if self.random.random() < 0.2 else (),
            payers=(Payer("HOLDING NORD", "FR76HOLDING"),) if rank % 5 == 0 else (),
        )
        self.parties.append(party)
        return party

    def any_party(self) -> ThirdParty:
        return self.random.choice(self.parties)

    def item(self, party: ThirdParty, amount: int, on: date, **fields: object) -> OpenItem:
        issued = on - timedelta(days=self.random.randrange(5, 60))
        number = self.number()
        item = OpenItem(
            id=OpenItemId(number),
            type=OpenItemType.INVOICE if amount > 0 else OpenItemType.CREDIT_NOTE,
            third_party=party.id,
            account="411000",
            number=number,
            issue_date=issued,
            due_date=issued + timedelta(days=30),
            currency="EUR",
            amount_minor=amount,
            residual_minor=amount,
            company_amount_minor=amount,
            company_residual_minor=amount,
        )
        item = replace(item, **fields)  # type: ignore[arg-type]  # the scenario's own fields
        self.items.append(item)
        return item

    def line(self, truth: Truth, amount: int, label: str, on: date, **fields: object) -> None:
        rank = len(self.lines)
        line = StatementLine(rank + 1, on, amount, "EUR", label=label)
        line = replace(line, **fields)  # type: ignore[arg-type]  # the scenario's own fields
        line_id = LineId(f"L{rank}")
        self.lines.append(MatchLine(line_id, line, BANK, f"S{on:%m}"))
        self.truths[line_id] = truth

    def shown_name(self, party: ThirdParty) -> tuple[str, Counterparty]:
        """Return what a line shows of its payer: a name, an account, an alias, or nothing."""
        ways: list[tuple[str, Counterparty]] = [
            (party.name, Counterparty()),
            (party.name.rsplit(" ", 1)[0], Counterparty()),
            ("", Counterparty(name=party.name)),
            ("", Counterparty()),
        ]
        if party.ibans:
            ways.append(("", Counterparty(iban=party.ibans[0])))
        if party.payers:
            ways.append(("", Counterparty(iban=party.payers[0].iban)))
        if party.aliases:
            ways.append((party.aliases[0], Counterparty()))
        return self.random.choice(ways)

    def shown_number(self, number: str) -> str:
        """Return a number the way a payer writes it: whole, glued, spaced, padded, cut or wrong."""
        digits = number[2:]
        return self.random.choice(
            (
                number, number, number.lower(), number.replace("-", ""), number.replace("-", " "),
                f"FA 2026 {number[-5:]}", digits, number[-5:], number[:-1], "",
                f"{number[:-1]}{(int(number[-1]) + 3) % 10}",
            )
        )  # fmt: skip


def _paid(maker: Maker) -> None:
    """One invoice, one payment; a fifth are partial, a few pay twice."""
    party, on, amount = maker.any_party(), maker.day(), maker.amount()
    item = maker.item(party, amount, on)
    name, counterparty = maker.shown_name(party)
    label = f"VIR SEPA RECU {name} {maker.shown_number(item.number)}".strip()
    pays = amount if maker.random.random() < 0.8 else maker.random.randrange(500, amount * 9 // 10)
    truth = Truth("paid" if pays == amount else "partial", {item.id: pays})
    maker.line(truth, pays, label, on, counterparty=counterparty)
    if pays == amount and item.number in label and maker.random.random() < 0.1:
        later = on + timedelta(days=maker.random.randrange(4))
        maker.line(Truth("paid twice"), pays, label, later, counterparty=counterparty)


def _grouped(maker: Maker) -> None:
    """One payment of two to five invoices, sometimes less a credit note."""
    party, on = maker.any_party(), maker.day()
    items = [maker.item(party, maker.amount(), on) for _ in range(maker.random.randrange(2, 6))]
    if maker.random.random() < 0.3:
        items.append(maker.item(party, -maker.random.randrange(500, 1500), on))
    name, counterparty = maker.shown_name(party)
    numbers = " ".join(item.number for item in items) if maker.random.random() < 0.6 else ""
    total = sum(item.amount_minor for item in items)
    truth = Truth("grouped", {item.id: item.amount_minor for item in items})
    maker.line(truth, total, f"VIR {name}", on, counterparty=counterparty, label_more=numbers)


def _gap(maker: Maker) -> None:
    """An invoice paid less its discount, some cents, or in another currency."""
    party, on = maker.any_party(), maker.day()
    amount = maker.random.randrange(20000, 400000)
    name, counterparty = maker.shown_name(party)
    kind = maker.random.choice(("discount", "cents", "foreign"))
    fields: dict[str, object] = {}
    if kind == "discount":
        item = maker.item(party, amount, on, discount=Discount("2", on + timedelta(days=3)))
        pays = amount - (amount * 2 + 50) // 100
    elif kind == "cents":
        item = maker.item(party, amount, on)
        pays = amount + maker.random.choice((-3, -1, 2, 4))
    else:
        company = amount * 9 // 10
        item = maker.item(
            party, amount, on, currency="USD", company_amount_minor=company,
            company_residual_minor=company,
        )  # fmt: skip
        pays = company + maker.random.randrange(-200, 200)
        fields = {"original": OriginalAmount(amount, "USD")}
    label = f"VIR {name} {maker.shown_number(item.number)}"
    truth = Truth(kind, {item.id: item.company_amount_minor})
    maker.line(truth, pays, label, on, counterparty=counterparty, **fields)


def _entry(maker: Maker) -> None:
    """A payment that the books hold already and the bank now shows."""
    on, amount = maker.day(), -maker.amount()
    words = f"{maker.random.choice(TRADES)} {maker.surname()}"
    key = f"E{len(maker.entries)}"
    method = maker.random.choice((PaymentMethod.TRANSFER, PaymentMethod.CHEQUE))
    cheque = f"{maker.random.randrange(10**7):07d}" if method is PaymentMethod.CHEQUE else None
    entry = BankEntry(
        key, "BQ", BANK, on, amount, "EUR", words if maker.random.random() < 0.6 else "",
        method=method, cheque_no=cheque,
    )  # fmt: skip
    maker.entries.append(entry)
    delay = maker.random.randrange(0, 60 if cheque else 10)
    label = f"CHEQUE {cheque}" if cheque and maker.random.random() < 0.7 else f"PRLV {words}"
    if cheque and not label.startswith("CHEQUE"):
        label = "CHEQUE EMIS"
    maker.line(Truth("entry", {key: amount}), amount, label, on + timedelta(days=delay))


def _remittance(maker: Maker) -> None:
    """Cheques, or card slips less a commission, handed in together."""
    on, number = maker.day(), f"{maker.random.randrange(10**6):06d}"
    is_card = maker.random.random() < 0.5
    amounts = [maker.random.randrange(1000, 90000) for _ in range(maker.random.randrange(2, 6))]
    targets: dict[str, int] = {}
    for amount in amounts:
        key = f"E{len(maker.entries)}"
        targets[key] = amount
        maker.entries.append(
            BankEntry(
                key, "OD", "511500" if is_card else "511200", on, amount, "EUR", "Remise",
                method=PaymentMethod.CARD if is_card else PaymentMethod.CHEQUE_IN,
                remittance_no=None if is_card else number,
                card_contract=maker.random.choice(("7700001", "7700002")) if is_card else None,
            )
        )  # fmt: skip
    total = sum(amounts)
    if is_card:
        contract = "7700001"
        maker.entries[-len(amounts) :] = [
            replace(entry, card_contract=contract) for entry in maker.entries[-len(amounts) :]
        ]
        label, pays = f"REMISE CB {contract}", total - (total * 12 + 500) // 1000
    else:
        label = f"REMISE CHEQUES {number if maker.random.random() < 0.6 else ''}"
        pays = total
    later = on + timedelta(days=maker.random.randrange(1, 4))
    maker.line(Truth("remittance", targets), pays, label, later)


def _return(maker: Maker) -> None:
    """A direct debit that came back."""
    party, on, amount = maker.any_party(), maker.day(), maker.amount()
    key = f"P{len(maker.past)}"
    end_to_end = f"DD-{len(maker.past):06d}"
    maker.past.append(
        PastPayment(
            key, party.id, amount, on - timedelta(days=9), PaymentMethod.DIRECT_DEBIT,
            end_to_end_id=end_to_end,
        )
    )  # fmt: skip
    shows = end_to_end if maker.random.random() < 0.6 else None
    maker.line(
        Truth("return", {key: -amount}), -amount, f"REJET PRLV {party.name}", on,
        end_to_end_id=shows, nature=Nature.RETURN,
    )  # fmt: skip


def _batch(maker: Maker) -> None:
    """One credit for payments of several customers, of which the bank gives the parts."""
    on = maker.day()
    parts, targets = [], {}
    for position in range(maker.random.randrange(2, 5)):
        party, amount = maker.any_party(), maker.amount()
        item = maker.item(party, amount, on)
        targets[str(item.id)] = amount
        name, counterparty = maker.shown_name(party)
        label = f"{name} {maker.shown_number(item.number)}".strip()
        parts.append(
            StatementLine(position + 1, on, amount, "EUR", label=label, counterparty=counterparty)
        )
    total = sum(targets.values())
    maker.line(Truth("batch", targets), total, "VIREMENTS RECUS", on, details=tuple(parts))


def _run_of_transfers(maker: Maker) -> None:
    """Supplier payments that the books hold one by one and the bank shows as one line."""
    on, piece = maker.day(), f"LOT2026{len(maker.lines):05d}"
    targets: dict[str, int] = {}
    has_batch = maker.random.random() < 0.5
    for _ in range(maker.random.randrange(2, 5)):
        key = f"E{len(maker.entries)}"
        targets[key] = -maker.amount()
        maker.entries.append(
            BankEntry(
                key, "BQ", BANK, on, targets[key], "EUR", "Fournisseur",
                batch_ref=piece if has_batch else None, piece_ref=None if has_batch else piece,
            )
        )  # fmt: skip
    shows = piece if maker.random.random() < 0.7 else ""
    label = f"VIREMENTS EMIS {shows}".strip()
    maker.line(Truth("run", targets), sum(targets.values()), label, on)


def _set_by_person(maker: Maker) -> None:
    """A person said which invoice, or which third party, or untied a pair."""
    party, on, amount = maker.any_party(), maker.day(), maker.amount()
    item = maker.item(party, amount, on)
    kind = maker.random.choice(("invoice", "party", "untied"))
    targets = {} if kind == "untied" else {str(item.id): amount}
    label = f"VIR {item.number}" if kind == "untied" else "VIR"
    maker.line(Truth(kind, targets), amount, label, on)
    last = maker.lines[-1]
    maker.lines[-1] = replace(
        last,
        fixed_invoice=item.id if kind == "invoice" else None,
        fixed_third_party=party.id if kind == "party" else None,
        vetoes=frozenset({str(item.id)}) if kind == "untied" else frozenset(),
    )


def _fees(maker: Maker) -> None:
    """Bank fees, which a template books."""
    amount = -maker.random.choice((890, 1200, 1550))
    label = "FRAIS TENUE DE COMPTE"
    maker.line(Truth("template", template="fees"), amount, label, maker.day())


def _stranger(maker: Maker) -> None:
    """A payment that the books know nothing of, sometimes of a known amount or name."""
    amount = maker.random.choice((maker.amount(), -maker.amount()))
    name = (
        f"{maker.random.choice(TRADES)} {maker.random.choice(NAMES)} {maker.random.choice(NAMES)}"
    )
    maker.line(Truth("stranger"), amount, f"VIR {name}", maker.day())


def _unpaid(maker: Maker) -> None:
    """An invoice that nobody pays here."""
    maker.item(maker.any_party(), maker.amount(), maker.day())


SCENARIOS: tuple[tuple[Callable[[Maker], None], int], ...] = (
    (_paid, 30), (_grouped, 8), (_gap, 10), (_entry, 12), (_remittance, 6), (_return, 4),
    (_fees, 4), (_stranger, 6), (_unpaid, 20), (_batch, 3), (_run_of_transfers, 3),
    (_set_by_person, 3),
)  # fmt: skip


def random_world(seed: int, events: int, parties: int) -> tuple[World, dict[str, Truth]]:
    """Return a world of so many events among so many third parties, and its truth by line id."""
    maker = Maker(Random(seed))
    for _ in range(parties):
        maker.party()
    kinds, weights = zip(*SCENARIOS, strict=True)
    for _ in range(events):
        maker.random.choices(kinds, weights)[0](maker)
    world = World(
        company_currency="EUR",
        lines=tuple(maker.lines),
        open_items=tuple(maker.items),
        bank_entries=tuple(maker.entries),
        past_payments=tuple(maker.past),
        third_parties=tuple(maker.parties),
        templates=(
            EntryTemplate(
                "fees", "Frais", ("FRAIS TENUE DE COMPTE",), TemplateDirection.DEBIT,
                (TemplateLine("627000", is_remainder=True),),
            ),
        ),
        card_contracts=(CardContract("7700001", "1.2"), CardContract("7700002", None)),
        number_shapes=tuple(sorted({shape_of(item.number) for item in maker.items})),
    )  # fmt: skip
    return world, maker.truths
