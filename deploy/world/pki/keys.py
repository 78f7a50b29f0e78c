"""The private keys of the demo: made once, read from their files afterwards."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Algorithm(Enum):
    """The keys of the leaf certificates and authorities."""

    P256 = "p256"
    RSA2048 = "rsa2048"
    RSA3072 = "rsa3072"


def new_key(algorithm: Algorithm) -> PrivateKey:
    """A fresh key."""
    if algorithm is Algorithm.P256:
        return ec.generate_private_key(ec.SECP256R1())
    size = 2048 if algorithm is Algorithm.RSA2048 else 3072
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def kept_key(file: Path) -> PrivateKey:
    """The key of a PEM file."""
    loaded = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        msg = f"{file}: unexpected kind of key"
        raise TypeError(msg)
    return loaded


def written(key: PrivateKey) -> bytes:
    """The key as PEM, not encrypted: the file's mode protects it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
