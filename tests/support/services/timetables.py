"""A clinic's registrar: reads and changes timetables over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.support.services.scheduling import Desk, slots_made

ORLOVA, KUZNETSOV = "doctor-orlova", "doctor-kuznetsov"
MORNING = {"begins": "14:00", "ends": "19:00", "room": "214", "kind": "first", "minutes": 15}
"""Orlova's hours on Tuesdays and Thursdays."""
CANCEL, KEEP, MOVE = ({"rest": fate} for fate in ("cancel", "keep", "move"))


@dataclass
class Registry:
    """The registrar of a clinic."""

    desk: Desk
    clinic: str = "clinic-1"

    @property
    def headers(self) -> dict[str, str]:
        """Who it is."""
        return self.desk.tokens.headers("registrar-1", "registrar", clinic_id=self.clinic)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        dry_run: bool = False,
        version: str | None = None,
    ) -> httpx2.Response:
        """One request below the clinic."""
        return await self.desk.http.request(
            method,
            f"/v1/clinics/{self.clinic}{path}",
            json=body,
            params={"dry_run": "true"} if dry_run else {},
            headers={**self.headers, **({"If-Match": version} if version else {})},
        )

    async def done(
        self, method: str, path: str, body: Any = None, *, version: str | None = None
    ) -> Any:
        """A change, applied to its end; the change as it is then."""
        answer = await self.ask(method, path, body, version=version)
        assert answer.status_code == 200, answer.text
        await slots_made(self.desk.app)
        change = answer.json()["change"]
        return await self.get(f"/changes/{change['id']}")

    async def get(self, path: str, **query: str) -> Any:
        """What there is."""
        answer = await self.desk.http.get(
            f"/v1/clinics/{self.clinic}{path}", params=query, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def absence(
        self,
        since: str,
        until: str,
        visits: Mapping[str, Any] | None = None,
        replacement_id: str | None = None,
        *,
        dry_run: bool = False,
    ) -> httpx2.Response:
        """Orlova is away."""
        body = {"since": since, "until": until, "reason": "больничный", "visits": visits or {}}
        if replacement_id:
            body["replacement_id"] = replacement_id
        answer = await self.ask(
            "POST", f"/doctors/{ORLOVA}/timetable/absences", body, dry_run=dry_run
        )
        await slots_made(self.desk.app)
        return answer


def weekly(**over: Any) -> dict[str, Any]:
    """Hours on Thursdays only, for good."""
    stretch = {**MORNING, "weekday": 4, **over}
    return {"valid_from": "2038-01-01", "weekly": [stretch]}
