"""The public check: C31, C33, C34, C36, d5, e10 – for machines and for people."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from datetime import datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from contracts.certificates import CertificateIssued, CertificateRevoked
from services.certificates.applications.domain.states import Move
from services.certificates.registry.domain.numbers import certificate_number
from tests.support.service import outbox_events
from tests.support.services.certificates.builders import ANNA, CLINIC
from tests.support.services.certificates.events import Json
from tests.support.services.certificates.office import Office

SECRETS = ("Анна", "Сергеевна", "2007", "18.04", "citizen-anna", "7758890000000128", "Орлова")
UNKNOWN = certificate_number(2026, 12345)


async def public(office: Office, number: str) -> Json:
    answer = await office.http.get(f"/v1/public/certificates/{number}")
    assert answer.status_code == 200, answer.text
    assert not [secret for secret in SECRETS if secret in answer.text]
    found: Json = answer.json()
    return found


async def revoke(office: Office, application: Json, headers: dict[str, str]) -> tuple[int, Json]:
    answer = await office.http.post(
        f"/v1/certificates/{application['certificate']['id']}/revocation",
        json={"reason_code": "mistake", "reason": "Ошибка в заключении"},
        headers=headers,
    )
    return answer.status_code, answer.json()


async def test_c34_a_valid_certificate_shows_type_issuer_dates_and_a_masked_name(
    office: Office,
) -> None:
    number = (await office.issued())["certificate"]["number"]
    found = await public(office, number)
    assert found["state"] == "valid"
    assert found["title"] == "Справка 086/у"
    assert found["name"] == "С*** А*** С***"
    assert found["issuer"] == found["clinic"]["organisation"] == CLINIC.organisation
    assert found["issued_on"] < found["valid_until"]
    assert set(found) == {
        "number",
        "state",
        "state_label",
        "title",
        "name",
        "issuer",
        "clinic",
        "issued_on",
        "valid_until",
        "revoked_on",
    }
    typed = number.replace("-", " ").lower()
    assert (await public(office, typed))["state"] == "valid"


async def test_c34_expired_revoked_and_unknown(office: Office) -> None:
    application = await office.issued()
    number = application["certificate"]["number"]
    office.clock.ahead = timedelta(days=200)
    assert (await public(office, number))["state"] == "expired"
    office.clock.ahead = timedelta(0)
    status, _ = await revoke(office, application, office.doctor())
    assert status == 200
    found = await public(office, number)
    assert found["state"] == "revoked"
    assert found["revoked_on"]
    assert "Ошибка" not in str(found)
    unknown = await public(office, UNKNOWN)
    assert unknown["state"] == "unknown"
    assert unknown["name"] is unknown["title"] is None


async def test_c31_a_mistyped_number_is_told_from_an_unknown_one(office: Office) -> None:
    wrong = UNKNOWN[:-1] + ("A" if UNKNOWN[-1] != "A" else "B")
    answer = await office.http.get(f"/v1/public/certificates/{wrong}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "number-mistyped"
    assert "Номер введён с ошибкой" in answer.json()["title"]


async def test_c36_only_its_doctor_or_an_administrator_revokes(office: Office) -> None:
    application = await office.issued()
    status, problem = await revoke(office, application, office.doctor("doctor-petrov"))
    assert (status, problem["code"]) == (403, "certificate-not-yours")
    status, _ = await revoke(office, application, office.citizen())
    assert status == 403
    headers = office.tokens.headers("administrator-kim", "administrator")
    status, certificate = await revoke(office, application, headers)
    assert (status, certificate["status"]) == (200, "revoked")
    status, problem = await revoke(office, application, headers)
    assert (status, problem["code"]) == (409, "certificate-not-in-force")
    read = await office.read(application["id"])
    assert read["history"][-1]["move"] == Move.REVOKE
    assert read["history"][-1]["reason"] == "Ошибка в заключении"


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0\u200b\r\n", " а ", "\u2800\u2800\u2800"])
async def test_c36_space_is_no_reason(office: Office, blank: str) -> None:
    application = await office.issued()
    answer = await office.http.post(
        f"/v1/certificates/{application['certificate']['id']}/revocation",
        json={"reason_code": "mistake", "reason": blank},
        headers=office.doctor(),
    )
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/reason"]
    assert (await public(office, application["certificate"]["number"]))["state"] == "valid"


async def test_c36_a_revocation_is_told_once_and_two_race_for_it(office: Office) -> None:
    """Doctor and administrator at the same moment: one event, next in the application's order."""
    application = await office.issued()
    kim = office.tokens.headers("administrator-kim", "administrator")
    racers = [office.doctor(), kim] * 3
    answers = await asyncio.gather(*(revoke(office, application, who) for who in racers))
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409, 409, 409]
    (issued,) = await outbox_events(office.app, CertificateIssued)
    (event,) = await outbox_events(office.app, CertificateRevoked)
    assert (event.aggregateid, event.seq) == (application["id"], issued.seq + 1)
    data = event.data
    assert data.certificate_id == issued.data.certificate_id
    assert data.number == application["certificate"]["number"]
    assert data.citizen_id == ANNA.account_id
    assert data.document_id == "doc-1"
    assert (data.reason_code, data.reason) == ("mistake", "Ошибка в заключении")
    (certificate,) = (await office.http.get("/v1/certificates", headers=office.citizen())).json()[
        "items"
    ]
    kept = datetime.fromisoformat(certificate["revoked_at"])  # to the millisecond
    assert abs(kept - data.revoked_at) < timedelta(milliseconds=1)


class Page(HTMLParser):
    """What a test looks for in a page: addresses it loads, scripts, its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.scripts = 0
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.loads += [v for k, v in attrs if k in {"src", "href", "action"} and v]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("path", ["/verify", "/verify/"])
async def test_the_page_has_a_form_that_leads_to_the_number(office: Office, path: str) -> None:
    form = await office.http.get(path)
    assert form.status_code == 200
    assert '<html lang="ru">' in form.text
    assert "viewport" in form.text
    sent = await office.http.get(path, params={"number": UNKNOWN.lower().replace("-", " ")})
    assert sent.status_code == 303
    assert sent.headers["location"] == f"/verify/{UNKNOWN}"
    wrong = await office.http.get(path, params={"number": "123"})
    assert wrong.status_code == 422
    assert "Номер введён с ошибкой" in wrong.text


async def test_c34_the_page_says_each_state_in_words_and_colour(office: Office) -> None:
    application = await office.issued()
    path = f"/verify/{application['certificate']['number']}"
    valid = await office.http.get(path)
    assert valid.status_code == 200
    assert "Справка с этим номером действительна" in valid.text
    assert "С*** А*** С***" in valid.text
    assert 'class="state valid"' in valid.text
    office.clock.ahead = timedelta(days=200)
    expired = (await office.http.get(path)).text
    assert "Срок действия справки истёк" in expired
    assert 'class="state expired"' in expired
    office.clock.ahead = timedelta(0)
    await revoke(office, application, office.doctor())
    revoked = (await office.http.get(path)).text
    assert "Справка отозвана" in revoked
    assert 'class="state revoked"' in revoked
    unknown = await office.http.get(f"/verify/{UNKNOWN}")
    assert unknown.status_code == 404
    assert "не найдена" in unknown.text
    assert 'class="state unknown"' in unknown.text
    for html in (valid.text, expired, revoked, unknown.text):
        # the stylesheet has numbers of its own
        words = html[html.index("<main>") :]
        assert not [secret for secret in SECRETS if secret in words]


async def test_e10_the_page_loads_nothing_and_runs_its_own_few_lines_only(office: Office) -> None:
    """The check by number needs no script; a file goes to the public check of documents."""
    number = (await office.issued())["certificate"]["number"]
    leads = {"/", "/verify/", "/api/documents/v1/public/checks", "/trust/root.pem"}
    for path in ("/verify", f"/verify/{number}", f"/verify/{UNKNOWN}", "/verify/123"):
        answer = await office.http.get(path)
        page = Page(answer.text)
        assert set(page.loads) == leads
        assert page.scripts == 1
        script = answer.text.split("<script>")[1].split("</script>")[0]
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert f"script-src 'sha256-{digest}'; connect-src 'self'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"


async def test_a_genuine_number_does_not_vouch_for_a_paper(office: Office) -> None:
    """X3: a forged paper may carry it. The file is asked for, and it has to be that number's."""
    number = (await office.issued())["certificate"]["number"]
    page = (await office.http.get(f"/verify/{number}")).text
    assert "доказывает только" in page
    assert f'data-number="{number}"' in page
    assert 'data-number=""' in (await office.http.get("/verify")).text


async def test_what_is_typed_is_shown_as_text_only(office: Office) -> None:
    evil = '"><script>alert(1)</script>'
    for answer in (
        await office.http.get("/verify", params={"number": evil}),
        await office.http.get("/verify/" + evil.replace("/", "%2F")),
    ):
        assert Page(answer.text).scripts == 1  # the page's own


async def test_a_number_from_paper_works_by_qr_in_any_case(office: Office) -> None:
    number = (await office.issued())["certificate"]["number"]
    assert (await office.http.get(f"/verify/{number.lower()}")).status_code == 200


@pytest.mark.parametrize(
    "pasted",
    ["№ {} от 27.11.2026", "{}.", "https://example.ru/verify/{}", "\u202a{}\u202c", "Справка № {}"],
)
async def test_c34_a_number_is_found_in_what_is_pasted(office: Office, pasted: str) -> None:
    """The printed line, an address, other dashes: by machine, in the form, as a path."""
    for number in (UNKNOWN, UNKNOWN.replace("-", "‑"), UNKNOWN.replace("-", "—")):
        typed = pasted.format(number)
        assert (await public(office, quote(typed, safe="")))["number"] == UNKNOWN
        sent = await office.http.get("/verify/", params={"number": typed})
        assert (sent.status_code, sent.headers["location"]) == (303, f"/verify/{UNKNOWN}")
        page = await office.http.get(f"/verify/{quote(typed, safe='')}")
        assert page.status_code == 404
        assert UNKNOWN in page.text


async def test_o5_who_asks_without_end_is_told_to_wait(office: Office) -> None:
    """By machine a problem, in a browser a Russian page; both say when to come back."""
    for _ in range(300):
        told = await office.http.get(f"/v1/public/certificates/{UNKNOWN}")
        if told.status_code == 429:
            break
    assert (told.status_code, told.json()["code"]) == (429, "too-many-requests")
    assert int(told.headers["Retry-After"]) > 0
    page = await office.http.get(f"/verify/{UNKNOWN}")
    assert page.status_code == 429
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert int(page.headers["Retry-After"]) > 0
    assert "Слишком много запросов" in page.text
    assert (await office.http.get("/verify")).status_code == 200  # the form asks nothing
