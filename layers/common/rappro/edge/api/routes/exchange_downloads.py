"""What a link in a mail leads to: books that were sent, for whoever has the link, until it ends.

The token is a parameter, as what logs requests writes down their paths.
"""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import StringConstraints

from rappro.edge.api.documented import ANY_QUERY, PUBLIC, documented, new_router
from rappro.edge.api.outside import PortsGiven, acting_for
from rappro.use_cases import exchange_downloads

router = new_router()
Token = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$"),
    Query(description="the link's secret (jeton)", examples=["x" * 43]),
]


def _open() -> dict[str, Any]:
    arguments = documented(
        "downloadSentBooks",
        "Download books by a mail's link",
        "Where the link in a mail leads (téléchargement de l'envoi): to the file, by a link of some"
        " minutes. 404 when it has ended, by its time or before, or was never there.",
        tag="exchange",
        answer="To the file",
        status=303,
    )
    arguments["openapi_extensions"] = {PUBLIC: True, ANY_QUERY: True}
    arguments["responses"][303]["content"] = {"text/html": {}}
    return arguments


@router.get("/exchange-downloads", **_open())
def download(ports: PortsGiven, token: Token) -> Response[str]:
    """Download."""
    route = exchange_downloads.route_of(ports, token)
    with acting_for(route.tenant):
        url = exchange_downloads.download(ports, route, token)
    headers = {"Location": url, "Referrer-Policy": "no-referrer"}
    return Response(303, "text/html; charset=utf-8", "", headers=headers)
