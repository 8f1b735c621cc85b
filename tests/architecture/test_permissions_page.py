"""The published table of permissions is the one of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from rappro.domain.access import GRANTABLE
from rappro.edge.api import permissions_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"


def test_the_published_page_is_what_the_code_makes(capsys: pytest.CaptureFixture[str]) -> None:
    """Make it anew with: python -m rappro.edge.api.permissions_page > docs/permissions.md."""
    permissions_page.main()

    assert capsys.readouterr().out == PAGE.read_text("utf-8")


def test_every_permission_that_may_be_given_has_its_row() -> None:
    text = PAGE.read_text("utf-8")

    assert [each for each in sorted(GRANTABLE) if f"| `{each}` |" not in text] == []
    assert "| `match` | 071104 | yes |" in text
    assert "| `update_natures` | 071113 |  |" in text
    assert "| `manage` | 0711** |  |" in text
