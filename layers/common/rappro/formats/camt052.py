"""camt.052: the bank's report during the day (ISO 20022 BankToCustomerAccountReport), .01 to .14.

All of its reading is shared with camt.053 and camt.054, in the modules `camt_*`. What is different:
docs/formats/camt.052.md.
"""

from __future__ import annotations

from typing import Final

from rappro.formats.camt_message import CamtParser

CAMT052: Final = CamtParser("camt.052", "Rpt")
