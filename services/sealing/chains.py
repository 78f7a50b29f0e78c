"""Ways from a certificate up to a root (RFC 5280, section 6.1, without policies and names).

What a critical extension demands and nobody here can keep is a reason to refuse, not to ignore.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

_LONGEST = 4
STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
"""The digests that a signature of an authority may be made over."""

_UNDERSTOOD = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        # any policy will do, and nothing is asked by an alternative name
        x509.CertificatePolicies.oid,
        x509.SubjectAlternativeName.oid,
    }
)

Chain = tuple[x509.Certificate, ...]


def chains(
    certificate: x509.Certificate,
    roots: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
) -> Iterator[Chain]:
    """Every chain from the certificate (first) to a root (last) in which each may issue the next.

    Several exist when an authority was certified anew. Times and revocation are not looked at.
    """
    if _understood(certificate):
        yield from _upwards((certificate,), roots, intermediates)


def _upwards(
    below: Chain, roots: Sequence[x509.Certificate], intermediates: Sequence[x509.Certificate]
) -> Iterator[Chain]:
    for root in roots:
        if _issued(below, root):
            yield (*below, root)
    if len(below) < _LONGEST - 1:
        for issuer in intermediates:
            if issuer not in below and _issued(below, issuer):
                yield from _upwards((*below, issuer), roots, intermediates)


def usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    """What the certificate's key may be used for, if it says so."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _issued(below: Chain, issuer: x509.Certificate) -> bool:
    certificate = below[-1]
    try:
        if not isinstance(certificate.signature_hash_algorithm, STRONG):
            return False
        certificate.verify_directly_issued_by(issuer)
        return _may_issue(issuer, authorities_below=len(below) - 1)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False


def _may_issue(issuer: x509.Certificate, *, authorities_below: int) -> bool:
    constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    allowed = usage(issuer)
    return (
        constraints.ca
        and (constraints.path_length is None or authorities_below <= constraints.path_length)
        and allowed is not None
        and allowed.key_cert_sign
        and _understood(issuer)
    )


def _understood(certificate: x509.Certificate) -> bool:
    return all(e.oid in _UNDERSTOOD for e in certificate.extensions if e.critical)
