"""The authority itself: a request in DER gives an answer in DER. It never raises on bad input."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from services.sealing import cms, der
from services.sealing.errors import MalformedDerError
from services.sealing.keys import KeySigner, load_signer
from services.sealing.tsa import (
    Failure,
    TimestampRequest,
    granted,
    parse_request,
    rejection,
    tst_info,
)

#: "any policy" of ETSI EN 319 421's baseline time-stamp policy
POLICY = der.oid("0.4.0.2023.1.1")
_SHA384 = der.oid("2.16.840.1.101.3.4.2.2")
_SHA512 = der.oid("2.16.840.1.101.3.4.2.3")
_DIGEST_SIZES = {cms.SHA256: 32, _SHA384: 48, _SHA512: 64}


def _now() -> datetime:
    return datetime.now(UTC)


class Authority:
    """Issues tokens with one key."""

    def __init__(self, signer: KeySigner, clock: Callable[[], datetime] = _now) -> None:
        """Serial numbers start at the clock, so that a restart does not repeat them."""
        self._signer = signer
        self._clock = clock
        self._serials = itertools.count(int(clock().timestamp() * 1_000_000))

    def answer(self, encoded: bytes) -> bytes:
        """The answer to a request; a bad one is refused in the protocol's own words."""
        try:
            asked = parse_request(encoded)
        except MalformedDerError:
            return rejection(Failure.BAD_DATA_FORMAT, "the request is not a TimeStampReq")
        refused = _refusal(asked)
        return refused or granted(self.issue(asked))

    def issue(self, asked: TimestampRequest) -> bytes:
        """A token for an acceptable request."""
        info = tst_info(asked, policy=POLICY, serial=next(self._serials), time=self._clock())
        identity = self._signer.identity
        attributes = identity.signed_attributes(hashlib.sha256(info).digest(), cms.TST_INFO)
        return identity.signed_data(
            attributes,
            self._signer.sign(attributes),
            content=info,
            with_certificates=asked.wants_certificate,
        )


def _refusal(asked: TimestampRequest) -> bytes | None:
    if asked.algorithm not in _DIGEST_SIZES:
        return rejection(Failure.BAD_ALGORITHM, "SHA-256, SHA-384 and SHA-512 are supported")
    if len(asked.imprint) != _DIGEST_SIZES[asked.algorithm]:
        return rejection(Failure.BAD_DATA_FORMAT, "the imprint has not the size of its algorithm")
    if asked.policy not in (None, POLICY):
        return rejection(Failure.UNACCEPTED_POLICY, "this policy is not offered")
    if asked.has_extensions:
        return rejection(Failure.UNACCEPTED_EXTENSION, "extensions are not supported")
    return None


def load_authority(pki: Path) -> Authority:
    """The authority with the key of a PKI directory (see `deploy.world.pki`)."""
    return Authority(load_signer(pki / "tsa.key", pki / "tsa.pem"))
