"""Deliveries: each webhook by itself, again after a failure, given up at last, never in silence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.events import EventType, events_of
from rappro.domain.ids import CompanyId
from rappro.domain.webhooks import (
    ATTEMPTS_MAX,
    PING,
    Answer,
    DeliveryState,
    OffReason,
    Parcel,
    next_attempt,
)
from rappro.use_cases.companies import COMMON
from rappro.use_cases.webhook_replays import ping

from .conftest import DOWN, NOW, OK, TENANT, Desk, event

DAY = timedelta(days=1)


def test_an_event_goes_to_each_webhook_that_wants_it(desk: Desk) -> None:
    desk.save("all")
    desk.save("this", companies=(CompanyId("acme"),), types=(EventType.MATCH_CONFIRMED,))
    desk.save("another-company", companies=(CompanyId("other"),))
    desk.save("another-type", types=(EventType.STATEMENT_VALIDATED,))
    desk.save("off", is_on=False)

    assert desk.publish() == 2
    assert [(p.webhook, p.event, p.number, at) for p, at in desk.take()] == [
        ("all", event(), 1, None), ("this", event(), 1, None),
    ]  # fmt: skip


def test_a_tenant_without_webhooks_costs_no_message(desk: Desk) -> None:
    assert desk.publish() == 0
    assert desk.take() == []


def test_a_delivery_that_succeeds_is_told_and_over(desk: Desk) -> None:
    desk.save()
    desk.publish()

    assert desk.work_off() == [DeliveryState.DELIVERED]
    ((url, headers, body),) = desk.sender.sent
    assert url == "https://erp.client.fr/"
    assert json.loads(body) == event()
    assert headers["webhook-id"] == "au_1-match-confirmed"
    assert headers["webhook-event-type"] == "match.confirmed"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    (kept,) = desk.log()
    assert (kept.state, kept.delivered_at, kept.next_attempt_at) == ("delivered", NOW, None)
    assert [(a.number, a.status, a.start) for a in kept.attempts] == [(1, 200, "ok")]


@pytest.mark.parametrize("status", [199, 300, 302, 400, 404, 429, 500, 503, None])
def test_whatever_is_no_2xx_is_tried_again(desk: Desk, status: int | None) -> None:
    desk.save()
    desk.publish()
    desk.sender.answers = [Answer(status, error="timeout" if status is None else None)]

    assert desk.work_off() == [DeliveryState.WAITING, DeliveryState.DELIVERED]
    (kept,) = desk.log()
    assert [a.status for a in kept.attempts] == [status, 200]


def test_attempts_last_three_days_ever_further_apart_and_then_it_is_dead(desk: Desk) -> None:
    desk.save()
    desk.publish()
    desk.sender.usual = DOWN

    states = desk.work_off()

    assert states == [DeliveryState.WAITING] * (ATTEMPTS_MAX - 1) + [DeliveryState.DEAD]
    (kept,) = desk.log()
    gaps = [after.at - before.at for before, after in pairwise(kept.attempts)]
    assert [a.number for a in kept.attempts] == list(range(1, ATTEMPTS_MAX + 1))
    assert gaps == sorted(gaps)
    assert gaps[0] < timedelta(seconds=7)
    assert 3 * DAY < desk.clock.now() - NOW < 4 * DAY
    assert (kept.state, kept.next_attempt_at) == (DeliveryState.DEAD, None)
    assert desk.webhook().is_on


def test_what_failed_together_does_not_come_back_together(desk: Desk) -> None:
    parcels = [Parcel(TENANT, "erp", event(number), 3) for number in range(50)]

    instants = {next_attempt(parcel, DOWN, NOW) for parcel in parcels}

    assert len(instants) == 50
    assert {next_attempt(parcel, DOWN, NOW) for parcel in parcels} == instants


@settings(max_examples=50)
@given(st.integers(1, ATTEMPTS_MAX - 1), st.integers(0, 10**9))
def test_a_receiver_that_names_a_time_is_not_asked_before_it_within_a_day(
    number: int, seconds: int
) -> None:
    parcel = Parcel(TENANT, "erp", event(), number)

    plain = next_attempt(parcel, DOWN, NOW)
    asked = next_attempt(parcel, Answer(429, retry_after=seconds), NOW)

    assert plain is not None
    assert asked == max(plain, NOW + min(timedelta(seconds=seconds), DAY))


def test_a_parcel_or_an_event_that_comes_twice_is_sent_once(desk: Desk) -> None:
    desk.save()
    desk.publish()
    desk.publish()
    first, second = (parcel for parcel, _ in desk.take())

    assert [desk.deliver(first), desk.deliver(second), desk.deliver(first)] == [
        DeliveryState.DELIVERED, None, None,
    ]  # fmt: skip
    assert len(desk.sender.sent) == 1


def test_a_failed_parcel_that_comes_twice_starts_no_second_row_of_attempts(desk: Desk) -> None:
    desk.save()
    desk.publish()
    ((parcel, _),) = desk.take()
    desk.sender.answers = [DOWN]

    assert desk.deliver(parcel) is DeliveryState.WAITING
    assert desk.deliver(parcel) is None
    assert [(p.number, at is not None) for p, at in desk.take()] == [(2, True)]


def dies(*_: object) -> None:
    raise RuntimeError


def test_who_dies_after_the_request_makes_it_again_and_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.save()
    desk.publish()
    ((parcel, _),) = desk.take()
    desk.sender.answers = [DOWN]
    with monkeypatch.context() as patched:
        patched.setattr(desk.ports.webhooks.log, "save", dies)
        with pytest.raises(RuntimeError):
            desk.deliver(parcel)

    assert [p.number for p, _ in desk.take()] == [2]
    assert desk.deliver(parcel) is DeliveryState.DELIVERED


def test_gone_turns_the_webhook_off_and_says_so(desk: Desk) -> None:
    desk.save()
    desk.save("other")
    desk.publish()
    desk.sender.answers = [Answer(410)]

    assert desk.work_off() == [DeliveryState.DEAD, DeliveryState.DELIVERED]
    webhook = desk.webhook()
    assert (webhook.is_on, webhook.off_reason, webhook.off_at) == (False, OffReason.GONE, NOW)
    (row, *_) = desk.store.audit_events(TENANT, COMMON).items
    (told,) = events_of(row)
    assert (row.author, row.action, row.subject) == ("engine", "disable_webhook", "erp")
    assert (told.type, told.data["after"]["is_on"]) == (EventType.WEBHOOK_DISABLED, False)
    assert told.detail(TENANT, COMMON)["link"] == "/v1/webhooks/erp"
    assert desk.publish(event(2)) == 1


def test_five_days_without_a_success_turn_the_webhook_off(desk: Desk) -> None:
    desk.save()
    desk.sender.usual = DOWN
    for day in range(6):
        desk.clock.set(max(desk.clock.now(), NOW + day * DAY))
        desk.publish(event(day))
        desk.work_off(until=NOW + (day + 1) * DAY)

    webhook = desk.webhook()
    assert (webhook.is_on, webhook.off_reason) == (False, OffReason.FAILING)
    assert webhook.failing_since == NOW
    assert webhook.off_at is not None
    assert 5 * DAY <= webhook.off_at - NOW < 6 * DAY


def test_one_success_in_between_and_the_days_count_anew(desk: Desk) -> None:
    desk.save()
    desk.publish(event(1))
    desk.sender.answers = [DOWN, OK]
    desk.work_off()

    assert desk.webhook().failing_since is None


def test_what_waits_for_a_webhook_that_is_off_is_dropped_and_shown(desk: Desk) -> None:
    desk.save()
    desk.publish()
    desk.save(is_on=False)

    assert desk.work_off() == [DeliveryState.DROPPED]
    assert desk.sender.sent == []
    assert [kept.state for kept in desk.log()] == [DeliveryState.DROPPED]


def test_what_waits_for_a_webhook_that_is_deleted_is_nothing(desk: Desk) -> None:
    assert desk.deliver(Parcel(TENANT, "erp", event())) is None
    assert desk.log() == []


def test_a_test_goes_to_a_webhook_that_is_off_once_and_says_nothing_of_it(desk: Desk) -> None:
    desk.save(is_on=False)
    name = ping(desk.ports, TENANT, "erp", "lea")
    desk.sender.answers = [DOWN]

    assert desk.work_off() == [DeliveryState.DEAD]
    (kept,) = desk.log()
    assert (kept.id, kept.type, len(kept.attempts)) == (name, PING, 1)
    assert desk.webhook().failing_since is None


def test_of_very_many_attempts_the_last_are_kept(desk: Desk) -> None:
    desk.save()
    parcel = Parcel(TENANT, "erp", event(), asked_at=NOW)
    for minute in range(30):
        desk.clock.set(NOW + timedelta(minutes=minute))
        desk.deliver(replace(parcel, asked_at=desk.clock.now()))

    (kept,) = desk.log()
    assert len(kept.attempts) == 20
    assert kept.attempts[-1].at == desk.clock.now()
