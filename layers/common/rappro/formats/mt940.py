"""MT940: the bank's customer statement in SWIFT's FIN syntax.

All of its reading is shared with MT942, in the modules `mt_*`. Spec, mapping and tolerated
deviations: docs/formats/mt940.md.
"""

from __future__ import annotations

from typing import Final

from rappro.formats.mt_message import MtParser

MT940: Final = MtParser("mt940")
