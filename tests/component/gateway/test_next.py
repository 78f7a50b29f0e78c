"""N4: what a message links to is there, without login, and says what to do about that thing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest

from deploy import ROOT
from deploy.gateway.short import SHORT
from services.notifier.templates.domain.content import Channel
from tests.support.services.notifier import SALUTATION, facts, renderer, told_by
from tests.support.tools.gateway import door
from tests.support.tools.ops import Service

_PAGES = sorted((ROOT / "deploy/gateway/site/next").glob("*.html"))


class _Page(HTMLParser):
    """What a reader, a screen reader and a browser take from a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.links, self.tags = list[str](), list[str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given[key] or "" for key in ("href", "src") if key in given]


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """The real one; behind it is nobody but a service that knows nothing."""
    service = Service()
    await service.start()
    with door(tmp_path, {"certificates": service.port, "scheduling": service.port}) as found:
        async with httpx2.AsyncClient(base_url=found.url, trust_env=False) as client:
            yield client
    await service.stop()


async def test_the_short_link_of_an_sms_leads_where_the_letter_does(
    gateway: httpx2.AsyncClient,
) -> None:
    """Every message: the page is the same, and a number that the link carries arrives."""
    for name in told_by(Channel.SMS):
        context = facts(name)
        base = str(gateway.base_url).rstrip("/")
        told = {
            channel: renderer(portal=base).render(name, channel, context, salutation=SALUTATION)
            for channel in (Channel.SMS, Channel.EMAIL)
        }
        short = told[Channel.SMS].content.text.rpartition(" ")[2]
        link = told[Channel.EMAIL].content.link
        answer = await gateway.get(short)
        assert answer.status_code == 302, short
        target = answer.headers["location"]
        number = re.search(r"/([0-9A-Z]{12})$", short)
        if number:
            assert f"{base}{target}" == link.replace("-", "")
        else:
            assert f"{base}{target}" == link.partition("#")[0]
        if "/next/" in target:
            page = await gateway.get(target)
            assert page.status_code == 200, target
            assert page.headers["content-type"].startswith("text/html")
            assert "default-src 'self'" in page.headers["content-security-policy"]


async def test_only_what_is_named_is_a_short_address(gateway: httpx2.AsyncClient) -> None:
    """A stranger's words never become a place to go to."""
    for path in ("/z", "/c/", "/c/26K7-Q2M9", "/c/26K7Q2M9X4RB/x", "/c/26K7Q2M9X4R%0A", "/next/zz"):
        assert (await gateway.get(path)).status_code == 404, path
    for path in ("/c//evil.example", "/r/..%2f..%2fops1"):
        answer = await gateway.get(path)
        assert answer.status_code == 404, path
        assert "location" not in answer.headers


async def test_the_script_of_the_pages_is_there(gateway: httpx2.AsyncClient) -> None:
    answer = await gateway.get("/next/number.js")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]


def test_every_page_is_meant_by_a_letter() -> None:
    letters = {short.letter for short in SHORT}
    assert len(letters) == len(SHORT)
    assert {f"/next/{page.stem}" for page in _PAGES} == {
        short.page for short in SHORT if short.page.startswith("/next/")
    }


async def test_a_page_says_what_to_do_and_loads_nothing_from_elsewhere(
    gateway: httpx2.AsyncClient,
) -> None:
    """One heading, steps, ways out; every link of it is one of our own pages."""
    for file in _PAGES:
        answer = await gateway.get(f"/next/{file.stem}")
        assert answer.status_code == 200, file.stem
        text = answer.text
        page = _Page(text)
        assert page.tags.count("h1") == 1
        assert page.tags.count("main") == 1
        assert page.tags.count("ol") == 1
        assert page.tags.count("li") >= 3
        assert len(set(page.ids)) == len(page.ids)
        ours = {"/", "/status", "/style.css", "/icon.svg", "/next/number.js", "#main"}
        assert set(page.links) <= ours | {f"/next/{other.stem}" for other in _PAGES}
        assert "/status" in page.links
        assert not re.search(r"style=|onclick|<script>|{{|}}", text)
        assert "</html>" in text


async def test_the_frame_of_the_pages_is_no_page(gateway: httpx2.AsyncClient) -> None:
    assert (await gateway.get("/.parts/next.html")).status_code == 404


@pytest.mark.parametrize("demo", [True, False])
async def test_the_start_page_says_that_it_is_a_demo_only_where_it_is(
    tmp_path: Path, demo: bool
) -> None:
    """A citizen comes first, and reads of no demo in an installation that is none."""
    with door(tmp_path, {}, demo=demo) as found:
        async with httpx2.AsyncClient(base_url=found.url, trust_env=False) as client:
            text = (await client.get("/")).text
    assert ("емонстрационный стенд" in text) is demo
    assert ("/inbox" in text) is demo
    assert "{{" not in text
    assert text.index("/next/order") < text.index("/next/invitation") < text.index("/api/identity")
    ours = {f"/next/{page.stem}" for page in _PAGES}
    assert {link for link in _Page(text).links if link.startswith("/next/")} <= ours


@pytest.mark.parametrize("file", _PAGES, ids=lambda file: file.stem)
def test_the_calls_that_a_page_names_exist(file: Path) -> None:
    """As the OpenAPI documents have them."""
    calls = re.findall(r"<code>(\w+) /api/(\w+)(/v1/[^?<]*)", file.read_text(encoding="utf-8"))
    assert calls
    for method, service, path in calls:
        document = (ROOT / "docs/openapi" / f"{service}.json").read_text(encoding="utf-8")
        shape = re.sub(r"\\{\w+\\}", r"\\{\\w+\\}", re.escape(path))
        assert re.search(rf'"{shape}": {{\s+"(?:\w+)"', document), (method, path)
