"""`/ops` and `/status` in a real browser, over the gateway, on the running platform (O1, O4)."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from deploy.stacks.embedded.demo import demo_accounts
from deploy.world.demo.gateway import Gateway, Phone
from tests.support.eventually import eventually
from tests.support.stack import PlatformStack
from tests.support.tools.needs import needs

pytestmark = pytest.mark.timeout(240)

_SLOW = 60_000  # ms: the machine may be busy with other tests
# Pixels of a graph that are coloured, not grey: axes, labels and grid have no colour.
_COLOURED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [r, g, b, a] = data.subarray(at, at + 4);
    if (a > 60 && Math.max(r, g, b) - Math.min(r, g, b) > 50) found += 1;
  }
  return found;
}"""


@dataclass
class Browser:
    """A page, and everything that went wrong on it."""

    page: Page
    url: str
    gateway: Gateway
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note errors and requests that leave the gateway."""
        page = self.page
        page.on("console", lambda m: self._note(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self._note(str(e)))
        page.on("request", lambda r: self._went(r.url))

    def _note(self, text: str) -> None:
        self.complaints.append(text)

    def _went(self, url: str) -> None:
        if not url.startswith((self.url, "data:")):
            self.strangers.append(url)

    async def log_in(self, role: str) -> None:
        """As a person would: login, password, and the code from the phone."""
        account = next(a for a in demo_accounts() if a.role == role)
        phone = Phone(self.gateway, account.phone)
        await phone.skip()
        await self.page.goto(f"{self.url}/ops")
        await self.page.get_by_label("Логин, телефон или e-mail").fill(account.login)
        await self.page.get_by_label("Пароль").fill(account.password)
        await self.page.get_by_role("button", name="Продолжить").click()
        code = await phone.wait_for(r"\b(\d{6})\b", within=40)
        await self.page.get_by_label("Код из сообщения").fill(code[1])
        await self.page.get_by_role("button", name="Войти").click()

    async def drawn(self, least: int) -> None:
        """At least so many graphs have lines on them.

        Raises:
            AssertionError: not in time.
        """

        async def enough() -> bool:
            canvases = await self.page.query_selector_all(".card canvas")
            inks: list[int] = [await canvas.evaluate(_COLOURED) for canvas in canvases]
            return sum(ink > 20 for ink in inks) >= least

        await eventually(enough, within=60, every=1.0)


@pytest.fixture
async def browser(everything: PlatformStack, gateway: Gateway) -> AsyncIterator[Browser]:
    """Chromium, as an SRE in Moscow has it."""
    chromium = needs("chromium")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        page = await launched.new_page(
            locale="ru-RU", timezone_id="Europe/Moscow", viewport={"width": 1400, "height": 900}
        )
        page.set_default_timeout(_SLOW)
        found = Browser(page, everything.url, gateway)
        found.listen()
        yield found
        await launched.close()


@contextmanager
def frozen(stack: PlatformStack, name: str) -> Iterator[None]:
    """The service hangs: its port is open and nobody answers. One that dies is started again."""
    pid = stack.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def component(gateway: Gateway, key: str) -> str:
    """The state of a component on the public page."""
    status = (await gateway.page("/status.json")).json()
    return str(next(c["state"] for c in status["components"] if c["key"] == key))


async def test_o1_an_sre_sees_every_service_live(browser: Browser) -> None:
    """Log in with the code, see graphs with lines, go through the tabs; no error, no stranger."""
    page = browser.page
    await browser.log_in("sre")
    strip = page.get_by_role("list", name="Сервисы").get_by_role("listitem")
    await expect(strip).to_have_count(5, timeout=_SLOW)
    await browser.drawn(5)
    tabs = page.get_by_role("tab")
    names = [await tab.get_attribute("data-tab") for tab in await tabs.all()]
    assert names == [
        *("flow", "identity", "certificates", "scheduling", "notifier", "documents", "status"),
    ]
    await tabs.first.focus()
    for name in names[1:-1]:  # by keyboard
        await page.keyboard.press("ArrowRight")
        await expect(page.locator(f"#tab-{name}")).to_be_focused()
        await expect(page.locator("#panel table.replicas tbody tr").first).to_be_visible()
        await browser.drawn(3)
    await page.get_by_label("1 час").check()
    await browser.drawn(3)
    steps = await page.evaluate("document.querySelectorAll('.card .u-over').length")
    assert steps > 5
    for width in (390, 1600):
        await page.set_viewport_size({"width": width, "height": 900})
        await eventually(partial(_fits, page, width), within=10)
    assert browser.complaints == []
    assert browser.strangers == []


async def _fits(page: Page, width: int) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth") <= width)


async def test_o1_a_token_that_runs_out_is_renewed_without_a_word(browser: Browser) -> None:
    """Once for all calls that wait: a refresh token that came twice would end the login."""
    page = browser.page

    async def short(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json=await answer.json() | {"expires_in": 1})

    renewed: list[str] = []
    page.on("request", lambda r: renewed.append(r.url) if "/tokens/refresh" in r.url else None)
    await page.route("**/sessions/*/confirmation", short)
    await browser.log_in("sre")
    await expect(page.locator("#strip li")).to_have_count(5, timeout=_SLOW)
    await browser.drawn(1)
    assert len(renewed) == 1
    assert browser.complaints == []


async def test_o1_a_citizen_is_refused_in_words(browser: Browser) -> None:
    """The page says why, the API refuses the token, and nothing of the board is shown."""
    await browser.log_in("citizen")
    problem = browser.page.get_by_role("alert")
    await expect(problem).to_contain_text("нужна роль инженера эксплуатации", timeout=_SLOW)
    await expect(browser.page.locator("#board")).to_be_hidden()
    assert browser.strangers == []


async def test_o1_a_wrong_password_is_told_in_russian(browser: Browser) -> None:
    """The refusal of identity reaches the person."""
    page = browser.page
    await page.goto(f"{browser.url}/ops")
    await page.get_by_label("Логин, телефон или e-mail").fill("nobody-here")
    await page.get_by_label("Пароль").fill("wrong password")
    await page.get_by_role("button", name="Продолжить").click()
    await expect(page.get_by_role("alert")).to_have_text(re.compile("[а-яё]{3}"), timeout=_SLOW)


async def test_o1_o4_a_service_that_hangs_is_seen_by_the_sre_and_told_to_citizens(
    browser: Browser, everything: PlatformStack, gateway: Gateway
) -> None:
    """Header and status page say so; an operator's notice says what is being done."""
    page = browser.page
    await browser.log_in("sre")
    item = page.locator("#strip [data-service=scheduling]")
    await expect(item).to_have_attribute("data-level", "good", timeout=_SLOW)
    with frozen(everything, "scheduling"):
        await expect(item).to_have_attribute("data-level", "bad", timeout=_SLOW)
        await expect(item).to_contain_text("не отвечает")
        await eventually(lambda: _is(gateway, "appointments", "down"), within=60, every=0.5)
        public = (await gateway.page("/status")).text
        assert "Часть услуг не работает" in public
        assert "Записаться и отменить запись сейчас нельзя" in public

        await page.get_by_role("tab", name="Статус").click()
        await page.get_by_role("button", name="Опубликовать").click()
        await expect(page.locator(".field.bad")).to_have_count(3)  # title, components, text
        await page.get_by_label("Заголовок").fill("Запись к врачу недоступна")
        await page.get_by_role("checkbox", name="Запись к врачу").check()
        await page.get_by_label("Что происходит и что делается").fill("Перезапускаем сервис.")
        await page.get_by_role("button", name="Опубликовать").click()
        notice = page.locator("article.notice").filter(has_text="Запись к врачу недоступна")
        await expect(notice).to_be_visible()
        public = (await gateway.page("/status")).text
        assert "Перезапускаем сервис." in public
    await expect(item).to_have_attribute("data-level", "good", timeout=_SLOW)
    await notice.get_by_text("Добавить обновление").click()
    await notice.get_by_label("Состояние").select_option("fixed")
    await notice.get_by_label("Обновление").fill("Сервис работает.")
    await notice.get_by_role("button", name="Добавить").click()
    await expect(notice).to_have_attribute("data-open", "false")
    await eventually(lambda: _is(gateway, "appointments", "works"), within=60, every=0.5)
    assert browser.strangers == []
    # the refused form is what this test asked for; a browser reports any 4xx
    assert [c for c in browser.complaints if "422" not in c] == []


async def test_o4_an_answer_that_is_lost_makes_no_second_notice(browser: Browser) -> None:
    """The form keeps its Idempotency-Key after a 5xx, and takes another after everything else."""
    page, keys = browser.page, list[str]()
    lost = False

    async def lose(route: Route) -> None:
        """Let it take effect; while answers get lost, say that it did not."""
        if route.request.method != "POST":
            await route.fallback()
            return
        keys.append(await route.request.header_value("idempotency-key") or "")
        answer = await route.fetch()
        if lost:
            await route.fulfill(status=503, content_type="text/plain", body="away")
        else:
            await route.fulfill(response=answer)

    async def publish(text: str, title: str = "Ответ потерян") -> None:
        await page.get_by_label("Заголовок").fill(title)
        await page.get_by_role("checkbox", name="Запись к врачу").check()
        await page.get_by_label("Что происходит и что делается").fill(text)
        await page.get_by_role("button", name="Опубликовать").click()

    await page.route("**/ops/api/notices", lose)
    await browser.log_in("sre")
    await page.get_by_role("tab", name="Статус").click()
    problem = page.locator("form .problem:visible")
    notices = page.locator("article.notice").filter(has_text="Ответ потерян")
    lost = True
    await publish("Чиним.")
    await expect(problem).to_have_text(re.compile("[а-яё]{3}"))
    lost = False
    await page.get_by_role("button", name="Опубликовать").click()
    await expect(page.get_by_label("Заголовок")).to_have_value("")  # taken, and the form is empty
    await expect(notices).to_have_count(1)
    assert keys == [keys[0]] * 2

    lost = True
    await publish("Чиним дальше.")
    await expect(problem).to_be_visible()
    lost = False
    await publish("Починили наполовину.")
    await expect(problem).to_contain_text("сообщение уже в списке")
    await expect(notices).to_have_count(2)
    await page.get_by_role("button", name="Опубликовать").click()
    await expect(notices).to_have_count(3)
    _, _, begun, repeated, anew = keys
    assert begun == repeated
    assert len({keys[0], begun, anew}) == 3
    # what the browser reports of answers that this test asked for
    assert [c for c in browser.complaints if "503" not in c and "422" not in c] == []


async def _is(gateway: Gateway, key: str, state: str) -> bool:
    return await component(gateway, key) == state


async def test_o4_the_status_page_needs_no_script(
    everything: PlatformStack, gateway: Gateway
) -> None:
    """What a citizen reads is there without JavaScript, login or another origin."""
    chromium = needs("chromium")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await launched.new_page(java_script_enabled=False, locale="ru-RU")
        await page.goto(f"{everything.url}/status")
        assert await page.get_by_role("heading", level=1).inner_text()
        await expect(page.locator(".parts li")).to_have_count(5)
        await launched.close()
    answer = await gateway.page("/status")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert (await gateway.page("/")).text.count('href="/status"') == 1
