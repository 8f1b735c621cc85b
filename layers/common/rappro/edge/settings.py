"""The environment of a function, checked once. Names of resources only; no secrets live here."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

_NAME = Field(min_length=1)


class Settings(BaseModel):
    """What template.yaml tells a function about its stack.

    The tables and the archive are known to every function. The rest is None for a function that
    has no business with it (its role would refuse anyway). `lines_at_once` is no resource: a lower
    bound than the import's own on what it stores without the import machine. `webhooks_local` lets
    webhooks go to this machine; the local stack alone sets it. With `tenant_sessions` records and
    files are reached with the function's role tagged with the tenant, else with the role as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant_sessions: bool = False
    statements_table: str = _NAME
    books_table: str = _NAME
    feeds_table: str = _NAME
    archive_bucket: str = _NAME
    inbox_bucket: str | None = None
    state_machine_arn: str | None = None
    import_machine_arn: str | None = None
    work_machine_arn: str | None = None
    lines_at_once: int | None = Field(default=None, ge=1)
    event_bus: str | None = None
    idempotency_table: str | None = None
    reads_per_minute: int = Field(default=0, ge=0)
    writes_per_minute: int = Field(default=0, ge=0)
    sync_queue_url: str | None = None
    sync_queue_arn: str | None = None
    schedule_group: str | None = None
    scheduler_role_arn: str | None = None
    webhooks_queue_url: str | None = None
    webhooks_queue_arn: str | None = None
    webhook_key_arn: str | None = None
    exchange_key_arn: str | None = None
    webhooks_local: bool = False
    routes_table: str | None = None
    provider_keys_secret: str | None = None
    credentials_prefix: str | None = None
    public_url: str | None = None
    return_origins: str | None = None
    mail_from: str | None = None
    mail_configuration: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings held by the variables of the same names in upper case.

        An empty variable counts as absent. Raises pydantic's ValidationError, which names each
        missing variable: a deployment fault, not a caller's.
        """
        present = {name: environment.get(name.upper()) or None for name in cls.model_fields}
        return cls.model_validate({name: value for name, value in present.items() if value})
