"""camt.053: the bank's statement to its customer (ISO 20022 BankToCustomerStatement), .01 to .14.

All of its reading is shared with camt.052 and camt.054, in the modules `camt_*`. Spec, mapping and
tolerated deviations: docs/formats/camt.053.md.
"""

from __future__ import annotations

from typing import Final

from rappro.formats.camt_message import CamtParser

CAMT053: Final = CamtParser("camt.053", "Stmt")
