"""Where a request may go, and what is read of an answer and a page token."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rappro.adapters.aggregators.http import ProviderHttp, Reply, query_text, safe_word, segment
from rappro.adapters.aggregators.reading import cursor_of, digest, instant, page_of, page_token
from rappro.domain.errors import AggregatorRejected, InvalidRequest, NotFound

AT = datetime(2026, 11, 5, 6, 12, 44, 318_000, UTC)


@pytest.mark.parametrize(
    "url",
    ["http://api.test", "https://user:pw@api.test", "ftp://api.test", "api.test",
     "https://api.test?x=1"],
)  # fmt: skip
def test_a_provider_is_asked_over_tls_and_nothing_hides_in_its_url(url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        ProviderHttp("p", url)


@pytest.mark.parametrize(
    "link",
    ["https://evil.test/v3/x", "http://api.test/v3/x", "https://api.test.evil.test/v3",
     "https://api.test:444/v3", "https://api.test@evil.test/v3", "v3/x", "/v3/x y", "/v3/é",
     "/v3/x\r\nHost: evil.test"],
)  # fmt: skip
def test_a_link_to_anywhere_else_is_refused(link: str) -> None:
    with pytest.raises(AggregatorRejected):
        ProviderHttp("p", "https://api.test").own_url(link)


@pytest.mark.parametrize("link", ["/v3/x?a=1", "https://api.test/v3/x?a=1"])
def test_an_own_link_is_followed_as_it_is(link: str) -> None:
    assert ProviderHttp("p", "https://api.test/").own_url(link) == "https://api.test/v3/x?a=1"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_an_id_that_would_be_another_path_is_nobodys(name: str) -> None:
    with pytest.raises(NotFound):
        segment(name)


def test_an_id_stays_one_segment() -> None:
    assert segment("a/../b?c") == "a%2F..%2Fb%3Fc"


def test_a_parameter_may_have_no_value() -> None:
    assert query_text((("limit", "10"), ("all", None), ("d", "a b&c"))) == "limit=10&all&d=a+b%26c"


@pytest.mark.parametrize(
    ("document", "code"),
    [({"code": "items.not_found"}, "items.not_found"), ({"errors": [{"code": "old"}]}, "old"),
     ({"error": {"class": "ConnectionNotFound", "message": "no"}}, "ConnectionNotFound"),
     ({"error_class": "ConsentExpired", "error_message": "no"}, "ConsentExpired"),
     ({"error": {"class": ["x"]}}, ""),
     ({"code": "a b\n"}, ""), ({"code": 5}, ""), (None, ""), ([1], ""), ({"errors": []}, "")],
)  # fmt: skip
def test_only_a_code_is_told_of_a_refusal(document: Any, code: str) -> None:
    assert Reply(400, document).code == code


@pytest.mark.parametrize(("value", "word"), [(1003, "1003"), ("A_B", "A_B"), (True, ""), ("é", "")])
def test_a_word_for_the_log_is_plain(value: Any, word: str) -> None:
    assert safe_word(value) == word


@pytest.mark.parametrize("newest", [None, AT])
def test_a_page_token_says_where_to_go_on(newest: datetime | None) -> None:
    assert page_of(page_token(newest, "/v3/x?after=1")) == (newest, "/v3/x?after=1")


@pytest.mark.parametrize("token", ["", "x", "2026-11-05T06:12:44+00:00", "yesterday /v3"])
def test_a_token_of_somebody_else_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequest):
        page_of(token)


def test_a_cursor_needs_its_zone() -> None:
    assert cursor_of(AT.isoformat()) == AT
    with pytest.raises(InvalidRequest):
        cursor_of("2026-11-05T06:12:44")


def test_an_instant_without_a_zone_stops_the_reading() -> None:
    with pytest.raises(AggregatorRejected):
        instant({"updated_at": "2026-11-05T06:12:44"}, "updated_at")


def test_a_digest_depends_on_where_its_parts_are_cut() -> None:
    assert digest("ab", "c") != digest("a", "bc")
