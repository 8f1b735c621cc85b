"""Makes the records of a statement several times faster than their own constructors do.

A frozen dataclass sets each field through `object.__setattr__`, which takes longer than reading
the line did. Here a twin with the same slots that is not frozen is filled, and then becomes the
frozen class itself: Python lets `__class__` change between classes of one layout. The results are
ordinary, frozen records; tests hold twin and original together. Nothing else belongs here.
"""

from __future__ import annotations

from dataclasses import MISSING, field, fields, make_dataclass
from typing import TYPE_CHECKING, Any

from rappro.domain.bank import Counterparty, StatementLine


def _twin_of(frozen: type[Any]) -> type[Any]:
    def become_frozen(self: Any) -> None:
        self.__class__ = frozen

    return make_dataclass(
        f"Open{frozen.__name__}",
        [
            (given.name, Any, field() if given.default is MISSING else field(default=given.default))
            for given in fields(frozen)
        ],
        slots=True,
        namespace={"__post_init__": become_frozen},
    )


if TYPE_CHECKING:
    new_line = StatementLine
    new_counterparty = Counterparty
else:
    new_line = _twin_of(StatementLine)
    new_counterparty = _twin_of(Counterparty)

NO_COUNTERPARTY = Counterparty()
