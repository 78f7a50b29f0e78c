"""Everything callers may ask about uploads."""

from services.documents.uploads.api.routes import router

__all__ = ["router"]
