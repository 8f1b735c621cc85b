"""A deterministic simulation of faults: the whole pipeline, disturbed at every call it makes.

    scenarios.py   small worlds and what happens in them, step by step
    faults.py      what may go wrong at which call
    harness.py     runs one schedule: a scenario with faults and interleavings chosen by a seed
    books.py       the canonical picture of the books, and what must hold of it whatever happened
    campaign.py    every call site with every fault, then random schedules

`docs/simulation.md` says what is compared and how a failing seed is replayed. Nothing here is
deployed, and no product code knows of it.
"""
