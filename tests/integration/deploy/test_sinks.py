"""The sinks as the notifier meets them: a process of their own, signed HTTP, SMTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import async_playwright, expect

from deploy.stacks.embedded import platform as layout
from deploy.stacks.embedded.ports import free_port_set
from deploy.stacks.embedded.servers import MemoryKafka, Program
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import StackSettings
from tests.support.stack import restarting
from tests.support.tools.needs import needs


@pytest.fixture(scope="module")
def sinks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    directory = tmp_path_factory.mktemp("sinks")
    directories, ports = Directories(directory / "data", directory / "logs"), free_port_set()
    kafka = MemoryKafka(directories, port=ports.kafka)
    program = layout.build(StackSettings(run_dir=directory), ports, directories, kafka).sinks
    program.start()
    program.ready()
    yield program
    program.stop()


@pytest.fixture
def client(sinks: Program) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"http://127.0.0.1:{sinks.port}") as client:
        yield client


def _post(
    client: httpx2.Client, sinks: Program, channel: str, body: dict[str, Any], **headers: str
) -> httpx2.Response:
    raw = json.dumps(body).encode()
    secret = sinks.variables[f"SINKS_{channel.upper()}_SECRET"].encode()
    signed = {
        "X-Signature": "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest(),
        "Idempotency-Key": str(body.get("id")),
    }
    return client.post(f"/{channel}/v1/messages", content=raw, headers=signed | headers)


def _mail(sinks: Program, key: str, to: str = "someone@zdorovie.example") -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Справка готова", "a@b.example", to
    message["Message-ID"] = key
    message.set_content("Здравствуйте!\nСправка готова.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="справка.pdf")
    with smtplib.SMTP("127.0.0.1", int(sinks.variables["SINKS_SMTP_PORT"])) as server:
        server.send_message(message)


def _read(client: httpx2.Client, to: str, **params: Any) -> dict[str, Any]:
    page: dict[str, Any] = client.get("/inbox/api/messages", params={"to": to, **params}).json()
    return page


def test_n1_an_sms_is_accepted_once_per_key(sinks: Program, client: httpx2.Client) -> None:
    body = {"id": "sms-once", "to": "+79990000101", "text": "Код 1234"}
    first, again = (_post(client, sinks, "sms", body) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert first.json()["status"] == "accepted"
    assert [item["text"] for item in _read(client, "+79990000101")["items"]] == ["Код 1234"]
    assert client.get("/inbox/api/stats").json()["sms"]["duplicates"] == 1


def test_a_wrong_signature_and_a_missing_key_are_refused(
    sinks: Program, client: httpx2.Client
) -> None:
    body = {"id": "x", "to": "+79990000102", "text": "x"}
    assert _post(client, sinks, "sms", body, **{"X-Signature": "sha256=00"}).status_code == 401
    assert _post(client, sinks, "sms", body, **{"Idempotency-Key": "other"}).status_code == 400
    assert _post(client, sinks, "sms", {"id": "x"}).status_code == 422
    assert _read(client, "+79990000102")["items"] == []


def test_a_push_shows_its_title_and_address(sinks: Program, client: httpx2.Client) -> None:
    body = {"id": "p", "to": "device-1", "title": "Готово", "body": "Справка", "url": "/verify/1"}
    assert _post(client, sinks, "push", body).status_code == 202
    (item,) = _read(client, "device-1")["items"]
    assert (item["channel"], item["title"], item["text"]) == ("push", "Готово", "Справка")
    assert item["url"] == "/verify/1"


def test_a_mail_is_kept_once_per_message_id(sinks: Program, client: httpx2.Client) -> None:
    _mail(sinks, "<once@test>")
    _mail(sinks, "<once@test>")
    (item,) = _read(client, "someone@zdorovie.example")["items"]
    assert item["subject"] == "Справка готова"
    assert item["text"] == "Здравствуйте!\nСправка готова."
    assert item["attachments"] == ["справка.pdf"]


def test_failures_come_as_ordered(sinks: Program, client: httpx2.Client) -> None:
    for channel, status in (("sms", 503), ("email", 451)):
        wanted = {"channel": channel, "next": 1, "status": status}
        assert client.post("/inbox/api/faults", json=wanted).status_code == 204
    body = {"id": "after-a-fault", "to": "+79990000103", "text": "x"}
    assert [_post(client, sinks, "sms", body).status_code for _ in range(2)] == [503, 202]
    with pytest.raises(smtplib.SMTPDataError) as refused:
        _mail(sinks, "<fault@test>")
    assert refused.value.smtp_code == 451
    _mail(sinks, "<fault@test>")


def test_a_reader_is_told_at_once(sinks: Program, client: httpx2.Client) -> None:
    pages: list[dict[str, Any]] = []
    reader = threading.Thread(target=lambda: pages.append(_read(client, "late", wait=20)))
    reader.start()
    body = {"id": "late", "to": "late", "text": "news"}
    assert _post(client, sinks, "sms", body).status_code == 202
    reader.join(timeout=10)
    assert [item["text"] for item in pages[0]["items"]] == ["news"]
    assert _read(client, "late", since=pages[0]["cursor"])["items"] == []


def test_messages_survive_a_crash(sinks: Program, client: httpx2.Client) -> None:
    body = {"id": "kept", "to": "+79990000104", "text": "kept"}
    answer = _post(client, sinks, "sms", body).json()
    with restarting(sinks, kill=True):
        pass
    assert [item["id"] for item in _read(client, "+79990000104")["items"]] == ["kept"]
    assert _post(client, sinks, "sms", body).json() == answer


def test_the_inbox_is_a_page_that_loads_only_its_own(client: httpx2.Client) -> None:
    page = client.get("/inbox")
    assert page.status_code == 200
    assert 'lang="ru"' in page.text
    for path in ("/inbox/style.css", "/inbox/inbox.js"):
        assert path in page.text
        assert client.get(path).status_code == 200
    people = client.get("/inbox/api/people").json()["people"]
    assert "+79990000001" in people[0]["addresses"]


def test_the_file_is_one_json_line_a_message(sinks: Program) -> None:
    file = Path(sinks.variables["SINKS_DATA_DIR"]) / "messages.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        assert json.loads(line)


async def test_the_inbox_makes_links_as_a_phone_does(sinks: Program, client: httpx2.Client) -> None:
    """N4: an SMS leaves `https://` out, and its link can be followed all the same."""
    texts = {
        "Справка 26K7-Q2M9-X4RB готова: mz.example/c/26K7Q2M9X4RB": "https://mz.example/c/26K7Q2M9X4RB",
        "Запись 28.11 9:30, клиника № 45 http://127.0.0.1:8080/v": "http://127.0.0.1:8080/v",
        "Форма 086/у, каб. 2.14, и/или полис": None,
    }
    for number, text in enumerate(texts):
        body = {"id": f"link-{number}", "to": "+79990000077", "text": text}
        assert _post(client, sinks, "sms", body).is_success
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=needs("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = await launched.new_page()
        await page.goto(f"http://127.0.0.1:{sinks.port}/inbox?to=%2B79990000077")
        for text, address in texts.items():
            message = page.locator("li.message").filter(has_text=text)
            await expect(message).to_have_count(1)
            links = [await link.get_attribute("href") for link in await message.locator("a").all()]
            assert links == ([address] if address else [])
        await launched.close()
