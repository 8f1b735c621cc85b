"""Connectors that are pointed at the simulated providers: nothing else about them is different."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from devstack.providers import bridge, ponto, powens, saltedge
from devstack.providers.ponto_hooks import APPLICATION_ID
from devstack.providers.server import ProviderServer
from rappro.adapters.aggregators.bridge import BridgeConnector
from rappro.adapters.aggregators.bridge_rows import BridgeKeys
from rappro.adapters.aggregators.ponto import PontoConnector
from rappro.adapters.aggregators.ponto_tokens import PontoKeys
from rappro.adapters.aggregators.powens import PowensConnector
from rappro.adapters.aggregators.powens_rows import PowensKeys
from rappro.adapters.aggregators.saltedge import SaltEdgeConnector
from rappro.adapters.aggregators.saltedge_rows import SaltEdgeKeys
from rappro.domain.connectors import Connector


def connector_of(provider: str, server: ProviderServer, *, url: str | None = None) -> Connector:
    """Return a connector of a provider; `url` is where it is reached, unless the simulator is."""
    return _MAKERS[provider](server, url or server.url)


def _bridge(server: ProviderServer, url: str) -> Connector:
    keys = BridgeKeys(bridge.CLIENT_ID, bridge.CLIENT_SECRET, (bridge.WEBHOOK_SECRET,))
    return BridgeConnector(keys, server.bank.clock, base_url=url)


def _powens(server: ProviderServer, url: str) -> Connector:
    keys = PowensKeys(powens.CLIENT_ID, powens.CLIENT_SECRET, (powens.WEBHOOK_SECRET,))
    return PowensConnector(
        keys, server.bank.clock, domain=powens.DOMAIN, base_url=url,
        webview_url=server.powens.webview_url,
    )  # fmt: skip


def _ponto(server: ProviderServer, url: str) -> Connector:
    keys = PontoKeys(ponto.CLIENT_ID, ponto.CLIENT_SECRET, APPLICATION_ID)
    return PontoConnector(
        keys, server.bank.clock, base_url=url, authorize_url=server.ponto.authorize_url
    )  # fmt: skip


def _saltedge(server: ProviderServer, url: str) -> Connector:
    keys = SaltEdgeKeys(
        saltedge.APP_ID, saltedge.SECRET, saltedge.private_pem("ours"),
        (saltedge.public_pem("theirs"),),
    )  # fmt: skip
    return SaltEdgeConnector(keys, server.bank.clock, base_url=url, has_sandboxes=True)


_MAKERS: Final[dict[str, Callable[[ProviderServer, str], Connector]]] = {
    "bridge": _bridge,
    "powens": _powens,
    "ponto": _ponto,
    "saltedge": _saltedge,
}
SIMULATED: Final = tuple(_MAKERS)


def keys_of(server: ProviderServer) -> dict[str, dict[str, Any]]:
    """Return the keys of every simulated provider, as a deployment is told them."""
    return {
        "bridge": {
            "client_id": bridge.CLIENT_ID, "client_secret": bridge.CLIENT_SECRET,
            "webhook_secrets": [bridge.WEBHOOK_SECRET], "base_url": server.url,
        },
        "powens": {
            "client_id": powens.CLIENT_ID, "client_secret": powens.CLIENT_SECRET,
            "webhook_secrets": [powens.WEBHOOK_SECRET], "base_url": server.url,
            "domain": powens.DOMAIN, "webview_url": server.powens.webview_url,
        },
        "saltedge": {
            "app_id": saltedge.APP_ID, "secret": saltedge.SECRET, "base_url": server.url,
            "private_key": saltedge.private_pem("ours"),
            "webhook_keys": [saltedge.public_pem("theirs")], "has_sandboxes": True,
        },
        "ponto": {
            "client_id": ponto.CLIENT_ID, "client_secret": ponto.CLIENT_SECRET,
            "application_id": APPLICATION_ID, "base_url": server.url,
            "authorize_url": server.ponto.authorize_url,
        },
    }  # fmt: skip
