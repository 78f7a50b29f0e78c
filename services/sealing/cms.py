"""CMS SignedData as PAdES baseline B-T wants it, from DER templates (RFC 5652, 5035, 3161).

A `SignerIdentity` prepares everything that does not change between documents. Per document two
steps are left: `signed_attributes` (to be signed with the private key) and `signed_data`.
It holds no key and talks to nobody. The same code issues time-stamp tokens: those are CMS too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509

from services.sealing import der
from services.sealing.errors import MalformedDerError

DATA = der.oid("1.2.840.113549.1.7.1")
SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE_V2 = der.oid("1.2.840.113549.1.9.16.2.47")
TIMESTAMP_TOKEN = der.oid("1.2.840.113549.1.9.16.2.14")
SHA256 = der.oid("2.16.840.1.101.3.4.2.1")

SHA256_ALGORITHM = der.sequence(SHA256)
RSA_SHA256_ALGORITHM = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL)
ECDSA_SHA256_ALGORITHM = der.sequence(der.oid("1.2.840.10045.4.3.2"))

_DIRECTORY_NAME = 0xA4
# without the optional ones
_SIGNED_DATA_FIELDS, _SIGNER_INFO_FIELDS = 4, 6


def signer_identifier(certificate: x509.Certificate) -> bytes:
    """The IssuerAndSerialNumber that names a certificate in a SignerInfo."""
    return der.sequence(certificate.issuer.public_bytes(), der.integer(certificate.serial_number))


def attribute(kind: bytes, *values: bytes) -> bytes:
    """One CMS attribute."""
    return der.sequence(kind, der.set_of(*values))


@dataclass(frozen=True)
class SignerIdentity:
    """A certificate with its chain, prepared for signing with SHA-256."""

    certificate: bytes
    chain: Sequence[bytes]
    signature_algorithm: bytes
    _sid: bytes = field(init=False, repr=False)
    _certificates: bytes = field(init=False, repr=False)
    _certificate_attribute: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Encode what does not change between documents."""
        parsed = x509.load_der_x509_certificate(self.certificate)
        issuer, serial = parsed.issuer.public_bytes(), der.integer(parsed.serial_number)
        general_names = der.sequence(der.tlv(_DIRECTORY_NAME, issuer))
        # ESSCertIDv2 leaves SHA-256 out: it is the default, and DER forbids writing a default
        ess_cert_id = der.sequence(
            der.octets(hashlib.sha256(self.certificate).digest()),
            der.sequence(general_names, serial),
        )
        put = object.__setattr__
        put(self, "_sid", signer_identifier(parsed))
        put(self, "_certificates", der.tlv(der.CONTEXT_0, *sorted({self.certificate, *self.chain})))
        put(
            self,
            "_certificate_attribute",
            attribute(SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(ess_cert_id))),
        )

    def signed_attributes(self, digest: bytes, content_type: bytes = DATA) -> bytes:
        """The attributes to sign, as the SET OF that the signature covers."""
        return der.set_of(
            attribute(CONTENT_TYPE, content_type),
            attribute(MESSAGE_DIGEST, der.octets(digest)),
            self._certificate_attribute,
        )

    def signed_data(
        self,
        signed_attributes: bytes,
        signature: bytes,
        *,
        token: bytes | None = None,
        content: bytes | None = None,
        with_certificates: bool = True,
    ) -> bytes:
        """The finished CMS.

        Args:
            signed_attributes: what `signed_attributes()` gave.
            signature: the raw signature of exactly these bytes.
            token: an RFC 3161 token over `signature` (level T).
            content: a TSTInfo to carry inside; None makes a detached signature.
            with_certificates: whether the certificate and its chain ride along.
        """
        if content is None:
            version, encapsulated = 1, der.sequence(DATA)
        else:
            version = 3
            encapsulated = der.sequence(TST_INFO, der.tlv(der.CONTEXT_0, der.octets(content)))
        unsigned = der.tlv(der.CONTEXT_1, attribute(TIMESTAMP_TOKEN, token)) if token else b""
        signer_info = der.sequence(
            der.integer(1),
            self._sid,
            SHA256_ALGORITHM,
            # inside SignerInfo the same bytes carry the implicit tag [0] in place of SET
            bytes((der.CONTEXT_0,)) + signed_attributes[1:],
            self.signature_algorithm,
            der.octets(signature),
            unsigned,
        )
        body = der.sequence(
            der.integer(version),
            der.set_of(SHA256_ALGORITHM),
            encapsulated,
            self._certificates if with_certificates else b"",
            der.set_of(signer_info),
        )
        return der.sequence(SIGNED_DATA, der.tlv(der.CONTEXT_0, body))


@dataclass(frozen=True)
class ParsedSignedData:
    """What checks need of a SignedData with one signer."""

    content: bytes | None
    signer: bytes
    certificates: tuple[bytes, ...]
    signed_attributes: bytes
    signature_algorithm: bytes
    signature: bytes
    attributes: dict[bytes, bytes]

    @property
    def message_digest(self) -> bytes:
        """The digest that the signer signed; empty if there is none."""
        value = self.attributes.get(MESSAGE_DIGEST)
        return der.read_exactly(value).expect(der.OCTET_STRING).content if value else b""


def parse_signed_data(encoded: bytes) -> ParsedSignedData:
    """Take a SignedData apart.

    Raises:
        MalformedDerError: if it is not one, or has not exactly one signer with attributes.
    """
    content_type, wrapped = _exactly(der.read_exactly(encoded).list(), 2)
    if content_type.raw != SIGNED_DATA:
        msg = "Это не подпись CMS."
        raise MalformedDerError(msg)
    (signed_data,) = _exactly(wrapped.list(der.CONTEXT_0), 1)
    body = signed_data.list()
    if len(body) < _SIGNED_DATA_FIELDS:
        msg = "Подпись CMS неполна."
        raise MalformedDerError(msg)
    encapsulated = body[2].list()
    content = None
    if len(encapsulated) > 1:
        (inner,) = _exactly(encapsulated[1].list(der.CONTEXT_0), 1)
        content = inner.expect(der.OCTET_STRING).content
    certificates = next((node for node in body[3:] if node.tag == der.CONTEXT_0), None)
    (signer,) = _exactly(body[-1].list(der.SET), 1)
    fields = signer.list()
    if len(fields) < _SIGNER_INFO_FIELDS:
        msg = "Сведения о подписавшем неполны."
        raise MalformedDerError(msg)
    attributes = {}
    for item in fields[3].list(der.CONTEXT_0):
        kind, values = _exactly(item.list(), 2)
        attributes[kind.raw] = values.expect(der.SET).content
    return ParsedSignedData(
        content=content,
        signer=fields[1].raw,
        certificates=tuple(c.raw for c in certificates.children()) if certificates else (),
        signed_attributes=bytes((der.SET,)) + fields[3].raw[1:],
        signature_algorithm=fields[4].raw,
        signature=fields[5].expect(der.OCTET_STRING).content,
        attributes=attributes,
    )


def _exactly(nodes: list[der.Node], count: int) -> list[der.Node]:
    if len(nodes) != count:
        msg = "Структура подписи CMS не распознана."
        raise MalformedDerError(msg)
    return nodes
