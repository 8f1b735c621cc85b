"""Stories in which the payer says what he pays: invoice numbers, whole, cut, glued or misspelt."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from benchmarks.matching.vocabulary import Party
from benchmarks.matching.world import Json, Maker, cents

_WORDS = (
    "FACTURE {}", "REGLEMENT {}", "FACT {}", "{}", "RGLT FACT {}", "PAIEMENT {} MERCI",
    "VOTRE FACTURE {}",
)  # fmt: skip


_CLUTTER = (
    "CLIENT {:05d}", "CDE {:04d}", "DU {:02d}/03/2025", "REF {:06d}", "CONTRAT {:05d}",
    "DOSSIER {:d}",
)  # fmt: skip


def _said(make: Maker, reference: str) -> str:
    """Return what a payer writes about an invoice, sometimes among numbers of another kind."""
    text = make.rng.choice(_WORDS).format(reference)
    if make.rng.random() < make.config.clutter:
        other = make.rng.choice(_CLUTTER).format(make.rng.randrange(1, 29))
        text = make.rng.choice((f"{other} {text}", f"{text} {other}"))
    return text


def _signed(item: Json) -> int:
    return cents(item.get("company_residual") or item["residual"])


def exact(make: Maker) -> None:
    """One invoice, its number, its amount."""
    party, on, amount = make.anyone(), make.day(), make.amount()
    is_begun = make.rng.random() < 0.1  # a part of it was paid before
    item = make.item(party, amount, on=on, residual=amount * 2 // 5 if is_begun else None)
    told = make.pay(party, _signed(item), _said(make, item["number"]))
    make.line(told, on, [(item, _signed(item))], party=party)


def truncated_number(make: Maker) -> None:
    """The end of the number, its beginning, or its digits alone."""
    party, on = make.anyone(), make.day()
    item = make.item(party, on=on)
    number: str = item["number"]
    serial = max(re.findall(r"\d+", number), key=len)[-5:]
    part = make.rng.choice((serial, serial, serial.lstrip("0"), number[:-2]))
    text = make.rng.choice(("FACT {}", "F {}", "REGLEMENT {}", "N {}")).format(part)
    if make.rng.random() < 0.3:  # another open invoice of that amount
        make.item(party, abs(_signed(item)), on=on)
    make.line(make.pay(party, _signed(item), text), on, [(item, _signed(item))], party=party)


def glued_references(make: Maker) -> None:
    """Numbers glued to words, to dates or to each other."""
    party, on = make.anyone(), make.day()
    items = [make.item(party, on=on) for _ in range(make.rng.choice((1, 1, 2, 3)))]
    numbers = [item["number"] for item in items]
    if len(items) > 1:
        text = make.rng.choice(("", "RGLT", "FACT ")) + make.rng.choice(("", "ET", "+")).join(
            numbers
        )
    else:
        text = make.rng.choice(("REGLTFACT{}", "FACT{}DU" + f"{on:%d%m%y}", "{}PAIEMENT")).format(
            numbers[0]
        )
    _pay_all(make, party, items, text, on=on)


def _pay_all(make: Maker, party: Party, items: list[Json], text: str, *, on: date) -> None:
    amounts = [(item, _signed(item)) for item in items]
    make.line(make.pay(party, sum(a for _, a in amounts), text), on, amounts, party=party)


def typo(make: Maker) -> None:
    """One slip in the number: two signs swapped, one wrong, one lost."""
    party, on = make.anyone(), make.day()
    item = make.item(party, make.odd_amount(), on=on)
    text = _said(make, _slipped(make, item["number"]))
    make.line(make.pay(party, _signed(item), text), on, [(item, _signed(item))], party=party)


def _slipped(make: Maker, number: str) -> str:
    at = make.rng.choice([n for n, sign in enumerate(number) if sign.isdigit()][-4:])
    way = make.rng.randrange(3)
    if way == 0 and at > 0 and number[at - 1] != number[at] and number[at - 1].isdigit():
        return number[: at - 1] + number[at] + number[at - 1] + number[at + 1 :]
    if way == 1:
        return number[:at] + number[at + 1 :]
    other = str((int(number[at]) + make.rng.randint(1, 9)) % 10)
    return number[:at] + other + number[at + 1 :]


def one_to_many(make: Maker) -> None:
    """Several invoices, all named, or the later ones by their ends alone."""
    party, on = make.anyone(), make.day()
    items = [make.item(party, on=on) for _ in range(make.rng.choice((2, 2, 3, 4, 6)))]
    numbers = [item["number"] for item in items]
    if make.rng.random() < 0.2:
        numbers[1:] = [number[-4:] for number in numbers[1:]]
    text = "FACT " + make.rng.choice((" ", ", ", " / ", " ET ", "+", "-")).join(numbers)
    _pay_all(make, party, items, text, on=on)


def many_to_one(make: Maker) -> None:
    """One invoice paid in two or three parts, each with its number."""
    party, on = make.anyone(), make.day()
    item = make.item(party, make.odd_amount() + 30_000, on=on)
    total, count = _signed(item), make.rng.choice((2, 2, 3))
    share = int(total / count * make.rng.uniform(0.7, 0.95)) // 100 * 100
    parts = [share] * (count - 1) + [total - share * (count - 1)]
    for number, part in enumerate(parts, start=1):
        word = "SOLDE" if number == count else "ACOMPTE"
        told = make.pay(party, part, f"{word} {item['number']}")
        make.line(told, on + timedelta(days=14 * number), [(item, part)], party=party)


def discount(make: Maker) -> None:
    """The discount of the terms is taken in time; the number is named or not."""
    party, on = make.customer(), make.day()
    rate = make.rng.choice(("1", "1.5", "2", "3"))
    item = make.item(party, make.odd_amount(), on=on,
                     discount=(rate, on + timedelta(days=make.rng.randint(0, 6))))  # fmt: skip
    gap = -_half_up(_signed(item) * round(Decimal(rate) * 10), 1_000)
    text = _said(make, item["number"]) if make.rng.random() < 0.75 else "REGLEMENT SOUS ESCOMPTE"
    _pay_with(make, party, item, text, gap=("discount", gap), on=on)


def _half_up(value: int, by: int) -> int:
    return (2 * abs(value) + by) // (2 * by)


def _pay_with(
    make: Maker, party: Party, item: Json, text: str, *, gap: tuple[str, int], on: date
) -> None:
    """Pay an item with a difference, said with the sign that it adds to what is settled."""
    amount = _signed(item)
    told = make.pay(party, amount + gap[1], text)
    make.line(told, on, [(item, amount)], party=party, adjustments=[gap])


def cents_gap(make: Maker) -> None:
    """A few cents too little or too much."""
    party, on = make.anyone(), make.day()
    item = make.item(party, make.odd_amount(), on=on)
    gap = make.rng.choice((-5, -3, -2, -1, 1, 2, 4))
    _pay_with(make, party, item, _said(make, item["number"]), gap=("cents", gap), on=on)


def foreign_currency(make: Maker) -> None:
    """An invoice in dollars, paid by the amount in dollars or by what a rate made of it."""
    party, on = make.rng.choice(make.parties.abroad), make.day()
    dollars = make.odd_amount()
    value = dollars * 1_000 // make.rng.randint(1_050, 1_120)
    item = make.item(party, value, on=on, foreign=(dollars, "USD"))
    paid = value * make.rng.randint(9_850, 10_150) // 10_000
    is_told = make.rng.random() < 0.7
    has_number = not is_told or make.rng.random() < 0.7
    told = make.pay(party, -paid, _said(make, item["number"]) if has_number else "INVOICE",
                    original=(-dollars, "USD") if is_told else None)  # fmt: skip
    gap = [("fx", value - paid)] if value != paid else []
    make.line(told, on, [(item, -value)], party=party, adjustments=gap, level="AC")


def bank_charge(make: Maker) -> None:
    """A customer abroad pays in full and a bank keeps its charge, which a field or a text says."""
    party, on = make.rng.choice(make.parties.foreign), make.day()
    item = make.item(party, make.odd_amount() + 15_000, on=on)
    fee = make.rng.choice((800, 1_200, 1_500, 1_850, 2_500))
    is_field = make.rng.random() < 0.5
    text = item["number"] if is_field else f"{item['number']} FRAIS {fee // 100},{fee % 100:02d}"
    told = make.pay(party, _signed(item) - fee, text, fee_cents=fee if is_field else 0)
    make.line(told, on, [(item, _signed(item))], party=party, adjustments=[("charge", -fee)],
              journal=make.telling_journal())  # fmt: skip


def partial(make: Maker) -> None:
    """A part of one invoice with its number."""
    party, on = make.anyone(), make.day()
    item = make.item(party, make.odd_amount() + 30_000, on=on)
    paid = int(_signed(item) * make.rng.uniform(0.2, 0.8)) // 1_000 * 1_000
    word = make.rng.choice(("ACOMPTE {}", "PARTIEL {}", "{}"))
    if make.rng.random() < make.config.decoys:  # an invoice of just that amount
        make.item(make.anyone(), abs(paid), on=on)
    told = make.pay(party, paid, word.format(item["number"]))
    make.line(told, on, [(item, paid)], party=party, journal=make.telling_journal())


def over_payment(make: Maker) -> None:
    """More than the invoice: nobody but a person can say what the rest is."""
    party, on = make.customer(), make.day()
    item = make.item(party, make.odd_amount(), on=on)
    more = make.rng.choice((1_000, 5_000, 12_345, _signed(item)))
    if make.rng.random() < make.config.decoys:  # what is paid is the amount of another invoice
        make.item(party, _signed(item) + more, on=on)
    told = make.pay(party, _signed(item) + more, f"FACT {item['number']}")
    make.line(told, on, party=party, journal=make.telling_journal())


def duplicate_payment(make: Maker) -> None:
    """One invoice is paid, and some days later again; the second one settles nothing."""
    party, on = make.customer(), make.day()
    item = make.item(party, make.odd_amount(), on=on)
    text, journal = f"FACTURE {item['number']}", make.telling_journal()
    make.line(make.pay(party, _signed(item), text), on, [(item, _signed(item))],
              party=party, journal=journal)  # fmt: skip
    again = on + timedelta(days=make.rng.randint(1, 20))
    if make.rng.random() < make.config.decoys:  # and somebody else owes the same
        make.item(make.customer(), _signed(item), on=on)
    make.line(make.pay(party, _signed(item), text), again, party=party, journal=journal)


def parent_payer(make: Maker) -> None:
    """A parent company pays a subsidiary's invoice, with its number or without."""
    parent, on = make.rng.choice(make.parties.parents), make.day()
    child = make.rng.choice(parent.group)
    item = make.item(child, on=on)
    text = make.rng.choice((item["number"], f"FACT {item['number']}", "REGLEMENT",
                            f"POUR {child.bank_name}"))  # fmt: skip
    make.line(make.pay(parent, _signed(item), text), on, [(item, _signed(item))], party=child)


CASES: dict[str, Callable[[Maker], None]] = {
    "exact": exact, "truncated_number": truncated_number, "glued_references": glued_references,
    "typo": typo, "one_to_many": one_to_many, "many_to_one": many_to_one, "discount": discount,
    "cents": cents_gap, "foreign_currency": foreign_currency, "bank_charge": bank_charge,
    "partial": partial, "over_payment": over_payment, "duplicate_payment": duplicate_payment,
    "parent_payer": parent_payer,
}  # fmt: skip
