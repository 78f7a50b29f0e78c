"""Encrypted parts of events in tests: every topic has the same secret here."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from contracts.envelope import Data, Pii
from contracts.identity import EncryptedPii
from contracts.topics import topic_of
from services.chassis.foundation.encryption import Encryption

SECRET = SecretStr("a secret for tests only".replace(" ", "-"))


def encrypted(data: type[Data], pii: Pii) -> EncryptedPii:
    """What goes under `pii` of an event of this type."""
    return EncryptedPii(jwe=Encryption(topic_of(data).name, SECRET).encrypt(pii))


def decrypted(data: Any) -> Any:
    """What the one reader of an event finds in it (its class is the event's `PLAIN`)."""
    return Encryption(topic_of(data).name, SECRET).decrypt(data.pii.jwe, data.PLAIN)
