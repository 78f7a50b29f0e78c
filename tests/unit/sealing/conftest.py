"""The demo PKI, made once a session."""

import pytest

from tests.support.sealing import DemoPki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    """P-256 keys of everybody."""
    return DemoPki.make(tmp_path_factory.mktemp("pki"))
