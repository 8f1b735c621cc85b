"""Who may do what, as stored: found in one request, held by a commit, listed by the user."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rappro.domain.access import Membership, Permission, Tenant
from rappro.domain.books import Company, Journal
from rappro.domain.errors import InvalidRequest, StoreConflict
from rappro.domain.ids import CompanyId, MatchId, StatementId, TenantId
from rappro.domain.records import LineRecord, StatementRecord, UnfinishedMatch
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import Held, Record, change, create, remove
from rappro.ports import Store, UnderWay
from tests.contract.samples import line, statement

COMMON = CompanyId("all-companies")
OTHER = CompanyId("company-2")


def member(user: str, company: CompanyId, *permissions: Permission) -> Membership:
    return Membership(user, company, permissions or (Permission.MATCH,))


def journal(code: str = "BQ") -> Journal:
    return Journal(code, "Banque")


def test_records_of_several_kinds_and_companies_are_found_in_their_places(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.commit(tenant, company, [create(Company(company, "One")), create(journal())])
    store.commit(tenant, OTHER, [create(Company(OTHER, "Two"))])
    store.commit(tenant, COMMON, [create(Tenant(("u1",)))])

    found = store.find(
        tenant,
        [
            (COMMON, Tenant, "TENANT"), (company, Membership, "u1"), (OTHER, Company, "COMPANY"),
            (company, Company, "COMPANY"), (company, Journal, "BQ"), (OTHER, Journal, "BQ"),
            (company, Company, "COMPANY"),
        ],
    )  # fmt: skip

    one = Company(company, "One", version=1)
    assert found == [
        Tenant(("u1",), version=1), None, Company(OTHER, "Two", version=1), one,
        replace(journal(), version=1), None, one,
    ]  # fmt: skip
    assert store.find(tenant, []) == []


def test_lines_are_found_as_they_are_now_beside_their_statement(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    gone, changed = replace(line("s1", 2), version=1), replace(line("s1", 3), version=1)
    header = replace(statement("s1"), version=1)
    loaded = [create(replace(each, version=0)) for each in (header, gone, changed)]
    store.commit(tenant, company, [*loaded, create(line("s1", 1))])
    now = replace(changed, template="T1", version=2)
    store.commit(tenant, company, [remove(gone), change(changed, now)])

    found = store.find(
        tenant,
        [
            (company, LineRecord, "s1/3"), (company, StatementRecord, "s1"),
            (company, LineRecord, "s1/2"), (company, LineRecord, "s1/1"),
            (company, LineRecord, "s1/4"), (OTHER, LineRecord, "s1/1"),
        ],
    )  # fmt: skip

    assert found == [now, header, None, replace(line("s1", 1), version=1), None, None]


def test_records_of_more_than_one_request_are_found_in_their_places(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.commit(tenant, company, [create(statement("s1")), create(Company(company, "One"))])
    store.load(tenant, company, [line("s1", position) for position in range(1, 81)])
    wanted: list[tuple[CompanyId, type[Record], str]] = [
        (company, LineRecord, f"s1/{position}") for position in range(1, 81)
    ]

    *lines, one = store.find(tenant, [*wanted, (company, Company, "COMPANY")])

    assert lines == [replace(line("s1", position), version=1) for position in range(1, 81)]
    assert one == Company(company, "One", version=1)


def test_marks_of_units_under_way_are_read_together_and_each_kind_alone(
    store: Store, tenant: TenantId, company: CompanyId, other_tenant: TenantId
) -> None:
    match = UnfinishedMatch(MatchId("x1"), "user-1")
    validation = UnfinishedValidation(StatementId("x1"))
    store.commit(tenant, company, [create(match), create(validation)])
    store.commit(other_tenant, company, [create(UnfinishedMatch(MatchId("x2"), "user-2"))])

    match, validation = replace(match, version=1), replace(validation, version=1)
    assert store.under_way(tenant, company) == UnderWay((match,), (validation,))
    assert store.under_way(tenant, OTHER) == UnderWay()
    assert store.all(tenant, company, UnfinishedMatch) == [match]
    assert store.all(tenant, company, UnfinishedValidation) == [validation]
    assert store.get(tenant, company, UnfinishedValidation, "x1") == validation

    store.commit(tenant, company, [remove(match)])

    assert store.under_way(tenant, company) == UnderWay((), (validation,))


def test_the_memberships_of_a_user_are_listed_by_company_as_they_are_now(
    store: Store, tenant: TenantId, other_tenant: TenantId
) -> None:
    names = [CompanyId(f"company-{number}") for number in (3, 1, 2)]
    for name in names:
        store.commit(tenant, name, [create(member("u1", name)), create(member("u2", name))])
    store.commit(other_tenant, names[0], [create(member("u1", names[0]))])
    kept = replace(member("u1", names[2]), version=1)
    wider = replace(kept, permissions=(Permission.MATCH, Permission.VALIDATE))
    store.commit(tenant, names[2], [change(kept, wider)])
    store.commit(tenant, names[1], [remove(replace(member("u1", names[1]), version=1))])

    assert store.memberships(tenant, "u1") == [
        replace(wider, version=2), replace(member("u1", names[0]), version=1),
    ]  # fmt: skip
    assert [each.company for each in store.memberships(tenant, "u2")] == sorted(names)
    assert store.memberships(tenant, "u") == []
    assert store.memberships(tenant, "u1#x") == []


def test_a_user_s_name_is_any_text(store: Store, tenant: TenantId, company: CompanyId) -> None:
    names = ["auth0|64f#1", "é" * 128, "a b", "u1", "u1#company-1", "#"]
    store.commit(tenant, company, [create(member(name, company)) for name in names])

    for name in names:
        assert store.memberships(tenant, name) == [replace(member(name, company), version=1)]
    assert [each.user for each in store.all(tenant, company, Membership)] == sorted(names)


def test_a_membership_is_stored_in_its_own_company_alone(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    with pytest.raises(InvalidRequest):
        store.commit(tenant, company, [create(member("u1", OTHER))])
    assert store.memberships(tenant, "u1") == []


def test_a_commit_that_holds_records_applies_while_they_are_the_same(
    store: Store, tenant: TenantId, company: CompanyId
) -> None:
    store.commit(tenant, company, [create(member("u1", company))])
    store.commit(tenant, COMMON, [create(Tenant(("u1",)))])
    held = [
        Held(company, replace(member("u1", company), version=1)),
        Held(COMMON, Tenant(("u1",), version=1)),
    ]

    store.commit(tenant, company, [create(journal())], held=held)

    assert store.get(tenant, company, Journal, "BQ") == replace(journal(), version=1)
    assert store.get(tenant, company, Membership, "u1") == held[0].record


@pytest.mark.parametrize("is_removed", [True, False], ids=["removed", "changed"])
@pytest.mark.parametrize("is_tenant", [True, False], ids=["tenant", "membership"])
def test_a_commit_that_holds_a_record_which_moved_applies_nothing(
    store: Store, tenant: TenantId, company: CompanyId, is_removed: bool, is_tenant: bool
) -> None:
    place = COMMON if is_tenant else company
    record = Tenant(("u1",)) if is_tenant else member("u1", company)
    store.commit(tenant, place, [create(record)])
    held = replace(record, version=1)
    store.commit(tenant, place, [remove(held) if is_removed else change(held, held)])

    with pytest.raises(StoreConflict):
        store.commit(
            tenant, company, [create(journal()), create(journal("CA"))], held=[Held(place, held)]
        )

    assert store.all(tenant, company, Journal) == []


def test_another_tenant_s_record_cannot_be_held(
    store: Store, tenant: TenantId, other_tenant: TenantId, company: CompanyId
) -> None:
    store.commit(other_tenant, company, [create(member("u1", company))])
    held = Held(company, replace(member("u1", company), version=1))

    with pytest.raises(StoreConflict):
        store.commit(tenant, company, [create(journal())], held=[held])

    assert store.get(tenant, company, Journal, "BQ") is None
