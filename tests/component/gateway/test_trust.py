"""An outsider with the root alone: everything else is where the certificates say it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from cryptography import x509

from deploy.world import verify_pdf
from deploy.world.pki import ensure_pki
from deploy.world.pki.public import publish
from tests.support.sealing import DemoPki
from tests.support.tools.gateway import Door, door


@dataclass(frozen=True)
class Published:
    """A PKI whose public files the gateway serves."""

    pki: DemoPki
    gateway: Door


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Published]:
    served = tmp_path / "served"
    served.mkdir()
    with door(served, {}) as gateway:
        ensure_pki(tmp_path / "pki", public_url=gateway.url)
        publish(tmp_path / "pki", served)
        yield Published(DemoPki(tmp_path / "pki"), gateway)


async def test_c30_the_root_alone_is_enough_to_validate_and_to_ask_for_revocation(
    published: Published,
) -> None:
    pki = published.pki
    for request in (pki.request(), pki.talon()):
        sealed = await pki.sealer().seal(request)
        reports = await verify_pdf.check_signatures(sealed.pdf, pki.root, revocation=True)
        assert [report.good for report in reports] == [True] * len(sealed.signatures)


async def test_without_the_lists_an_outsider_who_wants_them_trusts_nothing(
    published: Published,
) -> None:
    """The same question is not answered by the file itself."""
    sealed = await published.pki.sealer().seal(published.pki.request())
    served = published.gateway.gateway.trust
    for name in ("root.crl", "issuing.crl"):
        (served / name).unlink()
        reports = await verify_pdf.check_signatures(sealed.pdf, published.pki.root, revocation=True)
        assert not any(report.good for report in reports)
        publish(published.pki.directory, served)


async def test_every_address_in_a_certificate_leads_to_what_it_promises(
    published: Published,
) -> None:
    names = ["issuing", "organisation", "tsa", "doctors/doctor-ivanova"]
    async with httpx2.AsyncClient(trust_env=False) as client:
        for name in names:
            pem = (published.pki.directory / f"{name}.pem").read_bytes()
            certificate = x509.load_pem_x509_certificate(pem)
            extensions = certificate.extensions
            (point,) = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
            (access,) = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
            assert point.full_name is not None
            revoked = await client.get(point.full_name[0].value)
            assert revoked.headers["content-type"] == "application/pkix-crl"
            assert x509.load_der_x509_crl(revoked.content).issuer == certificate.issuer
            issuer = await client.get(access.access_location.value)
            assert issuer.headers["content-type"] == "application/pkix-cert"
            certificate.verify_directly_issued_by(x509.load_der_x509_certificate(issuer.content))
        root = await client.get(f"{published.gateway.url}/trust/root.pem")
        assert root.content == published.pki.root


async def test_no_key_leaves_the_house(published: Published) -> None:
    served = published.gateway.gateway.trust
    for name in ("root.key", "issuing.key", ".lock"):
        (served / name).write_text("secret")
    async with httpx2.AsyncClient(base_url=published.gateway.url, trust_env=False) as client:
        for name in ("root.key", "issuing.key", ".lock", "", "root.crl/../root.key"):
            answer = await client.get(f"/trust/{name}")
            assert answer.status_code == 404
            assert "secret" not in answer.text
