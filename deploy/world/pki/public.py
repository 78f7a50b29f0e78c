"""What anybody may have of a PKI, under the names that the certificates point to.

`root.pem` is what an outsider trusts; authorities and lists are DER, as RFC 5280 wants them
behind an address. As PEM they are for who reads the folder itself.
"""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from deploy.world.pki.parts import write_atomically

FOLDER = "public"
"""Where it is inside of a PKI directory."""
PUBLISHED = ("root.pem", "root.cer", "root.crl", "issuing.cer", "issuing.crl", "crl.pem")
BESIDE = ("issuing.pem", "root-crl.pem")
SOURCES = ("root.pem", "issuing.pem", "root-crl.pem", "crl.pem")
_READABLE = 0o644


def publish(pki: Path, target: Path) -> None:
    """Write the public files of a PKI directory into a folder; what is the same stays."""
    target.mkdir(parents=True, exist_ok=True)
    root, issuing, root_list, issuing_list = ((pki / name).read_bytes() for name in SOURCES)
    contents = (
        *(root, _certificate(root), _list(root_list)),
        *(_certificate(issuing), _list(issuing_list), issuing_list),
        *(issuing, root_list),
    )
    for name, content in zip((*PUBLISHED, *BESIDE), contents, strict=True):
        file = target / name
        if not file.exists() or file.read_bytes() != content:
            write_atomically(file, content, _READABLE)


def _certificate(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def _list(pem: bytes) -> bytes:
    return x509.load_pem_x509_crl(pem).public_bytes(Encoding.DER)
