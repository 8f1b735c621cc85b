"""What comes from outside without a token: providers' webhooks, users who come back from a bank.

Who sends it is proven by a signature, or by a nonce that we gave out; whose it is, our own routes
say (use_cases/feed_hooks.py, feed_linking.py). Nothing else leads to a tenant here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from html import escape
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import StringConstraints

from rappro.domain.connectors import WebhookRequest
from rappro.domain.errors import InvalidRequest, TooLarge
from rappro.edge.api.documented import ANY_QUERY, PUBLIC, documented, new_router
from rappro.edge.api.negotiation import headers_of, wishes_of
from rappro.edge.api.outside import PortsGiven, acting_for
from rappro.ports import Ports
from rappro.use_cases import feed_hooks, feed_linking

router = new_router()
_HTML: Final = "text/html; charset=utf-8"
_PAGE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer",
}  # fmt: skip
QUERY_CHARS_MAX: Final = 8_000
_CALLBACKS: Final = "provider-callbacks/"
_HOOKS: Final = "provider-webhooks/"
_WORDS: Final = {
    ("fr", True): "Votre banque est connectée. Vous pouvez fermer cette page.",
    ("fr", False): "Votre banque n'est pas connectée. Demandez un nouveau lien.",
    ("en", True): "Your bank is connected. You may close this page.",
    ("en", False): "Your bank is not connected. Ask for a new link.",
}
ProviderPath = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,20}$"),
    Path(description="the provider (agrégateur)", examples=["bridge"]),
]


def _open(words: dict[str, Any], statuses: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    """Return the arguments of a route that anybody may call, whatever parameters are sent."""
    said = {PUBLIC: True, ANY_QUERY: True}
    return {**words, "responses": {**words["responses"], **statuses}, "openapi_extensions": said}


@router.post(
    "/provider-webhooks/<provider>",
    **_open(
        documented(
            "receiveProviderWebhook",
            "Take in a provider's webhook",
            "For the own servers of providers (agrégateurs). The signature over the bytes is"
            " verified; what is known of it asks for a synchronisation. Of anything else nothing is"
            " told. 256 KB at most.",
            tag="feeds",
            answer="It is taken in",
            status=204,
            may_exceed=True,
        ),
        {},
    ),
)
def receive_webhook(ports: PortsGiven, provider: ProviderPath) -> Response[None]:
    """Take in a webhook."""
    event = router.current_event.raw_event
    request = WebhookRequest(
        "POST", _hook_url(ports, provider), headers_of(event), _body(event), ports.clock.now()
    )
    for routed in feed_hooks.verified(ports, provider, request):
        with acting_for(routed.route.tenant):
            feed_hooks.pass_on(ports, routed)
    return Response(204)


@router.get(
    "/provider-callbacks/<provider>",
    **_open(
        documented(
            "returnFromProvider",
            "Come back from a provider's page",
            "Where the browser is sent after a bank was connected (retour de la banque). What it"
            " brings is a hint: the provider is asked. A link works once.",
            tag="feeds",
            answer="A page that says how it went, when no page asked for the link",
            may_conflict=True,
            asks_provider=True,
        ),
        {
            200: {"description": "A page that says how it went, when none asked for the link",
                  "content": {"text/html": {}}},
            303: {"description": "Back to the page that asked for the link",
                  "content": {"text/html": {}}},
        },
    ),
)  # fmt: skip
def come_back(ports: PortsGiven, provider: ProviderPath) -> Response[str]:
    """Come back."""
    event = router.current_event.raw_event
    route, hint = feed_linking.route_of(ports, provider, _query(event))
    with acting_for(route.tenant):
        back = feed_linking.come_back(ports, provider, route, hint)
    if back.location is not None:
        return Response(303, _HTML, "", headers={**_PAGE_HEADERS, "Location": back.location})
    language = wishes_of(headers_of(event)).language
    words = _WORDS[language, back.is_success]
    page = f'<!doctype html><html lang="{language}"><title>Rappro</title><p>{escape(words)}</p>'
    return Response(200, _HTML, page, headers=_PAGE_HEADERS)


def _hook_url(ports: Ports, provider: str) -> str:
    """Return the URL as it is registered at the provider: some sign it, whatever a proxy says."""
    return f"{ports.providers.callback_url.removesuffix(_CALLBACKS)}{_HOOKS}{provider}"


def _body(event: Mapping[str, Any]) -> bytes:
    """Return the bytes as they came. Raises TooLarge before anything is made of them."""
    body = event.get("body") or ""
    if len(body) > 2 * feed_hooks.BODY_BYTES_MAX:
        raise TooLarge(f"a webhook of more than {feed_hooks.BODY_BYTES_MAX} bytes")
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("not base64") from None


def _query(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters, the first of each name. Raises InvalidRequest for too many."""
    text = str(event.get("rawQueryString") or "")
    if len(text) > QUERY_CHARS_MAX:
        raise InvalidRequest("a query of no provider")
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found.setdefault(name, value)
    return found
