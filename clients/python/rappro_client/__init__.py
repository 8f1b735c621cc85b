"""The Rappro API from Python.

    from rappro_client import Rappro

    with Rappro("https://api.example.com", token=get_token) as rappro:
        for statement in rappro.every(rappro.list_statements, "acme", status="matched"):
            rappro.validate("acme", statement["id"])

One method an operation, in `operations`; shapes of bodies and answers are TypedDicts in `models`.
Both are made from the OpenAPI document (python -m clients.generate).
"""

from rappro_client import models
from rappro_client.client import Rappro
from rappro_client.errors import (
    NoAnswerError,
    NotModifiedError,
    ProblemError,
    RapproClientError,
    TaskFailedError,
    TooLongError,
)
from rappro_client.shapes import Page, Uploaded
from rappro_client.transport import Answer, Retries

__all__ = [
    "Answer",
    "NoAnswerError",
    "NotModifiedError",
    "Page",
    "ProblemError",
    "Rappro",
    "RapproClientError",
    "Retries",
    "TaskFailedError",
    "TooLongError",
    "Uploaded",
    "models",
]
