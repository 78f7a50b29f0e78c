"""Everything callers may ask of documents: uploads, sealed documents, links, the public check."""

from services.documents.api.routes import router

__all__ = ["router"]
