"""Receipts over events and HTTP: C13."""

from __future__ import annotations

from datetime import timedelta

from contracts.orders import CertificatePii, DocumentOrdered, Paper
from services.chassis.foundation.encryption import Encryption
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import outbox_events
from tests.support.services.certificates.builders import ANNA, CLINIC
from tests.support.services.certificates.events import Json, sealed, unsealable
from tests.support.services.certificates.office import Office
from tests.support.tools.encryption import SECRET


async def test_c13_a_receipt_is_ordered_with_the_registration_and_kept_when_sealed(
    office: Office,
) -> None:
    application = await office.submitted()
    (order,) = await outbox_events(office.app, DocumentOrdered)
    data = order.data
    assert (data.paper, data.number) == (Paper.RECEIPT, application["tracking_number"])
    assert (data.organisation_id, data.citizen_id) == (CLINIC.id, ANNA.account_id)
    assert data.check_url.endswith(f"/receipts/{data.number}")
    orders = Encryption("certificates.orders", SECRET)
    said = {
        f.key: f.value
        for f in orders.decrypt(data.pii.jwe, CertificatePii, about=data.bound_to).fields
    }
    assert ANNA.last_name in said["full_name"]
    assert said["confirmed"] == "Код из СМС"
    assert application["receipt"] is None
    for _ in range(2):  # twice: kept once
        assert (
            await office.hear(
                sealed(application, "doc-9", number=data.number, paper="receipt"), "doc-9"
            )
            == "handled"
        )
    seen = await office.read(application["id"])
    assert (seen["receipt"], seen["state"]) == ("doc-9", application["state"])


async def test_c13_a_failed_receipt_disturbs_nothing_and_is_ordered_again(office: Office) -> None:
    application = await office.submitted()
    failed = unsealable({**application, "certificate": {"number": "x"}}, "doc-9", paper="receipt")
    assert await office.hear(failed, "doc-9") == "handled"
    seen = await office.read(application["id"])
    assert seen == application
    timers = find(office.app, Runtime).mongo.db["timers"]
    timer = await timers.find_one({"kind": "receipt", "key": application["id"]})
    assert timer is not None
    change = {"$set": {"due_at": timer["due_at"] - timedelta(days=1)}}
    await timers.update_one({"_id": timer["_id"]}, change)

    async def twice() -> bool:
        return len(await outbox_events(office.app, DocumentOrdered)) == 2

    await eventually(twice)
    assert (await office.read(application["id"]))["history"] == application["history"]


async def check(office: Office, number: str) -> tuple[int, Json]:
    answer = await office.http.get(f"/v1/public/applications/{number}")
    found: Json = answer.json()
    return answer.status_code, found


async def test_c13_anybody_may_check_a_number_and_learns_nothing_personal(office: Office) -> None:
    application = await office.submitted()
    number = application["tracking_number"]
    status, said = await check(office, number)
    assert (status, said["state"]) == (200, "under-review")
    page = await office.http.get(f"/receipts/{number}")
    assert page.status_code == 200
    for text in (page.text, str(said)):
        assert not [v for v in application["fields"].values() if len(v) > 3 and v in text]
        assert application["title"] not in text
    assert (await check(office, "0000-0000-0000"))[1]["state"] == "unknown"
    assert (await office.http.get("/receipts/0000-0000-0000")).status_code == 404
    assert (await check(office, "1"))[1]["code"] == "number-mistyped"
    assert (await office.http.get("/receipts/1")).status_code == 422
    typed = await office.http.get("/receipts", params={"number": number.replace("-", " ")})
    assert typed.headers["location"] == f"/receipts/{number}"
    assert (await office.http.get("/receipts/")).status_code == 200
