"""The desk over HTTP: finding visits, the clinic's day, and what staff does for who calls."""

from __future__ import annotations

from fastapi import APIRouter

from services.scheduling.desk.api import callers, problems, searches, visits

router = APIRouter()
for part in (searches, visits, callers, problems):
    router.include_router(part.router)

__all__ = ["router"]
