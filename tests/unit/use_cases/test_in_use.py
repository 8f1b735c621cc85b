"""An account, journal or third party that something names is not deleted (SPEC BOOK-1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.domain.books import (
    EntryTemplate,
    Journal,
    JournalType,
    LedgerAccount,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.differences import DifferenceType
from rappro.domain.errors import LeaseHeld, NotAllowedInState, NotFound
from rappro.domain.ids import ThirdPartyId
from rappro.domain.settings import ImportProfile
from rappro.domain.writes import Record, create
from rappro.use_cases import lease
from rappro.use_cases.accounts import find_account, save_account
from rappro.use_cases.companies import COMMON, get_company, save_company, save_journal
from rappro.use_cases.in_use import Deletable, delete_unused
from tests.unit.use_cases.desk import AUTHOR, CLIENT, COMPANY, NOVEMBER, Desk, camt

FREE = "606300"
FREE_PARTY = ThirdParty(ThirdPartyId("tp_free"), ThirdPartyKind.CUSTOMER, "LIBRE", "411000")


@pytest.fixture
def desk() -> Desk:
    made = Desk().open_company()
    save_account(made.ports, made.tenant, COMPANY, LedgerAccount(FREE, "Fournitures"), AUTHOR)
    keep(made, FREE_PARTY)
    return made


def keep(desk: Desk, record: Record) -> None:
    desk.store.commit(desk.tenant, COMPANY, [create(record)])


def delete(desk: Desk, kind: type[Deletable], key: str) -> None:
    delete_unused(desk.ports, desk.tenant, COMPANY, kind, key, AUTHOR)


def test_an_unused_account_journal_and_third_party_are_deleted(desk: Desk) -> None:
    save_journal(desk.ports, desk.tenant, COMPANY, Journal("OD", "Divers"), AUTHOR)

    delete(desk, LedgerAccount, FREE)
    delete(desk, Journal, "OD")
    delete(desk, ThirdParty, FREE_PARTY.id)

    assert find_account(desk.ports, desk.tenant, COMPANY, FREE) is None
    assert desk.store.get(desk.tenant, COMPANY, Journal, "OD") is None
    assert desk.store.get(desk.tenant, COMPANY, ThirdParty, FREE_PARTY.id) is None
    with pytest.raises(NotFound):
        delete(desk, LedgerAccount, FREE)


USES: dict[str, Record] = {
    "template": EntryTemplate("t", "Entretien", lines=(TemplateLine(FREE, is_remainder=True),)),
    "difference type": DifferenceType("d", "Écart", FREE),
    "import profile": ImportProfile("P", suspense_account=FREE),
    "journal": Journal("CA", "Caisse", JournalType.TREASURY, FREE),
    "third party": replace(FREE_PARTY, id=ThirdPartyId("tp_own"), account=FREE),
}


@pytest.mark.parametrize("name", USES)
def test_an_account_that_a_record_names_stays(desk: Desk, name: str) -> None:
    keep(desk, USES[name])

    with pytest.raises(NotAllowedInState, match=name):
        delete(desk, LedgerAccount, FREE)

    assert find_account(desk.ports, desk.tenant, COMPANY, FREE) is not None


def test_an_account_of_a_common_template_or_a_setting_stays(desk: Desk) -> None:
    template = USES["template"]
    desk.store.commit(desk.tenant, COMMON, [create(template)])
    company = get_company(desk.ports, desk.tenant, COMPANY)
    posting = replace(company.posting, bank_fee_account="627000")
    save_company(desk.ports, desk.tenant, replace(company, posting=posting), AUTHOR)

    for number, use in ((FREE, "template"), ("627000", "settings")):
        with pytest.raises(NotAllowedInState, match=use):
            delete(desk, LedgerAccount, number)


def test_what_items_statements_and_drafts_name_stays(desk: Desk) -> None:
    desk.drop(camt(NOVEMBER))

    for kind, key in (
        (LedgerAccount, "512100"), (LedgerAccount, "411000"), (Journal, "BQ1"),
        (ThirdParty, CLIENT.id),
    ):  # fmt: skip
        with pytest.raises(NotAllowedInState):
            delete(desk, kind, key)


class Hasty(MemoryStore):
    """A store in which somebody uses an account right when it is deleted."""

    hasty: Record | None = None

    def commit(self, tenant: Any, company: Any, writes: Any, **more: Any) -> None:
        """Commit, and before a deletion let the other be first."""
        if self.hasty is not None and any(write.after is None for write in writes):
            super().commit(tenant, company, [create(self.hasty)])
            self.hasty = None
        super().commit(tenant, company, writes, **more)


def test_an_account_that_is_used_at_the_same_moment_is_put_back() -> None:
    store = Hasty()
    desk = Desk(store=store).open_company()
    save_account(desk.ports, desk.tenant, COMPANY, LedgerAccount(FREE, "Fournitures"), AUTHOR)
    store.hasty = USES["template"]

    with pytest.raises(NotAllowedInState, match="template"):
        delete(desk, LedgerAccount, FREE)

    kept = find_account(desk.ports, desk.tenant, COMPANY, FREE)
    assert kept is not None
    assert kept.label == "Fournitures"


def test_nothing_is_deleted_while_a_run_or_a_load_is_at_work(desk: Desk) -> None:
    lease.acquire(desk.ports, desk.tenant, COMPANY, "load:other")

    with pytest.raises(LeaseHeld):
        delete(desk, LedgerAccount, FREE)
