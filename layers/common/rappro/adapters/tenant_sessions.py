"""Credentials of the tenant in force: a function takes its own role again, tagged with the tenant.

    client ─ signs ─► TenantCredentials ─ tenant in force ─► kept session, or sts:AssumeRole

The policies of a function speak of `${aws:PrincipalTag/rappro-tenant}`: without the tag the role
reaches no record and no file, with it those of one tenant. One client serves all tenants, because
botocore asks for credentials anew each time that it signs (decision 0014).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, NamedTuple

from botocore.credentials import Credentials, ReadOnlyCredentials

from rappro.adapters.sdk_errors import translated
from rappro.domain.tenancy import tenant_in_force

TAG: Final = "rappro-tenant"
"""Also the tag of who drops files directly; template.yaml builds resources from it."""
SESSION_SECONDS: Final = 3600
"""The most that AWS gives to a role that takes a role."""
LEFT_AT_LEAST: Final = timedelta(minutes=20)
"""What is signed ends with its session: longer than a link (5 minutes) or a ticket (15) lasts."""
SESSIONS_MAX: Final = 64


class _Session(NamedTuple):
    credentials: ReadOnlyCredentials
    expires_at: datetime


class TenantCredentials(Credentials):
    """What a client signs with: the session of the tenant in force. Safe in several threads."""

    def __init__(self, sts: Callable[[], Any], now: Callable[[], datetime]) -> None:
        super().__init__("tenant", "none", method="tenant-session")  # never what is signed with
        self._sts = sts
        self._now = now
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._role: str | None = None
        self._lock = Lock()

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return the session's keys.

        Raises OutsideTenant without a tenant, StoreUnavailable when AWS gives no session.
        """
        tenant = tenant_in_force()
        with self._lock:  # whoever comes meanwhile needs the same session, or waits a moment
            found = self._sessions.get(tenant)
            if found is None or found.expires_at - self._now() < LEFT_AT_LEAST:
                found = self._take(tenant)
                self._sessions[tenant] = found
            self._sessions.move_to_end(tenant)
            while len(self._sessions) > SESSIONS_MAX:
                self._sessions.popitem(last=False)
            return found.credentials

    def _take(self, tenant: str) -> _Session:
        with translated():
            sts = self._sts()
            if self._role is None:
                self._role = _role_of(sts.get_caller_identity()["Arn"])
            given = sts.assume_role(
                RoleArn=self._role,
                RoleSessionName=tenant,
                DurationSeconds=SESSION_SECONDS,
                Tags=[{"Key": TAG, "Value": tenant}],
            )["Credentials"]
        keys = ReadOnlyCredentials(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
        )
        return _Session(keys, given["Expiration"])


class TenantProvider:
    """Hands the credentials to a botocore session, in the place of its chain of providers."""

    def __init__(self, credentials: TenantCredentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> TenantCredentials:
        return self._credentials


def _role_of(session: str) -> str:
    """Return a role's ARN, of that of its session: `…:sts::1:assumed-role/name/session`."""
    start, name, _ = session.split("/")
    return f"{start.replace(':sts:', ':iam:').removesuffix('assumed-role')}role/{name}"
