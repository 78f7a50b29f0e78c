"""A signer's own act: «I sign this very document», or «what I approve in these minutes» (K5).

Identity signs one after a second factor; certificates asks for it before an approval, documents
again before the key is used. Refuses to know what the document is: it is named by its digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.chassis.foundation.errors import FieldError, ForbiddenError
from services.chassis.foundation.settings import Platform
from services.chassis.http.auth import LEEWAY_SECONDS
from services.chassis.http.keys import NotSignedError, PublishedKeys
from services.chassis.work.ended_sessions import EndedSessions

_LEEWAY = timedelta(seconds=LEEWAY_SECONDS)


class ActKind(StrEnum):
    """What an act is for: one document, or all that its signer approves until a session ends."""

    DOCUMENT = "document"
    SESSION = "session"


class ActMethod(StrEnum):
    """The second factor that was given."""

    SMS = "sms"
    EMAIL = "email"
    TOTP = "totp"


class Flaw(StrEnum):
    """Why an act does not allow a signature."""

    FORGED = "act-unreadable"
    EXPIRED = "act-expired"
    ANOTHERS = "act-of-another"
    OTHER_DOCUMENT = "act-for-other-document"
    CLOSED = "session-closed"


_SENTENCES = {
    Flaw.FORGED: "Подтверждение подписи не распознано. Подтвердите заново.",
    Flaw.EXPIRED: "Срок подтверждения подписи истёк. Подтвердите заново.",
    Flaw.ANOTHERS: "Это подтверждение подписи дал другой человек. Подтвердите сами.",
    Flaw.OTHER_DOCUMENT: "Подтверждение дано для другого документа: данные изменились после него. "
    "Проверьте документ и подтвердите его заново.",
    Flaw.CLOSED: "Сессия подписания закрыта. Откройте новую или подтвердите решение кодом.",
}


class SigningActRefusedError(ForbiddenError):
    """The act that came with a request allows no signature, or not this one."""

    code = "signing-act-refused"
    title = "Подпись не подтверждена"

    def __init__(self, flaw: Flaw) -> None:
        detail = _SENTENCES[flaw]
        super().__init__(detail, errors=[FieldError("/act", flaw.value, detail)])
        self.flaw = flaw


@dataclass(frozen=True)
class Act:
    """Who signs what, by which second factor, when and from which network address.

    `digest` is the document's (64 hexadecimal digits of SHA-256); an act of a session names the
    session instead.
    """

    id: str
    subject: str
    kind: ActKind
    digest: str | None
    session_id: str | None
    method: ActMethod
    address: str
    at: datetime
    expires_at: datetime

    def flaw(self, *, subject: str, digest: str, at: datetime) -> Flaw | None:
        """Why it does not allow this person's signature under this document at this moment."""
        if self.subject != subject:
            return Flaw.ANOTHERS
        if not self.at - _LEEWAY <= at < self.expires_at + _LEEWAY:
            return Flaw.EXPIRED
        if self.kind is ActKind.DOCUMENT and self.digest != digest:
            return Flaw.OTHER_DOCUMENT
        return None

    def require_for(self, *, subject: str, digest: str, at: datetime) -> None:
        """Check that it confirms this very document: an act of a session confirms none.

        Raises:
            SigningActRefusedError: it does not.
        """
        flaw = self.flaw(subject=subject, digest=digest, at=at)
        if flaw is None and self.kind is not ActKind.DOCUMENT:
            flaw = Flaw.OTHER_DOCUMENT
        if flaw is not None:
            raise SigningActRefusedError(flaw)

    def claims(self, issuer: str, audience: str) -> dict[str, Any]:
        """What a token says that carries it; `audience` is the platform's."""
        claimed = {
            "iss": issuer,
            "aud": audience_of_acts(audience),
            "jti": self.id,
            "sub": self.subject,
            "kind": self.kind.value,
            "digest": self.digest,
            "sid": self.session_id,
            "method": self.method.value,
            "address": self.address,
            "iat": int(self.at.timestamp()),
            "exp": int(self.expires_at.timestamp()),
        }
        return {name: value for name, value in claimed.items() if value is not None}


def audience_of_acts(audience: str) -> str:
    """Another one than that of access tokens, so that neither is ever taken for the other."""
    return f"{audience}-signing"


def _act(claims: dict[str, Any]) -> Act:
    kind = ActKind(claims["kind"])
    by_document = kind is ActKind.DOCUMENT
    return Act(
        id=str(claims["jti"]),
        subject=str(claims["sub"]),
        kind=kind,
        digest=str(claims["digest"]) if by_document else None,
        session_id=None if by_document else str(claims["sid"]),
        method=ActMethod(claims["method"]),
        address=str(claims["address"]),
        at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


@dataclass(frozen=True)
class Acts:
    """Reads acts, with the keys that access tokens are verified with (`TokenVerifier.keys`)."""

    keys: PublishedKeys
    platform: Platform
    ended: EndedSessions

    async def verified(self, token: str, *, subject: str, digest: str, at: datetime) -> Act:
        """The act, if it allows this person to sign this document at this moment.

        The moment may be past: whoever seals asks about the moment of the approval.

        Raises:
            SigningActRefusedError: it does not.
            NoKeysError: the key set is not there yet.
        """
        act = await self.read(token)
        flaw = act.flaw(subject=subject, digest=digest, at=at)
        if flaw is None and act.session_id is not None:
            ended_at = await self.ended.when(act.session_id)
            flaw = Flaw.CLOSED if ended_at is not None and ended_at <= at else None
        if flaw is not None:
            raise SigningActRefusedError(flaw)
        return act

    async def read(self, token: str) -> Act:
        """What the act says; whether it allows a signature is for `Act.flaw` to say.

        Raises:
            SigningActRefusedError: it is none of identity's.
            NoKeysError: the key set is not there yet.
        """
        try:
            claims = await self._claims(token)
            audience = audience_of_acts(self.platform.auth_audience)
            if (claims["iss"], claims["aud"]) != (self.platform.auth_issuer, audience):
                raise SigningActRefusedError(Flaw.FORGED)
            return _act(claims)
        except (NotSignedError, ValueError, KeyError, TypeError, OverflowError) as error:
            raise SigningActRefusedError(Flaw.FORGED) from error

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            return self.keys.decode(token)
        except NotSignedError:  # by a key that is newer than our copy?
            if not await self.keys.renewed():
                raise
        return self.keys.decode(token)
