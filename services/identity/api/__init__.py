"""Everything callers may ask of identity."""

from __future__ import annotations

from fastapi import APIRouter

from services.identity.api.blocking import router as blocking
from services.identity.api.contacts import router as contacts
from services.identity.api.entrance import router as entrance
from services.identity.api.people import router as people
from services.identity.api.tokens import router as tokens

router = APIRouter()
router.include_router(entrance)
router.include_router(tokens)
router.include_router(people)
router.include_router(contacts)
router.include_router(blocking)
