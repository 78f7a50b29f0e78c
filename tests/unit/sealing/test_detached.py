"""C12: a detached CMS signature that a citizen brings: whose it is, or why it does not hold."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
)
from cryptography.x509.oid import NameOID

from deploy.world.pki.parts import key_usage
from services.sealing import der
from services.sealing.detached import MOST_BYTES, Signatory, signatory_of
from services.sealing.errors import SealingError
from services.sealing.trust import SNILS, TrustStore
from services.sealing.trusted import TrustedFiles
from tests.support.authorities import (
    NOW,
    Authority,
    certificate,
    entry,
    issuing,
    revocations,
)

CONTENT = '{"application_id":"app-1","fields":{"purpose":"Поступление"}}'.encode()
DETACHED = pkcs7.PKCS7Options.DetachedSignature
BINARY = pkcs7.PKCS7Options.Binary
ROOT = Authority("Удостоверяющий центр")
ANNA = ((NameOID.COMMON_NAME, "Соколова Анна Сергеевна"), (SNILS, "11223344595"))


def _trust(*entries: x509.RevokedCertificate, lists: int = 1) -> TrustStore:
    root = certificate(ROOT, ROOT, *issuing())
    return TrustStore([root], (), [revocations(ROOT, entries=entries)] * lists)


@dataclass
class Person:
    """Somebody with a certificate by the root, right but for what a test says."""

    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    by: Authority = ROOT
    named: Sequence[tuple[x509.ObjectIdentifier, str]] = ANNA
    signs: bool = True
    end: datetime = NOW + timedelta(days=30)

    def __post_init__(self) -> None:
        """Have it certified."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(*named) for named in self.named]))
            .issuer_name(self.by.subject)
            .public_key(self.key.public_key())
            .serial_number(0xABC123)
            .not_valid_before(NOW - timedelta(days=60))
            .not_valid_after(self.end)
            .add_extension(key_usage(authority=not self.signs), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
        )
        self.certificate = builder.sign(self.by.key, hashes.SHA256())

    def sign(
        self,
        content: bytes = CONTENT,
        *options: pkcs7.PKCS7Options,
        hashed: Any = None,
        rsa_padding: Any = None,
    ) -> bytes:
        """As any program would: detached, with attributes and the certificate."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        hashed = hashed or hashes.SHA256()
        signer = builder.add_signer(self.certificate, self.key, hashed, rsa_padding=rsa_padding)
        return signer.sign(Encoding.DER, options or (DETACHED, BINARY))


def _checked(signature: bytes, content: bytes = CONTENT, **over: Any) -> Signatory:
    return signatory_of(signature, content, over.get("trust") or _trust(), over.get("when", NOW))


def _code(signature: bytes, content: bytes = CONTENT, **over: Any) -> str:
    with pytest.raises(SealingError) as refused:
        _checked(signature, content, **over)
    assert refused.value.detail
    return refused.value.code


def _rsa(bits: int = 2048) -> Any:
    return rsa.generate_private_key(65537, bits)


def test_who_signed_is_told_by_the_certificate_c12() -> None:
    found = _checked(Person().sign())
    assert found == Signatory(
        "ABC123", "Удостоверяющий центр", "Соколова Анна Сергеевна", "11223344595"
    )


@pytest.mark.parametrize(
    ("key", "how"),
    [
        (_rsa, {}),
        (_rsa, {"hashed": hashes.SHA512()}),
        (_rsa, {"rsa_padding": padding.PSS(padding.MGF1(hashes.SHA256()), 32)}),
        (lambda: ec.generate_private_key(ec.SECP384R1()), {"hashed": hashes.SHA384()}),
    ],
)
def test_strong_algorithms_hold(key: Callable[[], Any], how: dict[str, Any]) -> None:
    assert _checked(Person(key()).sign(**how)).serial == "ABC123"


@pytest.mark.parametrize("options", [[], ["-cades"], ["-keyid"]])
def test_what_openssl_makes_holds(tmp_path: Path, options: list[str]) -> None:
    """Also where it names its certificate (CAdES), or that is named by its key."""
    person = Person()
    key, own, content = tmp_path / "key", tmp_path / "own", tmp_path / "content"
    key.write_bytes(person.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    own.write_bytes(person.certificate.public_bytes(Encoding.PEM))
    content.write_bytes(CONTENT)
    command = ["openssl", "cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256"]
    command += [*options, "-signer", str(own), "-inkey", str(key), "-in", str(content)]
    made = subprocess.run(command, check=True, capture_output=True).stdout
    assert _checked(made).snils == "11223344595"


def test_an_encoding_without_lengths_holds() -> None:
    """BER, as programs write it that do not know the end when they begin."""
    content = der.read_exactly(Person().sign()).content
    assert _checked(b"\x30\x80" + content + b"\x00\x00").serial == "ABC123"


def test_other_bytes_and_a_broken_value_do_not_hold() -> None:
    signature = Person().sign()
    assert _code(signature, CONTENT + b" ") == "signature-of-other-content"
    assert _code(signature[:-1] + bytes((signature[-1] ^ 1,))) == "signature-broken"


def _changed(change: Callable[[cms.SignedData], None], *options: pkcs7.PKCS7Options) -> bytes:
    info = cms.ContentInfo.load(Person().sign(CONTENT, *options))
    change(info["content"])
    return bytes(info.dump(force=True))


def _twice(signed: cms.SignedData) -> None:
    one = signed["signer_infos"][0]
    signed["signer_infos"] = cms.SignerInfos([one, one.copy()])


def _another_certificate(signed: cms.SignedData) -> None:
    other = Person().certificate.public_bytes(Encoding.DER)
    signed["certificates"] = [cms.CertificateChoices.load(other)]


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"not DER",
        b"\x30\x80" * 20_000,
        b"\x30\x82\xff\xff",
        Person().sign() + b"\x00",
        Person().sign() + bytes(MOST_BYTES),
        Person().sign(CONTENT, BINARY),  # the content rides along
        Person().sign(CONTENT, DETACHED, BINARY, pkcs7.PKCS7Options.NoAttributes),
        Person().sign(CONTENT, DETACHED, BINARY, pkcs7.PKCS7Options.NoCerts),
        _changed(_twice, DETACHED, BINARY),
        cms.ContentInfo({"content_type": "data", "content": b"x"}).dump(),
    ],
)
def test_what_is_no_detached_signature_of_one_person_is_unreadable(signature: bytes) -> None:
    assert _code(signature) == "signature-unreadable"


def test_every_cut_and_every_turned_byte_is_refused_and_nothing_else() -> None:
    """No input makes anything but a refusal, and none of them holds with another meaning."""
    signature = Person().sign()
    for at in range(0, len(signature), 3):
        _code(signature[:at])
        turned = signature[:at] + bytes((signature[at] ^ 0x55,)) + signature[at + 1 :]
        try:
            assert _checked(turned).snils == "11223344595"  # a byte that nobody signs
        except SealingError:
            continue


def test_a_certificate_of_the_same_name_with_another_key_does_not_hold() -> None:
    assert _code(_changed(_another_certificate, DETACHED, BINARY)) == "signature-broken"


def _sha1(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["digest_algorithm"]["algorithm"] = "sha1"


def _gost(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["digest_algorithm"]["algorithm"] = "1.2.643.7.1.1.2.2"


def test_weak_algorithms_and_gost_are_named() -> None:
    assert _code(_changed(_sha1, DETACHED, BINARY)) == "signature-weak"
    assert _code(_changed(_gost, DETACHED, BINARY)) == "signature-gost-unsupported"
    assert _code(Person(_rsa(1024)).sign()) == "signature-weak"
    assert _code(Person(ec.generate_private_key(ec.SECP192R1())).sign()) == "signature-weak"


def test_a_certificate_that_is_not_trusted_now_signs_nothing() -> None:
    person = Person()
    assert _code(Person(by=Authority("Чужой")).sign()) == "certificate-unknown-authority"
    assert _code(Person(end=NOW - timedelta(days=1)).sign()) == "certificate-expired"
    assert _code(person.sign(), when=NOW - timedelta(days=90)) == "certificate-not-yet-valid"
    assert _code(Person(signs=False).sign()) == "certificate-wrong-usage"
    revoked = _trust(entry(person.certificate.serial_number))
    assert _code(person.sign(), trust=revoked) == "certificate-revoked"
    assert _code(person.sign(), trust=_trust(lists=0)) == "revocation-unknown"
    assert _code(person.sign(), when=NOW + timedelta(days=2)) == "revocation-list-stale"


def test_a_directory_is_read_again_when_a_file_changes(tmp_path: Path) -> None:
    files, person = TrustedFiles(tmp_path), Person()
    with pytest.raises(ValueError, match="no root"):
        files.current()
    root = certificate(ROOT, ROOT, *issuing()).public_bytes(Encoding.PEM)
    (tmp_path / "all.pem").write_bytes(root + revocations(ROOT).public_bytes(Encoding.PEM))
    assert _checked(person.sign(), trust=files.current()).serial == "ABC123"
    assert files.current() is files.current()
    listed = revocations(ROOT, entries=[entry(0xABC123)], start=NOW - timedelta(hours=1))
    (tmp_path / "fresh.pem").write_bytes(listed.public_bytes(Encoding.PEM))
    assert _code(person.sign(), trust=files.current()) == "certificate-revoked"
