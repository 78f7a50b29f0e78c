"""d1: the limits of uploads are data."""

from __future__ import annotations

import pytest

from services.documents.settings import MEGABYTE, PURPOSES, Settings
from tests.support.certificates import CATALOGUE


def test_d1_the_default_limits() -> None:
    purposes = Settings(demo=True).purposes
    assert purposes["attachment"].max_bytes == 5 * MEGABYTE
    extract = purposes["card-extract"]
    assert (extract.max_bytes, extract.min_dpi) == (2 * MEGABYTE, 300)


def test_d1_an_operator_sets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUMENTS_PURPOSES", '{"photo": {"title": "Фото", "max_bytes": 1000}}')
    assert Settings(demo=True).purposes["photo"].max_bytes == 1000


def test_e3_uploads_say_what_the_catalogue_does() -> None:
    """What lengthens a term is said by documents and decided by certificates: one number."""
    limits = {kind.extra_check_below_dpi for kind in CATALOGUE.types.values()}
    assert limits - {None} == {purpose.clear_dpi for purpose in PURPOSES.values()}
