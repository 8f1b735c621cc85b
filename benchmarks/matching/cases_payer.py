"""Stories in which who pays says it: equal amounts, twins, sums without numbers, netting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from benchmarks.matching.banks import Told
from benchmarks.matching.vocabulary import Party
from benchmarks.matching.world import Json, Maker, cents

_VAGUE = ("REGLEMENT", "VIREMENT", "PAIEMENT FACTURES", "RELEVE DU MOIS", "SOLDE COMPTE", "")


def _signed(item: Json) -> int:
    return cents(item["residual"])


def payer_amount(make: Maker) -> None:
    """A transfer, or a direct debit of a supplier, with the amount of one invoice and no number."""
    on = make.day()
    if make.rng.random() < 0.4:
        party = make.supplier()
        item = make.item(party, make.odd_amount(), on=on)
        mandate = _mandate(make, party)
        told = Told("direct_debit", _signed(item), party.bank_name, "", party.iban,
                    f"PRLV{make.key(8)}", mandate)  # fmt: skip
    else:
        party = make.customer()
        item = make.item(party, make.odd_amount(), on=on)
        told = make.pay(party, _signed(item), make.rng.choice(_VAGUE))
    if make.rng.random() < make.config.decoys:
        _leave_rival(make, party, item, on)
    make.line(told, on, [(item, _signed(item))], party=party)


def _leave_rival(make: Maker, party: Party, item: Json, on: date) -> None:
    """Leave open what explains the payment of an item as well, or nearly as well."""
    value, way = abs(_signed(item)), make.rng.randrange(3)
    if way == 0:  # two invoices that add up to it
        part = value // 3
        make.item(party, part, on=on)
        make.item(party, value - part, on=on)
    elif way == 1:  # the same amount in the books of somebody else
        make.item(make.anyone(), value, on=on)
    else:  # a prepayment of the same amount the other way
        make.item(party, value, on=on, kind="prepayment", is_owed=True)


def _mandate(make: Maker, party: Party) -> str:
    if not party.record["mandates"]:
        party.record["mandates"].append(f"RUM{make.key(8)}")
    return str(party.record["mandates"][0])


def payer_subset(make: Maker) -> None:
    """Two to five invoices in one transfer that names none of them."""
    party, on = make.anyone(), make.day()
    count = make.rng.choice((2, 2, 3, 4))
    items = [make.item(party, make.odd_amount(), on=on) for _ in range(count)]
    if make.rng.random() < 0.5:  # and one that is not paid
        make.item(party, make.odd_amount(), on=on)
    if make.rng.random() < make.config.decoys:  # and another one of the same sum
        half = abs(_signed(items[0])) // 2
        make.item(party, half, on=on)
        make.item(party, abs(_signed(items[0])) - half, on=on)
    total = sum(map(_signed, items))
    told = make.pay(party, total, make.rng.choice(_VAGUE))
    make.line(told, on, [(item, _signed(item)) for item in items], party=party)


def many_to_many(make: Maker) -> None:
    """Two lines for three documents: a remittance in two parts, or invoices that overlap."""
    if make.rng.random() < 0.6:
        _split_remittance(make)
        return
    party, on = make.customer(), make.day()
    first, second, third = (make.item(party, make.odd_amount() + 20_000, on=on) for _ in range(3))
    half = _signed(second) // 200 * 100
    text = "FACT {} ET ACOMPTE {}".format(first["number"], second["number"])
    make.line(make.pay(party, _signed(first) + half, text), on,
              [(first, _signed(first)), (second, half)], party=party)  # fmt: skip
    rest = _signed(second) - half
    text = "SOLDE {} ET {}".format(second["number"], third["number"])
    make.line(make.pay(party, rest + _signed(third), text), on + timedelta(days=20),
              [(second, rest), (third, _signed(third))], party=party)  # fmt: skip


def _split_remittance(make: Maker) -> None:
    on, number, journal = make.day(), make.key(7), make.journal()
    before = on - timedelta(days=2)
    cheques = [
        make.entry(make.odd_amount(), before, f"Chèque {make.customer().record['name']}",
                   journal=journal, method="cheque_in", remittance_no=number, account="511200")
        for _ in range(make.rng.randint(3, 6))
    ]  # fmt: skip
    cut = make.rng.randint(1, len(cheques) - 1)
    for part in (cheques[:cut], cheques[cut:]):
        settles = [(cheque, cents(cheque["amount"])) for cheque in part]
        told = Told("cheque_in", sum(amount for _, amount in settles), text=number)
        make.line(told, on, settles, journal=journal)


def twins(make: Maker) -> None:
    """Equal invoices of one customer; the oldest goes first unless a number says otherwise."""
    party, on, price = make.customer(), make.day(), make.rng.choice(make.config.prices)
    count = make.rng.choice((2, 3, 4))
    items = sorted(
        (make.item(party, price, on=on) for _ in range(count)),
        key=lambda item: (item["issue_date"], item["due_date"], item["number"]),
    )
    if make.rng.random() < 0.25:
        item = make.rng.choice(items)
        told = make.pay(party, price, f"FACT {item['number']}")
        make.line(told, on, [(item, price)], party=party)
        return
    for number, item in enumerate(items[: make.rng.randint(1, count)]):
        told = make.pay(party, price, make.rng.choice(_VAGUE))
        make.line(told, on + timedelta(days=30 * number), [(item, price)], party=party)


def equal_amounts(make: Maker) -> None:
    """Several customers owe the same amount; some lines say whose it is, some do not."""
    on, price = make.day(), make.rng.choice((make.odd_amount(), *make.config.prices[:2]))
    owing = make.rng.sample(make.parties.customers, make.rng.randint(2, 4))
    if make.parties.namesakes and make.rng.random() < 2 * make.config.decoys:
        owing = list(make.rng.choice(make.parties.namesakes))
    for party in owing:
        item = make.item(party, price, on=on)
        told = make.pay(party, price, make.rng.choice(_VAGUE))
        if make.rng.random() < 0.25:
            told = Told("transfer_in", price, text=make.rng.choice(("ABONNEMENT", "COTISATION")))
        make.line(told, on + timedelta(days=make.rng.randrange(4)), [(item, price)], party=party)


def credit_note(make: Maker) -> None:
    """Invoices less a credit note, named or not."""
    party, on = make.customer(), make.day()
    items = [
        make.item(party, make.odd_amount() + 40_000, on=on) for _ in range(make.rng.randint(1, 2))
    ]
    kind = make.rng.choice(("credit_note", "credit_note", "prepayment"))
    note = make.item(party, make.rng.randrange(2_001, 30_000), on=on, kind=kind, is_owed=True)
    items.append(note)
    text = make.rng.choice(_VAGUE)
    if make.rng.random() < 0.6:
        text = "FACT {} AVOIR {}".format(
            " ".join(item["number"] for item in items[:-1]), note["number"]
        )
    told = make.pay(party, sum(map(_signed, items)), text)
    make.line(told, on, [(item, _signed(item)) for item in items], party=party)


def customer_and_supplier(make: Maker) -> None:
    """Somebody who sells and buys pays, or is paid, the difference."""
    party, on = make.rng.choice(make.parties.both), make.day()
    sold = make.item(party, make.odd_amount() + 20_000, on=on)
    bought = make.item(party, make.odd_amount() + 2_000, on=on, supplier_side=True)
    total = _signed(sold) + _signed(bought)
    if abs(total) < 100:
        return
    text = "COMPENSATION"
    if make.rng.random() < 0.5:
        text = "FACT {} - VOTRE FACT {}".format(sold["number"], bought["number"])
    told = make.pay(party, total, text)
    make.line(told, on, [(item, _signed(item)) for item in (sold, bought)], party=party)


CASES: dict[str, Callable[[Maker], None]] = {
    "payer_amount": payer_amount, "payer_subset": payer_subset, "many_to_many": many_to_many,
    "twins": twins, "equal_amounts": equal_amounts, "credit_note": credit_note,
    "customer_and_supplier": customer_and_supplier,
}  # fmt: skip
