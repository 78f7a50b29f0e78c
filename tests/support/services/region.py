"""The demo's region (`deploy/world/demo/region.json`) as other services hear of it.

And its timetables, as scheduling's door takes them: by the same rows.
"""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import Any

from fastapi import FastAPI

from contracts.clinics import Place
from contracts.identity import ClinicChanged, StaffChanged, StaffPii
from deploy.world.demo.opening import REGION
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.importing.table import Decision, Importer, Outcome
from services.scheduling.hours.usecases import Hours
from services.scheduling.imports.domain import TimetableRow
from services.scheduling.imports.usecases import TimetableRows
from tests.support.service import an_event, deliver


@cache
def _rows(table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(REGION.read_text(encoding="utf-8"))[table]
    return found


def clinics() -> list[ClinicChanged]:
    """What identity tells of each clinic."""
    found = []
    for row in _rows("clinics"):
        said = {k: v for k, v in row.items() if k not in {"id", "latitude", "longitude"}}
        place = Place(latitude=row["latitude"], longitude=row["longitude"])
        found.append(ClinicChanged.model_validate({**said, "clinic_id": row["id"], "place": place}))
    return found


def staff() -> list[StaffChanged]:
    """What identity tells of each member of staff whom others deal with."""
    return [
        StaffChanged.model_validate(
            {
                "account_id": row["id"],
                "active": True,
                "posts": row["posts"],
                "practice": row.get("practice"),
                "pii": StaffPii(
                    full_name=row["full_name"], position=row["position"], snils=row.get("snils")
                ),
            }
        )
        for row in _rows("staff")
        if all(post["role"] != "sre" for post in row["posts"])
    ]


def timetables() -> list[TimetableRow]:
    """The hours of its doctors."""
    return [TimetableRow.model_validate(row) for row in _rows("timetables")]


async def open_region(app: FastAPI) -> None:
    """A scheduling service that has heard of all of it, and has its timetables."""
    said = [an_event(clinic, aggregate_id=clinic.clinic_id) for clinic in clinics()]
    said += [an_event(person, aggregate_id=person.account_id) for person in staff()]
    await asyncio.gather(*(deliver(app, event) for event in said))
    rules, rows = TimetableRows(find(app, Hours).making), timetables()
    transactions = find(app, Runtime).transactions
    everybody = Importer("administrator-1", None)
    done = await transactions.run(lambda tx: rules.put(tx, rows, everybody, frozenset()))
    assert set(done) <= {Decision(Outcome.ADDED), Decision(Outcome.UNCHANGED)}, done
