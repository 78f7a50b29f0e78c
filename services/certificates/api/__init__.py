"""Everything callers may ask certificates: citizens, doctors, and anybody with a number."""

from fastapi import APIRouter

from services.certificates.api import catalogue, citizen, doctor, pages, public

router = APIRouter()
for part in (catalogue, citizen, doctor, public, pages):
    router.include_router(part.router)

__all__ = ["router"]
