"""C41, C55: what documents found of a file's signatures is shown to its citizen and the doctor."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.documents import CheckedSignature, FileAccepted, FilePii, OwnDocument
from tests.support.services.certificates.builders import TESTS
from tests.support.services.certificates.events import Json, accepted
from tests.support.services.certificates.office import Office, match

AT = datetime(2026, 10, 2, 7, 30, tzinfo=UTC)
FOUND = CheckedSignature(
    signer="Городская больница",
    certificate_serial="1f",
    signed_at=AT,
    intact=False,
    trusted=False,
    covers_whole=False,
    reason_code="changed-later",
    reason="После подписания документ изменён.",
)
OWN = OwnDocument(
    document_id="d1",
    number="СП-2026-1",
    current=False,
    reason_code="own-void",
    reason="Документ отозван.",
)


def _file(file_id: str) -> FileAccepted:
    said = {"signed": "signed-broken", "own_document": OWN, "pii": FilePii(signatures=(FOUND,))}
    return accepted(file_id).model_copy(update=said)


def _attached(view: Json) -> Json:
    found: Json = next(a for a in view["attachments"] if a["requirement"] == "policy")
    return found


async def test_c55_both_see_the_verdict_and_a_bad_one_refuses_nothing(office: Office) -> None:
    draft = await office.draft()
    assert await office.hear(_file("file-signed"), "file-signed") == "handled"
    attached = {"attachments": [{"requirement": "policy", "file_id": "file-signed"}]}
    shown = _attached(await office.edit(draft, attached))
    assert shown["signed"] == "signed-broken"
    assert shown["signatures"] == [
        {
            "signer": "Городская больница",
            "certificate_serial": "1f",
            "signed_at": AT.isoformat().replace("+00:00", "Z"),
            "intact": False,
            "trusted": False,
            "covers_whole": False,
            "code": "changed-later",
            "reason": "После подписания документ изменён.",
        }
    ]
    assert shown["own_document"] == {
        "number": "СП-2026-1",
        "current": False,
        "reason": "Документ отозван.",
    }


async def test_c55_the_doctor_who_has_it_sees_the_same(office: Office) -> None:
    draft = await office.draft("policy", *TESTS)
    await office.hear(_file("file-signed"), "file-signed")
    attached = {"attachments": [{"requirement": "policy", "file_id": "file-signed"}]}
    draft = await office.edit(draft, attached)
    application = (
        await office.http.post(
            f"/v1/applications/{draft['id']}/submission",
            json=office.agreed(draft),
            headers=office.citizen() | match(draft),
        )
    ).json()
    claimed = await office.decide(application["id"], "claim")
    assert claimed.status_code == 200
    seen = _attached(
        (await office.http.get(f"/v1/reviews/{application['id']}", headers=office.doctor())).json()
    )
    assert (seen["signed"], seen["own_document"]["current"]) == ("signed-broken", False)


async def test_a_file_from_before_signatures_were_checked_says_nothing_of_them(
    office: Office,
) -> None:
    shown = _attached(await office.submitted())
    assert (shown["signed"], shown["signatures"], shown["own_document"]) == (None, [], None)
