"""O1, O4: `/status` stays fresh under its reader's eyes, and `/ops` has headings and landmarks.

A real Chromium, before the application itself: no other service runs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route, async_playwright, expect

from contracts.topics import SERVICES
from tests.support.tools.needs import needs
from tests.support.tools.ops import Service, Watching, watching

_OUTLINE = """() => {
  const seen = (node) => node.checkVisibility();
  const all = (what) => [...document.querySelectorAll(what)].filter(seen);
  return {
    levels: all("h1, h2, h3, h4, h5, h6").map((node) => Number(node.tagName[1])),
    empty: all("h1, h2, h3").filter((node) => !node.textContent.trim()).length,
    mains: all("main:not([role]), [role=main]").length,
    banners: all("header").length,
  };
}"""


@asynccontextmanager
async def browser(ops: Watching, *, script: bool = True) -> AsyncIterator[Page]:
    """A page whose requests the application answers, and nobody else."""

    async def answer(route: Route) -> None:
        request = route.request
        path = request.url.removeprefix("http://ops")
        if path.startswith("/api/identity/v1/sessions"):
            await route.fulfill(json=_logged_in(ops, path))
            return
        got = await ops.client.request(
            request.method, path, headers=request.headers, content=request.post_data_buffer
        )
        await route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.content)

    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=needs("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        page = await launched.new_page(
            java_script_enabled=script, viewport={"width": 390, "height": 700}
        )
        await page.route("**/*", answer)
        yield page
        await launched.close()


def _logged_in(ops: Watching, path: str) -> dict[str, Any]:
    if not path.endswith("/confirmation"):
        return {"session_id": "s", "sent_to": "+7 *** ***-00-01", "channel": "sms"}
    return {
        "access_token": ops.tokens.token("sre-1", "sre"),
        "refresh_token": "r",
        "expires_in": 600,
        "roles": ["sre"],
    }


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[tuple[Watching, dict[str, Service]]]:
    """Five services that are well, and their watcher."""
    services = {name: Service() for name in SERVICES}
    for service in services.values():
        await service.start()
    try:
        targets = {name: [service.url] for name, service in services.items()}
        async with watching(folder, targets) as ops:
            await ops.rounds(2)
            yield ops, services
    finally:
        for service in services.values():
            await service.stop()


async def test_o4_the_status_page_follows_without_being_loaded_anew(tmp_path: Path) -> None:
    """The reader's place is kept, the change is read aloud once, the same news is not news."""
    async with watched(tmp_path) as (ops, services), browser(ops) as page:
        await page.clock.install()
        await page.goto("http://ops/status")
        await expect(page.locator("h1")).to_have_text("Всё работает")
        await page.evaluate("window.kept = document.querySelector('#past-title')")
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        place = await page.evaluate("scrollY")
        assert place > 0

        await services["scheduling"].stop()
        await ops.rounds(3)
        await page.clock.run_for(30_000)
        await expect(page.locator("h1")).to_have_text("Часть услуг не работает")
        await expect(page.get_by_role("status")).to_have_text("Часть услуг не работает")
        await expect(page).to_have_title(
            "Часть услуг не работает — состояние сервиса «Моё здоровье»"
        )
        assert await page.evaluate("window.kept.isConnected"), "what did not change was left alone"
        assert await page.evaluate("scrollY") >= place

        await page.evaluate("document.querySelector('#news').textContent = ''")
        await ops.rounds(1)
        await page.clock.run_for(30_000)
        assert await page.locator("#news").text_content() == ""


async def test_o4_a_status_page_that_cannot_ask_says_so(tmp_path: Path) -> None:
    """What is known stays, with the time of the last look."""
    async with watched(tmp_path) as (ops, _), browser(ops) as page:
        await page.clock.install()
        await page.goto("http://ops/status")
        await page.route("**/status", lambda route: route.abort())
        await page.clock.run_for(30_000)
        await expect(page.locator("#fresh")).to_contain_text("Нет связи")
        await expect(page.locator("h1")).to_have_text("Всё работает")
        await page.unroute("**/status")
        await page.clock.run_for(30_000)
        await expect(page.locator("#fresh")).to_have_text("Обновляется само.")


async def test_o4_without_scripts_a_link_loads_the_status_page_anew(tmp_path: Path) -> None:
    """No page reloads itself under its reader."""
    async with watched(tmp_path) as (ops, _), browser(ops, script=False) as page:
        await page.goto("http://ops/status")
        assert await page.locator("meta[http-equiv]").count() == 0
        await expect(page.locator("#fresh")).to_have_text("")
        await ops.rounds(20)
        await page.get_by_role("link", name="Обновить").click()
        await expect(page.locator(".headline time")).to_have_text("12:01")


async def test_o1_every_view_of_ops_has_an_outline(tmp_path: Path) -> None:
    """One h1, no level left out, one main and one banner: at the entrance and in every tab."""
    async with watched(tmp_path) as (ops, _), browser(ops) as page:
        await page.goto("http://ops/ops")
        entrance = await page.evaluate(_OUTLINE)
        assert (entrance["levels"], entrance["mains"]) == ([1], 1)
        await page.get_by_label("Логин").fill("lebedev")
        await page.get_by_label("Пароль").fill("password")
        await page.get_by_role("button", name="Продолжить").click()
        await page.get_by_label("Код из сообщения").fill("123456")
        await page.get_by_role("button", name="Войти").click()
        await expect(page.locator("#strip li")).to_have_count(5)
        tabs = page.get_by_role("tab")
        assert await tabs.count() == 2
        for tab in await tabs.all():
            await tab.click()
            await expect(page.locator("#panel h2").first).to_be_attached()
            outline = await page.evaluate(_OUTLINE)
            levels = outline.pop("levels")
            assert outline == {"empty": 0, "mains": 1, "banners": 1}
            assert levels[0] == 1
            assert levels.count(1) == 1
            assert 2 in levels
            assert all(after <= before + 1 for before, after in pairwise(levels)), levels
        await expect(page.get_by_role("heading", level=2, name="Новое сообщение")).to_be_visible()


async def test_o4_the_status_page_has_an_outline(tmp_path: Path) -> None:
    async with watched(tmp_path) as (ops, _), browser(ops) as page:
        await page.goto("http://ops/status")
        outline = await page.evaluate(_OUTLINE)
        levels = outline.pop("levels")
        assert outline == {"empty": 0, "mains": 1, "banners": 1}
        assert levels[:3] == [1, 2, 3]
        assert all(after <= before + 1 for before, after in pairwise(levels))
