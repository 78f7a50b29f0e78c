"""Is a CMS signature genuine: right signer, right value, right digest.

Whether the signer's certificate is trusted is `trust`'s question.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from services.sealing import cms
from services.sealing.errors import CertificateNotTrustedError, MalformedDerError

_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@lru_cache(maxsize=256)
def parse_certificate(encoded: bytes) -> x509.Certificate:
    """A certificate from DER; kept, because the same few come with every document.

    Raises:
        CertificateNotTrustedError: if it is not a certificate.
    """
    try:
        certificate = x509.load_der_x509_certificate(encoded)
        # these are parsed when asked for, and a broken one is to be noticed here
        _ = certificate.subject, certificate.issuer, certificate.extensions
        _ = certificate.public_key(), certificate.not_valid_before_utc
    except _UNREADABLE as error:
        msg = "Сертификат не удалось прочитать."
        raise CertificateNotTrustedError(msg) from error
    return certificate


def check_cms(encoded: bytes, digest: bytes, certificate: bytes) -> None:
    """Make sure that a CMS signs `digest` with the key of `certificate` (DER).

    Raises:
        CertificateNotTrustedError: if it does not.
    """
    try:
        parsed = cms.parse_signed_data(encoded)
        check_signature(parsed, parse_certificate(certificate))
    except MalformedDerError as error:
        raise CertificateNotTrustedError(error.detail) from error
    if parsed.message_digest != digest:
        msg = "Подпись сделана под другим документом."
        raise CertificateNotTrustedError(msg)


def check_signature(parsed: cms.ParsedSignedData, certificate: x509.Certificate) -> None:
    """Make sure that the signer of a CMS is the certificate and that its signature is right.

    Raises:
        CertificateNotTrustedError: if it does not hold.
    """
    if parsed.signer != _identifier(certificate):
        msg = "Подпись сделана другим сертификатом."
        raise CertificateNotTrustedError(msg)
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(parsed.signature, parsed.signed_attributes, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(
                parsed.signature, parsed.signed_attributes, padding.PKCS1v15(), hashes.SHA256()
            )
        else:
            msg = "Алгоритм подписи не поддерживается."
            raise CertificateNotTrustedError(msg)
    except InvalidSignature as error:
        msg = "Значение подписи неверно."
        raise CertificateNotTrustedError(msg) from error


@lru_cache(maxsize=256)
def _identifier(certificate: x509.Certificate) -> bytes:
    return cms.signer_identifier(certificate)


def signing_certificate(parsed: cms.ParsedSignedData) -> bytes:
    """The certificate (DER) inside a CMS that its signer refers to.

    Raises:
        CertificateNotTrustedError: if it is not there.
    """
    for encoded in parsed.certificates:
        if _identifier(parse_certificate(encoded)) == parsed.signer:
            return encoded
    msg = "В подписи нет сертификата подписавшего."
    raise CertificateNotTrustedError(msg)
