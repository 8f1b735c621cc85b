"""Runs the emulator inside its own environment, with the nine changes that the stack needs.

Started by emulator.py, never imported. The emulator's version is pinned; each change first checks
that what it changes is still there, so that an upgrade fails here and not in a test far away.
Three are about time: without two of them a call of a warm function takes 100 ms, with them 10; the
third keeps a page of a large partition from parsing one expression for every item there. The others
make it do what AWS documents, where our events and policies rest on it.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import os
import re
import signal
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from ministack.app import main as serve
from ministack.core import iam_actions, iam_evaluator
from ministack.core.lambda_runtime import ProvidedWorker, Worker
from ministack.services import dynamodb, eventbridge, s3

_LOG_WAIT_SECONDS = 0.004
_VARIABLE = re.compile(r"\$\{aws:PrincipalTag/([a-z-]+)\}")
_NO_TAG = "<no such tag>"
"""No key and no object is called so: what names a tag that the caller has not, matches nothing."""


def end_with_parent() -> None:
    """Stop this process when its parent is gone: the system then closes our standard input."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def send_small_answers_at_once() -> None:
    """Switch Nagle's algorithm off in the Runtime API, whose answers are two small writes.

    Together with delayed acknowledgement it costs 40 ms a call.
    """
    if socketserver.StreamRequestHandler.disable_nagle_algorithm:
        raise SystemExit("the change of Nagle's algorithm is no longer needed: remove it")
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def wait_less_for_logs() -> None:
    """Wait 4 ms, not 50, for a first log line after each call; a late one goes with the next."""
    drain = Worker._drain_stderr_bounded  # noqa: SLF001  # there is no setting for it
    defaults = {name: p.default for name, p in inspect.signature(drain).parameters.items()}
    if (
        defaults.get("first_line_wait") != 0.050
        or "_drain_stderr_bounded" in ProvidedWorker.__dict__
    ):
        raise SystemExit("the emulator's wait for logs has changed: look at it again")

    def shorter(
        self: Worker,
        first_line_wait: float = _LOG_WAIT_SECONDS,
        idle_confirm: float = _LOG_WAIT_SECONDS,
        hard_cap: float = 0.250,
    ) -> str:
        text: str = drain(self, first_line_wait, idle_confirm, hard_cap)
        return text

    Worker._drain_stderr_bounded = shorter  # noqa: SLF001  # there is no setting for it


def parse_each_expression_once() -> None:
    """Keep what an expression says: it is parsed anew for every item that it is compared with."""
    parse, check = dynamodb._tokenize, dynamodb._condition_syntax_error  # noqa: SLF001
    if hasattr(parse, "cache_info") or hasattr(check, "cache_info"):
        raise SystemExit("the emulator keeps what it parsed: remove the change")
    parsed = lru_cache(1_000)(lambda expression: tuple(parse(expression)))
    dynamodb._tokenize = lambda expression: list(parsed(expression))  # noqa: SLF001
    dynamodb._condition_syntax_error = lru_cache(1_000)(check)  # noqa: SLF001


def name_a_role_by_its_own_arn() -> None:
    """Give the condition key aws:PrincipalArn the ARN of the role, not of its session.

    So AWS documents it, and the inbox's policy tells the API's role from others by it.
    """
    resolve = iam_evaluator._resolve_condition_key  # noqa: SLF001  # there is no setting for it
    session = "arn:aws:sts::123456789012:assumed-role/name/session"
    sample = iam_evaluator.EvalContext(
        principal_arn=session, principal_type="AssumedRole", principal_account="123456789012",
        action="s3:PutObject", resource_arn="*", region="eu-west-3",
    )  # fmt: skip
    if resolve("aws:PrincipalArn", sample) != session:
        raise SystemExit("the emulator names roles otherwise now: look at the change again")

    def renamed(key: str, context: iam_evaluator.EvalContext) -> object:
        value = resolve(key, context)
        if key.lower() != "aws:principalarn":
            return value
        return re.sub(
            r"^arn:aws:sts::(\d+):assumed-role/([^/]+)/.*$", r"arn:aws:iam::\1:role/\2", value
        )

    iam_evaluator._resolve_condition_key = renamed  # noqa: SLF001  # there is no setting for it


def name_the_group_of_a_schedule() -> None:
    """Check the right to write a schedule against its own group, not always the default one."""
    resource_of = iam_actions.extract_resource_arn
    if "schedule/default/" not in inspect.getsource(resource_of):
        raise SystemExit("the emulator names schedules otherwise now: look at it again")

    def grouped(  # the emulator's own parameters
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *values: Any
    ) -> str:
        arn: str = resource_of(service, method, path, headers, body, *values)
        if service != "scheduler" or method not in {"POST", "PUT"}:
            return arn
        group = json.loads(body or b"{}").get("GroupName", "default")
        return arn.replace(":schedule/default/", f":schedule/{group}/")

    iam_actions.extract_resource_arn = grouped


def allow_a_batch_of_messages_by_the_right_to_send_one() -> None:
    """Check SendMessageBatch against sqs:SendMessage: AWS knows no right of the batch's name."""
    action_of = iam_actions.extract_iam_action
    headers = {"x-amz-target": "AmazonSQS.SendMessageBatch"}
    sent: tuple[Any, ...] = ("sqs", "POST", "/", headers, b"{}", {})
    if action_of(*sent) != "sqs:SendMessageBatch":
        raise SystemExit("the emulator names the right to send messages otherwise now: look again")

    def of_one(*values: Any) -> str | None:
        action: str | None = action_of(*values)
        return "sqs:SendMessage" if action == "sqs:SendMessageBatch" else action

    iam_actions.extract_iam_action = of_one


def name_the_version_in_object_events() -> None:
    """Put the version of an object into its EventBridge event, as S3 does for versioned buckets."""
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event  # noqa: SLF001  # no setting
    if "version-id" in inspect.getsource(fire):
        raise SystemExit("the emulator names the version of an object now: remove the change")
    if "_eb._dispatch_event(eb_event)" not in inspect.getsource(fire):
        raise SystemExit("the emulator sends object events otherwise now: look at it again")
    version: ContextVar[str | None] = ContextVar("version", default=None)

    def firing(*values: Any, version_id: str | None = None, **named: Any) -> None:
        token = version.set(version_id)
        try:
            fire(*values, version_id=version_id, **named)
        finally:
            version.reset(token)

    def dispatching(event: dict[str, Any], *values: Any) -> Any:
        if (of_object := version.get()) is not None and event["Source"] == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = of_object
            event = {**event, "Detail": json.dumps(detail)}
        return dispatch(event, *values)

    s3._fire_s3_event = firing  # noqa: SLF001  # no setting
    eventbridge._dispatch_event = dispatching  # noqa: SLF001  # no setting


def tell_the_leading_keys() -> None:
    """Give policies the condition key dynamodb:LeadingKeys: the partitions that a request names."""
    context_of = iam_actions.dynamodb_service_context
    if "LeadingKeys" in inspect.getsource(iam_actions):
        raise SystemExit("the emulator tells the leading keys now: remove the change")

    def telling(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = context_of(body)
        if keys := sorted(set(_leading_keys(json.loads(body or b"{}")))):
            context["dynamodb:LeadingKeys"] = keys
        return context

    iam_actions.dynamodb_service_context = telling


def _leading_keys(request: Any) -> Iterator[str]:
    """Yield what stands for `pk` in items and keys of a request, and what a query asks for."""
    match request:
        case {"KeyConditionExpression": str(said), "ExpressionAttributeValues": values}:
            yield values[said.split(" AND ")[0].split("=")[1].strip()]["S"]
        case {"pk": {"S": str(key)}}:
            yield key
        case dict():
            for part in request.values():
                yield from _leading_keys(part)
        case list():
            for part in request:
                yield from _leading_keys(part)


def fill_in_policy_variables() -> None:
    """Put the caller's tags where policies say `${aws:PrincipalTag/name}`; without, no match."""
    first = iam_evaluator._first_match  # noqa: SLF001  # there is no setting for it
    if "${" in inspect.getsource(iam_evaluator):
        raise SystemExit("the emulator knows variables of policies now: look at it again")

    def filled(text: str, context: iam_evaluator.EvalContext) -> str:
        return _VARIABLE.sub(
            lambda found: context.principal_keys.get(f"aws:principaltag/{found[1]}", _NO_TAG), text
        )

    def matching(
        context: iam_evaluator.EvalContext, statements: list[Any], effect: str
    ) -> Any | None:
        for statement in statements:
            known = dataclasses.replace(
                statement,
                resources=[filled(text, context) for text in statement.resources],
                conditions=json.loads(filled(json.dumps(statement.conditions), context)),
            )
            if first(context, [known], effect):
                return statement
        return None

    iam_evaluator._first_match = matching  # noqa: SLF001  # there is no setting for it


def main() -> None:
    """Apply the changes and serve until SIGTERM."""
    end_with_parent()
    send_small_answers_at_once()
    wait_less_for_logs()
    parse_each_expression_once()
    name_a_role_by_its_own_arn()
    name_the_group_of_a_schedule()
    allow_a_batch_of_messages_by_the_right_to_send_one()
    name_the_version_in_object_events()
    tell_the_leading_keys()
    fill_in_policy_variables()
    sys.argv = ["ministack"]
    serve()


if __name__ == "__main__":
    main()
