"""Signatures that citizens make with certificates of their own, as proof of their will (C12, A30).

Nothing is fetched: an authority is trusted if its certificate lies in a directory.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from services.chassis.foundation.errors import (
    AccidentError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
)
from services.sealing.detached import Signatory, signatory_of
from services.sealing.errors import SealingError
from services.sealing.trust import TrustStore
from services.sealing.trusted import TrustedFiles

SIGNATURE = "signature"
"""The method of a confirmation by one's own certificate; others are those of acts."""

_BOTH = "one-of", "Пришлите что-то одно: подтверждение кодом или подпись."
_NOT_BASE64 = "base64", "Подпись передаётся в кодировке base64."
_OTHER_CONTENT = "signature-of-other-content", "После подписи данные изменились."
_NO_SNILS = (
    "signature-of-another",
    "В вашем профиле нет СНИЛС, и сверить с ним сертификат нельзя.",
)
_ANOTHERS = "signature-of-another", "СНИЛС в сертификате не тот, что в вашем профиле."
_NOT_SET_UP = (
    "signature-not-set-up",
    "Подтверждение электронной подписью здесь ещё не настроено.",
)


class OwnSignatureRefusedError(ForbiddenError):
    """The signature that came confirms nothing; the field's code says why."""

    code = "signature-refused"
    title = "Подпись не принята"

    def __init__(self, why: str, detail: str) -> None:
        super().__init__(
            f"{detail} Введённое не изменилось: подпишите заново или подтвердите кодом.",
            errors=[FieldError("/signature", why, detail)],
        )


@dataclass(frozen=True)
class Evidence:
    """What a confirmation came as: the token of an act, or a detached CMS signature (DER)."""

    act: str | None = None
    signature: bytes | None = None

    @classmethod
    def of(cls, act: str | None, signature: str | None) -> Self:
        """As it was sent: the signature in base64.

        Raises:
            InvalidInputError: both came, or what came is no base64.
        """
        if signature is None:
            return cls(act=act)
        if act is not None:
            raise _wrong(_BOTH)
        try:
            return cls(signature=b64decode("".join(signature.split()), validate=True))
        except ValueError as error:
            raise _wrong(_NOT_BASE64) from error


NOTHING = Evidence()


def _wrong(wrong: tuple[str, str]) -> InvalidInputError:
    return InvalidInputError([FieldError("/signature", *wrong)])


@dataclass(frozen=True)
class Signed:
    """A detached signature that holds: whose, and over the content of which digest."""

    signatory: Signatory
    digest: str

    def check(self, digest: str, snils: str | None) -> Signatory:
        """Whose it is, who has to be the person of this СНИЛС, and to have signed this.

        By СНИЛС alone: a full name is not one person's, and certificates name no day of birth.

        Raises:
            OwnSignatureRefusedError: it is another's, or over something else.
        """
        if self.digest != digest:
            raise OwnSignatureRefusedError(*_OTHER_CONTENT)
        if not snils:
            raise OwnSignatureRefusedError(*_NO_SNILS)
        if _digits(self.signatory.snils or "") != _digits(snils):
            raise OwnSignatureRefusedError(*_ANOTHERS)
        return self.signatory


class Signatures:
    """Checked against the authorities of a directory, as its files are now."""

    def __init__(self, directory: Path | None) -> None:
        """Without a directory nobody is trusted, and it says so."""
        self._files = TrustedFiles(directory) if directory else None

    async def signatory(self, signature: bytes, content: bytes, now: datetime) -> Signatory:
        """Whose signature over these bytes it is.

        Raises:
            OwnSignatureRefusedError: it does not hold, or no authority is trusted here; says why.
        """
        if self._files is None:
            raise OwnSignatureRefusedError(*_NOT_SET_UP)
        try:
            return await asyncio.to_thread(self._checked, self._files, signature, content, now)
        except SealingError as error:
            raise OwnSignatureRefusedError(error.code, error.detail) from error

    def _checked(
        self, files: TrustedFiles, signature: bytes, content: bytes, now: datetime
    ) -> Signatory:
        return signatory_of(signature, content, _current(files), now)


def _current(files: TrustedFiles) -> TrustStore:
    try:
        return files.current()
    except (OSError, ValueError) as error:
        msg = f"trusted certificates: {error}"
        raise AccidentError(msg) from error


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)
