"""MT942: the bank's interim transaction report, during the day and without balances.

All of its reading is shared with MT940, in the modules `mt_*`. What is different:
docs/formats/mt942.md.
"""

from __future__ import annotations

from typing import Final

from rappro.formats.mt_message import MtParser

MT942: Final = MtParser("mt942")
