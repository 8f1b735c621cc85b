"""The statement that most end-to-end tests drop."""

from __future__ import annotations

from functools import partial

from tests.camt_text import Movement
from tests.camt_text import camt as any_camt

NOVEMBER: tuple[Movement, ...] = (
    ("2026-11-05", "120.00", "VIR MENUISERIE DUPOND FA2026-0101"),
    ("2026-11-10", "-450.00", "VIR ELECTRICITE DU MIDI"),
    ("2026-11-12", "-12.34", "COTISATION INCONNUE"),
    ("2026-11-18", "150.00", "VERSEMENT SANS NOM"),
    ("2026-11-19", "150.00", "VERSEMENT SANS NOM"),
)

camt = partial(any_camt, NOVEMBER, last_day="2026-11-20")
"""That statement, with whatever a test wants otherwise."""
