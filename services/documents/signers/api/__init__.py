"""Everything callers may ask about signing identities."""

from services.documents.signers.api.routes import router

__all__ = ["router"]
