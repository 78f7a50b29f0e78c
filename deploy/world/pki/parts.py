"""Small parts of certificates and safe writing of files."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

_LONGEST_NAME_BYTES = 64


def subject_name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """A subject from pairs of attribute and value."""
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def person_name(name: str) -> list[tuple[x509.ObjectIdentifier, str]]:
    """A person's name as attributes: a common name holds 64 bytes, the two others all of it.

    A longer common name keeps initials, and signatures are shown with the two others.
    """
    surname, _, given = name.partition(" ")
    short = " ".join([surname, *(f"{other[0]}." for other in given.split())])
    attributes = [(NameOID.SURNAME, surname), (NameOID.GIVEN_NAME, given)]
    return [
        (NameOID.COMMON_NAME, _cut(name if _fits(name) else short)),
        *(attribute for attribute in attributes if attribute[1]),
    ]


def organisation_name(name: str) -> list[tuple[x509.ObjectIdentifier, str]]:
    """The name of an organisation as attributes: whole, and as much as a common name holds."""
    return [(NameOID.COMMON_NAME, _cut(name)), (NameOID.ORGANIZATION_NAME, name)]


def _fits(name: str) -> bool:
    return len(name.encode()) <= _LONGEST_NAME_BYTES


def _cut(name: str) -> str:
    return name.encode()[:_LONGEST_NAME_BYTES].decode(errors="ignore").strip()


def key_usage(*, authority: bool) -> x509.KeyUsage:
    """What an authority's key, or a signer's, may be used for."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def authority_key(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The reference to the issuer's key."""
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def pointers(addresses: str, issuer: str) -> tuple[x509.ExtensionType, ...]:
    """Where an outsider finds the issuer's revocation list and its certificate (CDP, AIA)."""
    revocations = x509.UniformResourceIdentifier(f"{addresses}/{issuer}.crl")
    authority = x509.UniformResourceIdentifier(f"{addresses}/{issuer}.cer")
    return (
        x509.CRLDistributionPoints([x509.DistributionPoint([revocations], None, None, None)]),
        x509.AuthorityInformationAccess(
            [x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, authority)]
        ),
    )


def pointers_like(
    certificate: x509.Certificate, own: str, issuer: str
) -> tuple[x509.ExtensionType, ...]:
    """The pointers of another issuer's certificates, beside those that a certificate carries."""
    carried = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    named = [name.value for point in carried for name in point.full_name or ()]
    return pointers(str(named[0]).removesuffix(f"/{own}.crl"), issuer)


def points_to(certificate: x509.Certificate, addresses: str, issuer: str) -> bool:
    """Whether a certificate has exactly these pointers."""
    carried = [extension.value for extension in certificate.extensions]
    return all(pointer in carried for pointer in pointers(addresses, issuer))


def write_atomically(file: Path, content: bytes, mode: int) -> None:
    """Write a whole file or nothing, never readable by others before its mode is set."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
    temporary.replace(file)
