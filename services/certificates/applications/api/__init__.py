"""Everything callers may ask certificates: citizens, doctors, and anybody with a number."""

from fastapi import APIRouter

from services.certificates.applications.api import routes as citizen
from services.certificates.catalogue import api as catalogue
from services.certificates.registry.api import pages, public
from services.certificates.reviews import api as doctor

router = APIRouter()
for part in (catalogue, citizen, doctor, public, pages):
    router.include_router(part.router)

__all__ = ["router"]
