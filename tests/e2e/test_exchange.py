"""Books go to the accountant's tenant and come back corrected, over HTTP only."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from devstack.stack import LocalStack
from rappro_client import ProblemError

from .tenant import COMPANY, Tenant

NewTenant = Callable[[], Tenant]
SIREN = "732829320"
LINK = "cabinet"
Books = dict[str, list[dict[str, Any]]]


def draft(key: str, version: int, label: str, amount: str = "12.00") -> dict[str, Any]:
    return {
        "external_id": key, "external_version": version, "journal": "BQ1", "date": "2026-11-10",
        "piece_ref": key, "label": label,
        "lines": [
            {"account": "401000", "debit": amount}, {"account": "512100", "credit": amount},
        ],
    }  # fmt: skip


def save(tenant: Tenant, *items: dict[str, Any]) -> None:
    answer = tenant.api.save_entries_in_bulk(COMPANY, {"items": list(items)})  # type: ignore[arg-type]  # as documented
    assert answer["refused"] == 0, answer


def books(tenant: Tenant) -> Books:
    """Return what a tenant is shown of its books, but what counts changes on its own side."""
    api = tenant.api
    lists: tuple[Any, ...] = (
        api.list_entries, api.list_accounts, api.list_third_parties, api.list_templates,
        api.list_open_items,
    )  # fmt: skip
    own = {"version", "match_id", "statement_id", "reconciled_on", "reconciled_balance"}
    return {
        one.__name__: [
            {k: v for k, v in row.items() if k not in own} for row in api.every(one, COMPANY)
        ]
        for one in lists
    }


def fec(tenant: Tenant) -> bytes:
    begun = tenant.api.start_fec_export(COMPANY, {"fiscal_year": "2026"})
    task = tenant.api.wait_for_task(COMPANY, begun["id"])
    assert task["file"] is not None, task
    content: bytes = tenant.api.download(task["file"]["url"])
    return content


def send(tenant: Tenant, **said: Any) -> dict[str, Any]:
    begun = tenant.api.send_books(COMPANY, {"link": LINK, **said})  # type: ignore[typeddict-item]
    return done(tenant, begun)


def done(tenant: Tenant, begun: Any) -> dict[str, Any]:
    task: Any = tenant.api.wait_for_task(COMPANY, begun["id"])
    assert task["state"] == "done", task
    (report,) = task["exchange"]
    return report  # type: ignore[no-any-return]


def apply(tenant: Tenant) -> dict[str, Any]:
    (waiting,) = tenant.api.list_waiting_archives(COMPANY)["items"]
    assert waiting["apply"] is True
    return done(tenant, tenant.api.apply_archives(COMPANY, {"archives": [waiting["id"]]}))


@pytest.fixture(scope="module")
def sides(local_stack: LocalStack, new_tenant: NewTenant) -> tuple[Tenant, Tenant]:
    """A company with books, and its accountant with an empty company, linked."""
    company, office = new_tenant(), Tenant(local_stack)
    office.api.save_company(COMPANY, {"name": "Garage du Port", "siren": SIREN})
    code = company.api.invite_to_exchange(COMPANY, {"name": LINK})["secret"]
    accepted = office.api.accept_exchange(COMPANY, {"name": LINK, "code": code})
    assert accepted["state"] == "accepted"
    return company, office


def test_books_go_to_the_accountant_and_come_back_corrected(sides: tuple[Tenant, Tenant]) -> None:
    company, office = sides
    save(company, draft("D1", 1, "Zinc"), draft("D2", 1, "Cuivre"), draft("D3", 1, "Plomb"))
    save(company, *(draft(f"L{n}", 1, f"Frais {n}", f"{n + 20}.00") for n in range(80)))
    ids = {e["piece_ref"]: e["id"] for e in company.api.every(company.api.list_entries, COMPANY)}
    attached = company.api.attach_document(COMPANY, ids["D3"], b"%PDF facture", name="f.pdf")
    assert office.api.list_waiting_archives(COMPANY)["message"] == "nothing is waiting"
    report = send(company, comment="Octobre")
    assert (report["to"], report["documents"]) == (office.name, 1)
    apply(office)

    assert books(office) == books(company)
    (document,) = office.api.list_documents(COMPANY, ids["D3"])["items"]
    assert office.api.download(document["url"]) == b"%PDF facture"
    assert document["sha256"] == attached["sha256"]

    office.api.save_account(COMPANY, "627100", {"label": "Frais bancaires"})
    office.api.save_template(COMPANY, "frais", {
        "label": "Frais", "bank_references": ["FRAIS"],
        "lines": [{"account": "627100", "remainder": True}],
    })  # fmt: skip
    corrected = draft("D1", 2, "Zinc corrigé", "15.00")
    corrected["lines"][0]["account"] = "627100"
    save(office, corrected, draft("D9", 1, "Ajouté par le cabinet"))
    office.api.delete_entry(COMPANY, ids["D2"])
    send(office, purpose="correction")

    (waiting,) = company.api.list_waiting_archives(COMPANY)["items"]
    before = books(company)
    seen = done(company, company.api.preview_archive(COMPANY, {"archive": waiting["id"]}))
    counts = {one["part"]: (one["added"], one["changed"], one["deleted"]) for one in seen["counts"]}
    assert counts["entries.jsonl"] == (1, 1, 1)
    assert counts["accounts.jsonl"] == counts["templates.jsonl"] == (1, 0, 0)
    assert seen["conflicts"] == []
    assert books(company) == before
    apply(company)

    assert books(company) == books(office)
    assert fec(company) == fec(office)
    assert company.api.list_waiting_archives(COMPANY)["items"] == []
    done(company, company.api.undo_archive(COMPANY, {"archive": waiting["id"]}))
    assert books(company) == before
    apply(company)
    assert books(company) == books(office)


def verify_as_anybody_can(content: bytes) -> None:
    """Verify signature and parts by what docs/exchange-format.md says, and by nothing of Rappro."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        manifest = archive.read("manifest.json")
        said = json.loads(manifest)
        key = load_der_public_key(base64.b64decode(said["public_key"]))
        assert isinstance(key, ec.EllipticCurvePublicKey)
        signature = base64.b64decode(archive.read("manifest.sig"))
        key.verify(signature, manifest, ec.ECDSA(hashes.SHA256()))
        for part in said["parts"]:
            assert hashlib.sha256(archive.read(part["name"])).hexdigest() == part["sha256"]


def test_a_mail_s_link_gives_the_archive_to_whoever_has_it_until_it_ends(
    local_stack: LocalStack, sides: tuple[Tenant, Tenant]
) -> None:
    company, office = sides
    address = f"{office.name}@cabinet.example"
    report = send(company, announce_to=address, documents="none", download_days=1)
    (mail,) = [mail for mail in local_stack.mails() if mail["To"] == [address]]
    (link,) = [line for line in mail["BodyText"].split() if "/v1/exchange-downloads?" in line]
    here = local_stack.api_url + link[link.index("/v1/") :]
    answer = httpx.get(here, timeout=60)

    assert report["download_until"] is not None
    assert answer.status_code == 303, answer.text
    verify_as_anybody_can(httpx.get(answer.headers["Location"], timeout=60).content)
    company.api.end_downloads(COMPANY, report["archive"])
    assert httpx.get(here, timeout=60).status_code == 404
    office.api.delete_waiting_archive(COMPANY, report["archive"])


def test_an_archive_is_downloaded_and_taken_offline_only_by_whom_it_is_for(
    sides: tuple[Tenant, Tenant], new_tenant: NewTenant
) -> None:
    company, office = sides
    begun = company.api.send_books(COMPANY, {"link": LINK, "documents": "none"})
    task: Any = company.api.wait_for_task(COMPANY, begun["id"])
    content = company.api.download(task["file"]["url"])
    (waiting,) = office.api.list_waiting_archives(COMPANY)["items"]
    office.api.delete_waiting_archive(COMPANY, waiting["id"])
    stranger = new_tenant()
    verify_as_anybody_can(content)

    assert task["file"]["name"].startswith(f"{COMPANY}-2")
    (row,) = office.drop("dossier.rappro", content)
    assert (row["outcome"], row["format"]) == ("imported", "rappro-exchange")
    assert office.api.list_waiting_archives(COMPANY)["items"][0]["id"] == waiting["id"]
    office.api.delete_waiting_archive(COMPANY, waiting["id"])
    assert office.api.upload_archive(COMPANY, content)["id"] == waiting["id"]
    for tenant, sent, code in (
        (stranger, content, "archive_signer_unknown"),
        (office, content[:-1], "archive_broken"),
        (office, b"PK\x03\x04", "archive_broken"),
    ):
        with pytest.raises(ProblemError) as refused:
            tenant.api.upload_archive(COMPANY, sent)
        assert refused.value.code == code
    company.api.revoke_exchange_link(COMPANY, LINK)
    assert office.api.list_waiting_archives(COMPANY)["items"] == []
    assert office.api.list_exchange_links(COMPANY)["items"][0]["state"] == "revoked"
