"""A responder (OCSP) of any quality over HTTP, and certificates that name it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.support.authorities import NOW, Authority, Extensions, leaf

Answers = Callable[[], bytes]
HOUR = timedelta(hours=1)


def naming(by: Authority, address: str) -> x509.Certificate:
    """A certificate that says where its state can be asked for."""
    place = x509.UniformResourceIdentifier(address)
    described = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
    extra: Extensions = ((x509.AuthorityInformationAccess([described]), False),)
    return leaf(by, extra=extra)


def status(
    of: x509.Certificate,
    issuer: x509.Certificate,
    by: Authority,
    *,
    said: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    late: timedelta = timedelta(),
) -> bytes:
    """The answer about a certificate, signed by whomever; `late` is how old it is."""
    revoked = NOW - HOUR if said is ocsp.OCSPCertStatus.REVOKED else None
    built = ocsp.OCSPResponseBuilder().add_response(
        cert=of,
        issuer=issuer,
        algorithm=hashes.SHA1(),  # noqa: S303 - it only names the certificate
        cert_status=said,
        this_update=NOW - HOUR - late,
        next_update=NOW + HOUR - late,
        revocation_time=revoked,
        revocation_reason=None,
    )
    signed = built.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer)
    return signed.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


class Responder:
    """Answers every POST with what `answer` says now; counts them."""

    def __init__(self) -> None:
        self.answer: Answers = lambda: b""
        self.asked = 0
        self.url = ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        ocsp.load_der_ocsp_request(await reader.readexactly(length))
        self.asked += 1
        body = self.answer()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            % (len(body), body)
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def responding() -> AsyncIterator[Responder]:
    """A responder on a free port."""
    responder = Responder()
    server = await asyncio.start_server(responder._serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    responder.url = f"http://127.0.0.1:{port}/ocsp"
    async with server:
        yield responder
