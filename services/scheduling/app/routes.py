"""Every route of scheduling, in the order in which they are matched."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.http import looks as looks_api
from services.importing import api as importing_api
from services.scheduling.bookings import api as bookings_api
from services.scheduling.changes import api as changes_api
from services.scheduling.desk import api as desk_api
from services.scheduling.holds import api as holds_api
from services.scheduling.reception import api as reception_api
from services.scheduling.requests import api as requests_api
from services.scheduling.reviews import api as reviews_api
from services.scheduling.talons import api as talons_api
from services.scheduling.timetable import api as timetable_api
from services.scheduling.triage import api as triage_api
from services.scheduling.video import api as video_api
from services.scheduling.waitlist import api as waitlist_api


def routes() -> APIRouter:
    """All of them."""
    every = APIRouter()
    for router in (
        timetable_api.router,
        timetable_api.cards,
        timetable_api.alternatives,
        triage_api.router,
        reception_api.router,
        changes_api.doctors,
        changes_api.clinics,
        bookings_api.own,
        bookings_api.router,
        bookings_api.rules,
        holds_api.router,
        video_api.router,
        waitlist_api.router,
        requests_api.router,
        requests_api.desks,
        talons_api.router,
        reviews_api.router,
        desk_api.router,
        looks_api.router,
        importing_api.router,
        talons_api.pages,
    ):
        every.include_router(router)
    return every
