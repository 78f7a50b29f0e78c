"""Whether the account of who writes is still open: a token says nothing of a later blocking.

Identity is asked with the writer's own token. While it does not answer, the token alone counts:
somebody has to be able to say that identity is down, and nobody is blocked in that time.
"""

from __future__ import annotations

import httpx2
import structlog

from services.chassis.foundation.errors import AccountBlockedError, UnauthenticatedError
from services.chassis.foundation.faults import redacted
from services.chassis.telemetry.tracing import outgoing_headers

log = structlog.get_logger(__name__)

_SECONDS = 2.0
_OK, _UNAUTHENTICATED, _FORBIDDEN = 200, 401, 403


class Accounts:
    """Accounts as identity knows them; `url` is where it answers a token with its account."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def require_open(self, authorization: str) -> None:
        """Refuse the token of a closed account.

        Raises:
            AccountBlockedError: an administrator closed it.
            UnauthenticatedError: identity does not take this token any more.
        """
        headers = outgoing_headers() | {"Authorization": authorization}
        try:
            async with httpx2.AsyncClient(timeout=_SECONDS) as client:
                status = (await client.get(self._url, headers=headers)).status_code
        except httpx2.HTTPError as error:
            log.warning("identity was not asked about an account", error=redacted(error))
            return
        if status == _FORBIDDEN:
            raise AccountBlockedError
        if status == _UNAUTHENTICATED:
            raise UnauthenticatedError
        if status != _OK:
            log.warning("identity said nothing of an account", status=status)
