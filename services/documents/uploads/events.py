"""Everything uploads say: domain → contract."""

from __future__ import annotations

from contracts.documents import FileAccepted
from services.documents.uploads.domain import StoredFile


def accepted(file: StoredFile) -> FileAccepted:
    """An upload passed every check and is stored."""
    return FileAccepted(
        file_id=file.id,
        owner_id=file.owner_id,
        purpose=file.purpose,
        media_type=file.media_type.value,
        size=file.size,
        sha256=file.sha256,
        pages=file.pages,
        dpi=file.dpi,
        sent_size=file.sent_size,
        actor_id=file.actor_id,
    )
