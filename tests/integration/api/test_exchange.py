"""The exchange over the API: links, what waits, long works, documents of entries."""

from __future__ import annotations

import hashlib

from rappro.domain.ids import TenantId
from rappro.edge.api import sample_ids as ids
from rappro.use_cases.tasks import TaskRequest
from rappro.use_cases.works import perform

from .client import Answer, Client, Json
from .exchange_seeds import archive_for
from .seeds import World

BASE = f"/v1/companies/{ids.COMPANY}"
DOCUMENTS = f"{BASE}/entries/{ids.ENTRY}/documents"


def ended(world: World, client: Client, begun: Answer) -> Json:
    """Do a long work as its machine does, and return it as it is shown."""
    assert begun.status == 202, begun.text
    perform(world.ports, TaskRequest(TenantId("alpha"), ids.COMPANY, begun.body["id"]))
    body: Json = client.get(f"{BASE}/tasks/{begun.body['id']}").body
    return body


def test_what_waits_is_previewed_applied_once_and_nothing_waits_then(
    world: World, alpha: Client
) -> None:
    (waiting,) = alpha.get(f"{BASE}/exchange/waiting").body["items"]
    said = {"archive": waiting["id"]}
    seen = ended(world, alpha, alpha.post(f"{BASE}/exchange/previews", said))
    done = ended(
        world, alpha, alpha.post(f"{BASE}/exchange/applications", {"archives": [ids.ARCHIVE]})
    )
    nothing = alpha.get(f"{BASE}/exchange/waiting").body

    assert (waiting["apply"], waiting["link"]) == (True, ids.EXCHANGE_LINK)
    assert seen["exchange"][0]["sender"] == "conseil"
    assert seen["exchange"][0]["counts"] == done["exchange"][0]["counts"] == []
    assert (nothing["items"], nothing["message"]) == ([], "nothing is waiting")
    again = alpha.post(f"{BASE}/exchange/applications", {"archives": [ids.ARCHIVE]})
    assert again.problem == "not_found"


def test_a_refused_archive_fails_its_task_with_the_code_of_the_problem(
    world: World, alpha: Client
) -> None:
    mailbox = "link-" + "a" * 26
    kept = world.blobs._sources
    (key,) = (k for k in kept if k[0] == mailbox)
    kept[key] = kept[key][:-10]
    task = ended(world, alpha, alpha.post(f"{BASE}/exchange/previews", {"archive": ids.ARCHIVE}))

    assert (task["state"], task["problem"]) == ("failed", "urn:rappro:problem:archive_broken")


def test_books_that_are_sent_are_a_file_to_download_and_a_report(
    world: World, alpha: Client
) -> None:
    begun = alpha.post(f"{BASE}/exchange/sends", {"purpose": "closing", "comment": "2025"})
    task = ended(world, alpha, begun)

    assert task["state"] == "done", task
    assert task["file"]["name"] == f"{ids.COMPANY}-20250201083000.rappro"
    counts = {one["part"]: one["added"] for one in task["exchange"][0]["counts"]}
    assert counts["accounts.jsonl"] == 5
    assert task["exchange"][0]["purpose"] == "closing"
    assert alpha.get(f"{BASE}/exchange/waiting").body["message"] == "1 waiting"


def test_nothing_is_sent_over_a_link_that_is_not_accepted(alpha: Client) -> None:
    made = alpha.post(f"{BASE}/exchange/links", {"name": "autre"})
    listed = alpha.get(f"{BASE}/exchange/links").body["items"]
    refused = alpha.post(f"{BASE}/exchange/sends", {"link": "autre"})

    assert made.body["secret"].startswith("link-")
    assert [(one["name"], one["state"]) for one in listed] == [
        ("autre", "invited"), (ids.EXCHANGE_LINK, "accepted"),
    ]  # fmt: skip
    assert "secret" not in listed[0]
    assert refused.problem == "link_not_in_force"
    assert alpha.post(f"{BASE}/exchange/links", {"name": "autre"}).problem == "rule_violation"


def test_an_upload_is_proven_before_it_waits(alpha: Client) -> None:
    path = f"{BASE}/exchange/archives"
    mine, theirs = archive_for("alpha", sequence=2), archive_for("bravo", sequence=2)

    assert alpha.send("POST", path, body=mine).status == 201
    assert alpha.send("POST", path, body=theirs).problem == "archive_signer_unknown"
    assert alpha.send("POST", path, body=mine[:-1]).problem == "archive_broken"
    assert len(alpha.get(f"{BASE}/exchange/waiting").body["items"]) == 2


def test_documents_are_attached_once_listed_and_detached(alpha: Client) -> None:
    path, content = f"{DOCUMENTS}?name=bon.pdf", b"bon de livraison"
    digest = hashlib.sha256(content).hexdigest()
    made = alpha.send("POST", path, body=content)
    again = alpha.send("POST", path, body=content)
    listed = alpha.get(DOCUMENTS).body["items"]

    assert made.status == again.status == 201
    assert [one["name"] for one in listed] == ["facture.pdf", "bon.pdf"]
    assert made.body["sha256"] == digest
    assert alpha.send("DELETE", f"{DOCUMENTS}/{digest}").status == 204
    assert alpha.send("DELETE", f"{DOCUMENTS}/{digest}").problem == "not_found"
    assert alpha.send("POST", path, body=b"").problem == "invalid_request"
    assert alpha.get(f"{BASE}/entries/en_none/documents").problem == "not_found"


def test_a_tenant_is_never_called_as_a_link(world: World) -> None:
    nobody = Client(world.ports, "link-" + "a" * 26, is_administrator=False)

    assert nobody.get("/v1/companies").problem == "unauthorized"
