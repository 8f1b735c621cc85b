"""An archive that was dropped in the inbox waits, or is refused as it would be over the API."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from rappro.domain.books import JournalEntry
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import SourceFile
from rappro.use_cases.exchange_links import revoke
from rappro.use_cases.exchange_reading import delete_waiting
from rappro.use_cases.import_drop import import_drop

from .archives import members, packed
from .desk import HERE, LINK, OFFICE, Side, linked


def sent() -> tuple[Side, Side, bytes]:
    """Return both sides, and an archive that the office does not have on its list any more."""
    company, office = linked()
    digest = company.send().archive.sha256
    blobs = company.actor.ports.blobs
    with blobs.open_source(company.actor.tenant, HERE, digest) as stream:
        content = stream.read()
    delete_waiting(office.actor, office.waiting()[0])
    return company, office, content


def dropped(
    side: Side, content: bytes, name: str = "dossier.rappro", *, times: int = 1
) -> ImportTrace:
    """Drop a file, and return the one row of its trace; its event may come more than once."""
    ports = side.actor.ports
    drop = ports.inbox.put(side.actor.tenant, side.actor.company, None, name, content)
    for _ in range(times):
        (row,) = import_drop(ports, drop)
    return row


def of_trace(side: Side) -> int:
    found = side.actor.ports.store.import_traces(side.actor.tenant, side.actor.company)
    return len(found.items)


def test_an_archive_waits_whatever_it_is_called_and_changes_nothing() -> None:
    company, office, content = sent()
    before = office.books()
    row = dropped(office, content, "releve.zip", times=2)

    assert (row.outcome, row.format) == (ImportOutcome.IMPORTED, "rappro-exchange")
    assert [finding.code for finding in row.findings] == ["archive_waits"]
    assert len(office.waiting()) == of_trace(office) == 1
    assert office.books() == before
    assert office.get(JournalEntry, "en_000001") is None
    office.apply()
    assert office.books() == company.books()


def test_the_same_archive_dropped_again_waits_once() -> None:
    _, office, content = sent()
    dropped(office, content)
    again = dropped(office, content, "encore.rappro")

    assert again.outcome is ImportOutcome.ALREADY_IMPORTED
    assert len(office.waiting()) == 1
    delete_waiting(office.actor, office.waiting()[0])
    assert dropped(office, content).outcome is ImportOutcome.IMPORTED
    assert len(office.waiting()) == 1


def test_what_is_refused_over_the_api_is_refused_with_the_same_code() -> None:
    company, office, content = sent()
    parts = members(content)
    altered = packed(parts | {"entries.jsonl": parts["entries.jsonl"].replace(b"10", b"11", 1)})
    another_order = packed(sorted(parts.items(), reverse=True))
    unsigned = packed({k: v for k, v in parts.items() if k != "manifest.sig"})

    for side, bad, code in (
        (office, altered, "archive_part_altered"),
        (office, unsigned, "archive_unsigned"),
        (office, content[:-40], "archive_broken"),
        (office, content + b"PK\x05\x06", "archive_broken"),
        (company, content, "archive_signer_unknown"),
    ):
        row = dropped(side, bad)
        assert (row.outcome, [f.code for f in row.findings]) == (ImportOutcome.REFUSED, [code])
        assert side.waiting() == []
    assert dropped(office, another_order).outcome is ImportOutcome.IMPORTED
    revoke(company.actor, LINK)
    assert [f.code for f in dropped(office, content).findings] == ["link_not_in_force"]


def test_what_was_applied_is_refused_and_its_bytes_are_kept() -> None:
    _, office, content = sent()
    dropped(office, content)
    office.apply()
    row = dropped(office, content)

    assert [f.code for f in row.findings] == ["archive_already_applied"]
    assert office.waiting() == []
    assert office.get(SourceFile, row.sha256).error_code == "archive_already_applied"


def test_an_archive_for_a_company_that_is_not_there_is_refused() -> None:
    company, _, content = sent()
    nowhere = company.stack.side(OFFICE, "absente")  # type: ignore[arg-type]  # a company's id

    assert [f.code for f in dropped(nowhere, content).findings] == ["unknown_company"]


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig"])
def test_a_zip_with_one_file_of_that_name_is_no_archive(name: str) -> None:
    _, office, _ = sent()
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        zipped.writestr(name, b"{}")
    row = dropped(office, stream.getvalue(), "releves.zip")

    assert row.name == f"releves.zip/{name}"
    assert row.outcome is ImportOutcome.REFUSED
    assert not any(finding.code.startswith("archive_") for finding in row.findings)
