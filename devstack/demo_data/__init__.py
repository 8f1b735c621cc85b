"""An invented French company for the demo and its tests: books, statements, and the truth.

`build` returns everything; nothing is read from outside and nothing here is part of the product.
"""

from devstack.demo_data.company import build
from devstack.demo_data.model import (
    DemoCompany,
    DemoData,
    DemoFile,
    Settled,
    Target,
    Truth,
    TruthLine,
)

__all__ = [
    "DemoCompany", "DemoData", "DemoFile", "Settled", "Target", "Truth", "TruthLine", "build",
]  # fmt: skip
