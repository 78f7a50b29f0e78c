"""Everything callers may ask of identity."""

from __future__ import annotations

from fastapi import APIRouter

from services.identity.blocking.api import router as blocking
from services.identity.contacts.api import router as contacts
from services.identity.profiles.api import router as people
from services.identity.sessions.api import router as entrance
from services.identity.tokens.api import router as tokens

router = APIRouter()
router.include_router(entrance)
router.include_router(tokens)
router.include_router(people)
router.include_router(contacts)
router.include_router(blocking)
