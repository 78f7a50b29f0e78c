"""Odd input gets a clear refusal, never a server error."""

from __future__ import annotations

import pytest

from tests.support.service import keyed
from tests.support.services.certificates.office import Office, match

ODD = [
    b"",
    b"[]",
    b"{",
    b'{"fields": {"workplace": "\\ud800"}}',
    b'{"fields": {"workplace": 5}}',
    b'{"fields": {"a/b~c": "x", "$set": "x", "": "x"}}',
    b'{"attachments": [{"requirement": "policy"}]}',
    b'{"attachments": [{"requirement": "\\u0000", "file_id": "\\u0000"}]}',
    b'{"delivery": "pigeon"}',
    b'{"state": "issued"}',
    b'\xff\xfe{"fields": {}}',
]


async def test_an_odd_edit_is_refused_and_changes_nothing(office: Office) -> None:
    draft = await office.draft()
    for body in ODD:
        answer = await office.http.patch(
            f"/v1/applications/{draft['id']}",
            content=body,
            headers=office.citizen() | match(draft) | {"content-type": "application/json"},
        )
        assert answer.status_code == 422, body
        assert answer.json()["errors"], body
        assert await office.read(draft["id"]) == draft


async def test_the_pointer_of_an_odd_name_is_a_json_pointer(office: Office) -> None:
    draft = await office.draft()
    answer = await office.http.patch(
        f"/v1/applications/{draft['id']}",
        json={"fields": {"a/b~c": "x"}},
        headers=office.citizen() | match(draft),
    )
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/fields/a~1b~0c"]


@pytest.mark.parametrize("value", ["\x00", "a" * 5000, "漢" * 10, "<b>&amp;"])
async def test_odd_text_is_kept_in_the_draft_as_typed(office: Office, value: str) -> None:
    draft = await office.draft()
    answer = await office.http.patch(
        f"/v1/applications/{draft['id']}",
        json={"fields": {"workplace": value}},
        headers=office.citizen() | match(draft),
    )
    if len(value) > 4000:
        assert answer.status_code == 422
    else:
        assert answer.status_code == 200
        assert answer.json()["fields"]["workplace"] == value


async def test_odd_numbers_and_cursors_are_refused(office: Office) -> None:
    for number in ("%00", "%F0%9F%92%A9", "a" * 300, "26K7"):
        assert (await office.http.get(f"/v1/public/certificates/{number}")).status_code == 422
        assert (await office.http.get(f"/verify/{number}")).status_code == 422
    for cursor in ("WyJ4IiwxXQ", "W10", "bnVsbA", "%FF"):
        answer = await office.http.get(
            f"/v1/applications?cursor={cursor}", headers=office.citizen()
        )
        assert answer.status_code == 422, cursor


async def test_a_creating_request_needs_its_key(office: Office) -> None:
    answer = await office.http.post(
        "/v1/applications", json={"type": "086u"}, headers=office.citizen()
    )
    assert answer.json()["code"] == "idempotency-key-missing"
    odd = await office.http.post(
        "/v1/applications", json={"type": "\x00"}, headers=office.citizen() | keyed()
    )
    assert odd.status_code == 422
