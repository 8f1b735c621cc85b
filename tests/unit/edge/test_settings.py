"""The environment of a function becomes settings, or an error that names what is missing."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from rappro.edge.settings import Settings

REQUIRED = {
    "STATEMENTS_TABLE": "statements",
    "BOOKS_TABLE": "books",
    "FEEDS_TABLE": "feeds",
    "ARCHIVE_BUCKET": "archive",
}


def test_settings_are_read_from_variables_in_upper_case() -> None:
    settings = Settings.from_environment({**REQUIRED, "INBOX_BUCKET": "inbox", "PATH": "/bin"})

    assert settings == Settings(
        statements_table="statements",
        books_table="books",
        feeds_table="feeds",
        archive_bucket="archive",
        inbox_bucket="inbox",
    )


def test_what_a_function_has_no_business_with_is_absent() -> None:
    settings = Settings.from_environment({**REQUIRED, "SYNC_QUEUE_URL": ""})

    assert settings.sync_queue_url is None
    assert settings.inbox_bucket is None


@pytest.mark.parametrize("missing", sorted(REQUIRED))
def test_a_missing_variable_is_named(missing: str) -> None:
    environment = {name: value for name, value in REQUIRED.items() if name != missing}

    with pytest.raises(ValidationError) as error:
        Settings.from_environment(environment)

    assert [e["loc"] for e in error.value.errors()] == [(missing.lower(),)]


def test_what_is_stored_at_once_may_be_lowered_to_one_line_and_no_further() -> None:
    lowered = Settings.from_environment({**REQUIRED, "LINES_AT_ONCE": "1"})

    assert lowered.lines_at_once == 1
    assert Settings.from_environment(REQUIRED).lines_at_once is None
    with pytest.raises(ValidationError, match="lines_at_once"):
        Settings.from_environment({**REQUIRED, "LINES_AT_ONCE": "0"})
