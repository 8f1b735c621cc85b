"""Makes the records of a statement several times faster than their own constructors do.

A frozen dataclass sets each field through `object.__setattr__`, which takes longer than reading
the line did. Here a subclass with the same slots that is not frozen is filled, and then becomes
the frozen class itself: Python lets `__class__` change between classes of one layout. The results
are ordinary, frozen records; tests hold both together. Nothing else belongs here.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from rappro.domain.bank import Counterparty, StatementLine


def _maker_of(frozen: type[Any]) -> Any:
    """Return a function with the arguments and defaults of a frozen dataclass's constructor.

    It is written out field by field, as `dataclasses` does: a loop would take most of the time.
    A subclass without slots of its own is faster to turn back than a class that looks the same.
    """
    plain = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    opened = type(f"Open{frozen.__name__}", (frozen,), {"__slots__": (), **plain})
    names: dict[str, Any] = {"opened": opened, "frozen": frozen}
    names |= {f"default_{each.name}": each.default for each in fields(frozen)}
    arguments = (
        each.name if each.default is MISSING else f"{each.name}=default_{each.name}"
        for each in fields(frozen)
    )
    body = "".join(f" made.{each.name} = {each.name}\n" for each in fields(frozen))
    source = (
        f"def new({', '.join(arguments)}):\n made = opened()\n{body}"
        " made.__class__ = frozen\n return made\n"
    )
    exec(source, names)  # noqa: S102 (only names of our own fields are in it)
    return names["new"]


if TYPE_CHECKING:
    new_line = StatementLine
    new_counterparty = Counterparty
else:
    new_line = _maker_of(StatementLine)
    new_counterparty = _maker_of(Counterparty)

NO_COUNTERPARTY = Counterparty()
