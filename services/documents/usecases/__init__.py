"""What documents does: one method per verb, one transaction each, effects outside it.

`Files` for uploads, `Documents` for sealed documents, `ReadingRoom` for the way to content.
"""

from dataclasses import dataclass

from services.documents.access.actions import ReadingRoom
from services.documents.sealed.usecases import Documents
from services.documents.uploads.usecases import Files


@dataclass(frozen=True)
class UseCases:
    """Everything that the edges may call."""

    files: Files
    documents: Documents
    room: ReadingRoom
