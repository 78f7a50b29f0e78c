"""Providers behind TLS: the server has to prove itself, and the mail server gets our password."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.chassis.telemetry.metrics import Metrics
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing
from services.notifier.delivery.gateways.mail import Mail
from services.notifier.delivery.gateways.posting import NotSentError, Poster
from services.notifier.delivery.gateways.smtp import MailServer
from services.notifier.templates.domain.content import Content

# aiosmtpd does not see that it was given a connection that is TLS from its beginning
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
PASSWORD = "a-password-of-the-tests"
LETTER = Outgoing(
    "m-1", "anna@example.org", Content("Готово", "Готово", "Скачать", "https://x", html="<p>Да")
)


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A server's certificate that only `trusted` believes."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    pem += key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "server.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.pem")
    return context


@pytest.fixture
def trusted(tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """As an operator trusts an authority of their own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    return tls


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not reader.at_eof():
        await reader.readuntil(b"body")
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}")


@asynccontextmanager
async def https(context: ssl.SSLContext) -> AsyncIterator[Poster]:
    async with await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=context) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        client = Poster(url, connect_seconds=5, content_type="text/plain")
        try:
            yield client
        finally:
            client.close()


async def test_a_provider_behind_https_is_asked_over_one_connection(
    trusted: ssl.SSLContext,
) -> None:
    async with https(trusted) as client:
        for _ in range(3):
            assert (await client.post(b"body", {})).status == 202


async def test_whoever_does_not_prove_to_be_the_provider_gets_nothing(tls: ssl.SSLContext) -> None:
    async with https(tls) as client:
        with pytest.raises(NotSentError):
            await client.post(b"body", {})


class _Box:
    def __init__(self) -> None:
        self.letters: list[tuple[bool, str]] = []

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append((session.authenticated is True, envelope.rcpt_tos[0]))
        return "250 kept"


def _knows(_: SMTP, _session: Session, _envelope: Envelope, _how: str, said: object) -> AuthResult:
    right = isinstance(said, LoginPassword) and said.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def mail_server(
    security: str, context: ssl.SSLContext, password: str = PASSWORD
) -> AsyncIterator[tuple[Mail, _Box]]:
    box, begun = _Box(), security == "starttls"

    def session() -> SMTP:
        return SMTP(
            box,
            tls_context=context if begun else None,
            require_starttls=begun,
            auth_required=True,
            auth_require_tls=begun,
            authenticator=_knows,
        )

    whole = None if begun else context
    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=whole)
    port = server.sockets[0].getsockname()[1]
    place = MailServer("127.0.0.1", port, "me@example.org", security, "me", password)
    way = Mail(place, Metrics(), timeout=10)
    try:
        yield way, box
    finally:
        await way.close()
        server.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_letters_go_over_tls_with_our_password(
    trusted: ssl.SSLContext, security: str
) -> None:
    async with mail_server(security, trusted) as (way, box):
        for _ in range(3):
            assert (await way.send(LETTER)).verdict is Verdict.ACCEPTED
    assert box.letters == [(True, "anna@example.org")] * 3


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_mail_server_that_is_somebody_else_gets_no_letter(
    tls: ssl.SSLContext, security: str
) -> None:
    async with mail_server(security, tls) as (way, box):
        assert await way.send(LETTER) == Outcome(Verdict.NOT_TAKEN, "provider-unreachable")
    assert not box.letters


async def test_a_wrong_password_is_ours_to_mend_and_loses_no_letter(
    trusted: ssl.SSLContext,
) -> None:
    async with mail_server("starttls", trusted, password="wrong") as (way, box):
        assert (await way.send(LETTER)).verdict is Verdict.NOT_TAKEN
    assert not box.letters
