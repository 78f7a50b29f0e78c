"""Everything callers may ask of identity."""

from __future__ import annotations

from fastapi import APIRouter

from services.identity.api import contacts, entrance, people, tokens

router = APIRouter()
router.include_router(entrance.router)
router.include_router(tokens.router)
router.include_router(people.router)
router.include_router(contacts.router)
