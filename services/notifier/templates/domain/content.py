"""What a message says, in which channel and what for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

MASK = "••••••"
"""Stands for a one-time code wherever it is shown."""


class Channel(StrEnum):
    """How a person is reached."""

    SMS = "sms"
    EMAIL = "email"
    PUSH = "push"


class Kind(StrEnum):
    """What a message is for (N3); codes are apart."""

    STATUS = "status"
    REQUEST = "request"
    READY = "ready"
    EXPIRY = "expiry"
    CODE = "code"


@dataclass(frozen=True)
class Content:
    """What a message says. For e-mail `html` is the alternative of `text`."""

    title: str
    text: str
    action: str
    link: str
    html: str | None = None

    @property
    def sha256(self) -> str:
        """The hash of everything the recipient sees."""
        seen = (self.title, self.text, self.action, self.link, self.html or "")
        return sha256("\x00".join(seen).encode()).hexdigest()
