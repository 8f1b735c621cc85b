"""The demo's data and the books it opens, built once for all the tests of this folder."""

import io
from datetime import date

import pytest

from devstack.demo_data import DemoData, build
from rappro.domain.money import parse_amount
from rappro.domain.opening import OpenedBooks, open_books
from rappro.formats import fec


@pytest.fixture(scope="session")
def demo() -> DemoData:
    return build()


@pytest.fixture(scope="session")
def books(demo: DemoData) -> OpenedBooks:
    points = {
        journal["code"]: (
            date.fromisoformat(journal["reconciled_on"]),
            parse_amount(journal["reconciled_balance"], "EUR"),
        )
        for journal in demo.settings["journals"]
    }
    return open_books(
        fec.read_rows(io.BytesIO(demo.fec.content)),
        reconciled=points,
        fiscal_year_start_month=demo.company.fiscal_start.month,
        exercise=(demo.company.fiscal_start, demo.company.fiscal_end),
    )
