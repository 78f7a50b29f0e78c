"""What is this file? By content, never by name: an allow-list first, then a real decoding.

Images are written anew, so that nothing but the picture survives: no scripts behind it, no
location, no thumbnails. It judges no purpose: limits are the domain's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import puremagic

from services.documents.domain import Inspected, MediaType
from services.documents.errors import FileEmptyError, FileTypeNotAllowedError
from services.documents.gateways.images import MAX_PIXELS, inspect_image
from services.documents.gateways.pdfs import inspect_pdf
from services.documents.gateways.workers import Workers

_HEAD = 4096
_SECONDS = 30.0

__all__ = ["MAX_PIXELS", "Inspector", "inspect", "recognise"]


def recognise(content: bytes) -> MediaType:
    """The type by the first bytes.

    Raises:
        FileEmptyError: there are none.
        FileTypeNotAllowedError: not one of the three.
    """
    if not content:
        raise FileEmptyError
    try:
        matches = puremagic.magic_string(content[:_HEAD])
    except (puremagic.PureError, ValueError) as error:
        raise FileTypeNotAllowedError from error
    for match in matches:
        # only what begins the file: a signature further in is how polyglots hide
        if match.offset == 0 and match.mime_type in _INSPECTIONS:
            return MediaType(match.mime_type)
    raise FileTypeNotAllowedError


def inspect(content: bytes) -> Inspected:
    """Recognise and decode; takes as long as the file is large.

    Raises:
        FileRefusedError: the kinds of `errors`.
    """
    return _INSPECTIONS[recognise(content)](content)


_INSPECTIONS: Mapping[str, Callable[[bytes], Inspected]] = {
    MediaType.PDF.value: inspect_pdf,
    MediaType.JPEG.value: lambda content: inspect_image(content, MediaType.JPEG),
    MediaType.PNG.value: lambda content: inspect_image(content, MediaType.PNG),
}


class Inspector:
    """Inspections in threads. PDFs have one of their own: their library is not thread-safe."""

    def __init__(self, *, threads: int = 2, waiting: int = 64) -> None:
        """Start no thread yet."""
        self._images = Workers("images", threads=threads, waiting=waiting, seconds=_SECONDS)
        self._pdfs = Workers("pdfs", threads=1, waiting=waiting, seconds=_SECONDS)

    async def inspect(self, content: bytes) -> Inspected:
        """See `inspect`.

        Raises:
            FileRefusedError: the kinds of `errors`.
            TooManyRequestsError: too many wait.
            TimeoutError: it takes too long.
        """
        kind = recognise(content)
        workers = self._pdfs if kind is MediaType.PDF else self._images
        return await workers.run(lambda: _INSPECTIONS[kind](content))

    async def close(self) -> None:
        """Stop taking work."""
        await self._images.close()
        await self._pdfs.close()
