"""Small worlds for the matching tests: every builder fills what a test does not speak about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from rappro.domain.bank import Counterparty, Nature, OriginalAmount, StatementLine
from rappro.domain.books import (
    BankEntry,
    CardContract,
    Discount,
    EntryTemplate,
    OpenItem,
    OpenItemType,
    PastPayment,
    PaymentMethod,
    TemplateDirection,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import LineId, OpenItemId, ThirdPartyId
from rappro.domain.matching.decide import decide
from rappro.domain.matching.model import Decision, Level, MatchLine, World
from rappro.domain.matching.references import shape_of

BANK = "512000"
DAY = date(2026, 3, 20)
IBAN_LEROY = "FR7630006000011234567890189"
IBAN_HOLDING = "DE89370400440532013000"


def day(offset: int) -> date:
    """Return the tests' booking day, so many days later."""
    return DAY + timedelta(days=offset)


def party(key: str, name: str, **fields: Any) -> ThirdParty:
    kind = ThirdPartyKind.SUPPLIER if key.startswith("S") else ThirdPartyKind.CUSTOMER
    account = "401000" if kind is ThirdPartyKind.SUPPLIER else "411000"
    return ThirdParty(ThirdPartyId(key), kind, name, account, **fields)


def item(number: str, owner: ThirdParty | str, amount: int, **fields: Any) -> OpenItem:
    """Return an open item of which the number is the id; amounts are cents as the bank sees."""
    owner_id = owner if isinstance(owner, str) else owner.id
    issued = fields.pop("issued", day(-30))
    residual = fields.pop("residual", amount)
    company = fields.pop("company", amount)
    company_residual = fields.pop("company_residual", residual if company == amount else company)
    defaults: dict[str, Any] = {
        "id": OpenItemId(fields.pop("key", number)),
        "type": OpenItemType.INVOICE,
        "account": "401000" if str(owner_id).startswith("S") else "411000",
        "due_date": issued + timedelta(days=30),
        "currency": "EUR",
    }
    return OpenItem(
        third_party=ThirdPartyId(owner_id),
        number=number,
        issue_date=issued,
        amount_minor=amount,
        residual_minor=residual,
        company_amount_minor=company,
        company_residual_minor=company_residual,
        **{**defaults, **fields},
    )


def credit_note(number: str, owner: ThirdParty | str, amount: int, **fields: Any) -> OpenItem:
    return item(number, owner, amount, type=OpenItemType.CREDIT_NOTE, **fields)


def discount(rate: str, days: int = 10) -> Discount:
    """Return discount terms that end so many days after the tests' booking day."""
    return Discount(rate, day(days))


def entry(key: str, amount: int, label: str = "", **fields: Any) -> BankEntry:
    on = fields.pop("on", day(-1))
    defaults: dict[str, Any] = {"journal": "BQ", "account": BANK, "currency": "EUR"}
    return BankEntry(id=key, date=on, amount_minor=amount, label=label, **{**defaults, **fields})


def cheque_in(key: str, amount: int, **fields: Any) -> BankEntry:
    return entry(key, amount, account="511200", method=PaymentMethod.CHEQUE_IN, **fields)


def slip(key: str, amount: int, contract: str, **fields: Any) -> BankEntry:
    return entry(
        key, amount, account="511500", method=PaymentMethod.CARD, card_contract=contract, **fields
    )


def past(key: str, owner: str | None, amount: int, **fields: Any) -> PastPayment:
    on = fields.pop("on", day(-20))
    party_id = ThirdPartyId(owner) if owner else None
    return PastPayment(key, party_id, amount, on, **fields)


def template(key: str, *references: str, **fields: Any) -> EntryTemplate:
    defaults: dict[str, Any] = {
        "direction": TemplateDirection.DEBIT,
        "lines": (TemplateLine("627000", is_remainder=True),),
    }
    return EntryTemplate(key, key.title(), tuple(references), **{**defaults, **fields})


def contract(number: str, rate: str | None) -> CardContract:
    return CardContract(number, rate)


def line(amount: int, label: str = "", **fields: Any) -> MatchLine:
    """Return a line of which `key` is the id; statement-line fields go by their own names."""
    key = fields.pop("key", "L1")
    own = {
        name: fields.pop(name)
        for name in ("account", "statement_key", "fixed_third_party", "fixed_invoice", "vetoes")
        if name in fields
    }
    counterparty = Counterparty(
        name=fields.pop("payer", None), iban=fields.pop("iban", None), id=fields.pop("siren", None)
    )
    defaults: dict[str, Any] = {
        "position": fields.pop("position", 1),
        "booking_date": fields.pop("on", DAY),
        "currency": "EUR",
        "counterparty": counterparty,
    }
    statement_line = StatementLine(amount_minor=amount, label=label, **{**defaults, **fields})
    return MatchLine(LineId(key), statement_line, **{"account": BANK, "statement_key": "S", **own})


def part(amount: int, label: str = "", **fields: Any) -> StatementLine:
    """Return a part of a batch line."""
    return line(amount, label, **fields).line


def instructed(amount: int, currency: str) -> OriginalAmount:
    return OriginalAmount(amount, currency)


def world(*lines: MatchLine, **books: Any) -> World:
    """Return a world; the shapes of its items' numbers are known unless a test says otherwise."""
    items = tuple(books.pop("items", ()))
    shapes = books.pop("shapes", tuple(sorted({shape_of(i.number) for i in items})))
    numbered = [
        replace(each, id=LineId(f"L{n}"), line=replace(each.line, position=n))
        if len(lines) > 1 and each.id == "L1"
        else each
        for n, each in enumerate(lines, start=1)
    ]
    names = {
        "parties": "third_parties", "entries": "bank_entries", "past": "past_payments",
        "templates": "templates", "contracts": "card_contracts",
    }  # fmt: skip
    filled = {names.get(name, name): value for name, value in books.items()}
    for name in names.values():
        filled[name] = tuple(filled.get(name, ()))
    currency = filled.pop("company_currency", "EUR")
    return World(currency, tuple(numbered), items, number_shapes=shapes, **filled)


def decided(*lines: MatchLine, **books: Any) -> list[Decision]:
    """Return the decisions about lines in line order."""
    return list(decide(world(*lines, **books)))


def decided_one(only: MatchLine, **books: Any) -> Decision:
    """Return the decision about a world's only line."""
    (decision,) = decided(only, **books)
    return decision


def settled(decision: Decision) -> dict[str, int]:
    """Return what a decision settles, by target."""
    return {settle.id: settle.amount_minor for settle in decision.settles}


def rule_of(decision: Decision) -> str:
    """Return the name of the rule that matched a line."""
    return decision.explanation.evidence[0].kind


def is_left_to_a_person(decision: Decision) -> bool:
    """Tell whether a line was not matched and nothing was settled or booked for it."""
    is_open = decision.level in (Level.B, Level.BC, Level.C)
    return is_open and not decision.settles and decision.template is None


__all__ = [
    "BANK", "DAY", "IBAN_HOLDING", "IBAN_LEROY", "Level", "Nature", "cheque_in", "contract",
    "credit_note", "day", "decided", "decided_one", "discount", "entry", "instructed",
    "is_left_to_a_person", "item", "line", "part", "party", "past", "rule_of", "settled", "slip",
    "template", "world",
]  # fmt: skip
