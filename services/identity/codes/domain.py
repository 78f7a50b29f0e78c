"""One-time codes: a challenge that the holder of a contact answers (I3, I4, e6, e7).

A challenge keeps the HMAC of its code, never the code. Refuses to know what the answer is for
beyond its purpose; making codes and sending them happens outside.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.identity.accounts.domain import Contact
from services.identity.codes.errors import ResendTooEarlyError

DIGITS = 6
LONG_DIGITS = 10
"""Of a code for a contact that somebody guesses at: a million guesses find one in ten thousand."""
_APP = "приложение-аутентификатор"


class Purpose(StrEnum):
    """What a right answer opens."""

    REGISTRATION = "registration"
    LOGIN = "login"
    RECOVERY = "recovery"
    CONTACT = "contact"
    SIGNING = "signing"


class Method(StrEnum):
    """The second factor that a challenge asks for."""

    SMS = "sms"
    EMAIL = "email"
    TOTP = "totp"


class Verdict(StrEnum):
    """What came of an answer."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    USED = "used"


@dataclass(frozen=True)
class CodeRules:
    """How long a code lives, how often it may be tried and sent again."""

    lifetime: timedelta = timedelta(minutes=5)
    tries: int = 5
    resend_after: timedelta = timedelta(seconds=60)
    challenge_lifetime: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Challenge:
    """One question «what code did you get?», with every code that was sent for it.

    `account_id` is whom the contact belongs to, where it belongs to somebody; `decoy` marks a
    challenge that answers like any other and that no code opens (nobody learns who is registered).
    `sent` counts the codes and is the version of its events; `counter` names what they count for;
    `device` and `fleet` are the known device that asked and all of its account. `shown` is what
    the asker is told of where the code went, where that must not be the contact itself; `about` is
    what a right answer is for, beyond its purpose. `by_app`: the account's authenticator shows the
    code, and none is sent.
    """

    id: str
    purpose: Purpose
    contact: Contact
    account_id: str | None
    digest: str
    sent: int
    tries_left: int
    expires_at: datetime
    resend_at: datetime
    forget_at: datetime
    used: bool = False
    decoy: bool = False
    counter: str = ""
    device: str | None = None
    fleet: str | None = None
    digits: int = DIGITS
    shown: Contact | None = None
    about: str | None = None
    by_app: bool = False

    @property
    def destination(self) -> Contact:
        """What the asker is told of where the code went."""
        return self.shown or self.contact

    @property
    def blind(self) -> bool:
        """Whether the answer says the same for an account as for a decoy."""
        return self.shown is not None

    @property
    def method(self) -> Method:
        """The second factor that a right answer is."""
        return Method.TOTP if self.by_app else Method(self.contact.channel.value)

    @property
    def told(self) -> tuple[Method, str]:
        """What the asker is told: how the code comes, and where from."""
        if self.by_app and not self.blind:
            return Method.TOTP, _APP
        return Method(self.destination.channel.value), self.destination.masked

    def renewed(
        self, digest: str, now: datetime, rules: CodeRules, digits: int = DIGITS
    ) -> Challenge:
        """The challenge with another code, of as many digits, in place of the last.

        Raises:
            ResendTooEarlyError: the last one was sent a moment ago.
        """
        if now < self.resend_at:
            raise ResendTooEarlyError(self.resend_at - now)
        return replace(
            self,
            digest=digest,
            digits=digits,
            sent=self.sent + 1,
            tries_left=rules.tries,
            expires_at=now + rules.lifetime,
            resend_at=now + rules.resend_after,
        )

    def state(self, now: datetime) -> Verdict | None:
        """Why no answer can be right any more, or None while one can."""
        if self.used:
            return Verdict.USED
        if now >= self.expires_at:
            return Verdict.EXPIRED
        return Verdict.EXHAUSTED if self.tries_left <= 0 else None

    def tried(self, digest: str, now: datetime) -> tuple[Challenge, Verdict]:
        """What an answer with this digest makes of the challenge."""
        return self.answered(now, right=hmac.compare_digest(self.digest, digest))

    def answered(self, now: datetime, *, right: bool) -> tuple[Challenge, Verdict]:
        """What a right or a wrong answer makes of the challenge."""
        closed = self.state(now)
        if closed is not None:
            return self, closed
        if self.decoy or not right:
            return replace(self, tries_left=self.tries_left - 1), Verdict.WRONG
        return replace(self, used=True), Verdict.ACCEPTED


@dataclass(frozen=True)
class Reply:
    """A challenge after an answer, and what came of the answer."""

    challenge: Challenge
    verdict: Verdict

    @property
    def accepted(self) -> bool:
        """Whether the code was right, for the first time."""
        return self.verdict is Verdict.ACCEPTED


def challenge(
    challenge_id: str,
    purpose: Purpose,
    contact: Contact,
    *,
    now: datetime,
    rules: CodeRules,
    account_id: str | None = None,
    decoy: bool = False,
    counter: str = "",
    device: str | None = None,
    fleet: str | None = None,
    shown: Contact | None = None,
    about: str | None = None,
    by_app: bool = False,
) -> Challenge:
    """A fresh challenge that waits for its first code: no answer is right before."""
    return Challenge(
        id=challenge_id,
        purpose=purpose,
        contact=contact,
        account_id=account_id,
        digest="",
        sent=0,
        tries_left=0,
        expires_at=now,
        resend_at=now,
        forget_at=now + rules.challenge_lifetime,
        decoy=decoy,
        counter=counter,
        device=device,
        fleet=fleet,
        shown=shown,
        about=about,
        by_app=by_app,
    )


def digest_of(secret: bytes, challenge_id: str, code: str) -> str:
    """The HMAC that is stored instead of a code; bound to its challenge."""
    return hmac.digest(secret, f"code:{challenge_id}:{code}".encode(), "sha256").hex()
