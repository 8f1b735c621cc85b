"""The words of the reconciliation report (état de rapprochement), the same in every document."""

from __future__ import annotations

from typing import Final

from rappro.domain.aging import AgeBucket

TITLE: Final = "État de rapprochement bancaire"
LEDGER_BALANCE: Final = "Solde comptable"
BANK_BALANCE: Final = "Solde bancaire"
ENTRIES: Final = "Écritures non passées en banque"
LINES: Final = "Opérations bancaires non comptabilisées"
RECONCILED_LEDGER: Final = "Solde comptable rapproché"
RECONCILED_BANK: Final = "Solde bancaire rapproché"
DIFFERENCE: Final = "Écart"
CARRIED_IN: Final = "Antérieures à la période du relevé"
OF_PERIOD: Final = "De la période du relevé"
TOTAL_ENTRIES: Final = "Total des écritures non passées en banque"
TOTAL_LINES: Final = "Total des opérations bancaires non comptabilisées"
NOT_LISTED: Final = "Non détaillées"
AGES: Final = {
    AgeBucket.UP_TO_30: "0 à 30 jours",
    AgeBucket.UP_TO_60: "31 à 60 jours",
    AgeBucket.UP_TO_90: "61 à 90 jours",
    AgeBucket.OVER_90: "plus de 90 jours",
}
