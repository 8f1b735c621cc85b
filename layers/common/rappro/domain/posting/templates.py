"""What a template (modèle d'écriture) says of an entry by itself; the rest is a person's."""

from __future__ import annotations

from decimal import Decimal

from rappro.domain.books import EntryTemplate, TemplateDirection
from rappro.domain.posting.drafting import split_template
from rappro.domain.posting.slips import Leg


def is_fully_split(template: EntryTemplate) -> bool:
    """Say whether a template shares any amount over its accounts by itself.

    One account takes it all; several do with a line for the remainder, or percentages that come to
    a hundred. With fixed amounts, or less than the whole, a person distributes.
    """
    lines = template.lines
    if any(line.schedule for line in lines):
        return False  # the plan has no such month (see of_month)
    if len(lines) == 1 or sum(line.is_remainder for line in lines) == 1:
        return bool(lines)
    shares = [line.share_percent for line in lines if line.share_percent is not None]
    return len(shares) == len(lines) and sum(map(Decimal, shares)) == 100


def is_for(template: EntryTemplate, amount_minor: int) -> bool:
    """Say whether a template is meant for money of that direction (+ is money in)."""
    if template.direction is TemplateDirection.BOTH:
        return True
    return (amount_minor < 0) is (template.direction is TemplateDirection.DEBIT)


def template_legs(template: EntryTemplate, amount_minor: int) -> tuple[Leg, ...]:
    """Return the counterparts that a template gives an amount; they come to it, exactly."""
    amounts = split_template(template, amount_minor)
    return tuple(
        Leg(line.account, minor)
        for line, minor in zip(template.lines, amounts, strict=True)
        if minor
    )
