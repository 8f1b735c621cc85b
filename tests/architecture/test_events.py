"""The sample events, for `sam local invoke`, are of the shapes that the handlers accept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import ValidationError

from rappro.edge.events import (
    ChunkInput,
    FailureInput,
    ObjectCreated,
    ParcelMessage,
    PublishedEvent,
    StepInput,
    StoringFailedInput,
    StoringInput,
    SyncMessage,
    WorkInput,
)
from tests.architecture.source import ROOT, function_files


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
    return event


def test_every_function_has_one_sample_event() -> None:
    samples = sorted(p.stem for p in (ROOT / "events").glob("*.json"))

    assert samples == sorted(p.parent.name for p in function_files())


def test_a_dropped_object_keeps_its_key_unquoted_and_its_version() -> None:
    drop = ObjectCreated.model_validate(sample("import_statement")).drop()

    assert drop == {
        "object_key": "cabinet-durand/boulangerie-martin/BQ1/relevé mars 2026.xml",
        "object_version": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
        "size_bytes": 48213,
    }


def test_a_drop_without_a_version_is_refused() -> None:
    event = sample("import_statement")
    del event["detail"]["object"]["version-id"]

    with pytest.raises(ValidationError, match="version-id"):
        ObjectCreated.model_validate(event)


@pytest.mark.parametrize("step", ["match", "resolve_tiers", "post_entries"])
def test_a_step_gets_the_names_of_its_run_and_nothing_else(step: str) -> None:
    event = sample(step)

    request = StepInput.model_validate(event).request()

    assert request == {name: event[name] for name in event if name != "conflicts"}


def test_a_step_refuses_a_field_that_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="lines"):
        StepInput.model_validate({**sample("match"), "lines": []})


def test_a_failed_run_says_which_error_it_met() -> None:
    event = FailureInput.model_validate(sample("fail_run"))

    assert event.failure.error == "StatementReadOnly"
    assert json.loads(event.failure.cause)["errorType"] == "StatementReadOnly"


def test_a_step_of_a_large_import_gets_the_names_of_its_import_and_its_chunk() -> None:
    chunk, end = sample("store_chunk"), sample("finish_import")

    step = ChunkInput.model_validate(chunk)

    assert {**step.request(), "chunk": step.chunk} == chunk
    assert StoringInput.model_validate(end).request() == step.request()


def test_a_failed_large_import_says_which_error_it_met() -> None:
    event = StoringFailedInput.model_validate(sample("fail_import"))

    assert event.failure.error == "States.ExceedToleratedFailureThreshold"


def test_a_long_work_is_named_by_its_task_and_says_what_its_machine_gave_up() -> None:
    event = sample("work")
    failure = {"Error": "LeaseHeld", "Cause": "{}"}

    assert WorkInput.model_validate(event).request() == {**event, "failure": None}
    given_up = WorkInput.model_validate({**event, "failure": failure})
    assert given_up.request() == {**event, "failure": "LeaseHeld"}


def test_a_synchronisation_names_one_connection_a_message() -> None:
    records = sample("sync_aggregator")["Records"]

    messages = [SyncMessage.model_validate_json(record["body"]) for record in records]

    assert [m.connection_id for m in messages] == ["cn_orsxg5bamnxw43tfmn2gs33o"]


def test_a_published_event_reaches_a_webhook_as_it_was_published() -> None:
    (published,) = sample("fan_out_webhooks")["Records"]
    (message,) = sample("deliver_webhooks")["Records"]

    found = PublishedEvent.model_validate_json(published["body"])
    parcel = ParcelMessage.model_validate_json(message["body"]).parcel()

    assert found.event == json.loads(published["body"])["detail"] == parcel.event
    assert (found.tenant, parcel.webhook, parcel.number) == ("cabinet-durand", "erp", 1)


def test_a_request_names_its_tenant_in_verified_claims() -> None:
    event = APIGatewayProxyEventV2(sample("api"))

    authorizer = event.request_context.authorizer
    assert authorizer is not None
    assert authorizer.jwt_claim == {
        "iss": "https://issuer.example",
        "aud": "rappro",
        "sub": "accountant",
        "tenant_id": "cabinet-durand",
        "exp": "1774940400",
    }
