"""Stories of what the books wait for, of what comes back, and of lines that are nobody's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.matching.banks import Told
from benchmarks.matching.vocabulary import SURNAMES, Numbers, plain
from benchmarks.matching.world import Json, Maker, cents

TEMPLATES: tuple[tuple[str, str, str, str], ...] = (
    ("T-RENT", "Loyer des bureaux", "SCI DES QUAIS LOYER", "613200"),
    ("T-INSURANCE", "Assurance multirisque", "MUTUELLE DU PHARE", "616000"),
    ("T-FEES", "Frais bancaires", "FRAIS TENUE DE COMPTE", "627000"),
    ("T-LOAN", "Échéance de prêt", "ECH PRET 4471902", "164000"),
    ("T-PHONE", "Téléphone", "TELEPHONIE HORIZON", "626000"),
)
CONTRACTS: tuple[tuple[str, str | None], ...] = (
    ("1187340", "0.85"), ("2250917", "1.2"), ("7741203", None),
)  # fmt: skip
REASONS = ("AM04", "AC04", "MD01", "MD06", "MS03", "AC01")


def _amount(entry: Json) -> int:
    return cents(entry["amount"])


def sepa_return(make: Maker) -> None:
    """A direct debit or a transfer of before comes back, with its reason."""
    on = make.day()
    party = make.customer() if make.rng.random() < 0.75 else make.supplier()
    is_debit = party.record["kind"] != "supplier"
    value = make.odd_amount() * (1 if is_debit else -1)
    end_to_end = f"{'PRL' if is_debit else 'VIR'}{make.key(9)}"
    number = party.numbers.next(on, make.rng)
    past = make.payment(party, value, on - timedelta(days=make.rng.randint(2, 40)),
                        method="direct_debit" if is_debit else "transfer",
                        invoice_number=number, end_to_end_id=end_to_end)  # fmt: skip
    if make.rng.random() < 0.3:  # and the next one of that customer
        make.payment(party, value, on - timedelta(days=make.rng.randint(41, 80)),
                     method=past["method"], end_to_end_id=f"PRL{make.key(9)}")  # fmt: skip
    if make.rng.random() < make.config.decoys:  # an open item of the same amount and sign
        make.item(party, abs(value), on=on, kind="credit_note", is_owed=True)
    told = Told("returned_debit" if is_debit else "returned_transfer", -value, party.bank_name,
                make.rng.choice((number, "")), party.iban, end_to_end,
                reason=make.rng.choice(REASONS))  # fmt: skip
    make.line(told, on, [(past, -value)], party=party)


def reversal(make: Maker) -> None:
    """A bank takes back what it booked; without an original it settles nothing."""
    on, party = make.day(), make.customer()
    value, end_to_end = make.odd_amount(), f"OP{make.key(9)}"
    told = Told("reversal", -value, party.bank_name, "ERREUR", party.iban, end_to_end)
    if make.rng.random() < 0.3:
        make.item(party, value, on=on, kind="credit_note", is_owed=True)  # it is not that one
        make.line(told, on, party=party)
        return
    past = make.payment(party, value, on - timedelta(days=make.rng.randint(1, 10)),
                        method="transfer", end_to_end_id=end_to_end)  # fmt: skip
    make.line(told, on, [(past, -value)], party=party)


def card_remittance(make: Maker) -> None:
    """A day's card slips, credited net of the commission."""
    on, journal = make.day(), make.journal()
    contract, rate = make.rng.choice(CONTRACTS)
    number = make.key(6)
    slips = [
        make.entry(make.rng.randrange(500, 30_000), on - timedelta(days=1), f"Ticket CB {number}",
                   journal=journal, account="511500", method="card", card_contract=contract,
                   remittance_no=number)
        for _ in range(make.rng.randint(2, 9))
    ]  # fmt: skip
    gross = sum(map(_amount, slips))
    points = int(Decimal(rate or "1.1") * 100)
    commission = (gross * points * 2 + 10_000) // 20_000
    text = make.rng.choice(
        (f"{contract} {on - timedelta(days=1):%d%m%y}", contract, f"{contract} {number}")
    )
    told = Told("card_in", gross - commission, text=text)
    make.line(told, on, [(slip, _amount(slip)) for slip in slips], journal=journal,
              adjustments=[("commission", -commission)])  # fmt: skip


def cheque_remittance(make: Maker) -> None:
    """Cheques that were handed in together, with the number of the remittance or without."""
    on, number, journal = make.day(), make.key(7), make.journal()
    handed = on - timedelta(days=make.rng.randint(1, 6))
    cheques = [
        make.entry(make.odd_amount(), handed, f"Chèque {make.customer().record['name']}",
                   journal=journal, account="511200", method="cheque_in", remittance_no=number)
        for _ in range(make.rng.randint(1, 7))
    ]  # fmt: skip
    text = number if make.rng.random() < 0.75 else f"DE {len(cheques)} CHEQUES"
    settles = [(cheque, _amount(cheque)) for cheque in cheques]
    make.line(
        Told("cheque_in", sum(map(_amount, cheques)), text=text), on, settles, journal=journal
    )


def cheque_issued(make: Maker) -> None:
    """A cheque that was sent weeks ago is cashed."""
    on, journal, number = make.day(), make.journal(), make.key(7)
    party = make.supplier()
    entry = make.entry(-make.odd_amount(), on - timedelta(days=make.rng.randint(2, 60)),
                       f"Chèque {number} {party.record['name']}", journal=journal,
                       method="cheque", cheque_no=number, third_party=party.id)  # fmt: skip
    text = number if make.rng.random() < 0.85 else ""
    if make.rng.random() < make.config.decoys:  # another cheque of the same amount
        other = make.key(7)
        make.entry(_amount(entry), date.fromisoformat(entry["date"]), f"Chèque {other}",
                   journal=journal, method="cheque", cheque_no=other,
                   third_party=make.supplier().id)  # fmt: skip
    make.line(Told("cheque", _amount(entry), text=text), on, [(entry, _amount(entry))],
              party=party, journal=journal)  # fmt: skip


def waiting_payment(make: Maker) -> None:
    """A payment or entry of the books: a supplier's, a batch's, wages, taxes."""
    on, journal = make.day(), make.journal()
    before = on - timedelta(days=make.rng.randint(0, 5))
    way = make.rng.choice((_to_supplier, _to_supplier, _batch, _wages, _taxes))
    way(make, on, before, journal)


def _to_supplier(make: Maker, on: date, before: date, journal: str) -> None:
    party, key = make.supplier(), f"PAY{make.key(8)}"
    entry = make.entry(-make.odd_amount(), before, f"Virement {party.record['name']}",
                       journal=journal, method="transfer", third_party=party.id,
                       end_to_end_id=key, source="payment")  # fmt: skip
    told = make.pay(party, _amount(entry), f"NOS REF {key}", end_to_end=key)
    make.line(told, on, [(entry, _amount(entry))], party=party, journal=journal)


def _batch(make: Maker, on: date, before: date, journal: str) -> None:
    key = f"LOT{make.key(6)}"
    entries = [
        make.entry(-make.odd_amount(), before, f"Virement {party.record['name']}",
                   journal=journal, method="transfer", third_party=party.id, batch_ref=key,
                   source="payment")
        for party in make.rng.sample(make.parties.suppliers, 3)
    ]  # fmt: skip
    told = Told("transfer_out", sum(map(_amount, entries)), "VIREMENTS GROUPES", key)
    make.line(told, on, [(entry, _amount(entry)) for entry in entries], journal=journal)


def _wages(make: Maker, on: date, before: date, journal: str) -> None:
    name, other = f"M. {make.rng.choice(SURNAMES)}", f"Mme {make.rng.choice(SURNAMES)}"
    entry = make.entry(-make.odd_amount() - 80_000, before, f"Salaire {name}", journal=journal,
                       method="transfer")  # fmt: skip
    if make.rng.random() < make.config.decoys:  # somebody else with the same wages
        make.entry(_amount(entry), before, f"Salaire {other}", journal=journal, method="transfer")
    told = Told("transfer_out", _amount(entry), plain(name), f"SALAIRE {on:%m%Y}")
    make.line(told, on, [(entry, _amount(entry))], journal=journal)


def _taxes(make: Maker, on: date, before: date, journal: str) -> None:
    label, name = make.rng.choice((("TVA à décaisser", "DGFIP"), ("URSSAF cotisations", "URSSAF")))
    entry = make.entry(-make.odd_amount(), before, label, journal=journal, method="direct_debit")
    told = Told("direct_debit", _amount(entry), name, f"{name} ECHEANCE {on:%m%Y}")
    make.line(told, on, [(entry, _amount(entry))], journal=journal)


def internal_transfer(make: Maker) -> None:
    """Money goes from one own account to another one; both sides wait in the books."""
    on, value = make.day(), make.odd_amount() // 1_000 * 1_000 + 100_000
    source, target = make.rng.sample(sorted(make.own), 2)
    for journal, amount, day in ((source, -value, on), (target, value, on + timedelta(days=1))):
        entry = make.entry(amount, on, f"Virement interne {source} vers {target}", journal=journal,
                           method="transfer")  # fmt: skip
        way, other = ("transfer_in", source) if amount > 0 else ("transfer_out", target)
        told = Told(way, amount, make.own[journal]["holder"], "VIREMENT INTERNE",
                    make.own[other]["iban"])  # fmt: skip
        make.line(told, day, [(entry, amount)], journal=journal)


def template(make: Maker) -> None:
    """A debit that only a template explains."""
    on, (name, _, reference, _) = make.day(), make.rng.choice(TEMPLATES)
    way = {"T-FEES": "fee", "T-LOAN": "loan"}.get(name, "direct_debit")
    told = Told(way, -make.odd_amount(), reference, f"{reference} {on:%m/%Y}")
    make.line(told, on, template=name)


def noise(make: Maker) -> None:
    """A line that settles nothing, though it may look as if: by amount, by name, by number."""
    make.rng.choice((_stranger, _stranger, _namesake, _closed_invoice))(make, make.day())


def _stranger(make: Maker, on: date) -> None:
    """Somebody unknown, with the amount of an invoice of somebody else."""
    item = make.item(make.anyone(), make.odd_amount(), on=on)
    way = make.rng.choice(("transfer_in", "card", "cheque", "direct_debit"))
    value = abs(cents(item["residual"])) * (1 if way == "transfer_in" else -1)
    name = make.rng.choice(("PRESTIGE OUEST", "M ET MME LEROUX", "ASSOC SPORTIVE", "AQUAPARC"))
    text = make.rng.choice(("", "MERCI", "REMBOURSEMENT", f"CDE {make.key(6)}"))
    make.line(Told(way, value, name, text), on)


def _namesake(make: Maker, on: date) -> None:
    """Somebody whose surname is a customer's pays the amount of that customer's invoice."""
    party = make.customer()
    item = make.item(party, make.odd_amount(), on=on)
    surname = plain(party.record["name"]).split()[1]
    name = f"{make.rng.choice(('CINEMA', 'CHATEAU', 'TAXIS'))} {surname}"
    make.line(Told("transfer_in", cents(item["residual"]), name, "REGLEMENT"), on)


def _closed_invoice(make: Maker, on: date) -> None:
    """A customer pays an invoice that these books do not have."""
    party = make.customer()
    is_short = "n:04d" in party.numbers.grammar
    serial = make.rng.randrange(9_100, 9_900) * (1 if is_short else 10)
    elsewhere = Numbers(party.numbers.grammar, serial, party.numbers.letter)
    number = elsewhere.next(on - timedelta(days=400), make.rng)
    amount = make.odd_amount()
    if make.rng.random() < make.config.decoys:  # as much as another one
        make.item(party, amount, on=on)
    told = make.pay(party, amount, f"FACT {number}")
    make.line(told, on, party=party, journal=make.telling_journal())


CASES: dict[str, Callable[[Maker], None]] = {
    "sepa_return": sepa_return, "reversal": reversal, "card_remittance": card_remittance,
    "cheque_remittance": cheque_remittance, "cheque_issued": cheque_issued,
    "waiting_payment": waiting_payment, "internal_transfer": internal_transfer,
    "template": template, "noise": noise,
}  # fmt: skip
