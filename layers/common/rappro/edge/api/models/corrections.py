"""What a person says when a line is closed by hand or a validated match is taken back."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from rappro.edge.api.models.shapes import Input, Text
from rappro.edge.books_models import Day
from rappro.use_cases.reverse_match import Reversal


class ClosingInput(Input):
    """Why a line is closed by hand (clôture manuelle)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Réglé en caisse le 12 janvier"}]}
    )

    reason: Annotated[Text, Field(min_length=1)]


class ReversalInput(Input):
    """Why a validated match is taken back, and on which day (contre-passation)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Paid by another customer"}]}
    )

    reason: Annotated[Text, Field(min_length=1)]
    date: Day | None = Field(
        default=None,
        description="of the reversal entries, in an open period; default: today",
    )

    def reversal(self) -> Reversal:
        """Return what the use case takes."""
        return Reversal(self.reason, self.date)
