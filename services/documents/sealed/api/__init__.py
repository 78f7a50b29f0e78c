"""Everything callers may ask about sealed documents."""

from services.documents.sealed.api.routes import router

__all__ = ["router"]
