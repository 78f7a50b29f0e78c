"""The demo's authority at its desk: a request is carried there, and what is revoked is known."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens
from tests.support.services.documents import documents_running, time_stamping
from tests.support.services.signers import Enrolling, clinic, hears, staff


async def test_k5_a_request_is_carried_to_the_desk_and_what_it_revokes_signs_nothing(
    platform: Platform, database: str, tokens: Tokens, own: Path
) -> None:
    async with (
        time_stamping(own) as tsa,
        documents_running(platform, database, tokens, pki=own, tsa_url=tsa) as office,
        httpx2.AsyncClient(base_url=tsa) as desk,
    ):
        await hears(office.app, staff(), clinic())
        doctor = Enrolling(office, own)
        asked = (await doctor.request()).json()["request"]["request"]
        made = await desk.post("/ca/certificates", content=asked)
        assert made.status_code == 201
        assert (await doctor.bring(made.content)).status_code == 200
        for _ in range(2):  # again is the same
            assert (await desk.post("/ca/revocations", content=made.content)).status_code == 200
        listed = x509.load_der_x509_crl((own / "public" / "issuing.crl").read_bytes())
        serial = x509.load_pem_x509_certificate(made.content).serial_number
        assert listed.get_revoked_certificate_by_serial_number(serial) is not None
        other = (await doctor.request()).json()["request"]["request"]
        brought = await doctor.bring((await desk.post("/ca/certificates", content=other)).content)
        assert brought.status_code == 200


@pytest.mark.parametrize("path", ["/ca/certificates", "/ca/revocations"])
async def test_the_desk_takes_nothing_that_is_not_its(own: Path, path: str) -> None:
    foreign = (own / "root.pem").read_bytes()
    asked = x509.load_pem_x509_certificate(foreign).public_bytes(Encoding.DER)
    async with time_stamping(own) as tsa, httpx2.AsyncClient(base_url=tsa) as desk:
        for brought in (b"nonsense", b"", asked):
            assert (await desk.post(path, content=brought)).status_code == 422
        assert (await desk.post("/ca/keys", content=b"")).status_code == 404
