"""Everything callers may ask of scheduling.

`timetable` – open to everybody; `appointments` – a citizen's own, and support's cancelling;
`talons` – checks at the desk, by number and by QR code. `views` and
`timetable_views` – what the answers look like.
"""

from __future__ import annotations

from fastapi import APIRouter

from services.scheduling.bookings.api import routes as appointments
from services.scheduling.talons.api import routes as talons
from services.scheduling.timetable.api import routes as timetable


def router() -> APIRouter:
    """All routes of the service."""
    routes = APIRouter()
    for part in (timetable.router, appointments.router, talons.router, talons.pages):
        routes.include_router(part)
    return routes
