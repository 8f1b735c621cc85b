"""What stands between the gateway and the routes: a tenant's budgets, and answers kept by key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from rappro.domain.errors import StoreThrottled, StoreUnavailable
from rappro.domain.frozen import dataclass
from rappro.domain.ids import TenantId
from rappro.edge.observability import logger
from rappro.edge.problem import RATE_LIMITED, HttpProblem
from rappro.ports import Meter, Replies

WINDOW_SECONDS: Final = 60
READS: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards of a deployment. A budget of 0 is none; `meter` and `replies` None: not there."""

    replies: Replies | None = None
    meter: Meter | None = None
    reads_per_minute: int = 0
    writes_per_minute: int = 0

    def spend(self, tenant: TenantId, method: str, now: datetime) -> Mapping[str, str]:
        """Count a request and return the headers that tell of the budget (IETF draft 11).

        When it cannot be counted it is let through: a guard must not be what fails.

        Raises HttpProblem (429) beyond the budget.
        """
        is_read = method in READS
        name, limit = ("reads", self.reads_per_minute) if is_read else (
            "writes", self.writes_per_minute
        )  # fmt: skip
        if self.meter is None or limit == 0:
            return {}
        window, gone = divmod(int(now.timestamp()), WINDOW_SECONDS)
        policy = {"RateLimit-Policy": f'"{name}";q={limit};w={WINDOW_SECONDS}'}
        left = WINDOW_SECONDS - gone
        try:
            count = self.meter.count(
                tenant, name, window=window, limit=limit, until=now + timedelta(seconds=left)
            )
        except (StoreThrottled, StoreUnavailable) as error:
            logger.warning("request not counted", code=error.code)
            return policy
        rest = 0 if count is None else limit - count
        told = {**policy, "RateLimit": f'"{name}";r={rest};t={left}'}
        if count is None:
            raise HttpProblem(
                RATE_LIMITED, f"{limit} {name} in {WINDOW_SECONDS} seconds are spent",
                headers={**told, "Retry-After": str(left)},
            )  # fmt: skip
        return told


UNGUARDED: Final = Guards()
"""No budgets, and no write may carry a key."""
