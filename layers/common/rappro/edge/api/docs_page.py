"""The documentation as one small page: no script, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

_STYLE: Final = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
pre,code{font:.875rem/1.5 ui-monospace,monospace}
h2{margin:2rem 0 .25rem}
details{border-top:1px solid #8886;padding:.5rem 0}
summary{cursor:pointer}
table{border-collapse:collapse}
td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}
pre{overflow:auto}
"""


def docs_page(document: Mapping[str, Any]) -> str:
    """Return the HTML page of an OpenAPI document: its operations by tag."""
    info = document["info"]
    sections = "".join(_section(document, tag) for tag in document["tags"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"<pre>{escape(info['description'])}</pre>"
        '<p>The whole document: <a href="openapi.json">openapi.json</a></p>'
        f"{sections}</body></html>"
    )


def _section(document: Mapping[str, Any], tag: Mapping[str, Any]) -> str:
    operations = "".join(
        _operation(document, f"{method} {path}", operation)
        for path, method, operation in operations_of(document)
        if tag["name"] in operation["tags"]
    )
    words = f"<p>{escape(tag['description'])}</p>"
    return f"<section><h2>{escape(tag['name'])}</h2>{words}{operations}</section>"


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation of everything the document offers, in its order."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _operation(document: Mapping[str, Any], route: str, operation: Mapping[str, Any]) -> str:
    parameters = "".join(_parameter(one) for one in operation.get("parameters", ()))
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(_words(document, answer))}</td></tr>"
        for status, answer in sorted(operation["responses"].items())
    )
    return (
        f"<details><summary><code>{escape(route)}</code> "
        f"{escape(operation['summary'])}</summary><p>{escape(operation['description'])}</p>"
        f"{f'<table>{parameters}</table>' if parameters else ''}{_body(operation)}"
        f"<table><tr><th>Status</th><th>Answer</th></tr>{answers}</table></details>"
    )


def _words(document: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
    """Return an answer's description, its own or that of the shared one it refers to."""
    name = answer.get("$ref", "").rpartition("/")[2]
    shared: Mapping[str, Any] = document["components"]["responses"].get(name, {})
    return str({**answer, **shared}["description"])


def _parameter(parameter: Mapping[str, Any]) -> str:
    place = parameter["in"] + (", required" if parameter["required"] else "")
    words = parameter.get("description", "")
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(place)}</td>"
        f"<td>{escape(words)}</td></tr>"
    )


def _body(operation: Mapping[str, Any]) -> str:
    if "requestBody" not in operation:
        return ""
    ((media_type, shape),) = operation["requestBody"]["content"].items()
    name = shape["schema"].get("$ref", media_type).rpartition("/schemas/")[2]
    return f"<p>Body: <code>{escape(name)}</code></p>"
