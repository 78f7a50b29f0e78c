"""What a demo may not change, and what nobody else may have."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from services.identity.settings import Settings


def test_the_public_secret_is_refused_outside_a_demo() -> None:
    with pytest.raises(ValidationError, match="IDENTITY_SECRET"):
        Settings()
    with pytest.raises(ValidationError, match="IDENTITY_CODES_SECRET"):
        Settings(secret=SecretStr("a secret for tests only"))


def test_a_demo_changes_no_limit() -> None:
    """Its wide ones are the stack's (`deploy.stacks.demo_limits`)."""
    own = SecretStr("a-secret-for-tests-only")
    strict = Settings.model_validate(dict.fromkeys(Settings.OWN_SECRETS, own))
    secrets = {"demo", *Settings.OWN_SECRETS}
    assert Settings(demo=True).model_dump(exclude=secrets) == strict.model_dump(exclude=secrets)
