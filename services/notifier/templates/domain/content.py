"""What a message says, in which channel and what for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
class Attachment:
    """A file beside a letter. Its bytes are kept until the letter is there or hopeless."""

    name: str
    """ASCII, without quotes: it stands in a header."""
    media_type: str
    sha256: str
    content: bytes | None = field(repr=False)

    @classmethod
    def of(cls, name: str, media_type: str, content: bytes) -> Attachment:
        """These bytes under this name."""
        return cls(name, media_type, sha256(content).hexdigest(), content)


@dataclass(frozen=True)
class Content:
    """What a message says. For e-mail `html` is the alternative of `text`."""

    title: str
    text: str
    action: str
    link: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of everything the recipient sees; of what is attached its own hash."""
        files = (attachment.sha256 for attachment in self.attachments)
        seen = (self.title, self.text, self.action, self.link, self.html or "", *files)
        return sha256("\x00".join(seen).encode()).hexdigest()

    def without_files(self) -> Content:
        """The same for the journal: what was attached is known by its name and hash."""
        if not self.attachments:
            return self
        return replace(self, attachments=tuple(replace(a, content=None) for a in self.attachments))
