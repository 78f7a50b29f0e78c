"""C29: RFC 3161 answers, against an independent strict client, and every way to be unfit."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rfc3161_client
from asn1crypto import tsp
from cryptography import x509

from deploy.world.tsa.authority import Authority
from services.sealing import cms, der
from services.sealing.errors import (
    TimestampCertificateError,
    TimestampError,
    TimestampImprintError,
    TimestampNonceError,
    TimestampRefusedError,
)
from services.sealing.tsa import (
    Failure,
    check_response,
    granted,
    parse_request,
    rejection,
    request,
)
from tests.support.sealing import DemoPki, LocalTimestamps

IMPRINT = hashlib.sha256(b"signature").digest()
NONCE = 0x7FFFFFFFFFFFFFFF


def answer(pki: DemoPki, imprint: bytes = IMPRINT, nonce: int = NONCE) -> bytes:
    return pki.authority().answer(request(imprint, nonce))


def test_an_independent_client_accepts_the_answer(pki: DemoPki) -> None:
    asked = rfc3161_client.TimestampRequestBuilder().data(b"signature").build()
    response = rfc3161_client.decode_timestamp_response(pki.authority().answer(asked.as_bytes()))
    root = x509.load_pem_x509_certificate(pki.root)
    issuing = x509.load_pem_x509_certificate((pki.directory / "issuing.pem").read_bytes())
    verifier = (
        rfc3161_client.VerifierBuilder.from_request(asked)
        .add_root_certificate(root)
        .add_intermediate_certificate(issuing)
        .build()
    )
    assert verifier.verify_message(response, b"signature")


def test_our_request_is_what_an_independent_parser_expects() -> None:
    parsed = tsp.TimeStampReq.load(request(IMPRINT, NONCE), strict=True)
    assert parsed["message_imprint"]["hashed_message"].native == IMPRINT
    assert parsed["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert parsed["nonce"].native == NONCE
    assert parsed["cert_req"].native is True


def test_a_good_answer_gives_token_and_time(pki: DemoPki) -> None:
    now = datetime(2026, 11, 21, 20, 1, 2, 340_000, tzinfo=UTC)
    authority = Authority(pki.signer("tsa"), clock=lambda: now)
    encoded = authority.answer(request(IMPRINT, NONCE))
    with pytest.raises(TimestampCertificateError, match="ещё не действует"):
        check_response(
            Authority(pki.signer("tsa"), clock=lambda: now.replace(year=2020)).answer(
                request(IMPRINT, NONCE)
            ),
            imprint=IMPRINT,
            nonce=NONCE,
            trust=pki.trust(),
        )
    fresh = check_response(answer(pki), imprint=IMPRINT, nonce=NONCE, trust=pki.trust())
    assert abs((fresh.time - datetime.now(UTC)).total_seconds()) < 60
    assert (
        tsp.TimeStampResp.load(encoded)["time_stamp_token"]["content"]["encap_content_info"][
            "content"
        ]
        .parsed["gen_time"]
        .native
        == now
    )


def test_another_imprint_is_noticed(pki: DemoPki) -> None:
    with pytest.raises(TimestampImprintError):
        check_response(
            answer(pki), imprint=hashlib.sha256(b"x").digest(), nonce=NONCE, trust=pki.trust()
        )


def test_a_replayed_answer_is_noticed(pki: DemoPki) -> None:
    with pytest.raises(TimestampNonceError):
        check_response(answer(pki), imprint=IMPRINT, nonce=1, trust=pki.trust())


async def test_an_answer_without_nonce_is_noticed(pki: DemoPki) -> None:
    token = await LocalTimestamps(pki.authority()).token(IMPRINT)
    with pytest.raises(TimestampNonceError):
        check_response(granted(token), imprint=IMPRINT, nonce=NONCE, trust=pki.trust())


def test_a_refusal_is_told_in_the_authoritys_words(pki: DemoPki) -> None:
    refused = rejection(Failure.SYSTEM_FAILURE, "часы не синхронизированы")
    with pytest.raises(TimestampRefusedError, match="часы не синхронизированы"):
        check_response(refused, imprint=IMPRINT, nonce=NONCE, trust=pki.trust())


def test_a_signer_that_is_no_time_stamp_authority_is_refused(pki: DemoPki) -> None:
    impostor = Authority(pki.signer("organisation")).answer(request(IMPRINT, NONCE))
    with pytest.raises(TimestampCertificateError, match="не предназначен"):
        check_response(impostor, imprint=IMPRINT, nonce=NONCE, trust=pki.trust())


def test_an_authority_of_another_root_is_refused(pki: DemoPki, tmp_path: Path) -> None:
    stranger = DemoPki.make(tmp_path)
    with pytest.raises(TimestampCertificateError, match="не доверенным"):
        check_response(answer(stranger), imprint=IMPRINT, nonce=NONCE, trust=pki.trust())


def test_every_flipped_byte_of_an_answer_is_noticed_or_harmless(pki: DemoPki) -> None:
    """A changed token is never accepted with another time, imprint or signer."""
    good, trust = answer(pki), pki.trust()
    original = check_response(good, imprint=IMPRINT, nonce=NONCE, trust=trust)
    accepted = 0
    for at in range(0, len(good), 3):
        changed = good[:at] + bytes((good[at] ^ 0x04,)) + good[at + 1 :]
        try:
            token = check_response(changed, imprint=IMPRINT, nonce=NONCE, trust=trust)
        except TimestampError:
            continue
        accepted += 1
        assert token.time == original.time
    # unsigned bytes exist: the issuing certificate that rides along, algorithm parameters
    assert accepted < len(good) // 3


@pytest.mark.parametrize(
    ("encoded", "failure"),
    [
        (b"", "bad_data_format"),
        (b"GET / HTTP/1.1", "bad_data_format"),
        (der.sequence(der.integer(2)), "bad_data_format"),
        (
            der.sequence(der.integer(1), der.sequence(cms.SHA256_ALGORITHM, der.octets(b"short"))),
            "bad_data_format",
        ),
        (
            der.sequence(
                der.integer(1),
                der.sequence(der.sequence(der.oid("1.3.14.3.2.26")), der.octets(bytes(20))),
            ),
            "bad_alg",
        ),
        (
            der.sequence(
                der.integer(1),
                der.sequence(cms.SHA256_ALGORITHM, der.octets(IMPRINT)),
                der.oid("1.2.3.4"),
            ),
            "unaccepted_policy",
        ),
        (
            der.sequence(
                der.integer(1),
                der.sequence(cms.SHA256_ALGORITHM, der.octets(IMPRINT)),
                der.tlv(der.CONTEXT_0, b""),
            ),
            "unaccepted_extensions",
        ),
    ],
)
def test_bad_requests_get_a_proper_rejection(pki: DemoPki, encoded: bytes, failure: str) -> None:
    # asn1crypto takes no answer without a token, so only the status goes to it
    (answered,) = der.read_exactly(pki.authority().answer(encoded)).list()
    status = tsp.PKIStatusInfo.load(answered.raw, strict=True)
    assert status["status"].native == "rejection"
    assert failure in status["fail_info"].native
    assert status["status_string"].native


def test_the_certificate_is_left_out_when_not_asked_for(pki: DemoPki) -> None:
    asked = der.sequence(der.integer(1), der.sequence(cms.SHA256_ALGORITHM, der.octets(IMPRINT)))
    assert not parse_request(asked).wants_certificate
    token = tsp.TimeStampResp.load(pki.authority().answer(asked))["time_stamp_token"]
    assert len(token["content"]["certificates"]) == 0
