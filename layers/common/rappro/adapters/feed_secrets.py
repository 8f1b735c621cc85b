"""What opens the tenants' access at the providers, in Secrets Manager (port Vault).

One secret for a tenant and provider, or for a connection where each has its own:
`{prefix}/{tenant}/{provider}[/{hash of the scope}]`. Names alone are seen by who lists secrets.

A new generation takes the place of the one before, or of none; of two writers one wins:

    read AWSCURRENT ─► put the new version aside ─► move AWSCURRENT from the version that was read
                                                      └ it is on another one: StoreConflict

The move is what decides: Secrets Manager refuses it unless the label is where the request says.
Nothing is kept in memory from one load to the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import ClientError

from rappro.adapters.scope import check_key, check_tenant
from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.connectors import Credentials
from rappro.domain.errors import NotFound, StoreConflict, StoreUnavailable
from rappro.domain.frozen import dataclass
from rappro.domain.ids import TenantId

_CURRENT: Final = "AWSCURRENT"
_ASIDE: Final = "AWSPENDING"
_ABSENT: Final = "ResourceNotFoundException"
_TAKEN: Final = frozenset({
    "InvalidParameterException",  # the label is on another version by now
    "InvalidRequestException",  # the secret is being deleted
    "ResourceExistsException",
})  # fmt: skip
_DIGEST_BYTES: Final = 20
_TOKEN_CHARS: Final = 64


class SecretsVault:
    """Port Vault."""

    def __init__(self, client: Callable[[], Any], prefix: str) -> None:
        """Take a maker of a client that signs as the tenant in force, and what names begin with."""
        self._client = client
        self._prefix = prefix

    def keeper(self, tenant: TenantId, provider: str, scope: str = "") -> SecretKeeper:
        return SecretKeeper(self._client, self._name(tenant, provider, scope))

    def forget(self, tenant: TenantId, provider: str, scope: str = "") -> None:
        """Remove a secret at once: what was removed at the provider needs no time to repent."""
        name = self._name(tenant, provider, scope)
        with translated():
            try:
                self._client().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
            except ClientError as error:
                if error_code(error) != _ABSENT:
                    raise

    def _name(self, tenant: str, provider: str, scope: str) -> str:
        check_tenant(tenant)
        check_tenant(provider)  # the same few signs
        name = f"{self._prefix}/{tenant}/{provider}"
        if not scope:
            return name
        check_key(scope)
        digest = hashlib.blake2b(scope.encode(), digest_size=_DIGEST_BYTES).hexdigest()
        return f"{name}/{digest}"


@dataclass(frozen=True, slots=True)
class _Version:
    """A secret's current version and what it holds."""

    id: str
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class SecretKeeper:
    """Port CredentialsKeeper, of one secret."""

    client: Callable[[], Any]
    name: str

    def load(self) -> Credentials:
        found = self._current()
        if found is None:
            raise NotFound("no credentials are kept")
        return found.credentials

    def save(self, credentials: Credentials) -> None:
        held = self._current()
        if held is None:
            self._create(credentials)
        elif held.credentials != credentials:
            if credentials.generation != held.credentials.generation + 1:
                raise StoreConflict("the credentials were replaced meanwhile")
            self._replace(held, credentials)

    def _current(self) -> _Version | None:
        with translated():
            try:
                answer = self.client().get_secret_value(SecretId=self.name)
            except ClientError as error:
                if error_code(error) == _ABSENT:
                    return None
                raise _told(error) from None
        return _Version(answer["VersionId"], _credentials(answer["SecretString"]))

    def _create(self, credentials: Credentials) -> None:
        text = _text(credentials)
        with translated():
            try:
                self.client().create_secret(
                    Name=self.name, SecretString=text, ClientRequestToken=_token(self.name, text)
                )
            except ClientError as error:
                raise _told(error) from None

    def _replace(self, held: _Version, credentials: Credentials) -> None:
        """Put a version aside, then make it the current one in the place of what was read."""
        text = _text(credentials)
        token = _token(self.name, text)
        with translated():
            try:
                self.client().put_secret_value(
                    SecretId=self.name, SecretString=text, ClientRequestToken=token,
                    VersionStages=[_ASIDE],
                )  # fmt: skip
                self.client().update_secret_version_stage(
                    SecretId=self.name, VersionStage=_CURRENT, MoveToVersionId=token,
                    RemoveFromVersionId=held.id,
                )  # fmt: skip
            except ClientError as error:
                raise _told(error) from None


def _told(error: ClientError) -> Exception:
    """Return who was first as a conflict; anything else as it is, for `translated`."""
    if error_code(error) in _TAKEN:
        return StoreConflict("the credentials were replaced meanwhile")
    return error


def _text(credentials: Credentials) -> str:
    told = {
        "user_ref": credentials.user_ref, "secret": credentials.secret,
        "generation": credentials.generation,
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


def _credentials(text: str) -> Credentials:
    """Return credentials as they were kept; what cannot be read is never quoted."""
    try:
        told = json.loads(text)
        return Credentials(told["user_ref"], told["secret"], told["generation"])
    except (ValueError, KeyError, TypeError):
        raise StoreUnavailable("a secret does not hold credentials") from None


def _token(name: str, text: str) -> str:
    """Return a version's id: another one for any other content, so that none is written over."""
    return hashlib.sha256(f"{name}\n{text}".encode()).hexdigest()[:_TOKEN_CHARS]
