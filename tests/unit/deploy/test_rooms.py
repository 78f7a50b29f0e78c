"""The demo's video rooms let in whoever has an address of scheduling's that is good now (C19)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from deploy.world.sinks.app import build
from deploy.world.sinks.settings import SinksSettings
from services.scheduling.video.domain import Guest, Window
from services.scheduling.video.gateways import Rooms

SECRET = SecretStr("secret-of-the-video-rooms")
NOW = datetime.now(UTC)
ANNA = Guest("citizen-1", "Анна <b>Соколова</b>", leads=False)


def _address(visit: str = "apt-1", secret: SecretStr = SECRET, *, ahead: int = 0) -> str:
    begins = NOW + timedelta(minutes=ahead - 5)
    window = Window(begins, begins + timedelta(minutes=40))
    return Rooms("https://video.example/inbox/video", secret).room(visit, ANNA, window, NOW).url


async def _opened(
    tmp_path: Path, path: str, *, secret: SecretStr | None = SECRET
) -> httpx2.Response:
    settings = SinksSettings(
        data_dir=tmp_path, sms_secret=SECRET, push_secret=SECRET, video_secret=secret
    )
    transport = httpx2.ASGITransport(app=build(settings))
    async with httpx2.AsyncClient(transport=transport, base_url="https://video.example") as http:
        return await http.get(path)


def _path(url: str) -> str:
    split = urlsplit(url)
    return f"{split.path}?{split.query}"


async def test_its_guest_enters_and_is_shown_as_text(tmp_path: Path) -> None:
    answer = await _opened(tmp_path, _path(_address()))
    assert answer.status_code == 200
    assert "Анна &lt;b&gt;Соколова&lt;/b&gt;, участник" in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        _path(_address(secret=SecretStr("another-secret-of-somebody"))),
        _path(_address(ahead=60)),
        _path(_address(ahead=-60)),
        urlsplit(_address()).path,
        f"{urlsplit(_address('apt-2')).path}?{urlsplit(_address()).query}",
        "/inbox/video/x?jwt=nonsense",
    ],
)
async def test_nobody_else_does(tmp_path: Path, path: str) -> None:
    assert (await _opened(tmp_path, path)).status_code == 403


async def test_without_a_secret_nobody_is_believed(tmp_path: Path) -> None:
    assert (await _opened(tmp_path, _path(_address()), secret=None)).status_code == 403
