"""PDFs signed by other people: right, or wrong in the one thing that is asked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import crl, keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko_certvalidator.registry import SimpleCertificateStore

from deploy.world.pki.parts import key_usage
from services.documents.uploads.gateways.trust import Trust
from tests.support.authorities import DAY, NOW, Authority, Extensions, certificate, issuing

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_LONG_AGO = NOW - 2000 * DAY
STAMPING = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)


@dataclass(frozen=True)
class Person:
    """Somebody with a key and a certificate."""

    name: str
    key: Key
    certificate: x509.Certificate

    @property
    def asn1(self) -> asn1.Certificate:
        """The certificate as pyHanko wants it."""
        return asn1.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    @property
    def private(self) -> keys.PrivateKeyInfo:
        """The key as pyHanko wants it."""
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return keys.PrivateKeyInfo.load(der)


@dataclass(frozen=True)
class World:
    """A root, an authority below it, and whom they certify."""

    root: Authority = field(default_factory=lambda: Authority("Чужой корень"))
    below: Authority = field(default_factory=lambda: Authority("Чужой центр"))
    certificates: tuple[x509.Certificate, ...] = field(init=False)
    """Of the two, in this order."""

    def __post_init__(self) -> None:
        made = certificate(self.root, self.root, *issuing(), start=_LONG_AGO)
        between = certificate(self.below, self.root, *issuing(length=0), start=_LONG_AGO)
        object.__setattr__(self, "certificates", (made, between))

    def trust(self, *lists: x509.CertificateRevocationList) -> Trust:
        """What somebody trusts who trusts this root."""
        root, between = (
            asn1.Certificate.load(c.public_bytes(Encoding.DER)) for c in self.certificates
        )
        known = (crl.CertificateList.load(r.public_bytes(Encoding.DER)) for r in lists)
        return Trust((root,), (between,), tuple(known))

    def person(
        self,
        name: str = "Городская больница",
        *,
        start: datetime = NOW - DAY,
        end: datetime = NOW + 300 * DAY,
        signs: bool = True,
        extra: Extensions = (),
        key: Key | None = None,
    ) -> Person:
        """Somebody whom the authority has certified."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.below.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
        )
        usage: Extensions = ((key_usage(authority=False), True),) if signs else ()
        for extension, critical in (*usage, *extra):
            builder = builder.add_extension(extension, critical=critical)
        return Person(name, key, builder.sign(self.below.key, hashes.SHA256()))

    def stamps(self, at: datetime) -> timestamps.TimeStamper:
        """A time-stamp authority whose clock stands still."""
        key = rsa.generate_private_key(65537, 2048)  # pyHanko's stands still with no other
        tsa = self.person("Штампы", start=_LONG_AGO, extra=(STAMPING,), key=key)
        return timestamps.DummyTimeStamper(tsa.asn1, tsa.private, fixed_dt=at)


def signed_by(
    person: Person,
    base: bytes,
    *,
    name: str = "Signature",
    stamps: timestamps.TimeStamper | None = None,
    certifies: fields.MDPPerm | None = None,
    embedded: Sequence[asn1.Certificate] = (),
    md: str = "sha256",
) -> bytes:
    """The file with this person's signature, as a revision of its own."""
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call] # pyHanko's
    registry.register_multiple([person.asn1, *embedded])
    out = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(base)),
        signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm=md,
            certify=certifies is not None,
            docmdp_permissions=certifies or fields.MDPPerm.FILL_FORMS,
        ),
        signer=signers.SimpleSigner(person.asn1, person.private, registry),
        timestamper=stamps,
    )
    return bytes(out.getvalue())


def self_signed(name: str = "Никто") -> Person:
    """Somebody who has certified themselves."""
    who = Authority(name)
    return Person(name, who.key, certificate(who, who, (key_usage(authority=False), True)))
