"""Reading request bodies with a hard limit, as they arrive: nothing larger is ever held.

It looks at the form only; what a file is, inspection says.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable

from fastapi import Request
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_options_header
from starlette.requests import ClientDisconnect

from services.documents.errors import (
    FileTooLargeError,
    NoFileError,
    NotAFormError,
    NotAPdfError,
)
from services.documents.usecases import Upload

_ROOM_FOR_FORM = 64 * 1024
_LONGEST_FIELD = 1024
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
    parser = FormParser(
        "multipart/form-data",
        form.take_field,
        form.take_file,
        boundary=boundary,
        config={"MAX_MEMORY_FILE_SIZE": largest + _ROOM_FOR_FORM},  # never onto the disk
    )
    try:
        async for chunk in _limited(request, largest + _ROOM_FOR_FORM, largest):
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise NotAFormError from error
    return form.upload()


async def receive_pdf_hash(request: Request, *, largest: int) -> str:
    """The SHA-256 of a PDF in the body, without ever holding the body.

    Raises:
        FileTooLargeError: more than `largest` bytes.
        NotAPdfError: it does not begin like a PDF.
    """
    digest, head = hashlib.sha256(), b""
    async for chunk in _limited(request, largest, largest):
        digest.update(chunk)
        head = (head + chunk[:5])[:5]
    if head != b"%PDF-":
        raise NotAPdfError
    return digest.hexdigest()


async def _limited(request: Request, most: int, largest: int) -> AsyncIterator[bytes]:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise FileTooLargeError(largest)
    received = 0
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received > most:
                raise FileTooLargeError(largest)
            yield chunk
    except ClientDisconnect as error:
        raise NotAFormError from error


class _Form:
    """What the parser found."""

    def __init__(self) -> None:
        self._files: list[File] = []
        self._fields: dict[str, str] = {}
        self.take_file: Callable[[File], None] = self._files.append

    def take_field(self, field: Field) -> None:
        name, value = field.field_name or b"", field.value or b""
        if len(value) <= _LONGEST_FIELD:
            self._fields[name.decode("utf-8", "replace")] = value.decode("utf-8", "replace")

    def upload(self) -> Upload:
        if len(self._files) != 1 or self._files[0].field_name != b"file":
            raise NoFileError
        (file,) = self._files
        file.file_object.seek(0)
        return Upload(
            purpose=self._fields.get("purpose", DEFAULT_PURPOSE),
            name=(file.file_name or b"").decode("utf-8", "replace"),
            content=file.file_object.read(),
        )
