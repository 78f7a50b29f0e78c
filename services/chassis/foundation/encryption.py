"""Personal data in an event that one reader alone can read, whoever may read its topic.

JSON in a compact JWE (`dir`, A256GCM): any library for JWE reads it. Both ends hold the secret of
the topic. Its protected header names what it is about (`about`), so that whoever writes the topic
cannot put one person's data under another's name. It keeps no secret from the topic's writers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from joserfc.registry import HeaderParameter
from joserfc.util import json_b64decode, urlsafe_b64encode
from pydantic import BaseModel, SecretStr

from contracts.envelope import MAX_BYTES
from services.chassis.foundation.errors import RefusalError

M = TypeVar("M", bound=BaseModel)

_ABOUT = "about"
_NONCE, _TAG = 12, 16


class _Registry(jwe.JWERegistry):
    """The library reads 64 KiB at most, which is less than a whole form may have."""

    max_ciphertext_length = MAX_BYTES


_HEADERS = _Registry({_ABOUT: HeaderParameter("What the content is about", "list[str]")})


class UnreadableForUsError(RefusalError):
    """The content was encrypted with a secret that this service does not have."""

    code = "not-decryptable"

    def __init__(self) -> None:
        super().__init__("Содержимое события зашифровано неизвестным ключом.")


class AboutAnotherError(RefusalError):
    """The content was encrypted for another event: somebody put it into this one."""

    code = "about-another"

    def __init__(self) -> None:
        super().__init__("Зашифрованное содержимое относится к другому событию.")


class Encryption:
    """The two directions of one topic.

    `secret` may hold several secrets with spaces between: the first encrypts, all decrypt. So one
    is changed without a pause: add the new one at the reader's end, then in front at the writer's,
    and drop the old one when the topic's retention is over.
    """

    def __init__(self, topic: str, secret: SecretStr) -> None:
        secrets = secret.get_secret_value().split()
        self._keys = KeySet([_key(topic, each) for each in secrets])
        self._first = AESGCM(_derived(topic, secrets[0]))
        self._header: dict[str, object] = {
            "alg": "dir",
            "enc": "A256GCM",
            "kid": self._keys.keys[0].kid,
        }

    def encrypt(self, data: BaseModel, *, about: Sequence[str]) -> str:
        """The JWE of the data, bound to what it is about; nulls are left out.

        Put together here, as RFC 7516 says: a booking does it, and the library takes thrice as
        long. What comes out the library reads, below.
        """
        header = json.dumps(self._header | {_ABOUT: list(about)}, separators=(",", ":"))
        protected = urlsafe_b64encode(header.encode())
        nonce = os.urandom(_NONCE)
        plain = data.model_dump_json(exclude_none=True).encode()
        sealed = self._first.encrypt(nonce, plain, protected)
        parts = (protected, b"", *map(urlsafe_b64encode, (nonce, sealed[:-_TAG], sealed[-_TAG:])))
        return b".".join(parts).decode()

    def newest(self, token: str) -> bool:
        """Whether it is encrypted with the first secret, and not with an older one."""
        header = json_b64decode(token.partition(".")[0].encode())
        return bool(header.get("kid") == self._header["kid"])

    def decrypt(self, token: str, model: type[M], *, about: Sequence[str]) -> M:
        """What was encrypted about exactly this.

        Raises:
            UnreadableForUsError: not with a secret of ours, or changed on its way.
            AboutAnotherError: it was encrypted about something else.
        """
        try:
            found = jwe.decrypt_compact(token, self._keys, registry=_HEADERS)
        except (JoseError, ValueError) as error:
            raise UnreadableForUsError from error
        if found.headers().get(_ABOUT) != list(about):
            raise AboutAnotherError
        return model.model_validate_json(found.plaintext or b"")


def _derived(topic: str, secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=topic.encode()).derive(secret.encode())


def _key(topic: str, secret: str) -> OctKey:
    kid = HKDF(SHA256(), 6, salt=None, info=f"{topic} key id".encode()).derive(secret.encode())
    return OctKey.import_key(_derived(topic, secret), {"kid": kid.hex()})
