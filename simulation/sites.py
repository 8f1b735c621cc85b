"""Where a call to a port comes from: the innermost frame of a use case, with its line.

Nothing is listed by hand: what calls a port is found by calling it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

import rappro.use_cases

_ROOM: Final = str(Path(next(iter(rappro.use_cases.__path__))))
_places: dict[CodeType, str | None] = {}


def site_of(method: str) -> str:
    """Return "store.commit < lease.acquire:46" for the present call of a port's method."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the public way builds whole stacks
    while frame is not None:
        code = frame.f_code
        if code not in _places:
            _places[code] = _place(code)
        place = _places[code]
        if place is not None:
            return f"{method} < {place}:{frame.f_lineno}"
        frame = frame.f_back
    return f"{method} < outside"


def _place(code: CodeType) -> str | None:
    if not code.co_filename.startswith(_ROOM):
        return None
    return f"{Path(code.co_filename).stem}.{code.co_qualname}"
