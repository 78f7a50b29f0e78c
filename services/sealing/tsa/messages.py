"""The messages of RFC 3161, both sides: building and reading requests, answers and TSTInfo.

Checks are complete: status, imprint, nonce, the token's own signature, and that its certificate
is trusted and meant for time-stamping alone. Nothing here talks over a network or reads a clock.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from services.sealing import cms, der
from services.sealing.errors import (
    CertificateNotTrustedError,
    MalformedDerError,
    TimestampCertificateError,
    TimestampError,
    TimestampImprintError,
    TimestampNonceError,
    TimestampRefusedError,
)
from services.sealing.signatures import (
    check_signature,
    parse_certificate,
    signing_certificate,
)
from services.sealing.trust import Role, TrustStore

_VERSION = der.integer(1)
_REJECTION = 2
_REQUEST_FIELDS = _IMPRINT_FIELDS = 2
_BOOLEAN = 0x01
_EXTENSIONS = 0xA0
_ONE_SECOND = der.sequence(der.integer(1))


class Failure(IntEnum):
    """PKIFailureInfo: the bit of the reason."""

    BAD_ALGORITHM = 0
    BAD_REQUEST = 2
    BAD_DATA_FORMAT = 5
    UNACCEPTED_POLICY = 15
    UNACCEPTED_EXTENSION = 16
    SYSTEM_FAILURE = 25


@dataclass(frozen=True)
class TimestampRequest:
    """What an authority needs to know of a request."""

    algorithm: bytes
    imprint: bytes
    message_imprint: bytes
    nonce: int | None
    wants_certificate: bool
    policy: bytes | None
    has_extensions: bool


@dataclass(frozen=True)
class TimestampToken:
    """A checked token: its DER (a CMS), the time it states, and the end of its signer (UTC)."""

    encoded: bytes
    time: datetime
    serial: int
    certificate_end: datetime


def request(imprint: bytes, nonce: int) -> bytes:
    """A request to stamp a SHA-256 digest, asking for the certificate."""
    return der.sequence(
        _VERSION,
        der.sequence(cms.SHA256_ALGORITHM, der.octets(imprint)),
        der.integer(nonce),
        der.TRUE,
    )


def parse_request(encoded: bytes) -> TimestampRequest:
    """Read a request.

    Raises:
        MalformedDerError: if it is not a version 1 request.
    """
    nodes = der.read_exactly(encoded).list()
    if len(nodes) < _REQUEST_FIELDS or nodes[0].number() != 1:
        msg = "Это не запрос штампа времени версии 1."
        raise MalformedDerError(msg)
    imprint = nodes[1].list()
    if len(imprint) != _IMPRINT_FIELDS:
        msg = "Отпечаток в запросе неполон."
        raise MalformedDerError(msg)
    by_tag = {node.tag: node for node in nodes[2:]}
    return TimestampRequest(
        algorithm=next(iter(imprint[0].list()), imprint[0]).raw,
        imprint=imprint[1].expect(der.OCTET_STRING).content,
        message_imprint=nodes[1].raw,
        nonce=by_tag[der.INTEGER].number() if der.INTEGER in by_tag else None,
        wants_certificate=_BOOLEAN in by_tag and by_tag[_BOOLEAN].content != b"\x00",
        policy=by_tag[der.OBJECT_IDENTIFIER].raw if der.OBJECT_IDENTIFIER in by_tag else None,
        has_extensions=_EXTENSIONS in by_tag,
    )


def tst_info(asked: TimestampRequest, *, policy: bytes, serial: int, time: datetime) -> bytes:
    """The statement that an authority signs; accuracy one second."""
    stamp = time.strftime("%Y%m%d%H%M%S") + f".{time.microsecond // 1000:03d}".rstrip("0").rstrip(
        "."
    )
    return der.sequence(
        _VERSION,
        policy,
        asked.message_imprint,
        der.integer(serial),
        der.tlv(der.GENERALIZED_TIME, stamp.encode() + b"Z"),
        _ONE_SECOND,
        der.integer(asked.nonce) if asked.nonce is not None else b"",
    )


def granted(token: bytes) -> bytes:
    """The answer that carries a token."""
    return der.sequence(der.sequence(der.integer(0)), token)


def rejection(failure: Failure, reason: str) -> bytes:
    """The answer that refuses, with a reason in words and as a bit."""
    bit = int(failure)
    bits = (1 << 7 - bit % 8).to_bytes(1, "big").rjust(bit // 8 + 1, b"\0")
    return der.sequence(
        der.sequence(
            der.integer(_REJECTION),
            der.sequence(der.tlv(der.UTF8_STRING, reason.encode())),
            der.tlv(der.BIT_STRING, bytes((7 - bit % 8,)), bits),
        )
    )


def check_response(
    encoded: bytes, *, imprint: bytes, nonce: int, trust: TrustStore
) -> TimestampToken:
    """Take the token out of an answer, if it may be used.

    Raises:
        TimestampRefusedError: if the authority refused.
        TimestampImprintError: if another digest is stamped.
        TimestampNonceError: if it answers another request.
        TimestampCertificateError: if signature or certificate are not acceptable.
        TimestampError: if the answer is malformed.
    """
    try:
        token = _token(encoded)
        parsed = cms.parse_signed_data(token)
        if parsed.content is None:
            msg = "В ответе нет сведений о времени."
            raise TimestampError(msg)
        info = der.read_exactly(parsed.content).list()
        _check_statement(info, imprint, nonce)
        time = _time(info[4].expect(der.GENERALIZED_TIME).content)
        end = _check_signer(parsed, trust, time)
        return TimestampToken(token, time, info[3].number(), end)
    except (MalformedDerError, IndexError) as error:
        msg = "Ответ службы штампов времени не удалось разобрать."
        raise TimestampError(msg) from error


def _token(encoded: bytes) -> bytes:
    answer = der.read_exactly(encoded).list()
    status_info = answer[0].list()
    status = status_info[0].number()
    if status not in (0, 1):
        raise TimestampRefusedError(status, _reason(status_info[1:]))
    return answer[1].raw


def _reason(optional: list[der.Node]) -> str:
    texts = [text for node in optional if node.tag == der.SEQUENCE for text in node.children()]
    return " ".join(text.content.decode("utf-8", "replace") for text in texts)


def _check_statement(info: list[der.Node], imprint: bytes, nonce: int) -> None:
    algorithm, stamped = info[2].list()
    if algorithm.list()[0].raw != cms.SHA256 or stamped.content != imprint:
        msg = "Штамп времени поставлен на другие данные."
        raise TimestampImprintError(msg)
    nonces = [node.number() for node in info[5:] if node.tag == der.INTEGER]
    if nonces != [nonce]:
        msg = "Ответ относится к другому запросу."
        raise TimestampNonceError(msg)


def _check_signer(parsed: cms.ParsedSignedData, trust: TrustStore, time: datetime) -> datetime:
    """Give the end of the signer's certificate."""
    try:
        encoded = signing_certificate(parsed)
        trust.check(encoded, Role.TIMESTAMPS, time)
        certificate = parse_certificate(encoded)
        check_signature(parsed, certificate)
    except CertificateNotTrustedError as error:
        raise TimestampCertificateError(error.detail) from error
    content = parsed.content or b""
    if parsed.message_digest != hashlib.sha256(content).digest():
        msg = "Подпись штампа относится к другим сведениям о времени."
        raise TimestampCertificateError(msg)
    return certificate.not_valid_after_utc


def _time(content: bytes) -> datetime:
    text = content.decode("ascii", "replace").removesuffix("Z")
    form = "%Y%m%d%H%M%S.%f" if "." in text else "%Y%m%d%H%M%S"
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError as error:
        msg = "Время в штампе записано неверно."
        raise TimestampError(msg) from error
