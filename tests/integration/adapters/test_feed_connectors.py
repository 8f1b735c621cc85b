"""Which providers a deployment has: by one secret, read late, and again after a while."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import Stubber

from devstack.providers.makers import SIMULATED, keys_of
from devstack.providers.server import ProviderServer
from rappro.adapters.feed_connectors import READ_AGAIN, KeyedConnectors
from rappro.domain.errors import StoreUnavailable

NOW = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)
BRIDGE = {"client_id": "c", "client_secret": "hush", "webhook_secrets": ["w"]}


class Kept:
    """A secret that can change, and what reads it at a time that can pass."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "secretsmanager", region_name="eu-west-3", aws_access_key_id="x",
            aws_secret_access_key="test",
        )  # fmt: skip
        self.stub = Stubber(self.client)
        self.stub.activate()
        self.now = NOW
        self.connectors = KeyedConnectors(lambda: self.client, "keys", lambda: self.now)

    def holds(self, text: str) -> None:
        """Answer one reading."""
        said = {"ARN": "arn:aws:secretsmanager:eu-west-3:1:secret:keys", "SecretString": text}
        self.stub.add_response("get_secret_value", said, {"SecretId": "keys"})

    def refuses(self, code: str) -> None:
        """Refuse one reading."""
        self.stub.add_client_error("get_secret_value", code)


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_every_provider_is_made_of_its_keys(kept: Kept) -> None:
    with ProviderServer() as server:
        kept.holds(json.dumps(keys_of(server)))

        assert sorted(kept.connectors.names()) == sorted(SIMULATED)
        for name in SIMULATED:
            found = kept.connectors.get(name)
            assert found is not None
            assert found.provider == name
            assert kept.connectors.get(name) is found


@pytest.mark.parametrize("text", ["{}", '{"swift": {}}', '{"bridge": "x"}'])
def test_a_provider_without_keys_is_absent(kept: Kept, text: str) -> None:
    kept.holds(text)

    assert kept.connectors.get("bridge") is None
    assert kept.connectors.get("swift") is None


def test_a_secret_that_is_not_there_says_that_there_are_none(kept: Kept) -> None:
    kept.refuses("ResourceNotFoundException")

    assert kept.connectors.names() == []


def test_keys_are_read_again_after_a_while(kept: Kept) -> None:
    kept.holds(json.dumps({"bridge": BRIDGE}))
    first = kept.connectors.get("bridge")
    kept.now += READ_AGAIN - timedelta(seconds=1)
    assert kept.connectors.get("bridge") is first

    kept.now += timedelta(seconds=1)
    kept.holds(json.dumps({"bridge": {**BRIDGE, "client_secret": "new"}}))
    second = kept.connectors.get("bridge")
    assert second is not first

    kept.now += READ_AGAIN
    kept.refuses("InternalServiceError")
    assert kept.connectors.get("bridge") is second


NOT_A_LIST = '{"bridge": {"client_id": 1, "client_secret": "hush", "webhook_secrets": "hush"}}'


@pytest.mark.parametrize("text", ["hush", "[]", '{"bridge": {"client_id": "hush"}}', NOT_A_LIST])
def test_keys_that_cannot_be_read_are_never_quoted(kept: Kept, text: str) -> None:
    kept.holds(text)

    with pytest.raises(StoreUnavailable) as refused:
        kept.connectors.get("bridge")

    assert "hush" not in repr(refused.value)


def test_the_keys_stay_out_of_what_a_connector_shows(kept: Kept) -> None:
    kept.holds(json.dumps({"bridge": BRIDGE}))

    assert "hush" not in repr(kept.connectors.get("bridge"))
    assert "hush" not in repr(kept.connectors)
