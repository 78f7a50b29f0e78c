"""Files, grants, documents: what is accepted, who may read, what a document goes through. Pure."""

from services.documents.domain.documents import (
    Document,
    Kind,
    Line,
    Order,
    SealedContent,
    Signed,
    State,
)
from services.documents.domain.files import (
    Grant,
    Inspected,
    MediaType,
    Position,
    Read,
    Reader,
    StoredFile,
    check_limits,
    clean_name,
    grants_of_review,
    object_key,
    sha256_of,
)

__all__ = [
    "Document",
    "Grant",
    "Inspected",
    "Kind",
    "Line",
    "MediaType",
    "Order",
    "Position",
    "Read",
    "Reader",
    "SealedContent",
    "Signed",
    "State",
    "StoredFile",
    "check_limits",
    "clean_name",
    "grants_of_review",
    "object_key",
    "sha256_of",
]
