"""The ids that the documentation's examples speak of; the tests seed records of these names."""

from __future__ import annotations

from typing import Final

from rappro.domain.ids import (
    CompanyId,
    EntryId,
    LineId,
    MatchId,
    OpenItemId,
    RunId,
    StatementId,
    ThirdPartyId,
)

COMPANY: Final = CompanyId("acme")
JOURNAL: Final = "BQ1"
ACCOUNT: Final = "606399"
UNUSED_JOURNAL: Final = "OD2"
THIRD_PARTY: Final = ThirdPartyId("C0001")
UNUSED_THIRD_PARTY: Final = ThirdPartyId("C0099")
OPEN_ITEM: Final = OpenItemId("FA2025-0001")
STATEMENT: Final = StatementId("st_b7mzqkq4jx2v6c5oaxk2hqzz")
POSITION: Final = 3
LINE: Final = LineId("li_k7d3mzq2vx5c6oaxk2hqzzb4")
RUN: Final = RunId("run_x4k7d3mzq2vx5c6oaxk2hqzz")
MATCH: Final = MatchId("ma_3r5qkcaqkzv7ns2wy4d6e2pa")
REPORT: Final = "rr_q2hqzzb7mzqkq4jx2v6c5oax"
ENTRY: Final = EntryId("en_w5zq7mwl2k4vfh3xj6d9t8ca")
LEFT_DRAFT: Final = EntryId("en_h3ktw5vq7yd2mxc4rbs6j9na")
LESSON: Final = "le_uqccmyqjmyxrzqjzhhu5oc6l"
CSV_DEFINITION: Final = (
    '{"name": "banque-du-port", "bank": "Banque du Port", "columns": [["date", "Date op."],'
    ' ["label", "Intitulé"], ["amount", "Montant EUR"]]}'
)
IMPORT_PROFILE: Final = "LIVRET"
TEMPLATE: Final = "FRAIS-TENUE"
DIFFERENCE_TYPE: Final = "account_fees"
CSV_PROFILE: Final = "banque-du-port"
CONNECTION: Final = "bnp-1"
LINKED_CONNECTION: Final = "ca-1"
OPEN_CONNECTION: Final = "ponto-1"
FEED_ACCOUNT: Final = "fa_2k4vfh3xj6d9t8cawzq7mwl5"
STAGED: Final = "st_m7mzqkq4jx2v6c5oaxk2hqzz"
WEBHOOK: Final = "erp"
EXCHANGE_LINK: Final = "cabinet"
ARCHIVE: Final = "pa_b7mzqkq4jx2v6c5oaxk2hqzz"
INVITATION: Final = "link-mzqkq4jx2v6c5oaxk2hqzzb7aa.v6c5oaxk2hqzzb7mzqkq4jx2aa"
DOCUMENT: Final = "700705415442b8015ee24ae925043596dd2718263ec58b7362b37eb80e8bcb71"
BANK_ENTRY: Final = "be_waiting"
MOVEMENT: Final = "be_pending"
PAST_PAYMENT: Final = "PA2024-0042"
TASK: Final = "tk_nbswy3dpeb3w64tmmqqq4mjs"
USER: Final = "u-17"
IBAN: Final = "FR7630006000011234567890189"
