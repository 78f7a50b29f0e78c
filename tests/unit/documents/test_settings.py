"""d1: the limits of uploads are data."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from contracts.roles import Role
from services.chassis.http.facilities import find
from services.documents.app import build
from services.documents.settings import Settings
from services.documents.uploads.domain.limits import MEGABYTE, PURPOSES, PurposeLimits
from services.documents.uploads.usecases.uploading import Uploads
from tests.support.services.certificates.builders import CATALOGUE


def purposes_of(settings: Settings) -> Mapping[str, PurposeLimits]:
    return find(build(settings), Uploads).rules.purposes


def test_d1_the_default_limits() -> None:
    purposes = purposes_of(Settings(demo=True))
    assert purposes["attachment"].max_bytes == 5 * MEGABYTE
    extract = purposes["card-extract"]
    assert (extract.max_bytes, extract.min_dpi) == (2 * MEGABYTE, 300)


def test_d1_an_operator_sets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCUMENTS_PURPOSES", '{"photo": {"title": "Фото", "max_bytes": 1000}}')
    purposes = purposes_of(Settings(demo=True))
    assert list(purposes) == ["photo"]
    assert purposes["photo"].max_bytes == 1000


@pytest.mark.parametrize("limits", ['{"max_bytes": 1}', '{"title": "Фото", "max_bytes": 0}'])
def test_what_makes_no_limits_stops_the_service_before_it_starts(
    monkeypatch: pytest.MonkeyPatch, limits: str
) -> None:
    monkeypatch.setenv("DOCUMENTS_PURPOSES", f'{{"photo": {limits}}}')
    with pytest.raises(ValidationError):
        build(Settings(demo=True))


def test_e3_uploads_say_what_the_catalogue_does() -> None:
    """What lengthens a term is said by documents and decided by certificates: one number."""
    limits = {kind.extra_check_below_dpi for kind in CATALOGUE.types.values()}
    assert limits - {None} == {
        purpose.clear_dpi for purpose in PURPOSES.values() if purpose.by is Role.CITIZEN
    }
