"""The verification that docs/webhooks.md gives to receivers: what we send passes, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rappro.adapters.webhooks import sender
from rappro.domain.webhooks import ATTEMPTS_MAX, OffReason, body_of, headers_of, shown_secret

from .conftest import event

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")
KEY, OTHER = b"k" * 32, b"o" * 32


def recipe() -> Callable[[str, dict[str, str], bytes], bool]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict[str, Any] = {}
    exec(compile(code, "docs/webhooks.md", "exec"), found)
    is_genuine: Callable[[str, dict[str, str], bytes], bool] = found["is_genuine"]
    return is_genuine


def test_what_we_send_is_genuine_with_either_secret_of_a_rotation() -> None:
    body, now = body_of(event(data={"label": "été"})), datetime.now(UTC)
    headers = headers_of(event(), body, [KEY, OTHER], now)

    for key in (KEY, OTHER):
        assert recipe()(shown_secret(key), headers, body)
    assert not recipe()(shown_secret(b"x" * 32), headers, body)


def test_what_is_changed_old_or_of_the_future_is_not() -> None:
    body, now, hour = body_of(event()), datetime.now(UTC), timedelta(hours=1)
    headers = headers_of(event(), body, [KEY], now)
    secret, is_genuine = shown_secret(KEY), recipe()

    assert not is_genuine(secret, headers, body + b" ")
    assert not is_genuine(secret, {**headers, "webhook-id": "au_2-match-confirmed"}, body)
    assert not is_genuine(secret, {**headers, "webhook-signature": "v1,"}, body)
    assert not is_genuine(secret, {**headers, "webhook-timestamp": "now"}, body)
    for at in (now - hour, now + hour):
        assert not is_genuine(secret, headers_of(event(), body, [KEY], at), body)


def test_the_page_names_every_error_and_every_reason_that_there_is() -> None:
    codes = {code for _, code in sender._CODES} | {sender._ANY}

    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []
    assert [one.value for one in OffReason if f"`{one.value}`" not in PAGE] == []
    assert ATTEMPTS_MAX == 10
    assert "tenth attempt" in PAGE
