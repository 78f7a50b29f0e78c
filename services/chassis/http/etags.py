"""Entity tags: an edit names the version that it edits (RFC 9110, sections 8.8.3 and 13.1.1).

Tags are compared strongly, so a weak one never matches. What a compressing proxy appends to a tag
(`"1-gzip"`) is no part of the version: the client can only send back the tag that it was given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from services.chassis.foundation.errors import (
    FieldError,
    InvalidInputError,
    RefusalError,
    StaleVersionError,
)

_ITEM = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,[ \t,]*|\Z)')
_ENCODING = re.compile(r"--?(?:gzip|zstd|br|deflate)\Z")
_LONGEST = 1000


class IfMatchMissingError(RefusalError):
    """An edit came without the version that it edits."""

    code = "if-match-missing"
    status = 428
    title = "Нет версии данных"

    def __init__(self) -> None:
        super().__init__("Передайте заголовок If-Match со значением ETag прочитанной версии.")


class WeakTagError(RefusalError):
    """Only weak tags came: they do not say that the data are the same to the letter."""

    code = "weak-etag"
    status = 412
    title = "Слабая метка версии"

    def __init__(self) -> None:
        super().__init__(
            'Слабая метка W/"…" не годится для If-Match: передайте ETag без W/ или «*».'
        )


@dataclass(frozen=True)
class Expected:
    """The versions that the caller agrees to edit; `tags` is None for any (`*`)."""

    tags: frozenset[str] | None
    weak: bool = False

    @classmethod
    def parse(cls, header: str) -> Expected:
        """The value of `If-Match`: `*`, or a list of entity tags.

        Raises:
            InvalidInputError: neither.
        """
        text = header.strip(" \t,")
        if text == "*":
            return cls(None)
        tags: set[str] = set()
        weak, at = False, 0
        while at < len(text):
            found = _ITEM.match(text, at)
            if found is None:
                break
            if found[1]:
                weak = True
            else:
                tags.add(_ENCODING.sub("", found[2]))
            at = found.end()
        if not text or at < len(text) or len(text) > _LONGEST:
            detail = 'Нужен ETag прочитанной версии в кавычках, например "1", их список или «*».'
            raise InvalidInputError([FieldError("/header/If-Match", "format", detail)])
        return cls(frozenset(tags), weak)

    def check(self, version: int) -> None:
        """Let an edit of this version go on.

        Raises:
            StaleVersionError: the caller has read another one.
            WeakTagError: the caller named none by a strong tag.
        """
        if self.tags is None or str(version) in self.tags:
            return
        if self.weak and not self.tags:
            raise WeakTagError
        raise StaleVersionError


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


async def if_match(
    request: Request,
    _: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=1000,
            description="The `ETag` of the version that was read; `*` for whichever there is.",
        ),
    ] = None,
) -> Expected:
    """What the caller edits, from all lines of `If-Match`."""
    lines = request.headers.getlist("If-Match")
    if not lines:
        raise IfMatchMissingError
    return Expected.parse(", ".join(lines))


IfMatch = Annotated[Expected, Depends(if_match)]
