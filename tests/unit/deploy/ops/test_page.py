"""O1: the page's own files: what is vendored is what its origin published."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256

from deploy import ROOT
from deploy.watch.ops.pages import moscow

PAGE = ROOT / "deploy/watch/ops/page"
NOW = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)


def test_vendored_files_are_what_the_table_says() -> None:
    table = (PAGE / "vendor/VENDORED.md").read_text()
    rows = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", table, re.MULTILINE))
    files = {path.name for path in (PAGE / "vendor").iterdir()} - {"VENDORED.md"}
    assert set(rows) == files
    for name, digest in rows.items():
        assert sha256((PAGE / "vendor" / name).read_bytes()).hexdigest() == digest


def test_the_policy_of_the_pages_is_kept_by_the_pages() -> None:
    """`default-src 'self'`: no script, style or handler inside a page, nothing from elsewhere."""
    for path in (PAGE / "index.html", ROOT / "deploy/watch/ops/templates/status.html"):
        text = path.read_text(encoding="utf-8")
        assert "http://" not in text
        assert "https://" not in text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", text), path
        assert '<html lang="ru">' in text
        assert 'name="viewport"' in text


def test_scripts_insert_text_and_never_html() -> None:
    for path in PAGE.glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(", path.read_text())


def test_moments_are_told_in_moscow_time() -> None:
    assert moscow(datetime(2026, 11, 21, 9, 30, tzinfo=UTC), NOW) == "12:30"
    assert moscow(datetime(2026, 11, 20, 20, 59, tzinfo=UTC), NOW) == "20 ноября, 23:59"
    assert moscow(datetime(2025, 12, 31, 22, 0, tzinfo=UTC), NOW) == "1 января, 01:00"
    assert moscow(datetime(2025, 3, 1, 9, 0, tzinfo=UTC), NOW) == "1 марта 2025, 12:00"
