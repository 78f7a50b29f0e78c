"""Bulks of legal entities over HTTP: C48, I11."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import Counter
from typing import Any

import httpx2
import openpyxl
import pytest

from contracts.certificates import ApplicationPrepared, ApplicationSubmitted
from contracts.rights import RightEnded, RightKind, Scope
from services.certificates.bulks.usecases.intake import TIMER, Bulks
from services.certificates.bulks.usecases.preparing import Preparing
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, deliver, keyed, outbox_events
from tests.support.services.certificates.builders import ANNA, FILLED, TESTS
from tests.support.services.certificates.events import Json, profile
from tests.support.services.certificates.office import Office, match
from tests.support.services.certificates.office import office as certificates
from tests.support.tools.importer import workbook
from tests.support.tools.rights import RIGHT, acting, granted

ORGANISATION, CLERK = "org-1", "citizen-clerk"
SNILS = "11223344595"


def row(number: int = 1, **over: Any) -> Json:
    """A row about Anna."""
    return {
        "key": f"{number:04d}",
        "snils": SNILS,
        "last_name": ANNA.last_name,
        "first_name": ANNA.first_name,
        "middle_name": ANNA.middle_name,
        "birth_date": ANNA.birth_date.isoformat(),
        "type": "086u",
        "workplace": "ООО «Ветер»",
        **over,
    }


async def _right(office: Office, subject: str = ORGANISATION, **over: Any) -> dict[str, str]:
    """A clerk represents an organisation; the headers of who does."""
    told = {"kind": RightKind.ORGANISATION, "scopes": (Scope.CERTIFICATES,), **over}
    assert await deliver(office.app, granted(CLERK, subject, **told)) == "handled"
    right = told.get("right", RIGHT)
    return acting(office.tokens, CLERK, subject, right_id=right)


async def clerk(office: Office, **over: Any) -> dict[str, str]:
    """Anna's number is known, and a clerk represents her employer."""
    assert await office.hear(profile(snils=SNILS), ANNA.account_id) == "handled"
    return await _right(office, **over)


async def send(
    office: Office, who: dict[str, str], *rows: Json, key: str = "k1"
) -> httpx2.Response:
    body = json.dumps({"applications": rows}).encode()
    return await office.http.post(
        "/v1/bulks", params={"key": key}, content=body, headers=who | keyed()
    )


async def over(office: Office, who: dict[str, str], sent: httpx2.Response) -> list[Json]:
    """The rows, when the bulk is over."""
    assert sent.status_code == 201, sent.text
    path = f"/v1/bulks/{sent.json()['id']}"

    async def done() -> bool:
        found = (await office.http.get(path, headers=who)).json()
        return bool(found["progress"] != "working")

    await eventually(done)
    items: list[Json] = []
    cursor: Json = {}
    while True:
        page = (await office.http.get(f"{path}/rows", params=cursor, headers=who)).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


async def test_c48_a_row_becomes_a_draft_of_the_employee_who_files_it(office: Office) -> None:
    who = await clerk(office)
    (line,) = await over(office, who, await send(office, who, row()))
    assert (line["state"], line["errors"]) == ("prepared", [])
    (told,) = await outbox_events(office.app, ApplicationPrepared)
    assert told.data.citizen_id == ANNA.account_id
    assert told.aggregateid == line["application_id"]

    draft = await office.read(line["application_id"])
    assert draft["prepared_by"] == told.data.organisation
    assert draft["fields"]["workplace"] == "ООО «Ветер»"
    assert draft["clinic_id"]
    needed = ("policy", *TESTS)
    await office.accept(*(f"file-{code}" for code in needed))
    given = [{"requirement": code, "file_id": f"file-{code}"} for code in needed]
    draft = await office.edit(draft, {"fields": dict(FILLED), "attachments": given})
    path = f"/v1/applications/{draft['id']}/submission"
    filed = await office.http.post(
        path, json=office.agreed(draft), headers=office.citizen() | match(draft)
    )
    assert filed.status_code == 200, filed.text
    (line,) = await over(office, who, await send(office, who, row()))
    assert line["state"] == "filed"
    assert line["tracking_number"] == filed.json()["tracking_number"]
    assert len(await outbox_events(office.app, ApplicationSubmitted)) == 1


async def test_c48_the_employee_declines_and_the_organisation_hears_no_more(office: Office) -> None:
    who = await clerk(office)
    sent = await send(office, who, row())
    (line,) = await over(office, who, sent)
    path = f"/v1/applications/{line['application_id']}"
    for method, verb in (("GET", ""), ("POST", "/withdrawal")):
        refused = await office.http.request(method, path + verb, headers=who)
        assert refused.status_code == 403, "the organisation is no citizen"
    gone = await office.http.post(f"{path}/withdrawal", headers=office.citizen())
    assert gone.status_code == 200, gone.text
    (line,) = await over(office, who, sent)
    assert (line["state"], line["tracking_number"]) == ("declined", None)


async def test_c48_every_row_has_an_answer_and_all_that_is_wrong(office: Office) -> None:
    who = await clerk(office)
    unknown = row(2, last_name="Иванова")
    nobody = row(3, snils="00000000000")
    wrong = row(4, snils="1", birth_date="завтра", type="none")
    form = row(5, purpose="none", last_name="Иванова", colour="red", clinic_id="none")
    lines = await over(office, who, await send(office, who, row(), unknown, nobody, wrong, form))
    assert [line["state"] for line in lines] == ["prepared", *["refused"] * 4]
    said = [{e["pointer"]: e["code"] for e in line["errors"]} for line in lines]
    assert said[1] == said[2] == {"/snils": "employee-unknown"}
    assert lines[1]["errors"] == lines[2]["errors"], "nothing tells whether there is such a number"
    assert said[3] == {"/snils": "snils-format", "/birth_date": "date", "/type": "unknown-type"}
    assert said[4] == {
        "/snils": "employee-unknown",
        "/fields/purpose": "choice",
        "/fields/colour": "unknown-field",
        "/clinic_id": "unknown-clinic",
    }
    counts = (await office.http.get("/v1/bulks", headers=who)).json()["items"]
    assert [bulk["rows"] for bulk in counts] == [5]


async def test_c48_the_same_file_again_changes_nothing_and_refused_rows_get_another_try(
    office: Office,
) -> None:
    who = await clerk(office)
    late = row(2, snils="22334455667", last_name="Поздний")
    first = await over(office, who, await send(office, who, row(), late))
    again = await over(office, who, await send(office, who, row(), late))
    assert again == first
    person = profile("Поздний", "22334455667", "citizen-late")
    assert await office.hear(person, "citizen-late") == "handled"
    third = await over(office, who, await send(office, who, row(), late, row(3)))
    assert [line["state"] for line in third] == ["prepared", "prepared", "refused"]
    assert third[0] == first[0]
    assert third[2]["errors"][0]["code"] == "already-prepared"
    assert len(await outbox_events(office.app, ApplicationPrepared)) == 2


async def test_c48_who_is_killed_in_the_middle_is_followed_and_no_row_is_made_twice(
    office: Office,
) -> None:
    who = await clerk(office)
    rows = [row(n, snils=f"{n:011d}", last_name="Рабочий") for n in range(1, 61)]
    for n, one in enumerate(rows, start=1):
        await office.hear(profile("Рабочий", one["snils"], f"worker-{n}"), f"worker-{n}")
    sent = await send(office, who, *rows)
    bulks = find(office.app, Bulks)
    others = Preparing(bulks.deps, bulks.cases, bulks.cases.known, bulks.store)
    bulk = await bulks.store.bulks.get(None, sent.json()["id"], owner=None)
    pieces = [asyncio.create_task(others._piece(bulk)) for _ in range(3)]
    await eventually(lambda: outbox_events(office.app, ApplicationPrepared))
    pieces[0].cancel()
    await asyncio.gather(*pieces, return_exceptions=True)
    lines = await over(office, who, sent)
    assert Counter(line["state"] for line in lines) == {"prepared": 60}
    told = await outbox_events(office.app, ApplicationPrepared)
    assert len({event.data.citizen_id for event in told}) == len(told) == 60
    assert [line["key"] for line in lines] == [one["key"] for one in rows]


async def test_c48_files_of_spreadsheets_and_the_report_as_one(office: Office) -> None:
    who = await clerk(office)
    titles = ["Табельный номер", "СНИЛС", "Фамилия", "Имя", "Отчество", "Дата рождения", "Справка"]
    cells = ["@1", SNILS, ANNA.last_name, ANNA.first_name, ANNA.middle_name, "18.04.2007", "086u"]
    book = workbook({"Лист1": [titles, cells]})
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([titles, ["7", *cells[1:]]])
    for key, content in (("x", book), ("c", text.getvalue().encode("utf-8-sig"))):
        sent = await office.http.post(
            "/v1/bulks", params={"key": key}, content=content, headers=who | keyed()
        )
        (line,) = await over(office, who, sent)
        assert line["state"] in {"prepared", "refused"}, line
        path = f"/v1/bulks/{sent.json()['id']}/report"
        table = await office.http.get(path, headers=who)
        lines = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
        assert lines[1][0] == ("'@1" if key == "x" else "7")
        report = await office.http.get(path, params={"format": "xlsx"}, headers=who)
        sheet = openpyxl.load_workbook(io.BytesIO(report.content)).active
        assert sheet is not None
        assert [
            str(cell or "") for cell in next(sheet.iter_rows(min_row=2, values_only=True))
        ] == lines[1]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "bulk-empty"),
        (b'{"applications": []}', "bulk-empty"),
        (json.dumps({"applications": [row(), row()]}).encode(), "row-key-twice"),
        (b"PK\x03\x04 no archive", "import-unreadable"),
    ],
)
async def test_c48_a_file_that_is_none_is_refused_whole(
    office: Office, body: bytes, code: str
) -> None:
    who = await clerk(office)
    answer = await office.http.post(
        "/v1/bulks", params={"key": "k"}, content=body, headers=who | keyed()
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == code or code == "import-unreadable"
    assert (await office.http.get("/v1/bulks", headers=who)).json()["items"] == []


async def test_c48_limits_of_a_bulk_and_of_a_day(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    limits = {"bulk_rows": 3, "bulk_rows_per_day": 4}
    async with certificates(platform, database, tokens, **limits) as office:
        who = await clerk(office)
        too_long = await send(office, who, *map(row, range(4)))
        assert too_long.json()["code"] == "bulk-too-long"
        assert (await send(office, who, *map(row, range(3)))).status_code == 201
        today = await send(office, who, row(7), row(8), key="k2")
        assert (today.status_code, today.json()["code"]) == (429, "too-many-rows-today")
        assert "Retry-After" in today.headers
        assert (await send(office, who, row(7), key="k2")).status_code == 201


async def test_c48_a_bulk_grows_no_longer_by_several_files_than_by_one(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with certificates(platform, database, tokens, bulk_rows=2) as office:
        who = await clerk(office)
        assert (await send(office, who, row(1), row(2))).status_code == 201
        longer = await send(office, who, row(3))
        assert (longer.status_code, longer.json()["code"]) == (422, "bulk-too-long")
        assert len(await over(office, who, await send(office, who, row(2)))) == 2


async def test_c48_guessing_by_a_refused_row_counts_for_the_day(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """Whose number it is, or when they were born, is not found out by trying for nothing."""
    async with certificates(platform, database, tokens, bulk_rows_per_day=3) as office:
        who = await clerk(office)
        guesses = [row(1, birth_date=f"1990-01-0{day}") for day in range(1, 6)]
        for guess in guesses[:3]:
            (line,) = await over(office, who, await send(office, who, guess))
            assert line["errors"][0]["code"] == "employee-unknown"
        refused = await send(office, who, guesses[3])
        assert (refused.status_code, refused.json()["code"]) == (429, "too-many-rows-today")


async def test_c48_others_drafts_leave_room_for_ones_own(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    limits = {"drafts_per_citizen": 1, "prepared_per_employee": 1, "drafts_per_day": 1}
    async with certificates(platform, database, tokens, **limits) as office:
        await office.know_people()
        who = await clerk(office)
        (line,) = await over(office, who, await send(office, who, row()))
        assert line["state"] == "prepared"
        other = await _right(office, "org-2", right="right-2")
        (line,) = await over(office, other, await send(office, other, row()))
        assert [e["code"] for e in line["errors"]] == ["employee-has-enough"]
        opened = await office.http.post(
            "/v1/applications", json={"type": "086u"}, headers=office.citizen() | keyed()
        )
        assert opened.status_code == 201, opened.text


async def test_i11_who_represents_nobody_or_another_finds_nothing(office: Office) -> None:
    who = await clerk(office)
    sent = await send(office, who, row())
    await over(office, who, sent)
    path = f"/v1/bulks/{sent.json()['id']}"
    stranger = await _right(office, "org-2", right="right-2")
    for address in (path, f"{path}/rows", f"{path}/report"):
        assert (await office.http.get(address, headers=stranger)).status_code == 404
    assert (await office.http.get("/v1/bulks", headers=stranger)).json()["items"] == []
    parent = await _right(office, "ward", right="right-3", kind=RightKind.PARENT)
    elsewhere = await _right(office, "org-3", right="right-4", scopes=(Scope.APPOINTMENTS,))
    for headers in (office.citizen(), parent, elsewhere, office.doctor()):
        for answer in (
            await send(office, headers, row()),
            await office.http.get("/v1/bulks", headers=headers),
        ):
            assert answer.status_code == 403, answer.text


async def test_i11_a_right_for_one_certificate_prepares_no_other(office: Office) -> None:
    who = await clerk(office, types=("health",))
    (line,) = await over(office, who, await send(office, who, row()))
    assert [e["code"] for e in line["errors"]] == ["right-not-covering"]


async def test_i11_once_the_right_has_ended_nothing_more_is_done(office: Office) -> None:
    who = await clerk(office)
    store = office.applications.collection.database["bulk_rows"]
    sent = await send(office, who, row())
    await over(office, who, sent)
    data = RightEnded(
        right_id=RIGHT,
        representative_id=CLERK,
        subject_id=ORGANISATION,
        kind=RightKind.ORGANISATION,
        reason_code="withdrawn",
        pii=granted(CLERK, ORGANISATION).data.pii,
    )
    await deliver(office.app, an_event(data, aggregate_id=RIGHT, seq=3))
    assert (await send(office, who, row(2), key="k2")).json()["code"] == "right-ended"
    assert (await office.http.get("/v1/bulks", headers=who)).status_code == 403
    assert await store.count_documents({}) == 1
    # a row that nobody came to: what it says of a person goes with the right
    waiting = {"$set": {"outcome": "waiting", "values": {"snils": "112-233-445 95"}}}
    await store.update_one({}, waiting)
    bulk_id = sent.json()["id"]
    await office.transactions.run(lambda tx: tx.set_timer(TIMER, bulk_id, office.clock()))

    async def forgotten() -> bool:
        row = await store.find_one({})
        return row is not None and (row["outcome"], row["values"]) == ("refused", None)

    await eventually(forgotten)
