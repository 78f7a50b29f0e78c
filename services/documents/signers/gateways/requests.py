"""PKCS#10 requests and what comes back for them: names and numbers of Russian certificates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from services.documents.signers.domain.people import Clinic, Member, Subject
from services.documents.signers.domain.signer import Key
from services.documents.signers.errors import UnreadableCertificateError
from services.sealing import PublicKey, cms, der

# order 795 of the FSB
SNILS = x509.ObjectIdentifier("1.2.643.100.3")
OGRN = x509.ObjectIdentifier("1.2.643.100.1")
INN_LEGAL = x509.ObjectIdentifier("1.2.643.100.4")
INN = x509.ObjectIdentifier("1.2.643.3.131.1.1")
_LONGEST_COMMON_NAME = 64  # bytes
_VERSION_1, _NO_ATTRIBUTES = der.integer(0), der.tlv(0xA0)
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)


def doctor_name(member: Member) -> x509.Name:
    """Whom a doctor's certificate is to name."""
    surname, _, given = member.full_name.partition(" ")
    initials = " ".join([surname, *(f"{word[0]}." for word in given.split())])
    fits = len(member.full_name.encode()) <= _LONGEST_COMMON_NAME
    return _name(
        (NameOID.SURNAME, surname),
        (NameOID.GIVEN_NAME, given),
        (NameOID.COMMON_NAME, _cut(member.full_name if fits else initials)),
        (NameOID.TITLE, member.position or "врач"),
        (SNILS, member.snils or ""),
        (NameOID.COUNTRY_NAME, "RU"),
    )


def clinic_name(clinic: Clinic) -> x509.Name:
    """Whom a clinic's certificate is to name."""
    return _name(
        (NameOID.COMMON_NAME, _cut(clinic.organisation)),
        (NameOID.ORGANIZATION_NAME, clinic.organisation),
        (OGRN, clinic.ogrn),
        (INN_LEGAL, clinic.inn),
        (NameOID.COUNTRY_NAME, "RU"),
    )


async def request_of(name: x509.Name, key: Key, sign: Callable[[bytes], Awaitable[bytes]]) -> bytes:
    """A PKCS#10 request, DER (RFC 2986): signed wherever the key is."""
    public = serialization.load_der_public_key(key.public)
    algorithm = (
        cms.RSA_SHA256_ALGORITHM
        if isinstance(public, rsa.RSAPublicKey)
        else cms.ECDSA_SHA256_ALGORITHM
    )
    about = der.sequence(_VERSION_1, name.public_bytes(), key.public, _NO_ATTRIBUTES)
    signature = await sign(about)
    return der.sequence(about, algorithm, der.tlv(der.BIT_STRING, b"\0", signature))


def as_pem(request: bytes) -> str:
    """A request as people carry it."""
    return x509.load_der_x509_csr(request).public_bytes(Encoding.PEM).decode()


def certificates_of(file: bytes) -> list[x509.Certificate]:
    """Every certificate of a file, whatever form it has: PEM, DER, PKCS#7.

    Raises:
        UnreadableCertificateError: there is none.
    """
    for read in (
        x509.load_pem_x509_certificates,
        lambda given: [x509.load_der_x509_certificate(given)],
        pkcs7.load_der_pkcs7_certificates,
        pkcs7.load_pem_pkcs7_certificates,
    ):
        try:
            found = list(read(file))
            for certificate in found:  # parsed when asked for: what is broken is noticed here
                _ = certificate.subject, certificate.extensions, certificate.public_key()
                _ = certificate.not_valid_after_utc, certificate.issuer
        except (*_UNREADABLE, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            continue
        if found:
            return found
    raise UnreadableCertificateError


def of_keys(
    certificates: Iterable[x509.Certificate], publics: Iterable[bytes]
) -> x509.Certificate | None:
    """The certificate of one of these keys."""
    known = set(publics)
    return next((c for c in certificates if public_of(c) in known), None)


def public_of(certificate: x509.Certificate) -> bytes:
    """The public key of a certificate (SubjectPublicKeyInfo, DER)."""
    return certificate.public_key().public_bytes(
        Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def subject_of(certificate: x509.Certificate) -> Subject:
    """Whom a certificate names."""

    def of(oid: x509.ObjectIdentifier) -> str:
        found = certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value).strip() if found else ""

    whole = f"{of(NameOID.SURNAME)} {of(NameOID.GIVEN_NAME)}".strip()
    # before ИНН of organisations had a number of its own, it stood in that of persons
    inn = of(INN_LEGAL) or of(INN).removeprefix("00")
    return Subject(
        name=whole or of(NameOID.COMMON_NAME),
        organisation=of(NameOID.ORGANIZATION_NAME),
        snils=of(SNILS) or None,
        ogrn=of(OGRN) or None,
        inn=inn or None,
    )


def signed_by(public: PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether a signature is this key's."""
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            public.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes if value])


def _cut(text: str) -> str:
    return text.encode()[:_LONGEST_COMMON_NAME].decode(errors="ignore").strip()
