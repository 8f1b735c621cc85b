"""The providers that a deployment has keys for (port Connectors), by one secret that names them.

    {"bridge":   {"client_id", "client_secret", "webhook_secrets": […]},
     "powens":   {"client_id", "client_secret", "webhook_secrets": […], "domain"},
     "saltedge": {"app_id", "secret", "private_key", "webhook_keys": […]},
     "ponto":    {"client_id", "client_secret", "application_id", "certificate", "private_key"}}

Each may have a `base_url` (and `webview_url`, `authorize_url`) that stands for the provider's own.
The secret is read when a connector is first asked for, and again after a while: keys change without
a deployment. A connector is loaded when it is asked for, so that nobody else pays for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from botocore.exceptions import ClientError

from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.connectors import Connector
from rappro.domain.errors import StoreUnavailable

READ_AGAIN: Final = timedelta(minutes=10)
_ABSENT: Final = "ResourceNotFoundException"

Said = Mapping[str, Any]
Now = Callable[[], datetime]


class KeyedConnectors:
    """Port Connectors."""

    def __init__(self, client: Callable[[], Any], secret: str, now: Now) -> None:
        """Take a maker of a client of Secrets Manager, the secret's name or ARN, and the clock."""
        self._client = client
        self._secret = secret
        self._now = now
        self._lock = Lock()
        self._read_at: datetime | None = None
        self._text = ""
        self._keys: Said = {}
        self._made: dict[str, Connector] = {}

    def names(self) -> Sequence[str]:
        return sorted(set(self._current()) & set(_MAKERS))

    def get(self, provider: str) -> Connector | None:
        said = self._current().get(provider)
        if provider not in _MAKERS or not isinstance(said, dict):
            return None
        with self._lock:
            if provider not in self._made:
                self._made[provider] = _connector(provider, said, self._now)
            return self._made[provider]

    def _current(self) -> Said:
        """Return the keys, read again when that was long ago; old ones while that fails."""
        with self._lock:
            now = self._now()
            if self._read_at is None or now - self._read_at >= READ_AGAIN:
                text = self._fetched()
                if text != self._text:
                    self._keys, self._text, self._made = _parsed(text), text, {}
                self._read_at = now
            return self._keys

    def _fetched(self) -> str:
        with translated():
            try:
                answer = self._client().get_secret_value(SecretId=self._secret)
            except ClientError as error:
                if error_code(error) == _ABSENT:
                    return "{}"
                if self._read_at is not None:
                    return self._text
                raise
        return str(answer["SecretString"])


def _parsed(text: str) -> Said:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise StoreUnavailable("the secret of the providers' keys is no JSON object")
    return told


def _connector(provider: str, said: Said, now: Now) -> Connector:
    try:
        return _MAKERS[provider](said, now)
    except (KeyError, TypeError, ValueError):
        raise StoreUnavailable(f"the keys of {provider} are not complete") from None


def _bridge(said: Said, now: Now) -> Connector:
    from rappro.adapters.aggregators.bridge import BASE_URL, BridgeConnector
    from rappro.adapters.aggregators.bridge_rows import BridgeKeys

    keys = BridgeKeys(said["client_id"], said["client_secret"], _several(said, "webhook_secrets"))
    return BridgeConnector(keys, now, base_url=said.get("base_url", BASE_URL))


def _powens(said: Said, now: Now) -> Connector:
    from rappro.adapters.aggregators.powens import WEBVIEW_URL, PowensConnector
    from rappro.adapters.aggregators.powens_rows import PowensKeys

    keys = PowensKeys(said["client_id"], said["client_secret"], _several(said, "webhook_secrets"))
    return PowensConnector(
        keys, now, domain=said["domain"], base_url=said.get("base_url"),
        webview_url=said.get("webview_url", WEBVIEW_URL),
    )  # fmt: skip


def _saltedge(said: Said, now: Now) -> Connector:
    from rappro.adapters.aggregators.saltedge import BASE_URL, SaltEdgeConnector
    from rappro.adapters.aggregators.saltedge_rows import SaltEdgeKeys

    keys = SaltEdgeKeys(
        said["app_id"], said["secret"], said.get("private_key", ""), _several(said, "webhook_keys")
    )
    return SaltEdgeConnector(
        keys, now, base_url=said.get("base_url", BASE_URL),
        has_sandboxes=said.get("has_sandboxes") is True,
    )  # fmt: skip


def _ponto(said: Said, now: Now) -> Connector:
    from rappro.adapters.aggregators.http import trust_as
    from rappro.adapters.aggregators.ponto import AUTHORIZE_URL, BASE_URL, PontoConnector
    from rappro.adapters.aggregators.ponto_tokens import PontoKeys

    keys = PontoKeys(said["client_id"], said["client_secret"], said.get("application_id", ""))
    shown = said.get("certificate")
    return PontoConnector(
        keys, now, base_url=said.get("base_url", BASE_URL),
        authorize_url=said.get("authorize_url", AUTHORIZE_URL),
        trust=None if shown is None else trust_as(shown, said["private_key"]),
    )  # fmt: skip


def _several(said: Said, name: str) -> tuple[str, ...]:
    found = said.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise TypeError(name)
    return tuple(found)


_MAKERS: Final[Mapping[str, Callable[[Said, Now], Connector]]] = {
    "bridge": _bridge, "powens": _powens, "saltedge": _saltedge, "ponto": _ponto,
}  # fmt: skip
