"""The Python client is the one of the published document of the API."""

from __future__ import annotations

import json

import pytest

from clients.generate import DOCUMENT, PACKAGE, made


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    return made(json.loads(DOCUMENT.read_text("utf-8")))


@pytest.mark.parametrize("name", ["models.py", "operations.py"])
def test_the_client_is_what_the_document_makes(generated: dict[str, str], name: str) -> None:
    assert set(generated) == {"models.py", "operations.py"}
    committed = (PACKAGE / name).read_text("utf-8")
    assert generated[name] == committed, f"{name} is of an older document: run `make client`"
