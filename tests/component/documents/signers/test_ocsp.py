"""What a responder says counts only from whom it may come, and while it is fresh: C30."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from cryptography.x509 import ocsp

from services.chassis.telemetry.metrics import Metrics
from services.documents.signers.gateways.ocsp import Responders
from services.sealing.errors import CertificateRevokedError, RevocationUnknownError
from tests.support.authorities import NOW, Authority, certificate, issuing, leaf
from tests.support.responders import Responder, naming, responding, status

CA = Authority("issuing")
ISSUER = certificate(CA, CA, *issuing())


@pytest.fixture
async def responder() -> AsyncIterator[Responder]:
    async with responding() as found:
        yield found


@pytest.fixture
async def responders() -> AsyncIterator[Responders]:
    found = Responders(Metrics())
    yield found
    await found.close()


async def test_c30_a_certificate_that_names_no_responder_asks_nobody(
    responders: Responders,
) -> None:
    await responders.check(leaf(CA), ISSUER, "x", NOW)


async def test_c30_a_good_answer_is_kept_for_some_minutes(
    responder: Responder, responders: Responders
) -> None:
    found = naming(CA, responder.url)
    responder.answer = lambda: status(found, ISSUER, CA)
    for minutes in (0, 5, 11):
        await responders.check(found, ISSUER, "x", NOW + timedelta(minutes=minutes))
    assert responder.asked == 2


async def test_c30_what_is_revoked_is_so_at_once_when_it_is_asked_again(
    responder: Responder, responders: Responders
) -> None:
    found = naming(CA, responder.url)
    responder.answer = lambda: status(found, ISSUER, CA)
    await responders.check(found, ISSUER, "x", NOW)
    responder.answer = lambda: status(found, ISSUER, CA, said=ocsp.OCSPCertStatus.REVOKED)
    later = NOW + timedelta(minutes=11)
    with pytest.raises(CertificateRevokedError):
        await responders.check(found, ISSUER, "x", later)


@pytest.mark.parametrize(
    "case", ["nonsense", "empty", "too-large", "stranger", "another", "stale", "unknown"]
)
async def test_c30_an_answer_that_cannot_be_believed_says_nothing(
    responder: Responder, responders: Responders, case: str
) -> None:
    found = naming(CA, responder.url)
    answers = {
        "nonsense": lambda: b"nonsense",
        "empty": lambda: b"",
        "too-large": lambda: bytes(100_000),
        "stranger": lambda: status(found, ISSUER, Authority("stranger")),
        "another": lambda: status(leaf(CA), ISSUER, CA),
        "stale": lambda: status(found, ISSUER, CA, late=timedelta(hours=3)),
        "unknown": lambda: status(found, ISSUER, CA, said=ocsp.OCSPCertStatus.UNKNOWN),
    }
    responder.answer = answers[case]
    with pytest.raises(RevocationUnknownError):
        await responders.check(found, ISSUER, "x", NOW)


async def test_c30_a_responder_that_is_away_costs_nothing_while_its_answer_counts(
    responders: Responders,
) -> None:
    async with responding() as responder:
        found = naming(CA, responder.url)
        responder.answer = lambda: status(found, ISSUER, CA)
        await responders.check(found, ISSUER, "x", NOW)
    await responders.check(found, ISSUER, "x", NOW + timedelta(minutes=50))
    with pytest.raises(RevocationUnknownError):
        await responders.check(found, ISSUER, "x", NOW + timedelta(minutes=61))
