"""A citizen's own certificate: a key of theirs, and what is signed with it (C12)."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from deploy.world.demo.gateway import DemoFailedError, Gateway
from deploy.world.demo.person import Person
from deploy.world.pki.parts import person_name, subject_name
from services.sealing.trust import SNILS

_DETACHED = (pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary)


class OwnKey:
    """A key that never leaves its owner, and the certificate that an authority gave for it."""

    def __init__(self, full_name: str, snils: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = subject_name(*person_name(full_name), (SNILS, snils))
        self._chain: list[x509.Certificate] = []

    def request(self) -> bytes:
        """What is brought to the authority (PKCS#10, PEM)."""
        asked = x509.CertificateSigningRequestBuilder().subject_name(self._subject)
        return asked.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def hold(self, certificates: bytes) -> None:
        """Keep what the authority gave: the certificate, then its issuer's (PEM)."""
        self._chain = x509.load_pem_x509_certificates(certificates)

    @property
    def certificate(self) -> bytes:
        """What the authority gave (PEM), without its issuer's."""
        return self._chain[0].public_bytes(Encoding.PEM)

    def sign(self, content: bytes) -> bytes:
        """A detached CMS signature (DER) over exactly these bytes."""
        own, *issuers = self._chain
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(own, self._key, hashes.SHA256())
        for issuer in issuers:
            builder = builder.add_certificate(issuer)
        return builder.sign(Encoding.DER, _DETACHED)


async def certified(gateway: Gateway, person: Person) -> OwnKey:
    """A key of this person's, certified by the demo's authority.

    Raises:
        DemoFailedError: it refused.
    """
    own = OwnKey(person.full_name, person.profile["snils"])
    issued = await gateway.page("/ca/certificates", own.request())
    if not issued.is_success:
        message = f"the authority answered {issued.status_code}: {issued.text[:200]}"
        raise DemoFailedError(message)
    own.hold(issued.content)
    return own
