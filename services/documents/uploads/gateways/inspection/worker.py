"""Looks into one file after the other: `python -m` of this module.

A process of its own, because decoders of hostile bytes may run or grow without end: the kernel
stops it at its limits, its parent kills it at the end of its patience. It gets no settings, no
secrets and no network address, only where public roots are, and its parent takes nothing from it
but data.

Protocol over stdin and stdout: a line of JSON, then as many bytes as its `size` says.
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from services.documents.access.domain.content import MediaType
from services.documents.uploads.domain.files import Inspected
from services.documents.uploads.domain.signatures import CheckedSignature
from services.documents.uploads.errors import FileRefusedError, FileTooComplexError
from services.documents.uploads.gateways.images import inspect_image
from services.documents.uploads.gateways.pdf.reader import count_pages, inspect_pdf
from services.documents.uploads.gateways.trust import Trust, TrustedFiles, TrustUnreadableError

READY = b"READY\n"
MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 8
SIGNATURES = TypeAdapter(tuple[CheckedSignature, ...])


def decode(
    kind: MediaType, content: bytes, *, sealed: bool = False, trust: Callable[[], Trust] = Trust
) -> Inspected:
    """Decode content of a recognised type; without the limits of a process of its own.

    What was `sealed` here may carry what others may not: its pages are counted, and that is all.

    Raises:
        FileRefusedError: the kinds of `errors`.
        TrustUnreadableError: it is signed, and nobody knows what is trusted.
    """
    if sealed:
        return Inspected(kind, content, pages=count_pages(content), dpi=None)
    return inspect_pdf(content, trust) if kind is MediaType.PDF else inspect_image(content, kind)


def main(memory: int, cpu_seconds: int, trusted: TrustedFiles) -> None:
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
        said, kept = _looked(trusted, asked, content)
        target.write(json.dumps(said).encode() + b"\n" + kept)
        target.flush()


def _allow(cpu_seconds: int) -> None:
    """So much more processor time: the limit counts from the start of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _looked(
    trusted: TrustedFiles, asked: Mapping[str, Any], content: bytes
) -> tuple[Mapping[str, Any], bytes]:
    """What is answered, and the bytes behind it."""
    kind, sealed = MediaType(asked["kind"]), bool(asked["sealed"])
    try:
        found = decode(kind, content, sealed=sealed, trust=trusted.current)
    except FileRefusedError as refusal:
        return _refused(refusal), b""
    except MemoryError:
        return _refused(FileTooComplexError()), b""
    except TrustUnreadableError as error:
        return {"away": str(error), "size": 0}, b""
    except Exception as error:
        return {"failed": type(error).__name__, "size": 0}, b""
    kept = found.content if found.content is not content else b""
    signatures = SIGNATURES.dump_python(found.signatures, mode="json")
    about = {"pages": found.pages, "dpi": found.dpi, "signatures": signatures}
    return {**about, "size": len(kept)}, kept


def _refused(refusal: FileRefusedError) -> dict[str, Any]:
    return {"refused": refusal.code, "detail": refusal.detail, "size": 0}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), TrustedFiles([Path(p) for p in sys.argv[3:]]))
