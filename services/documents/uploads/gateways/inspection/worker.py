"""Looks into one file after the other: `python -m` of this module.

A process of its own, because decoders of hostile bytes may run or grow without end: the kernel
stops it at its limits, its parent kills it at the end of its patience. It gets no settings, no
secrets and no network address, and its parent takes nothing from it but data.

Protocol over stdin and stdout: a line of JSON, then as many bytes as its `size` says.
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
from collections.abc import Callable, Mapping
from typing import BinaryIO

from services.documents.access.domain.content import MediaType
from services.documents.uploads.domain import Inspected
from services.documents.uploads.errors import FileRefusedError, FileTooComplexError
from services.documents.uploads.gateways.images import inspect_image
from services.documents.uploads.gateways.pdf.reader import count_pages, inspect_pdf

READY = b"READY\n"
MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 8

_DECODERS: Mapping[MediaType, Callable[[bytes], Inspected]] = {
    MediaType.PDF: inspect_pdf,
    MediaType.JPEG: lambda content: inspect_image(content, MediaType.JPEG),
    MediaType.PNG: lambda content: inspect_image(content, MediaType.PNG),
}


def decode(kind: MediaType, content: bytes, *, sealed: bool = False) -> Inspected:
    """Decode content of a recognised type; without the limits of a process of its own.

    What was `sealed` here may carry what others may not: its pages are counted, and that is all.

    Raises:
        FileRefusedError: the kinds of `errors`.
    """
    if sealed:
        return Inspected(kind, content, pages=count_pages(content), dpi=None)
    return _DECODERS[kind](content)


def main(memory: int = MEMORY, cpu_seconds: int = CPU_SECONDS) -> None:
    """Serve until stdin ends."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source = sys.stdin.buffer
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    target.write(READY)
    target.flush()
    while line := source.readline():
        asked = json.loads(line)
        content = source.read(asked["size"])
        _allow(cpu_seconds)
        _answer(target, MediaType(asked["kind"]), content, sealed=bool(asked["sealed"]))


def _allow(cpu_seconds: int) -> None:
    """So much more processor time: the limit counts from the start of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _answer(target: BinaryIO, kind: MediaType, content: bytes, *, sealed: bool) -> None:
    kept = b""
    said: dict[str, str | int | None]
    try:
        found = decode(kind, content, sealed=sealed)
        if found.content is not content:
            kept = found.content
        said = {"pages": found.pages, "dpi": found.dpi, "size": len(kept)}
    except FileRefusedError as refusal:
        said = _refused(refusal)
    except MemoryError:
        said = _refused(FileTooComplexError())
    except Exception as error:
        said = {"failed": type(error).__name__, "size": 0}
    target.write(json.dumps(said).encode() + b"\n" + kept)
    target.flush()


def _refused(refusal: FileRefusedError) -> dict[str, str | int | None]:
    return {"refused": refusal.code, "detail": refusal.detail, "size": 0}


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
