"""What belongs to a form only sometimes, and all errors at once: C6, C50, e1."""

from __future__ import annotations

from datetime import date

from tests.support.service import keyed
from tests.support.services.certificates.builders import CLINIC
from tests.support.services.certificates.events import Json, clinic
from tests.support.services.certificates.office import CONSENT, Office, match


async def begun(office: Office, **fields: str) -> Json:
    """A draft of a health certificate: for studies it asks for a programme and a passport."""
    opened = await office.http.post(
        "/v1/applications", json={"type": "health"}, headers=office.citizen() | keyed()
    )
    assert opened.status_code == 201, opened.text
    said = {"gender": "female", "workplace": "Школа № 57", **fields}
    return await office.edit(opened.json(), {"fields": said})


def wrong(view: Json) -> set[str]:
    return {problem["pointer"] for problem in view["problems"]}


async def submit(office: Office, draft: Json, body: Json | None = None) -> Json:
    answer = await office.http.post(
        f"/v1/applications/{draft['id']}/submission",
        json=body or office.agreed(draft),
        headers=office.citizen() | match(draft),
    )
    found: Json = answer.json()
    return found


async def test_c50_what_a_condition_hides_is_kept_neither_checked_nor_filed(office: Office) -> None:
    draft = await begun(office, purpose="education", programme="31.05.01")
    assert {"/attachments/passport"} <= wrong(draft)
    assert "/attachments/medical-card" not in wrong(draft)

    too_long = "я" * 300
    draft = await office.edit(draft, {"fields": {"purpose": "employment", "programme": too_long}})
    assert draft["fields"]["programme"] == too_long, "kept, though the form has it no more"
    assert not {"/fields/programme", "/attachments/passport"} & wrong(draft)
    assert "/attachments/medical-card" in wrong(draft)

    draft = await office.edit(draft, {"fields": {"purpose": "education"}})
    assert {"/fields/programme", "/attachments/passport"} <= wrong(draft), "it is back"
    draft = await office.edit(draft, {"fields": {"purpose": "employment"}})

    await office.accept("f-policy", "f-card")
    given = [
        {"requirement": "policy", "file_id": "f-policy"},
        {"requirement": "medical-card", "file_id": "f-card"},
    ]
    draft = await office.edit(draft, {"attachments": given})
    assert wrong(draft) == set()
    filed = await submit(office, draft)
    assert filed["state"] == "submitted", filed
    assert "programme" not in filed["fields"]


async def test_e1_everything_that_is_wrong_is_named_at_once(office: Office) -> None:
    """Fields, documents, consent and the confirmation; what was typed stays."""
    draft = await begun(office, purpose="education", wanted_on="вчера", validity_months="99")
    answer = await submit(office, draft, {**CONSENT, "consent": False, "consent_version": "old"})
    assert answer["code"] == "invalid-input"
    assert {error["pointer"] for error in answer["errors"]} == {
        "/fields/wanted_on",
        "/fields/validity_months",
        "/fields/programme",
        "/attachments/policy",
        "/attachments/passport",
        "/consent",
        "/consent_version",
        "/act",
    }
    assert await office.read(draft["id"]) == draft


async def test_e1_the_clinic_is_among_it(office: Office) -> None:
    """A clinic that does not decide any more is wrong like any field."""
    draft = await begun(office, purpose="employment")
    await office.hear(clinic(closed_on=date(2026, 1, 1)), CLINIC.id)
    answer = await submit(office, draft, dict(CONSENT))
    assert {"/clinic_id", "/attachments/policy"} <= {e["pointer"] for e in answer["errors"]}
