"""What the functions behind the states do: the use cases that the handlers call, with their input.

The inputs are held against the shapes of `edge/events.py`, as the handlers hold them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rappro.edge.events import (
    ChunkInput,
    FailureInput,
    StepInput,
    StoringFailedInput,
    StoringInput,
)
from rappro.ports import Ports
from rappro.use_cases import chunks, finish_import, gathering, post_run, run_steps
from rappro.use_cases.chunks import StoringRequest
from rappro.use_cases.run_requests import RunRequest

Json = dict[str, Any]


def _match(ports: Ports, event: Json) -> Json:
    step = StepInput.model_validate(event)
    batches = gathering.gather(ports, RunRequest(**step.request()), step.batch)
    return {"batches": list(batches)}


def _resolve(ports: Ports, event: Json) -> Json:
    step = StepInput.model_validate(event)
    run_steps.decide(ports, RunRequest(**step.request()), step.batches)
    return {"run_id": step.run_id}


def _post(ports: Ports, event: Json) -> Json:
    step = StepInput.model_validate(event)
    post_run.post(ports, RunRequest(**step.request()))
    return {"run_id": step.run_id}


def _fail_run(ports: Ports, event: Json) -> Json:
    step = FailureInput.model_validate(event)
    request = RunRequest(**step.request())
    run_steps.fail(ports, request, error=step.failure.error, cause=step.failure.cause)
    return {"run_id": step.run_id}


def _store_chunk(ports: Ports, event: Json) -> Json:
    step = ChunkInput.model_validate(event)
    chunks.store_chunk(ports, StoringRequest(**step.request()), step.chunk)
    return {"import_id": step.import_id}


def _finish_import(ports: Ports, event: Json) -> Json:
    step = StoringInput.model_validate(event)
    finish_import.finish(ports, StoringRequest(**step.request()))
    return {"import_id": step.import_id}


def _fail_import(ports: Ports, event: Json) -> Json:
    step = StoringFailedInput.model_validate(event)
    finish_import.fail(ports, StoringRequest(**step.request()), error=step.failure.error)
    return {"import_id": step.import_id}


STEPS: Final[dict[str, dict[str, Callable[[Ports, Json], Json]]]] = {
    "reconcile": {
        "Match": _match, "ResolveTiers": _resolve, "PostEntries": _post, "FailRun": _fail_run,
    },
    "import": {
        "StoreChunk": _store_chunk, "FinishImport": _finish_import, "FailImport": _fail_import,
    },
}  # fmt: skip
