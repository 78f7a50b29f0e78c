"""What documents does: one method per verb, one transaction each, effects outside it.

`Files` for uploads, `Documents` for sealed documents, `ReadingRoom` for the way to content.
"""

from dataclasses import dataclass

from services.documents.usecases.documents import SEAL, Documents
from services.documents.usecases.files import Files, Upload
from services.documents.usecases.reading import Link, ReadingRoom

__all__ = ["SEAL", "Documents", "Files", "Link", "ReadingRoom", "Upload", "UseCases"]


@dataclass(frozen=True)
class UseCases:
    """Everything that the edges may call."""

    files: Files
    documents: Documents
    room: ReadingRoom
