"""Difference types (types d'écart), by which differences are settled through the ledger."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field

from rappro.domain.differences import DifferenceType
from rappro.domain.errors import InvalidRequest
from rappro.edge.api.models.shapes import Input, Key, Name, Output, PageOf, Version


class DifferenceTypeInput(Input):
    """What to change of a difference type; a field that is left out keeps its value."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"label": "Frais de tenue de compte", "account": "627000"}]}
    )

    label: Name | None = None
    account: Key | None = None

    def applied_to(self, stored: DifferenceType | None, code: str) -> DifferenceType:
        """Return the type with what is said here. Raises InvalidRequest."""
        label = self.label or (stored.label if stored else None)
        account = self.account or (stored.account if stored else None)
        if label is None:
            raise InvalidRequest("a new difference type needs a label", position="/label")
        if account is None:
            raise InvalidRequest("a new difference type needs an account", position="/account")
        return DifferenceType(code, label, account)


class DifferenceTypeOutput(Output):
    """A kind of difference (type d'écart de règlement) and the account that takes it."""

    code: str
    label: str
    account: str
    default: bool = Field(description="it comes with every company, on an account of its settings")
    use_count: int = Field(description="standing matches that were settled by it")
    version: Version

    @classmethod
    def of(cls, found: DifferenceType) -> Self:
        """Show a difference type."""
        return cls(
            code=found.code,
            label=found.label,
            account=found.account,
            default=not found.version,
            use_count=found.use_count,
            version=found.version,
        )


class DifferenceTypePage(PageOf[DifferenceTypeOutput]):
    """Difference types by code."""
