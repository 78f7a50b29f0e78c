"""Personal data in an event that one reader alone can read, whoever may read its topic.

JSON in a compact JWE (`dir`, A256GCM): any library for JWE reads it. Both ends hold the secret of
the topic; nothing else is agreed. It keeps no secret from whoever writes the topic.
"""

from __future__ import annotations

from typing import TypeVar

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from pydantic import BaseModel, SecretStr

from services.chassis.foundation.errors import RefusalError

M = TypeVar("M", bound=BaseModel)


class UnreadableForUsError(RefusalError):
    """The content was encrypted with a secret that this service does not have."""

    code = "not-decryptable"

    def __init__(self) -> None:
        super().__init__("Содержимое события зашифровано неизвестным ключом.")


class Encryption:
    """The two directions of one topic.

    `secret` may hold several secrets with spaces between: the first encrypts, all decrypt. So one
    is changed without a pause: add the new one at the reader's end, then in front at the writer's,
    and drop the old one when the topic's retention is over.
    """

    def __init__(self, topic: str, secret: SecretStr) -> None:
        self._keys = KeySet([_key(topic, each) for each in secret.get_secret_value().split()])
        self._header = {"alg": "dir", "enc": "A256GCM", "kid": self._keys.keys[0].kid}

    def encrypt(self, data: BaseModel) -> str:
        """The JWE of the data; nulls are left out."""
        plain = data.model_dump_json(exclude_none=True)
        return jwe.encrypt_compact(self._header, plain, self._keys.keys[0])

    def decrypt(self, token: str, model: type[M]) -> M:
        """What was encrypted.

        Raises:
            UnreadableForUsError: not with a secret of ours, or changed on its way.
        """
        try:
            plain = jwe.decrypt_compact(token, self._keys).plaintext
        except (JoseError, ValueError) as error:
            raise UnreadableForUsError from error
        return model.model_validate_json(plain or b"")


def _key(topic: str, secret: str) -> OctKey:
    derived = HKDF(SHA256(), 32, salt=None, info=topic.encode()).derive(secret.encode())
    kid = HKDF(SHA256(), 6, salt=None, info=f"{topic} key id".encode()).derive(secret.encode())
    return OctKey.import_key(derived, {"kid": kid.hex()})
