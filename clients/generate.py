"""Makes the Python client's models and operations from the OpenAPI document.

python -m clients.generate

The models are made by datamodel-code-generator; the operations, one method each, are written here,
as no generator gives plain keyword methods without a class and a file for each operation.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType
from datamodel_code_generator.format import Formatter, PythonVersion

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENT: Final = ROOT / "docs" / "openapi.json"
PACKAGE: Final = ROOT / "clients" / "python" / "rappro_client"

Document = dict[str, Any]
_METHODS: Final = ("get", "put", "post", "patch", "delete")
_SCALARS: Final = {
    "string": "str",
    "integer": "int",
    "boolean": "bool",
    "number": "float",
    "null": "None",
}
_DAYS: Final = {"date": "date | str", "date-time": "datetime | str"}
_UNSENT: Final = frozenset({"Accept-Language", "Accept-Encoding", "Idempotency-Key"})
"""Header parameters that the transport gives by itself (the key may be given: see below)."""
_MODELS_HEAD: Final = '"""Shapes of bodies and answers. Generated: python -m clients.generate."""'
_HEAD: Final = '''\
"""The operations of the API, one method each. Generated: python -m clients.generate."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from rappro_client import models
from rappro_client.transport import Transport, segment


class Operations(Transport):
    """Every operation. Path parameters first, then the body, the rest by keyword.

    `if_match` takes the ETag that a change starts from (see `Rappro.tagged`); `idempotency_key`
    replaces the key that every write is sent with. All raise ProblemError and NoAnswerError; one
    that is given `if_none_match` may raise NotModifiedError.
    """
'''


def main() -> None:
    """Write both modules."""
    document = json.loads(DOCUMENT.read_text())
    for name, text in made(document).items():
        (PACKAGE / name).write_text(text)


def made(document: Document) -> dict[str, str]:
    """Return the generated modules of a document, by file name."""
    return {"models.py": models(document), "operations.py": operations(document)}


def models(document: Document) -> str:
    """Return the module of TypedDicts, one a schema."""
    text = generate(
        json.dumps(_open_objects(document)),
        input_file_type=InputFileType.OpenAPI,
        output=None,
        output_model_type=DataModelType.TypingTypedDict,
        target_python_version=PythonVersion.PY_311,
        use_union_operator=True,
        use_schema_description=True,
        collapse_root_models=True,
        disable_timestamp=True,
        custom_file_header=_MODELS_HEAD,
        formatters=[Formatter.BUILTIN],
    )
    assert isinstance(text, str)
    return _formatted(text)


def _open_objects(node: Any) -> Any:
    """Return the document without `additionalProperties: false`, which Python 3.11 cannot say."""
    if isinstance(node, list):
        return [_open_objects(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _open_objects(value)
        for key, value in node.items()
        if not (key == "additionalProperties" and value is False)
    }


def operations(document: Document) -> str:
    """Return the module with one method an operation, by tag and name."""
    found = [
        _Operation(document, path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    text = "".join(f"\n{one.text()}" for one in sorted(found, key=lambda one: one.name))
    return _formatted(_head(text) + text)


def _head(text: str) -> str:
    """Return what stands before the methods; of `datetime`, what they use."""
    days = [name for name in ("date", "datetime") if f" {name} |" in text]
    imported = f"from datetime import {', '.join(days)}\n" if days else ""
    return _HEAD.replace("from datetime import date, datetime\n", imported)


def _formatted(text: str) -> str:
    """Return a module's text in the project's own format."""
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(  # noqa: S603 - the project's own tool, on text made here
        [ruff, "format", "-"], input=text, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


class _Operation:
    """One operation of the document, as a method."""

    def __init__(self, document: Document, path: str, method: str, said: Document) -> None:
        self._document = document
        self._path = path
        self._method = method.upper()
        self._said = said
        self.name = _snake(said["operationId"])

    def text(self) -> str:
        """Return the method's source."""
        signature = ", ".join(["self", *self._positional(), *self._keywords()])
        answer, returned = self._answer()
        lines = [
            f"def {self.name}({signature}) -> {answer}:",
            *_indented(_docstring(self._said["summary"], self._said.get("description", ""))),
            *_indented(self._call(returned)),
        ]
        return "\n".join(_indented(lines)) + "\n"

    def _parameters(self, place: str) -> Iterator[Document]:
        for parameter in self._said.get("parameters", ()):
            known = parameter
            if "$ref" in parameter:
                known = _at(self._document, parameter["$ref"])
            if known["in"] == place and known["name"] not in _UNSENT:
                yield known

    def _positional(self) -> list[str]:
        paths = [f"{_name(one['name'])}: {self._type(one)}" for one in self._parameters("path")]
        body = self._body()
        return paths if body is None else [*paths, f"body: {body}"]

    def _keywords(self) -> list[str]:
        queries = [
            f"{_name(one['name'])}: {self._type(one)}"
            + ("" if one.get("required") else " | None = None")
            for one in sorted(
                self._parameters("query"), key=lambda one: not one.get("required", False)
            )
        ]
        headers = [
            f"{_name(one['name'])}: {self._header_type(one)} | None = None"
            for one in self._parameters("header")
        ]
        if self._method != "GET":
            headers.append("idempotency_key: str | None = None")
        return ["*", *queries, *headers] if queries or headers else []

    def _body(self) -> str | None:
        content = self._said.get("requestBody", {}).get("content", {})
        if not content:
            return None
        schema = content.get("application/json", {}).get("schema")
        return "bytes" if schema is None else self._schema(schema)

    def _answer(self) -> tuple[str, str]:
        """Return the type of the answer and what is returned of it."""
        for status, response in self._said["responses"].items():
            content = response.get("content", {})
            if not status.startswith("2") or not content:
                continue
            schema = content.get("application/json", {}).get("schema")
            if schema is None:
                return "bytes", ".content"
            others = {
                self._schema(one["content"]["application/json"]["schema"])
                for code, one in self._said["responses"].items()
                if code.startswith("2") and "application/json" in one.get("content", {})
            }
            return " | ".join(sorted(others)), ".body"
        return "None", ""

    def _call(self, returned: str) -> list[str]:
        path = re.sub(
            r"\{([^}]+)\}", lambda found: "{segment(" + _name(found[1]) + ")}", self._path
        )
        parts = [f'"{self._method}"', f'f"{path}"' if "{" in path else f'"{path}"']
        queries = [f'"{one["name"]}": {_name(one["name"])}' for one in self._parameters("query")]
        headers = [f'"{one["name"]}": {_name(one["name"])}' for one in self._parameters("header")]
        if self._method != "GET":
            headers.append('"Idempotency-Key": idempotency_key')
        if queries:
            parts.append("query={" + ", ".join(queries) + "}")
        if headers:
            parts.append("headers={" + ", ".join(headers) + "}")
        body = self._body()
        if body is not None:
            parts.append("content=body" if body == "bytes" else "json=body")
        call = "self.answer(" + ", ".join(parts) + ")"
        if not returned:
            return [call]
        if returned == ".content":
            return [f"return {call}.content"]
        return [f"found: {self._answer()[0]} = {call}.body", "return found"]

    def _header_type(self, parameter: Document) -> str:
        return self._type(parameter).removesuffix(" | None")

    def _type(self, parameter: Document) -> str:
        return self._schema(parameter["schema"])

    def _schema(self, schema: Document) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            target = _at(self._document, schema["$ref"])
            return _literal(target) if "enum" in target else f"models.{name}"
        if "enum" in schema:
            return _literal(schema)
        if "anyOf" in schema:
            return " | ".join(dict.fromkeys(self._schema(one) for one in schema["anyOf"]))
        if schema.get("type") == "array":
            return f"list[{self._schema(schema['items'])}]"
        return _DAYS.get(schema.get("format", "")) or _SCALARS[schema.get("type", "string")]


def _at(document: Document, pointer: str) -> Document:
    found: Document = document
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step]
    return found


def _literal(schema: Document) -> str:
    return "Literal[" + ", ".join(json.dumps(value) for value in schema["enum"]) + "]"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _name(name: str) -> str:
    plain = re.sub(r"\W", "_", _snake(name))
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _docstring(summary: str, description: str) -> list[str]:
    said = f"{summary}."
    body = textwrap.wrap(description, 92)
    if not body:
        return [f'"""{said}"""']
    return [f'"""{said}', "", *body, '"""']


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else line for line in lines]


if __name__ == "__main__":
    main()
