"""The states that other rooms hear of too: what speaks of them need not load the records.

Which state follows which is said in records.py.
"""

from __future__ import annotations

from enum import StrEnum


class StatementStatus(StrEnum):
    IMPORTED = "imported"  # importé, non lettré
    PARTLY_MATCHED = "partly_matched"
    MATCHED = "matched"
    VALIDATING = "validating"  # numbers are reserved, only rolls forward
    VALIDATED = "validated"  # read-only
    RECONCILED = "reconciled"  # no line, or only lines that are known already
    TRANSFERRED = "transferred"  # reconciliation-only flow, read-only
    QUARANTINED = "quarantined"
    RUN_FAILED = "run_failed"  # the last run ended in an error; a new run may be started
    DELETING = "deleting"  # on its way out: nobody is shown it, deleting it again goes on


class MatchStatus(StrEnum):
    POSTING = "posting"  # larger than one commit; its lines are claimed, its targets follow
    UNDOING = "undoing"  # larger than one commit; its targets are given back first
    TO_CONFIRM = "to_confirm"
    CONFIRMED = "confirmed"
    VALIDATED = "validated"
    UNDONE = "undone"
    CLOSED = "closed"  # its lines were closed by hand: settled outside
    REVERSED = "reversed"
