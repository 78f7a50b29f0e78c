"""Encrypted parts of events in tests: every topic has the same secret here."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from contracts.envelope import Data, EncryptedPii, Pii
from contracts.topics import topic_of
from services.chassis.foundation.encryption import Encryption

SECRET = SecretStr("a secret for tests only".replace(" ", "-"))


def jwe(data: type[Data], pii: Pii, /, **clear: object) -> str:
    """What the one reader of this type can decrypt in an event with these fields in clear."""
    return Encryption(topic_of(data).name, SECRET).encrypt(pii, about=data.about(**clear))


def encrypted(data: type[Data], pii: Pii, /, **clear: object) -> EncryptedPii:
    """What goes under `pii` of an event of this type."""
    return EncryptedPii(jwe=jwe(data, pii, **clear))


def decrypted(data: Any) -> Any:
    """What the one reader of an event finds in it (its class is the event's `PLAIN`)."""
    encryption = Encryption(topic_of(data).name, SECRET)
    return encryption.decrypt(data.pii.jwe, data.PLAIN, about=data.bound_to)
