"""To which journal a statement file goes, and what a person is told when nobody can know."""

from __future__ import annotations

import pytest

from devstack.cli_journals import (
    UnknownAccount,
    UnknownJournal,
    adopt_accounts,
    name_account,
    route,
)
from rappro.domain.bank import BankAccountRef
from rappro.domain.books import (
    Journal,
    JournalType,
)
from rappro.domain.errors import InvalidRequest

IBAN = "FR7630004000031234567890143"


def bank(code: str, account: str = "512000", iban: str | None = None) -> Journal:
    return Journal(code, code, JournalType.TREASURY, account, iban=iban)


SALES = Journal("VE", "Ventes", JournalType.SALES)


def test_an_iban_and_a_number_are_told_apart() -> None:
    named = name_account([bank("BQ1"), SALES], "BQ1=fr76 3000 4000 0312 3456 7890 143")
    numbered = name_account([bank("BQ1"), SALES], "BQ1=00012345678")

    assert (named[0].iban, named[0].bank_number) == (IBAN, None)
    assert (numbered[0].iban, numbered[0].bank_number) == (None, "00012345678")
    assert named[1] == SALES


@pytest.mark.parametrize("option", ["BQ1", "BQ1=", "=123", ""])
def test_an_option_that_is_no_pair_is_refused(option: str) -> None:
    with pytest.raises(InvalidRequest):
        name_account([bank("BQ1")], option)


def test_an_unknown_journal_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownJournal) as refusal:
        name_account([bank("BQ1"), SALES], "BQ2=123")

    assert refusal.value.detail == "the books have no journal 'BQ2': BQ1 (512000, no IBAN)"


def test_the_only_bank_journal_adopts_the_only_account() -> None:
    account = BankAccountRef(iban=IBAN)
    journals = adopt_accounts([bank("BQ1"), bank("CA", "530000"), SALES], [account, account])

    assert route(account, journals).code == "BQ1"


def test_one_account_under_two_names_is_one_account() -> None:
    named = BankAccountRef(iban=IBAN)
    bare = BankAccountRef(number="30004 00003 12345678901")

    journals = adopt_accounts([bank("BQ1")], [named, bare])

    assert (route(named, journals).code, route(bare, journals).code) == ("BQ1", "BQ1")


def test_two_unknown_accounts_are_not_adopted() -> None:
    accounts = [BankAccountRef(number="111"), BankAccountRef(number="222")]

    assert adopt_accounts([bank("BQ1")], accounts) == [bank("BQ1")]


def test_two_bank_journals_adopt_nothing() -> None:
    journals = [bank("BQ1"), bank("BQ2", "512200")]

    assert adopt_accounts(journals, [BankAccountRef(number="111")]) == journals


def test_a_journal_that_has_an_account_adopts_no_other() -> None:
    journals = [bank("BQ1", iban=IBAN)]

    assert adopt_accounts(journals, [BankAccountRef(number="111")]) == journals


def test_a_bare_account_number_is_the_journal_s_whose_iban_holds_it() -> None:
    account = BankAccountRef(number="1234567890 1")
    other = bank("BQ2", "512200", iban="BE68539007547034")

    assert route(account, adopt_accounts([bank("BQ1", iban=IBAN), other], [account])).code == "BQ1"


def test_a_number_that_two_ibans_hold_is_nobody_s() -> None:
    account = BankAccountRef(number="12345678901")
    journals = [bank("BQ1", iban=IBAN), bank("BQ2", iban="BE9112345678901")]

    assert adopt_accounts(journals, [account]) == journals


def test_a_short_number_proves_nothing() -> None:
    account = BankAccountRef(number="1234567")

    assert adopt_accounts([bank("BQ1", iban=IBAN)], [account]) == [bank("BQ1", iban=IBAN)]


def test_a_file_without_any_account_goes_to_the_only_bank_journal() -> None:
    assert route(BankAccountRef(), [bank("BQ1", iban=IBAN), SALES]).code == "BQ1"


def test_an_account_that_no_journal_has_is_refused_with_the_choices() -> None:
    journals = [bank("BQ1", iban=IBAN), bank("BQ2", "512200"), bank("CA", "530000"), SALES]

    with pytest.raises(UnknownAccount) as refusal:
        route(BankAccountRef(number="999"), journals)

    assert refusal.value.code == "unknown_account"
    assert refusal.value.detail == (
        "no treasury journal has the account 999; say which with --journal CODE=999: "
        f"BQ1 (512000, {IBAN}); BQ2 (512200, no IBAN)"
    )


def test_a_file_without_account_among_two_journals_is_refused() -> None:
    with pytest.raises(UnknownAccount) as refusal:
        route(BankAccountRef(), [bank("BQ1"), bank("BQ2", "512200")])

    assert "--journal CODE=NUMBER" in refusal.value.detail
