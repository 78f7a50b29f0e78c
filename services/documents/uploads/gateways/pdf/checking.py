"""The signatures of a PDF, each held against its bytes, its roots and its time (C55).

pyHanko reads and judges; what it says becomes a finding, and what it cannot read is malformed. It
has no network here and calls nobody: lists of revoked certificates are those that the file carries
and those that are kept beside the roots. A certificate has to be good when an embedded time-stamp
proves that it signed; without one that is now, for what a signer says of the time proves nothing.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, SuspiciousModification
from pyhanko.sign.general import (
    MultivaluedAttributeError,
    NonexistentAttributeError,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    FreshnessReqType,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from services.documents.uploads.domain.signatures import CheckedSignature, Finding
from services.documents.uploads.gateways.trust import Trust

_GOST = "1.2.643."
"""Where Russia's algorithms are registered: none of our libraries computes them."""
_LONGEST_NAME = 200
_YEARS = range(1950, 2150)
"""Events take no others (`contracts.envelope.Moment`)."""
_TRUST_PROBLEMS: Mapping[Any, Finding] = {
    AdESFailure.REVOKED: Finding.REVOKED,
    AdESIndeterminate.REVOKED_NO_POE: Finding.REVOKED,
    AdESIndeterminate.REVOKED_CA_NO_POE: Finding.REVOKED,
    AdESFailure.NOT_YET_VALID: Finding.NOT_YET_VALID,
    AdESIndeterminate.NOT_YET_VALID: Finding.NOT_YET_VALID,
    AdESIndeterminate.EXPIRED: Finding.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: Finding.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: Finding.EXPIRED,
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: Finding.UNKNOWN_AUTHORITY,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: Finding.WEAK,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: Finding.WEAK,
}
_REVOKED = frozenset(k for k, found in _TRUST_PROBLEMS.items() if found is Finding.REVOKED)
_LOOK, _PASS = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.NO_CHECK
_NOT_ASKED = CertRevTrustPolicy(RevocationCheckingPolicy(_PASS, _PASS))
_PARTS = (RevocationCheckingPolicy(_LOOK, _PASS), RevocationCheckingPolicy(_PASS, _LOOK))
"""The signer and the authorities, each for itself: what is missing of one hides nothing of the
other."""
_FRESH = tuple(CertRevTrustPolicy(part, retroactive_revinfo=True) for part in _PARTS)
"""A list that is newer than the time-stamp says more, not less."""
_ASKED = (
    *_FRESH,
    *(
        CertRevTrustPolicy(
            part,
            freshness=timedelta(days=36_500),
            freshness_req_type=FreshnessReqType.MAX_DIFF_REVOCATION_VALIDATION,
        )
        for part in _PARTS
    ),
)
_WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it finds is in our answer
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


def checked(content: bytes, *, expected: int, trust: Trust) -> tuple[CheckedSignature, ...]:
    """Every signature, in the order of signing; there are `expected`, as another reader sees it.

    What is there and cannot be read counts as malformed: a signature never disappears.
    """
    return asyncio.run(_checked(content, expected, trust, datetime.now(UTC)))


async def _checked(
    content: bytes, expected: int, trust: Trust, now: datetime
) -> tuple[CheckedSignature, ...]:
    found: list[CheckedSignature] = []
    try:
        reader = PdfFileReader(io.BytesIO(content))
        embedded = list(reader.embedded_signatures)
        evidence = _Evidence.of(reader, trust)
        found += [await _one(signature, evidence, now) for signature in embedded]
    except MemoryError:
        raise
    except Exception:  # readers of hostile bytes raise whatever they like
        found = found[:expected]
    found += [_MALFORMED] * (expected - len(found))
    return tuple(_told(found))


def _told(found: list[CheckedSignature]) -> Iterator[CheckedSignature]:
    """A time-stamp of the whole document is a signature only where there is no other."""
    signers = [s for s in found if s.finding is not Finding.NO_SIGNER]
    return iter(signers or found)


_MALFORMED = CheckedSignature(
    signer="",
    serial="",
    signed_at=None,
    stamped=False,
    covers_whole=False,
    finding=Finding.MALFORMED,
)


@dataclass(frozen=True)
class _Evidence:
    """What a chain may be built and judged with."""

    trust: Trust
    certificates: tuple[x509.Certificate, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    answers: tuple[ocsp.OCSPResponse, ...] = ()

    @classmethod
    def of(cls, reader: PdfFileReader, trust: Trust) -> _Evidence:
        """With what the file carries for all its signatures (PAdES-LT)."""
        try:
            store = DocumentSecurityStore.read_dss(reader)
        except (NoDSSFoundError, PdfReadError):
            return cls(trust)
        context = store.as_validation_context({"trust_roots": [], "allow_fetching": False})
        return cls(trust, tuple(store.load_certs()), tuple(context.crls), tuple(context.ocsps))

    def with_those_of(self, signature: EmbeddedPdfSignature) -> _Evidence:
        """With what one signature carries for itself, as Adobe's programs write it."""
        try:
            archived = find_unique_cms_attribute(
                signature.signer_info["signed_attrs"], "adobe_revocation_info_archival"
            )
        except (NonexistentAttributeError, MultivaluedAttributeError):
            return self
        return _Evidence(
            self.trust,
            self.certificates,
            (*self.lists, *(archived["crl"] or ())),
            (*self.answers, *(archived["ocsp"] or ())),
        )

    def context(
        self, moment: datetime, *, revocation: CertRevTrustPolicy = _NOT_ASKED
    ) -> ValidationContext:
        """A context for one look: it remembers, and one must not lean on another."""
        return ValidationContext(
            trust_roots=list(self.trust.roots),
            other_certs=[*self.trust.between, *self.certificates],
            crls=[*self.trust.lists, *self.lists],
            ocsps=list(self.answers),
            moment=moment,
            allow_fetching=False,
            revinfo_policy=revocation,
        )


async def _one(
    signature: EmbeddedPdfSignature, evidence: _Evidence, now: datetime
) -> CheckedSignature:
    try:
        return await _judged(signature, evidence.with_those_of(signature), now)
    except MemoryError:
        raise
    except Exception:  # as above: of this signature nothing else can be said
        return _MALFORMED


async def _judged(
    signature: EmbeddedPdfSignature, evidence: _Evidence, now: datetime
) -> CheckedSignature:
    if signature.sig_object_type == "/DocTimeStamp":
        return _described(signature, Finding.NO_SIGNER, None, whole=False)
    if _is_unknown(signature):
        return _described(signature, _unknown(signature), None, whole=_covers_all(signature))
    status = await _status(signature, evidence, now, now)
    stamp = status.timestamp_validity
    stamped = stamp.timestamp if stamp and stamp.valid and stamp.intact and stamp.trusted else None
    if stamped is not None:
        status = await _status(signature, evidence, stamped, now)
    finding = _finding(status)
    if finding is Finding.INTACT:
        finding = await _revocation(signature, evidence, stamped or now, now)
    return _described(signature, finding, stamped, whole=_covers_all(signature))


async def _status(
    signature: EmbeddedPdfSignature,
    evidence: _Evidence,
    moment: datetime,
    now: datetime,
    *,
    revocation: CertRevTrustPolicy = _NOT_ASKED,
) -> PdfSignatureStatus:
    return await async_validate_pdf_signature(
        signature,
        signer_validation_context=evidence.context(moment, revocation=revocation),
        ts_validation_context=evidence.context(now),
    )


async def _revocation(
    signature: EmbeddedPdfSignature, evidence: _Evidence, moment: datetime, now: datetime
) -> Finding:
    """What lists say of an otherwise good chain; said once, in however old a list, it stays so."""
    looks = [
        await _status(signature, evidence, moment, now, revocation=policy) for policy in _ASKED
    ]
    if any(look.trust_problem_indic in _REVOKED for look in looks):
        return Finding.REVOKED
    sure = all(look.trusted for look in looks[: len(_FRESH)])
    return Finding.INTACT if sure else Finding.REVOCATION_UNKNOWN


def _finding(status: PdfSignatureStatus) -> Finding:
    if status.coverage not in _WHOLE:
        return Finding.NOT_COVERED
    if not (status.intact and status.valid):
        return Finding.CONTENT_CHANGED
    if not status.docmdp_ok:
        return Finding.CHANGED_LATER
    if status.trusted:
        return Finding.INTACT
    return _TRUST_PROBLEMS.get(status.trust_problem_indic) or _constraint(status)


def _constraint(status: PdfSignatureStatus) -> Finding:
    """What keeps a chain from being one, where pyHanko has no name for it."""
    certificate = status.signing_cert
    if certificate.self_issued:
        return Finding.UNKNOWN_AUTHORITY
    if status.validation_time and status.validation_time < certificate.not_valid_before:
        return Finding.NOT_YET_VALID
    usage = certificate.key_usage_value
    signs = usage is not None and "non_repudiation" in usage.native
    return Finding.UNTRUSTED if signs else Finding.WRONG_USAGE


def _is_unknown(signature: EmbeddedPdfSignature) -> bool:
    info = signature.signer_info
    used = (info["digest_algorithm"]["algorithm"], info["signature_algorithm"]["algorithm"])
    key = signature.signer_cert.public_key["algorithm"]["algorithm"]
    return any(algorithm.dotted.startswith(_GOST) for algorithm in (*used, key))


def _unknown(signature: EmbeddedPdfSignature) -> Finding:
    """Of a signature that cannot be computed: whether it is broken already by where it stands."""
    coverage: Any = signature.evaluate_signature_coverage()
    if coverage not in _WHOLE:
        return Finding.NOT_COVERED
    signature.coverage = coverage
    changes = signature.evaluate_modifications(DEFAULT_DIFF_POLICY)
    if isinstance(changes, SuspiciousModification):
        return Finding.CHANGED_LATER
    return Finding.UNKNOWN_ALGORITHM


def _covers_all(signature: EmbeddedPdfSignature) -> bool:
    return signature.evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE


def _described(
    signature: EmbeddedPdfSignature, finding: Finding, stamped: datetime | None, *, whole: bool
) -> CheckedSignature:
    certificate = signature.signer_cert
    return CheckedSignature(
        signer=_name(certificate),
        serial=f"{certificate.serial_number:x}"[:64],
        signed_at=stamped or _claimed(signature),
        stamped=stamped is not None,
        covers_whole=whole,
        finding=finding,
    )


def _claimed(signature: EmbeddedPdfSignature) -> datetime | None:
    """When the signer says that it was, where anybody can mean that."""
    try:
        said = signature.self_reported_timestamp
    except (ValueError, OverflowError):
        return None
    if said is None or said.tzinfo is None or said.year not in _YEARS:
        return None
    return said.astimezone(UTC)


def _name(certificate: x509.Certificate) -> str:
    """What the certificate calls its owner: printable, and not longer than a name."""
    said = certificate.subject.native
    name = said.get("common_name") or said.get("organization_name") or ""
    words = name if isinstance(name, str) else " ".join(map(str, name))
    return "".join(c for c in words if c.isprintable())[:_LONGEST_NAME].strip()
