"""Fixtures of the documents service: a PKI once a session, an authority and the service a test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens
from tests.support.services.documents import (
    DocumentsService,
    documents_running,
    make_pki,
    time_stamping,
)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def own(pki: Path, tmp_path: Path) -> Path:
    """A PKI that this test may change."""
    return Path(shutil.copytree(pki, tmp_path / "own"))


@pytest.fixture
async def tsa(pki: Path) -> AsyncIterator[str]:
    async with time_stamping(pki) as url:
        yield url


@pytest.fixture
async def office(
    platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str
) -> AsyncIterator[DocumentsService]:
    async with documents_running(platform, database, tokens, pki=pki, tsa_url=tsa) as service:
        yield service
