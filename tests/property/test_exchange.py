"""Laws of the exchange: what is written reads back the same; a merge loses nobody's change."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.books import (
    Discount,
    EntryTemplate,
    OpenItem,
    OpenItemType,
    Payer,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.exchange.canonical import from_line, to_line
from rappro.domain.exchange.merging import merged
from rappro.domain.ids import OpenItemId, ThirdPartyId

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
KEYS = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=8)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))

PARTIES = st.builds(
    ThirdParty,
    id=KEYS.map(ThirdPartyId), kind=st.sampled_from(ThirdPartyKind), name=TEXTS, account=KEYS,
    aliases=st.lists(TEXTS, max_size=3).map(tuple), is_person=st.booleans(),
    payers=st.lists(st.builds(Payer, TEXTS, st.none() | KEYS), max_size=2).map(tuple),
    payment_terms_days=st.none() | st.integers(0, 365),
)  # fmt: skip
TEMPLATES = st.builds(
    EntryTemplate, id=KEYS, label=TEXTS,
    lines=st.lists(
        st.builds(TemplateLine, KEYS, amount_minor=st.none() | st.integers()), max_size=3
    ).map(tuple),
)  # fmt: skip
AMOUNTS = st.integers(-(10**12), 10**12)
ITEMS = st.builds(
    lambda key, text, day, amount: OpenItem(
        OpenItemId(key), OpenItemType.INVOICE, ThirdPartyId(key), "411000", text, day, day, "EUR",
        amount, amount, amount, amount, discount=Discount("2", day), label=text,
    ),
    KEYS, TEXTS, DAYS, AMOUNTS,
)  # fmt: skip
BOOKS = st.dictionaries(KEYS, st.sampled_from(["a", "b", "c"]), max_size=8)


@given(st.one_of(PARTIES, TEMPLATES, ITEMS))
def test_a_record_reads_back_as_it_was_written(record: object) -> None:
    line = to_line(record)

    assert "\n" not in line
    assert from_line(type(record), line, at="line 1") == record
    assert to_line(from_line(type(record), line, at="line 1")) == line


@given(BOOKS, BOOKS, BOOKS)
def test_a_merge_takes_theirs_keeps_mine_and_calls_the_rest_a_conflict(
    mine: dict[str, str], base: dict[str, str], theirs: dict[str, str]
) -> None:
    changes = list(merged(*(sorted(one.items()) for one in (mine, base, theirs))))
    after = dict(mine)
    for change in changes:
        if not change.is_conflict and change.theirs is None:
            del after[change.key]
        elif not change.is_conflict and change.theirs is not None:
            after[change.key] = change.theirs
    conflicts = {change.key for change in changes if change.is_conflict}

    for key in mine.keys() | base.keys() | theirs.keys():
        own, common, other = mine.get(key), base.get(key), theirs.get(key)
        if key in conflicts:
            assert common not in {own, other}
            assert own != other
            assert after.get(key) == own
        elif other != common:
            assert after.get(key) == other
        else:
            assert after.get(key) == own
    assert [change.key for change in changes] == sorted({change.key for change in changes})


@given(BOOKS, BOOKS)
def test_a_merge_of_books_that_nobody_changed_here_gives_theirs(
    base: dict[str, str], theirs: dict[str, str]
) -> None:
    changes = list(merged(*(sorted(one.items()) for one in (base, base, theirs))))

    assert not any(change.is_conflict for change in changes)
    assert {c.key: c.theirs for c in changes} == {
        key: theirs.get(key)
        for key in base.keys() | theirs.keys()
        if base.get(key) != theirs.get(key)
    }
