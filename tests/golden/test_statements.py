"""Every statement fixture is read as the JSON beside it says, to the last field."""

from __future__ import annotations

from pathlib import Path

import pytest

from rappro.formats.registry import formats
from tests.golden import statement_json, update
from tests.golden.statement_json import FOLDER, as_json, expected_path, fixtures


@pytest.mark.parametrize("fixture", fixtures(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_fixture_is_read_as_its_json_says(fixture: Path) -> None:
    assert as_json(fixture.read_bytes()) == expected_path(fixture).read_text(encoding="utf-8")


def test_every_json_has_its_fixture() -> None:
    written = set(FOLDER.glob("*/*.json"))

    assert written == {expected_path(fixture) for fixture in fixtures()}


def test_every_format_has_fixtures() -> None:
    assert {fixture.parent.name for fixture in fixtures()} >= set(formats())


def test_the_generator_overwrites_nothing_unless_forced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixture = fixtures()[0]
    copy = tmp_path / fixture.parent.name / fixture.name
    copy.parent.mkdir()
    copy.write_bytes(fixture.read_bytes())
    expected_path(copy).write_text("as it was", encoding="utf-8")
    monkeypatch.setattr(statement_json, "FOLDER", tmp_path)

    monkeypatch.setattr("sys.argv", ["update.py"])
    update.main()
    assert expected_path(copy).read_text(encoding="utf-8") == "as it was"

    monkeypatch.setattr("sys.argv", ["update.py", "--force"])
    update.main()
    assert expected_path(copy).read_text(encoding="utf-8") == as_json(fixture.read_bytes())
