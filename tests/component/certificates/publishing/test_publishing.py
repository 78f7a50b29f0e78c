"""An administrator adds and changes types without touching code: C1, C50."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest

from services.certificates.catalogue.actions import Types
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import Tokens, keyed
from tests.support.services.certificates.builders import CATALOGUE, CLINIC
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.office import office as certificates

POOL = json.loads(CATALOGUE.texts["health"]) | {"code": "pool", "title": "Справка в бассейн"}
WHY = "Новый приказ министерства."


def admin(office: Office, **claims: Any) -> dict[str, str]:
    return office.tokens.headers("administrator-kim", "administrator", **claims)


def text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


async def begin(office: Office, data: dict[str, Any], **headers: str) -> httpx2.Response:
    body = {"definition": text(data), "reason": WHY}
    return await office.http.post(
        "/v1/catalogue", json=body, headers=admin(office) | keyed() | headers
    )


async def publish(
    office: Office, data: dict[str, Any], revision: int, code: str = "pool"
) -> httpx2.Response:
    return await office.http.put(
        f"/v1/catalogue/{code}",
        json={"definition": text(data), "reason": WHY},
        headers=admin(office) | {"If-Match": f'"{revision}"'},
    )


async def test_c1_a_type_of_an_administrator_is_found_and_applied_for_at_once(
    office: Office,
) -> None:
    made = await begin(office, POOL)
    assert made.status_code == 201, made.text
    assert made.json()["version"] == 1
    (change,) = made.json()["changes"]
    assert (change["deed"], change["by"], change["reason"]) == (
        *("published", "administrator-kim"),
        WHY,
    )
    found = (await office.http.get("/v1/types", params={"query": "бассейн"})).json()["items"]
    assert [item["code"] for item in found] == ["pool"]
    opened = await office.http.post(
        "/v1/applications", json={"type": "pool"}, headers=office.citizen() | keyed()
    )
    assert opened.status_code == 201, opened.text
    assert (await begin(office, POOL)).json()["code"] == "type-exists"


async def test_an_application_keeps_the_version_that_it_began_with(office: Office) -> None:
    """Also through a change that asks for more, and a retirement."""
    revision = (await begin(office, POOL)).json()["revision"]
    headers = office.citizen()
    opened = await office.http.post(
        "/v1/applications", json={"type": "pool"}, headers=headers | keyed()
    )
    extra = {"name": "swims_since", "label": "Плавает с", "required": True}
    changed = await publish(office, POOL | {"fields": [*POOL["fields"], extra]}, revision)
    assert changed.json()["version"] == 2, changed.text

    async def pointers(answer: httpx2.Response) -> set[str]:
        return {problem["pointer"] for problem in answer.json()["problems"]}

    address = f"/v1/applications/{opened.json()['id']}"
    before = await office.http.get(address, headers=headers)
    assert "/fields/swims_since" not in await pointers(before)
    assert (await office.kept(opened.json()["id"])).type_version == 1
    second = await office.http.post(
        "/v1/applications", json={"type": "pool"}, headers=headers | keyed()
    )
    assert "/fields/swims_since" in await pointers(second)

    retired = await office.http.post(
        "/v1/catalogue/pool/retirement",
        json={"reason": WHY},
        headers=admin(office) | {"If-Match": changed.headers["ETag"]},
    )
    assert retired.json()["retired"], retired.text
    assert (await office.http.get(address, headers=headers)).status_code == 200
    assert (await office.http.get("/v1/types/pool")).json()["code"] == "unknown-type"
    none = await office.http.post(
        "/v1/applications", json={"type": "pool"}, headers=headers | keyed()
    )
    assert none.json()["errors"][0]["code"] == "unknown-type"
    again = await office.http.post(
        "/v1/catalogue/pool/reinstatement",
        json={"reason": WHY},
        headers=admin(office) | {"If-Match": retired.headers["ETag"]},
    )
    assert not again.json()["retired"]
    assert [c["deed"] for c in again.json()["changes"]] == [
        *("published", "published"),
        *("retired", "reinstated"),
    ]


@pytest.mark.parametrize(
    ("broken", "line", "code"),
    [
        ('{\n  "code": "pool",,\n}', 2, "json"),
        ('{\n  "code": "a",\n  "code": "b"\n}', 3, "named-twice"),
        ("[" * 5000, None, "too-deep"),
        ('"pool"', 1, "dataclass-type"),
    ],
)
async def test_a_broken_text_is_refused_with_line_and_reason(
    office: Office, broken: str, line: int | None, code: str
) -> None:
    body = {"definition": broken}
    refused = await office.http.post("/v1/catalogue/validation", json=body, headers=admin(office))
    assert refused.status_code == 422, refused.text
    assert refused.json()["code"] == "type-broken"
    fault = refused.json()["errors"][0]
    assert (fault["line"], fault["code"]) == (line, code)


async def test_everything_that_is_wrong_is_said_at_once_each_where_it_stands(
    office: Office,
) -> None:
    data = json.loads(CATALOGUE.texts["health"]) | {
        "code": "pool",
        "deciders": ["wizard"],
        "printed": [*POOL["printed"], {"key": "nothing"}],
    }
    data["fields"][5]["when"] = {"field": "later", "among": ["x"]}
    written = text(data)
    refused = await office.http.post(
        "/v1/catalogue/validation", json={"definition": written}, headers=admin(office)
    )
    faults = {f["pointer"]: f for f in refused.json()["errors"]}
    row = f"/printed/{len(data['printed']) - 1}/key"
    assert set(faults) == {"/deciders/0", "/fields/5/when/field", row}
    lines = written.splitlines()
    assert '"wizard"' in lines[faults["/deciders/0"]["line"] - 1]
    assert '"nothing"' in lines[faults[row]["line"] - 1]
    assert f"Строка {faults[row]['line']}" in faults[row]["detail"]


async def test_a_dry_run_shows_the_form_and_what_is_printed_and_keeps_nothing(
    office: Office,
) -> None:
    body = {"definition": text(POOL), "values": {"purpose": "education"}}
    shown = await office.http.post("/v1/catalogue/validation", json=body, headers=admin(office))
    assert shown.status_code == 200, shown.text
    assert shown.json()["type"]["title"] == "Справка в бассейн"
    assert "programme" in {row["key"] for row in shown.json()["printed"]}
    assert (await office.http.get("/v1/types/pool")).status_code == 404


async def test_only_an_administrator_of_the_whole_platform_does_that(office: Office) -> None:
    calls = [
        ("GET", "/v1/catalogue", None),
        ("GET", "/v1/catalogue/health", None),
        ("GET", "/v1/catalogue/health/versions/1", None),
        ("POST", "/v1/catalogue/validation", {"definition": "{}"}),
        ("POST", "/v1/catalogue", {"definition": "{}", "reason": WHY}),
        ("PUT", "/v1/catalogue/health", {"definition": "{}", "reason": WHY}),
        ("POST", "/v1/catalogue/health/retirement", {"reason": WHY}),
        ("POST", "/v1/catalogue/health/reinstatement", {"reason": WHY}),
    ]
    own_clinic = admin(office, clinic_id=CLINIC.id)
    for method, path, body in calls:
        for headers in (own_clinic, office.citizen(), office.doctor()):
            answer = await office.http.request(
                method, path, json=body, headers=headers | keyed() | {"If-Match": "*"}
            )
            assert answer.status_code == 403, (method, path, answer.text)


async def test_versions_are_kept_to_the_letter_and_two_administrators_do_not_overwrite(
    office: Office,
) -> None:
    first = await begin(office, POOL)
    revision = first.json()["revision"]
    changes = [POOL | {"validity_months": months} for months in (1, 2)]
    answers = await asyncio.gather(*(publish(office, data, revision) for data in changes))
    assert sorted(a.status_code for a in answers) == [200, 412]
    same = await publish(
        office, changes[answers[0].status_code != 200], first.json()["revision"] + 1
    )
    assert same.json()["code"] == "type-unchanged"
    kept = await office.http.get("/v1/catalogue/pool/versions/1", headers=admin(office))
    assert kept.json()["definition"] == text(POOL)
    other = await publish(office, POOL | {"code": "bath"}, 2)
    assert other.json()["errors"][0]["code"] == "code-changed"


async def test_replicas_agree_by_the_database_within_two_seconds(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with (
        certificates(platform, database, tokens) as one,
        certificates(platform, database, tokens) as other,
    ):
        assert (await other.http.get("/v1/types/pool")).status_code == 404
        assert (await begin(one, POOL)).status_code == 201
        types = find(other.app, Types)
        types._looked_at -= 2.1
        assert (await other.http.get("/v1/types/pool")).status_code == 200


async def test_a_newer_file_is_the_next_version_once_unless_an_administrator_has_changed_it(
    office: Office,
) -> None:
    types = find(office.app, Types)
    heads = {head.id: head for head in await types.store.heads()}
    assert {head.latest for head in heads.values()} == {1}
    assert sorted(heads) == sorted(CATALOGUE.types)

    older, files = dict(CATALOGUE.texts), find(office.app, Types).files
    newer = older["allergy"].replace('"validity_months": 12', '"validity_months": 6')
    allergy = json.loads(newer)
    changed = await publish(office, allergy | {"title": "Аллергия"}, 1, "allergy")
    assert changed.status_code == 200, changed.text
    vaccination = older["vaccination"].replace('"validity_months": 12', '"validity_months": 3')
    brought = type(files)(
        types=files.types,
        texts=older | {"allergy": newer, "vaccination": vaccination},
        consents=files.consents,
        calendars=files.calendars,
    )
    again = [Types(types.deps, types.store, brought) for _ in range(3)]
    await asyncio.gather(*(each.install() for each in again))
    await types.install()  # an older replica starts once more
    after = {head.id: head for head in await types.store.heads()}
    assert (after["vaccination"].latest, after["allergy"].latest) == (2, 2)
    assert again[0].offers(after["allergy"]) == newer
    assert types.offers(after["allergy"]) is None
    assert (await again[0].version("vaccination", 2)).validity_months == 3
    assert (
        await find(office.app, Runtime).mongo.db["type_versions"].count_documents({})
        == len(CATALOGUE.types) + 2
    )
