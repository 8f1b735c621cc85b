"""Lets the contract tests run on a DynamoDB Local that takes ten actions in a transaction.

DynamoDB takes a hundred since 2022; the release that can be installed is older. A larger one
is checked whole, by the database itself, and then applied in parts, while nobody else reads or
writes. So the database judges every condition and expression; that a large transaction is applied
whole, it judges only up to ten actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition
from typing import Any, Final

ACTIONS_MAX: Final = 10
_OF_A_CHECK: Final = (
    "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"
)  # fmt: skip


class TenAtOnce:
    """A client of DynamoDB, with `transact_write_items` for any number of actions."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._others = _SharedOrAlone()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._shared(found) if callable(found) else found

    def _shared(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def shared(*arguments: Any, **named: Any) -> Any:
            with self._others.shared():
                return call(*arguments, **named)

        return shared

    def transact_write_items(self, *, TransactItems: Sequence[Any]) -> Any:  # noqa: N803 - the client's own name
        send = self._client.transact_write_items
        if len(TransactItems) <= ACTIONS_MAX:
            with self._others.shared():
                return send(TransactItems=TransactItems)
        with self._others.alone():
            checks = [check for action in TransactItems for check in _checks(action)]
            for part in _parts(checks):
                send(TransactItems=part)
            return [send(TransactItems=part) for part in _parts(TransactItems)][-1]


class _SharedOrAlone:
    """Many at once, or one alone; whoever wants to be alone waits for the others to end."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._sharing = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._changed:
            self._sharing += 1
        try:
            yield
        finally:
            with self._changed:
                self._sharing -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._changed:  # held until the end: nobody else starts meanwhile
            self._changed.wait_for(lambda: self._sharing == 0)
            yield


def _checks(action: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an action's condition alone, if it has one."""
    for what in action.values():
        if "ConditionExpression" in what:
            of_key = what.get("Key") or {name: what["Item"][name] for name in ("pk", "sk")}
            said = {name: what[name] for name in _OF_A_CHECK if name in what}
            yield {"ConditionCheck": {"TableName": what["TableName"], "Key": of_key, **said}}


def _parts(actions: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (actions[start : start + ACTIONS_MAX] for start in range(0, len(actions), ACTIONS_MAX))
