"""Reading request bodies with a hard limit, as they arrive: nothing larger is ever held.

It looks at the form only; what a file is, inspection says.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from fastapi import Request
from python_multipart.decoders import Base64Decoder, QuotedPrintableDecoder
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from services.documents.deps import bounded_body
from services.documents.uploads.api.names import Disposition, read_disposition
from services.documents.uploads.errors import FileTooLargeError, NoFileError, NotAFormError
from services.documents.uploads.usecases.uploading import Upload

_ROOM_FOR_FORM = 64 * 1024
_LONGEST_FIELD = 1024
_FILE = "file"
_MOST_PARTS = 16
_DECODERS: Mapping[bytes, type[Base64Decoder | QuotedPrintableDecoder]] = {
    b"base64": Base64Decoder,
    b"quoted-printable": QuotedPrintableDecoder,
}
DEFAULT_PURPOSE = "attachment"


async def receive_upload(request: Request, *, largest: int) -> Upload:
    """The form `file`, `purpose` of an upload.

    Raises:
        FileTooLargeError: as soon as more than `largest` bytes (and a little form) have come.
        NotAFormError: not a whole multipart form.
        NoFileError: not exactly one file.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise NotAFormError
    form = _Form()
    parser = form.parser(boundary)
    body = bounded_body(
        request,
        at_most=largest + _ROOM_FOR_FORM,
        too_large=lambda: FileTooLargeError(largest),
    )
    try:
        async for chunk in body:
            parser.write(chunk)
        parser.finalize()
    except (FormParserError, ClientDisconnect) as error:
        raise NotAFormError from error
    return form.upload()


class _Part:
    """A part that is being received: its headers, then its content, undone of its encoding."""

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.content = io.BytesIO()
        self.disposition = Disposition(None, None)
        self.writer: io.BytesIO | Base64Decoder | QuotedPrintableDecoder = self.content

    def take_headers(self) -> None:
        self.disposition = read_disposition(self.headers.get(b"content-disposition", b""))
        decoder = _DECODERS.get(self.headers.get(b"content-transfer-encoding", b"").lower())
        if decoder is not None:
            self.writer = decoder(self.content)

    def end(self) -> None:
        if not isinstance(self.writer, io.BytesIO):
            self.writer.finalize()

    @property
    def is_file(self) -> bool:
        return self.disposition.file_name is not None or self.disposition.name == _FILE


class _Form:
    """What the parser finds, part after part."""

    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._name = self._value = b""

    def parser(self, boundary: bytes) -> MultipartParser:
        """What fills this form."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_to_name,
                "on_header_value": self._add_to_value,
                "on_header_end": self._take_header,
                "on_headers_finished": self._take_headers,
                "on_part_data": self._write,
                "on_part_end": self._end,
            },
        )

    def upload(self) -> Upload:
        files = [part for part in self._parts if part.is_file]
        if len(files) != 1 or files[0].disposition.name != _FILE:
            raise NoFileError
        fields = {part.disposition.name: part.content.getvalue() for part in self._parts}
        purpose = fields.get("purpose", DEFAULT_PURPOSE.encode())[:_LONGEST_FIELD]
        return Upload(
            purpose=purpose.decode("utf-8", "replace"),
            name=files[0].disposition.file_name or "",
            content=files[0].content.getvalue(),
        )

    def _begin(self) -> None:
        if len(self._parts) == _MOST_PARTS:
            raise NotAFormError
        self._parts.append(_Part())

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _take_header(self) -> None:
        self._parts[-1].headers[self._name.lower()] = self._value.strip()
        self._name = self._value = b""

    def _take_headers(self) -> None:
        self._parts[-1].take_headers()

    def _write(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1].writer.write(data[start:end])

    def _end(self) -> None:
        self._parts[-1].end()
