"""Reads the account record of BAI2 (03): the account, its balances and its totals.

Amounts come in groups of type code, amount, item count and funds type, and the funds type may have
fields of its own; a continuation (88) may begin between any two fields. Balances and totals are
never lines. Source: BAI "Cash Management Balance Reporting Specifications", version 2, record 03.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rappro.domain.errors import MalformedStatement
from rappro.formats.bai2_codes import type_code
from rappro.formats.bai2_fields import PLAIN_FUNDS, FieldContext

_GROUP: Final = 4
_EXTRA: Final = {"S": 3, "V": 2}
Amounts = dict[str, int]
"""The first amount of each type code."""


def read_amounts(parts: list[list[str]], context: FieldContext) -> tuple[Amounts, int]:
    """Return the amounts by type code, and the sum of all that are written.

    `parts` are the fields of the record, after account and currency, and of each continuation.
    Raises MalformedStatement.
    """
    amounts: Amounts = {}
    written = 0
    for fields in _whole_groups(parts):
        code, amount = _read_group(fields, context)
        if amount is None:
            continue
        written += amount
        if amounts.setdefault(code, amount) != amount:
            context.findings.note("balance_repeated", context.where, about=code)
    return amounts, written


def _read_group(fields: list[str], context: FieldContext) -> tuple[str, int | None]:
    rest = iter(fields)
    code = next(rest).strip()
    kind = type_code(code)
    if kind is None:
        raise MalformedStatement(f"not a type code: {code[:20]!r}", position=context.where)
    if not kind.is_listed:
        context.findings.note("unlisted_type_code", context.where, about=code)
    text, count, funds = (next(rest, "").strip() for _ in range(3))
    amount = context.amount(text, f"amount of {code}") if text else None
    if count:
        context.count(count, f"item count of {code}")
    context.availability(funds.upper(), rest)
    return code, amount


def _whole_groups(parts: list[list[str]]) -> Iterator[list[str]]:
    """Yield the fields of each group. Blank groups, and blank fields that end a record, are none.

    A group that its record leaves unfinished goes on in the next one, unless that one begins with
    a group of its own: banks leave out the last commas, too.
    """
    begun: list[str] = []
    for fields in parts:
        if begun and _may_end(begun) and _stands_alone(fields):
            yield begun
            begun = []
        left = begun + fields
        at = 0
        while at < len(left):
            if not any(map(str.strip, left[at : at + _GROUP])):
                at += _GROUP
                continue
            end = _group_end(left, at)
            if end is None:
                break
            yield left[at:end]
            at = end
        begun = left[at:]
    if begun:
        yield begun


def _group_end(fields: list[str], at: int) -> int | None:
    """Return where the group that begins at a field ends; None when fields are missing."""
    end = at + _GROUP
    if end > len(fields):
        return None
    funds = fields[end - 1].strip().upper()
    if funds == "D":
        count = fields[end].strip() if end < len(fields) else ""
        if len(count) > 3 or not (count.isdigit() and count.isascii()):
            return None if end >= len(fields) else end + 1  # its reader refuses it
        end += 1 + 2 * int(count)
    else:
        end += _EXTRA.get(funds, 0)
    return end if end <= len(fields) else None


def _may_end(begun: list[str]) -> bool:
    """Say whether an unfinished group has all that it needs: only blank fields are missing."""
    if len(begun) <= 3:
        return len(begun) > 1
    return begun[3].strip().upper() == "V" and len(begun) == 5


def _stands_alone(fields: list[str]) -> bool:
    """Say whether a continuation begins with a group of its own."""
    code, amount, count, funds = [field.strip() for field in (*fields, "", "", "")][:_GROUP]
    return (
        type_code(code) is not None
        and (amount == "" or amount.lstrip("+-").replace(".", "", 1).isdigit())
        and (count == "" or count.isdigit())
        and (funds.upper() in PLAIN_FUNDS or funds.upper() in {"S", "V", "D"})
    )
