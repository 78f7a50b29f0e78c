"""X3 in a real browser, over the gateway: a number is genuine, and the file has to prove itself."""

from __future__ import annotations

from playwright.async_api import FilePayload, Page, async_playwright

from deploy.world import verify_pdf
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.scenario import Scenario
from deploy.world.demo.steps import Steps
from tests.support.tools.needs import needs

_SLOW = 30_000


async def answer_to(page: Page, name: str, content: bytes) -> str:
    """What the page says of a file."""
    file = FilePayload(name=name, mimeType="application/pdf", buffer=content)
    await page.get_by_label("Файл справки (PDF)").set_input_files(file)
    await page.get_by_role("button", name="Проверить файл").click()
    said = page.locator("#file-answer:not(.checking)")
    await said.wait_for(state="visible")
    return await said.inner_text()


async def test_x3_a_file_is_checked_where_the_qr_code_leads(gateway: Gateway) -> None:
    chromium = needs("chromium")
    outcome = await Scenario(gateway, Steps(quiet=True), seed=7).play()
    (address,) = verify_pdf.read_qr(outcome.certificate)
    forged = outcome.certificate.replace(b"%%EOF", b"%%EOX", 1)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        page = await browser.new_page(locale="ru-RU", viewport={"width": 390, "height": 844})
        page.set_default_timeout(_SLOW)
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        await page.goto(address)
        assert "доказывает только проверка файла" in await page.inner_text("main")
        assert "Файл подлинный, и документ действует" in await answer_to(
            page, "справка.pdf", outcome.certificate
        )
        assert "Файл не подлинный" in await answer_to(page, "forged.pdf", forged)
        assert "это другой документ" in await answer_to(page, "talon.pdf", outcome.talon)
        assert "PDF" in await answer_to(page, "photo.jpg", b"\xff\xd8\xff\xe0 no document")
        # the browser notes the refusal of what is no PDF, and nothing of the page's policy
        assert all("status of 4" in text for text in complaints), complaints
        root = await page.get_by_role("link", name="корневой сертификат").get_attribute("href")
        assert root is not None
        trusted = await page.request.get(f"{address[: address.index('/verify')]}{root}")
        assert (await trusted.text()).startswith("-----BEGIN CERTIFICATE-----")
        # no line of the page is wider than a phone
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width == 390
        await browser.close()
