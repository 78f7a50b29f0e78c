"""Who asks at the entrance, as far as limits are concerned: a known device, or a network.

What a stranger does counts for the stranger's network, so that it never uses up what the owner of
an account may do. A device that logged in before proves it by a token of its own, which opens
nothing: it only counts apart, together with the other devices of its account. A new password and a
blocking end all tokens of devices (`epoch`). Refuses to know what the limits are.
"""

from __future__ import annotations

import hmac
import math
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DEVICE_KNOWN_FOR = timedelta(days=180)


@dataclass(frozen=True)
class KnownDevice:
    """A device on which the owner of an account logged in, until when it counts as such."""

    account_id: str
    id: str
    until: datetime
    epoch: int

    def token(self, secret: bytes) -> str:
        """What the device keeps and shows."""
        text = f"{self.account_id}.{self.id}.{int(self.until.timestamp())}.{self.epoch}"
        return f"{text}.{_mac(secret, text)}"


@dataclass(frozen=True)
class Asker:
    """Who is counted: `key` closely; its network and the site around it; a known device's `fleet`.

    The fleet is all known devices of an account together: a device more is not a try more.
    """

    key: str
    network: str
    site: str
    fleet: str | None = None


@dataclass(frozen=True)
class Caller:
    """One request: its network, the site around it, its device, if known, and its very address."""

    network: str
    site: str
    device: KnownDevice | None = None
    address: str = ""

    def asker(self, account_id: str | None) -> Asker:
        """Who asks about this account: a device of it, or a network like any other."""
        network, site = f"network:{self.network}", f"site:{self.site}"
        if self.device is not None and self.device.account_id == account_id:
            return Asker(f"device:{self.device.id}", network, site, fleet=f"devices:{account_id}")
        return Asker(network, network, site)

    def logged_in(self, account_id: str) -> Asker:
        """Who asks with an access token: the account, wherever it is."""
        account = f"account:{account_id}"
        return Asker(account, account, account)


def known_device(secret: bytes, token: str, now: datetime) -> KnownDevice | None:
    """The device of a token that we made and whose time has not passed, or None.

    Whether its `epoch` is still that of the account is for the caller to see.
    """
    text, _, mac = token.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(secret, text).encode()):
        return None
    account_id, device_id, until, epoch = text.rsplit(".", 3)
    expires = datetime.fromtimestamp(int(until), UTC)
    device = KnownDevice(account_id, device_id, expires, int(epoch))
    return device if now < device.until else None


def _mac(secret: bytes, text: str) -> str:
    digest = hmac.digest(secret, f"known-device:{text}".encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def whole_seconds(wait: timedelta) -> int:
    """A wait as it is said: rounded up, and never nothing."""
    return max(1, math.ceil(wait.total_seconds()))
