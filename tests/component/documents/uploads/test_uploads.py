"""Uploads over HTTP on real MongoDB and S3: C7, C8, D1–D3, e2, e3."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import secrets
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import httpx2
import pytest

from contracts.documents import FileAccepted
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.access.gateways.storage import Storage
from tests.support import pdfs, scans
from tests.support.service import Tokens, keyed, outbox_events
from tests.support.services.documents import DocumentsService, documents_running


async def test_c7_an_accepted_file_is_described_listed_and_announced(
    office: DocumentsService,
) -> None:
    content = scans.pdf(pages=3)
    answer = await office.upload("anna", content, purpose="card-extract", name="Выписка.docx")
    assert answer.status_code == 201
    view = answer.json()
    assert (view["media_type"], view["pages"], view["dpi"]) == ("application/pdf", 3, 300)
    assert view["name"] == "Выписка.pdf"
    assert view["source_sha256"] == hashlib.sha256(content).hexdigest()
    listed = (await office.get("/v1/files", "anna")).json()
    assert [f["file_id"] for f in listed["items"]] == [view["file_id"]]
    (event,) = await outbox_events(office.app, FileAccepted)
    assert (event.aggregateid, event.seq) == (view["file_id"], 1)
    assert (event.data.owner_id, event.data.purpose) == ("anna", "card-extract")
    assert (event.data.sha256, event.data.pages, event.data.dpi) == (view["sha256"], 3, 300)


async def test_d3_a_pdf_is_stored_as_our_own_writing_and_a_signed_one_as_it_is(
    office: DocumentsService,
) -> None:
    plain = pdfs.scanned(72) + b"<script>alert(1)</script>"
    view = (await office.upload("anna", plain)).json()
    stored = (await _download(office, f"/v1/files/{view['file_id']}", "anna")).content
    assert hashlib.sha256(stored).hexdigest() == view["sha256"] != view["source_sha256"]
    assert b"script" not in stored
    signed = await asyncio.to_thread(pdfs.signed, pdfs.scanned(72))
    view = (await office.upload("anna", signed)).json()
    stored = (await _download(office, f"/v1/files/{view['file_id']}", "anna")).content
    assert stored == signed
    assert view["sha256"] == view["source_sha256"]


async def test_who_sends_too_much_at_once_is_told_so_and_others_go_on(
    office: DocumentsService,
) -> None:
    """The fair shares are counted in `unit`: here, that the owner of a file is who shares."""
    answers = await asyncio.gather(*(office.upload("anna", scans.png()) for _ in range(14)))
    refused = [answer for answer in answers if answer.status_code != 201]
    assert refused
    assert {(a.status_code, a.json()["code"]) for a in refused} == {(429, "too-many-requests")}
    assert all("Вы загружаете много файлов" in answer.json()["detail"] for answer in refused)
    assert all(answer.headers["retry-after"] for answer in refused)
    assert (await office.upload("boris", scans.png(72))).status_code == 201


async def test_d3_an_image_is_stored_as_our_own_writing(office: DocumentsService) -> None:
    sent = scans.polyglot_jpeg()
    view = (await office.upload("anna", sent, name="фото.html")).json()
    assert view["source_sha256"] == hashlib.sha256(sent).hexdigest()
    assert view["sha256"] != view["source_sha256"]
    stored = await _download(office, f"/v1/files/{view['file_id']}", "anna")
    assert hashlib.sha256(stored.content).hexdigest() == view["sha256"]
    assert (view["size"], view["sent_size"]) == (len(stored.content), len(sent))
    (event,) = await outbox_events(office.app, FileAccepted)  # limits are about what was sent
    assert (event.data.size, event.data.sent_size) == (len(stored.content), len(sent))
    assert b"script" not in stored.content
    assert stored.headers["content-type"] == "image/jpeg"
    assert "attachment" in stored.headers["content-disposition"]


@pytest.mark.parametrize(
    ("content", "purpose", "status", "code"),
    [
        (scans.docx(), "attachment", 415, "file-type-not-allowed"),
        (b"", "attachment", 422, "file-empty"),
        (scans.jpeg()[:9000], "attachment", 422, "file-broken"),
        (scans.pdf_with_script(), "attachment", 422, "pdf-active-content"),
        (pdfs.changed(pdfs.attached), "attachment", 422, "pdf-active-content"),
        (pdfs.signed(pdfs.scanned(72)) + b"PK", "attachment", 422, "pdf-signed-unclear"),
        (pdfs.of_forms(depth=6, each=40), "attachment", 422, "file-too-complex"),
        (scans.pdf_encrypted(), "attachment", 422, "pdf-encrypted"),
        (scans.too_many_pixels(), "attachment", 422, "image-too-large"),
        (scans.jpeg_of_scans(2000), "attachment", 422, "file-broken"),
        (
            pdfs.with_jpeg(scans.jpeg_of_scans(2000), says=(400, 300)),
            "attachment",
            422,
            "file-too-complex",
        ),
        (
            pdfs.drawn(b"", images={"Im": {"size": (9000, 9000)}}),
            "attachment",
            422,
            "image-too-large",
        ),
        (scans.pdf(pages=2, dpi=299), "card-extract", 422, "resolution-too-low"),
        (scans.png(150), "card-extract", 422, "resolution-too-low"),
        (scans.jpeg(None), "card-extract", 422, "resolution-too-low"),
        (scans.pdf_without_scans(), "card-extract", 422, "resolution-unknown"),
        (scans.jpeg_larger_than(2 * scans.MEGABYTE), "card-extract", 413, "file-too-large"),
        (scans.jpeg_larger_than(5 * scans.MEGABYTE), "attachment", 413, "file-too-large"),
    ],
)
async def test_e2_e3_refusals_name_what_is_accepted_and_store_nothing(
    office: DocumentsService, content: bytes, purpose: str, status: int, code: str
) -> None:
    answer = await office.upload("anna", content, purpose=purpose)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert "PDF, JPG и PNG" in problem["detail"]
    assert problem["errors"][0]["pointer"] == "/file"
    assert (await office.get("/v1/files", "anna")).json()["items"] == []
    assert await outbox_events(office.app, FileAccepted) == []


async def test_e3_what_lengthens_the_term_is_said_at_upload(office: DocumentsService) -> None:
    coarse = (await office.upload("anna", scans.png(100))).json()
    assert [remark["code"] for remark in coarse["remarks"]] == ["resolution-low"]
    assert "150 dpi" in coarse["remarks"][0]["detail"]
    listed = (await office.get("/v1/files", "anna")).json()["items"]
    assert [file["remarks"] for file in listed] == [coarse["remarks"]]
    photo = scans.picture("JPEG", (3024, 4032), camera=True, dpi=(72, 72))
    answer = await office.upload("anna", photo, purpose="card-extract", name="IMG_0001.JPG")
    (unsigned,) = answer.json()["remarks"]
    assert (unsigned["code"], unsigned["lengthens_term"]) == ("signature-missing", True)
    answer = await office.upload("anna", photo, name="IMG_0001.JPG")
    assert (answer.json()["remarks"], answer.json()["signed"]) == ([], "unsigned")


NAME = "Выписка №5.pdf"


@pytest.mark.parametrize(
    "disposition",
    [
        f"filename*=UTF-8''{quote(NAME)}".encode(),
        f'filename="{NAME}"'.encode("cp1251"),
        b'filename="=?UTF-8?B?%s?="' % base64.b64encode(NAME.encode()),
    ],
)
async def test_a_name_is_shown_as_its_writer_meant_it(
    office: DocumentsService, disposition: bytes
) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; ' + disposition + b"\r\n\r\n"
    answer = await office.client.post(
        "/v1/files",
        content=head + scans.pdf(pages=1) + b"\r\n--b--\r\n",
        headers={
            **office.tokens.headers("anna"),
            **keyed(),
            "Content-Type": "multipart/form-data; boundary=b",
        },
    )
    assert (answer.status_code, answer.json()["name"]) == (201, NAME)


async def test_the_limits_of_a_purpose_are_told_and_an_unknown_one_is_refused(
    office: DocumentsService,
) -> None:
    listed = {p["purpose"]: p for p in (await office.client.get("/v1/purposes")).json()}
    assert listed["card-extract"]["max_bytes"] == 2 * scans.MEGABYTE
    assert listed["card-extract"]["min_dpi"] == 300
    answer = await office.upload("anna", scans.png(72), purpose="выдумка")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/purpose"
    assert "card-extract" in answer.json()["errors"][0]["detail"]


async def test_a_body_without_end_is_stopped_at_the_limit(office: DocumentsService) -> None:
    """C7: the limit is on what arrives, not on what is declared."""
    sent = 0

    async def endless() -> object:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'
        while sent < 50 * scans.MEGABYTE:
            sent += 65536
            yield bytes(65536)

    answer = await office.client.post(
        "/v1/files",
        content=endless(),  # type: ignore[arg-type] # an async generator of bytes
        headers={
            **office.tokens.headers("anna"),
            **keyed(),
            "Content-Type": "multipart/form-data; boundary=b",
        },
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")
    assert sent < 6 * scans.MEGABYTE


@pytest.mark.parametrize(
    "body",
    [
        b"not a form",
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n%PDF-1.7 cut',
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nattachment\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nx\r\n--b--\r\n',
    ],
)
async def test_a_broken_form_is_refused_in_words(office: DocumentsService, body: bytes) -> None:
    headers = {
        **office.tokens.headers("anna"),
        **keyed(),
        "Content-Type": "multipart/form-data; boundary=b",
    }
    answer = await office.client.post("/v1/files", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert "PDF, JPG и PNG" in str(answer.json())


async def test_the_same_key_gives_the_same_file_and_another_file_is_refused(
    office: DocumentsService,
) -> None:
    key = secrets.token_hex(8)
    first = await office.upload("anna", scans.png(), key=key)
    again = await office.upload("anna", scans.png(), key=key)  # another multipart boundary
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = await office.upload("anna", scans.jpeg(), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len(await outbox_events(office.app, FileAccepted)) == 1


async def test_two_twins_at_once_make_one_file(office: DocumentsService) -> None:
    key = secrets.token_hex(8)
    answers = await asyncio.gather(
        *(office.upload("anna", scans.png(72), key=key) for _ in range(4))
    )
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["file_id"] for a in answers}) == 1
    assert len(await outbox_events(office.app, FileAccepted)) == 1


async def test_without_key_or_token_or_confirmation_nothing_is_taken(
    office: DocumentsService,
) -> None:
    files = {"file": ("a.png", scans.png(72))}
    no_token = await office.client.post("/v1/files", files=files, headers=keyed())
    assert no_token.status_code == 401
    no_key = await office.client.post(
        "/v1/files", files=files, headers=office.tokens.headers("anna")
    )
    assert (no_key.status_code, no_key.json()["code"]) == (400, "idempotency-key-missing")
    registered = office.tokens.headers("anna", level="registered")
    unconfirmed = await office.client.post("/v1/files", files=files, headers=registered | keyed())
    assert (unconfirmed.status_code, unconfirmed.json()["code"]) == (403, "account-not-confirmed")


async def test_d2_another_citizen_finds_nothing(office: DocumentsService) -> None:
    file_id = (await office.upload("anna", scans.png(72))).json()["file_id"]
    for answer in (
        await office.get(f"/v1/files/{file_id}", "boris"),
        await office.link(f"/v1/files/{file_id}", "boris"),
        await office.get(f"/v1/files/{file_id}/reads", "boris"),
        await office.link(f"/v1/files/{file_id}", "doctor-orlova", "doctor"),
        await office.link("/v1/files/unknown", "anna"),
    ):
        assert answer.status_code == 404
    assert (await office.get("/v1/files", "boris")).json()["items"] == []
    for path in ("/v1/files", f"/v1/files/{file_id}", f"/v1/files/{file_id}/reads"):
        assert (await office.client.get(path)).status_code == 401
    assert (await office.client.post(f"/v1/files/{file_id}/links")).status_code == 401
    assert (await office.get("/v1/files", "kim", "administrator")).status_code == 403


async def test_d2_every_link_given_is_in_the_journal(office: DocumentsService) -> None:
    file_id = (await office.upload("anna", scans.png(72))).json()["file_id"]
    assert (await office.get(f"/v1/files/{file_id}/reads", "anna")).json()["items"] == []
    for _ in range(3):
        assert (await office.link(f"/v1/files/{file_id}", "anna")).status_code == 201
    reads = (await office.get(f"/v1/files/{file_id}/reads?limit=2", "anna")).json()
    assert [(r["role_title"], r["reader_id"]) for r in reads["items"]] == [("владелец", "anna")] * 2
    rest = await office.get(
        f"/v1/files/{file_id}/reads?limit=2&cursor={reads['next_cursor']}", "anna"
    )
    assert len(rest.json()["items"]) == 1


async def test_d1_the_link_is_signed_for_the_public_host_and_for_two_minutes(
    office: DocumentsService,
) -> None:
    file_id = (await office.upload("anna", scans.png(72))).json()["file_id"]
    link = (await office.link(f"/v1/files/{file_id}", "anna")).json()
    assert link["url"].startswith("http://127.0.0.1:8080/")
    assert "X-Amz-Expires=120" in link["url"]
    assert (await _fetch(office, link["url"])).status_code == 200
    unsigned = link["url"].split("?")[0]
    assert (await _fetch(office, unsigned)).status_code == 403
    changed = link["url"].replace("X-Amz-Expires=120", "X-Amz-Expires=9999")
    assert (await _fetch(office, changed)).status_code == 403


async def test_d1_no_word_of_a_person_is_in_the_address(office: DocumentsService) -> None:
    """The address reaches proxies and browsers; the name is said beside it."""
    name = "Анна Соколова, ВИЧ.pdf"
    file_id = (await office.upload("anna", scans.pdf(pages=1), name=name)).json()["file_id"]
    link = (await office.link(f"/v1/files/{file_id}", "anna")).json()
    assert link["name"] == name
    assert "Соколова" not in unquote(link["url"])
    given = (await _fetch(office, link["url"])).headers["content-disposition"]
    assert given == 'attachment; filename="document.pdf"'


async def test_links_are_counted_as_what_leaves_a_line_behind(
    platform: Platform, database: str, tokens: Tokens, pki: Path
) -> None:
    """Each is a line of the journal and a whole object read: nobody asks for them without end."""
    narrow = platform.model_copy(update={"creations_per_minute": 2})
    async with documents_running(
        narrow, database, tokens, pki=pki, tsa_url="http://127.0.0.1:1/"
    ) as office:
        file_id = (await office.upload("anna", scans.png(72))).json()["file_id"]
        answers = [await office.link(f"/v1/files/{file_id}", "anna") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 429, 429]
        unknown = await office.link("/v1/documents/unknown", "anna")
        assert (unknown.status_code, unknown.json()["code"]) == (429, "too-many-requests")
        reads = await office.get(f"/v1/files/{file_id}/reads", "anna")
        assert len(reads.json()["items"]) == 1


async def test_d3_swapped_content_is_given_to_nobody(
    office: DocumentsService, platform: Platform
) -> None:
    view = (await office.upload("anna", scans.png(72))).json()
    files = office.uploads
    storage: Storage = files.storage
    key = f"{view['sha256'][:2]}/{view['sha256']}"
    other = scans.png(72, title="Подменено")
    await asyncio.to_thread(
        storage._inside.put_object, files.bucket, key, io.BytesIO(other), len(other)
    )
    answer = await office.link(f"/v1/files/{view['file_id']}", "anna")
    assert (answer.status_code, answer.json()["code"]) == (409, "content-changed")
    await asyncio.to_thread(storage._inside.remove_object, files.bucket, key)
    gone = await office.link(f"/v1/files/{view['file_id']}", "anna")
    assert gone.json()["code"] == "content-changed"
    reads = await office.get(f"/v1/files/{view['file_id']}/reads", "anna")
    assert reads.json()["items"] == []


async def test_lists_have_pages(office: DocumentsService) -> None:
    made = [
        (await office.upload("anna", scans.png(72, title=str(n)))).json()["file_id"]
        for n in range(5)
    ]
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = "?limit=2" + (f"&cursor={cursor}" if cursor else "")
        answer = (await office.get(f"/v1/files{query}", "anna")).json()
        found += [f["file_id"] for f in answer["items"]]
        cursor = answer["next_cursor"]
    assert found == made[::-1]
    bad = await office.get("/v1/files?cursor=%21", "anna")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/query/cursor")


async def _download(office: DocumentsService, path: str, who: str) -> httpx2.Response:
    link = (await office.link(path, who)).json()
    answer = await _fetch(office, link["url"])
    assert answer.status_code == 200
    return answer


async def _fetch(office: DocumentsService, url: str) -> httpx2.Response:
    """As through the gateway: the path goes to S3, the Host header stays."""
    public = urlsplit(url)
    platform: Platform = find(office.app, Runtime).settings.platform
    inside = f"http://{platform.s3_endpoint}{public.path}?{public.query}"
    async with httpx2.AsyncClient() as client:
        return await client.get(inside, headers={"Host": public.netloc})
