"""Detached CMS signatures that people bring (RFC 5652): whose, and over exactly these bytes (C12).

What is foreign is read by a library; `cms` and `signatures` are for what is made here. One signer,
signed attributes, strong algorithms; the certificate inside, and trusted here now. It fetches
nothing. Who the signer has to be is the caller's question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from services.sealing.errors import (
    SignatureBrokenError,
    SignatureGostError,
    SignatureOfOtherContentError,
    SignatureUnreadableError,
    SignatureWeakError,
)
from services.sealing.signatures import parse_certificate
from services.sealing.trust import SNILS, Role, TrustStore

MOST_BYTES = 64 * 1024
"""No signature of one person is longer, its chain included."""
_SHORTEST_RSA, _SHORTEST_CURVE = 2048, 256
_GOST = "1.2.643."
_HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


@dataclass(frozen=True)
class Signatory:
    """Who signed, as the certificate says it."""

    serial: str
    issuer: str
    subject: str
    snils: str | None


def signatory_of(encoded: bytes, content: bytes, trust: TrustStore, when: datetime) -> Signatory:
    """Whose signature over `content` this is, trusted at a time (aware, UTC).

    Raises:
        SignatureRefusedError: it is none, or not over this content; `code` says why.
        CertificateNotTrustedError: of the signer's certificate.
    """
    try:
        signed = _signed_data(encoded)
        signer = _only(signed["signer_infos"])
        certificate = _certificate(signed, signer)
        hashed = _strong_hash(signer)
        _check_attributes(signer, certificate, hashlib.new(hashed, content).digest())
        found = parse_certificate(certificate.dump())
        _check_value(found, signer, hashed)
    except _UNREADABLE as error:
        msg = "Это не отсоединённая подпись CMS (PKCS#7) в кодировке DER."
        raise SignatureUnreadableError(msg) from error
    trust.check(certificate.dump(), Role.PERSON, when)
    return Signatory(
        serial=f"{found.serial_number:X}",
        issuer=_name(found.issuer),
        subject=_name(found.subject),
        snils=_value(found.subject, SNILS),
    )


def _signed_data(encoded: bytes) -> cms.SignedData:
    if len(encoded) > MOST_BYTES:
        msg = f"Подпись длиннее {MOST_BYTES // 1024} КиБ."
        raise SignatureUnreadableError(msg)
    info = cms.ContentInfo.load(encoded, strict=True)
    if info["content_type"].native != "signed_data":
        msg = "Это не подпись CMS (PKCS#7)."
        raise SignatureUnreadableError(msg)
    signed: cms.SignedData = info["content"]
    if signed["encap_content_info"]["content"].native is not None:
        msg = "Нужна отсоединённая подпись: подписанные данные в неё не вкладывают."
        raise SignatureUnreadableError(msg)
    return signed


def _only(signers: cms.SignerInfos) -> cms.SignerInfo:
    if len(signers) != 1:
        msg = "Нужна подпись одного человека."
        raise SignatureUnreadableError(msg)
    return signers[0]


def _certificate(signed: cms.SignedData, signer: cms.SignerInfo) -> asn1.Certificate:
    """The certificate that the signer names; it has to ride along."""
    sid = signer["sid"]
    for choice in signed["certificates"] or ():
        one = choice.chosen
        if not isinstance(one, asn1.Certificate):
            continue
        if sid.name == "subject_key_identifier":
            if one.key_identifier == sid.native:
                return one
        elif (one.issuer, one.serial_number) == (
            sid.chosen["issuer"],
            sid.chosen["serial_number"].native,
        ):
            return one
    msg = "В подписи нет сертификата подписавшего."
    raise SignatureUnreadableError(msg)


def _strong_hash(signer: cms.SignerInfo) -> str:
    """The digest that was signed; that of the signature's own algorithm has to be the same."""
    digest, algorithm = signer["digest_algorithm"], signer["signature_algorithm"]
    dotted = digest["algorithm"].dotted, algorithm["algorithm"].dotted
    if any(oid.startswith(_GOST) for oid in dotted):
        raise SignatureGostError
    hashed = str(digest["algorithm"].native)
    if hashed not in _HASHES:
        raise SignatureWeakError(hashed)
    if (own := _own_hash(algorithm)) not in (None, hashed):
        raise SignatureWeakError(str(own))
    return hashed


def _own_hash(algorithm: algos.SignedDigestAlgorithm) -> str | None:
    if algorithm["algorithm"].native == "rsassa_pkcs1v15":  # «rsaEncryption» names none
        return None
    return str(algorithm.hash_algo)


def _check_attributes(signer: cms.SignerInfo, certificate: asn1.Certificate, digest: bytes) -> None:
    """They say what was signed, and (where CAdES was asked for) with which certificate."""
    attributes = {}
    for attribute in signer["signed_attrs"] or ():
        kind = attribute["type"].native
        if kind in attributes or len(attribute["values"]) != 1:
            msg = "Подписанные атрибуты повторяются."
            raise SignatureUnreadableError(msg)
        attributes[kind] = attribute["values"][0]
    if not {"content_type", "message_digest"} <= attributes.keys():
        msg = "В подписи нет подписанных атрибутов с хэшем данных."
        raise SignatureUnreadableError(msg)
    named = attributes.get("signing_certificate_v2")
    if named is not None:
        first = named["certs"][0]
        algorithm = str(first["hash_algorithm"]["algorithm"].native)
        own = hashlib.new(algorithm, certificate.dump()).digest()
        if algorithm not in _HASHES or first["cert_hash"].native != own:
            raise SignatureBrokenError
    if attributes["message_digest"].native != digest:
        raise SignatureOfOtherContentError


def _check_value(certificate: x509.Certificate, signer: cms.SignerInfo, hashed: str) -> None:
    # inside SignerInfo the attributes carry the implicit tag [0] in place of SET
    attributes = signer["signed_attrs"].untag().dump()
    value, algorithm = signer["signature"].native, signer["signature_algorithm"]
    chosen, key = _HASHES[hashed](), _strong_key(certificate)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, attributes, ec.ECDSA(chosen))
        elif algorithm["algorithm"].native == "rsassa_pss":
            salt = algorithm["parameters"]["salt_length"].native
            key.verify(value, attributes, padding.PSS(padding.MGF1(chosen), salt), chosen)
        else:
            key.verify(value, attributes, padding.PKCS1v15(), chosen)
    except InvalidSignature as error:
        raise SignatureBrokenError from error


def _strong_key(
    certificate: x509.Certificate,
) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        raise SignatureWeakError(certificate.public_key_algorithm_oid.dotted_string) from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SHORTEST_RSA:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _SHORTEST_CURVE:
        return key
    raise SignatureWeakError(certificate.public_key_algorithm_oid.dotted_string)


def _value(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if len(found) == 1 else None


def _name(name: x509.Name) -> str:
    return _value(name, NameOID.COMMON_NAME) or name.rfc4514_string()
