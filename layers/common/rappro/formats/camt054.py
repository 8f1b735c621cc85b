"""camt.054: the bank's notice of entries (ISO 20022 BankToCustomerDebitCreditNotification).

All of its reading is shared with camt.053 and camt.052, in the modules `camt_*`. What is different:
docs/formats/camt.054.md.
"""

from __future__ import annotations

from typing import Final

from rappro.formats.camt_message import CamtParser

CAMT054: Final = CamtParser("camt.054", "Ntfctn")
