"""A tenant's client: real HTTP API events in, every answer held against the OpenAPI document."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jsonschema import Draft202012Validator

from rappro.adapters.memory import MemoryReplies
from rappro.domain.access import TENANT_KEY, Tenant
from rappro.domain.ids import TenantId
from rappro.edge.api.app import handle, whole
from rappro.edge.api.guards import Guards
from rappro.edge.api.openapi import document
from rappro.ports import Ports
from rappro.use_cases.companies import COMMON

Json = dict[str, Any]
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that kept to the document."""

    status: int
    headers: Mapping[str, str]
    text: str
    content: bytes = b""  # of a file that is no text; `text` then shows it byte by byte

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def problem(self) -> str:
        """The code of the problem that came back."""
        assert self.headers["Content-Type"] == PROBLEM
        prefix, code = self.body["type"].rsplit(":", 1)
        assert prefix == "urn:rappro:problem"
        assert self.body["status"] == self.status
        return str(code)

    @property
    def pointers(self) -> list[str]:
        """Which fields the problem names."""
        return [field["pointer"] for field in self.body["errors"]]


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody of a tenant; without claims, nobody."""

    ports: Ports
    tenant: str | None
    user: str = "user-1"
    claims: Mapping[str, Any] = field(default_factory=dict)
    is_administrator: bool = True
    guards: Guards = field(default_factory=lambda: Guards(replies=MemoryReplies()))

    def __post_init__(self) -> None:
        if self.is_administrator and self.tenant is not None:
            administer(self.ports, self.tenant, self.user)

    def get(self, path: str, **query: str | int) -> Answer:
        return self.send("GET", path, query=query)

    def put(self, path: str, body: Json) -> Answer:
        return self.send("PUT", path, body=json.dumps(body))

    def patch(self, path: str, body: Json) -> Answer:
        return self.send("PATCH", path, body=json.dumps(body))

    def post(self, path: str, body: Json | None = None) -> Answer:
        return self.send("POST", path, body=None if body is None else json.dumps(body))

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; bytes go as base64, as API Gateway does with what is not text.

        A path may have a query of its own. Without a content type it is the documented one.
        """
        path, _, asked = path.partition("?")
        sent = {"content-type": body_type(method, path), **(headers or {})}
        wanted = {**dict(parse_qsl(asked)), **(query or {})}
        event = self.event(method, path, query=wanted, body=body, headers=sent)
        context = SimpleNamespace(function_name="api", aws_request_id="1")
        raw = handle(json.loads(json.dumps(event)), context, self.ports, self.guards)
        json.dumps(raw)  # Lambda serialises it
        is_packed = raw["headers"].get("Content-Encoding") == "gzip"
        is_text = raw["headers"].get("Content-Type") != "application/pdf"
        assert raw["isBase64Encoded"] is (is_packed or not is_text)
        content = raw["body"].encode()
        if raw["isBase64Encoded"]:
            content = base64.b64decode(raw["body"], validate=True)
        content = gzip.decompress(content) if is_packed else content
        text = content.decode("utf-8" if is_text else "latin-1")
        answer = Answer(raw["statusCode"], raw["headers"], text, content)
        assert answer.headers["Cache-Control"] == "no-store"
        keeps_to_document(method, path, answer)
        return answer

    def event(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int],
        body: str | bytes | None,
        headers: Mapping[str, str],
    ) -> Json:
        """Return the event that API Gateway makes of a request (HTTP API, payload 2.0)."""
        is_binary = isinstance(body, bytes)
        sent = base64.b64encode(body).decode() if isinstance(body, bytes) else body
        context: Json = {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "domainName": "a1b2c3d4e5.execute-api.eu-west-3.amazonaws.com",
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Feb/2025:08:30:00 +0000",
            "timeEpoch": 1738398600000,
        }
        claims = dict(self.claims)
        if self.tenant is not None:
            claims = {"tenant_id": self.tenant, "sub": self.user, **claims}
        if claims:
            context["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
        event: Json = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": urlencode(query),
            "headers": {"content-type": "application/json", "host": "api", **headers},
            "requestContext": context,
            "isBase64Encoded": is_binary,
        }
        if query:
            event["queryStringParameters"] = {name: str(value) for name, value in query.items()}
        if sent is not None:
            event["body"] = sent
        return event


def administer(ports: Ports, tenant: str, user: str) -> None:
    """Let somebody do everything in a tenant, if it has a name that a tenant can have."""
    if _TENANT.fullmatch(tenant) is None:
        return
    owner = TenantId(tenant)
    before = ports.store.get(owner, COMMON, Tenant, TENANT_KEY)
    known = () if before is None else before.administrators
    if user not in known:
        ports.store.load(owner, COMMON, [Tenant(tuple(sorted({*known, user})))])


@cache
def the_document() -> Json:
    """The OpenAPI document of the code as it is."""
    return document(whole())


@cache
def _operations() -> list[tuple[str, re.Pattern[str], Json]]:
    found = []
    for path, methods in the_document()["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        found += [(method.upper(), pattern, operation) for method, operation in methods.items()]
    return found


@cache
def _validator(reference: str) -> Draft202012Validator:
    schema = {"$ref": reference, "components": the_document()["components"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def body_type(method: str, path: str) -> str:
    """Return the media type of the body that an operation takes; JSON where it takes none."""
    for verb, rule, operation in _operations():
        if verb == method and rule.fullmatch(path) and "requestBody" in operation:
            (media_type,) = operation["requestBody"]["content"]
            return str(media_type)
    return "application/json"


def keeps_to_document(method: str, path: str, answer: Answer) -> None:
    """Assert that the answer's status, media type and body are the documented ones."""
    operation = next(
        (one for verb, rule, one in _operations() if verb == method and rule.fullmatch(path)), None
    )
    if answer.status in {204, 304} and operation is not None:
        assert "content" not in operation["responses"][str(answer.status)]
        assert not answer.text
        return
    media_type = answer.headers["Content-Type"].split(";")[0]
    if operation is None:
        assert answer.status in {401, 404, 405}
        assert media_type == PROBLEM
        _validator("#/components/schemas/Problem").validate(answer.body)
        return
    documented = operation["responses"]
    assert str(answer.status) in documented, (answer.status, answer.text)
    response = documented[str(answer.status)]
    if "$ref" in response:
        response = the_document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    assert media_type in response["content"]
    schema = response["content"][media_type].get("schema")
    if schema is not None:
        _validator(schema["$ref"]).validate(answer.body)
