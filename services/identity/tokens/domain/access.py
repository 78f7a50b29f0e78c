"""What an access token says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Holder:
    """An account as its tokens name it. `posts` pairs each role with a clinic, or with none.

    Staff have a name and a position, which patients see anyway: whoever is shown something is
    written down by them, in services that keep no copy of the staff.
    """

    account_id: str
    roles: tuple[str, ...]
    level: str
    posts: tuple[tuple[str, str | None], ...] = ()
    name: str | None = None
    position: str | None = None


@dataclass(frozen=True)
class AccessClaims:
    """What an access token says; `actor` acts for the holder by the right `right_id`."""

    holder: Holder
    token_id: str
    now: datetime
    actor: str | None = None
    right_id: str | None = None
