"""C30: nothing is signed without a fresh, verified list for every certificate below the root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from deploy.world.pki.parts import key_usage
from services.sealing import Role, TrustStore
from services.sealing.errors import (
    CertificateNotTrustedError,
    CertificateUnusableNowError,
    RevocationListStaleError,
    RevocationUnknownError,
)
from tests.support.authorities import (
    DAY,
    NOW,
    UNKNOWN,
    Authority,
    Extensions,
    certificate,
    endless,
    entry,
    flipped,
    issuing,
    leaf,
    revocations,
)

List: TypeAlias = x509.CertificateRevocationList
HOLD = (x509.CRLReason(x509.ReasonFlags.certificate_hold), False)


def _part_of_a_list(**changed: object) -> x509.IssuingDistributionPoint:
    plain = dict.fromkeys(
        (
            *("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl"),
            "only_contains_attribute_certs",
        ),
        False,
    )
    nothing = dict.fromkeys(("full_name", "relative_name", "only_some_reasons"))
    return x509.IssuingDistributionPoint(**{**plain, **nothing, **changed})  # type: ignore[arg-type]  # as given


@dataclass(frozen=True)
class World:
    """A root, an issuing authority, and what both have signed."""

    root: Authority
    middle: Authority
    root_certificate: x509.Certificate
    middle_certificate: x509.Certificate
    end: x509.Certificate

    @classmethod
    def make(cls, *, stamps: bool = False) -> World:
        root, middle = Authority("root"), Authority("issuing")
        return cls(
            root,
            middle,
            certificate(root, root, *issuing(length=1)),
            certificate(middle, root, *issuing(length=0)),
            leaf(middle, stamps=stamps),
        )

    def check(self, *lists: List, role: Role = Role.ORGANISATION) -> None:
        trust = TrustStore([self.root_certificate], [self.middle_certificate], lists)
        trust.check(self.end.public_bytes(Encoding.DER), role, NOW)


UNBELIEVABLE: dict[str, Callable[[Authority], List | None]] = {
    "missing": lambda _: None,
    "one flipped bit": lambda by: flipped(revocations(by)),
    "of another authority": lambda _: revocations(Authority("somebody else")),
    "by another key of this name": lambda by: revocations(Authority(by.name)),
    "by this key of another name": lambda by: revocations(by, name=Authority("else").subject),
    "without a date of the next one": endless,
    "from the future": lambda by: revocations(by, start=NOW + DAY, end=NOW + 2 * DAY),
    "with an unknown critical extension": lambda by: revocations(by, (UNKNOWN, True)),
    "a delta": lambda by: revocations(by, (x509.DeltaCRLIndicator(1), True)),
    "a delta that hides it": lambda by: revocations(by, (x509.DeltaCRLIndicator(1), False)),
    "indirect": lambda by: revocations(by, (_part_of_a_list(indirect_crl=True), True)),
    "of some reasons": lambda by: revocations(
        by,
        (
            _part_of_a_list(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})),
            True,
        ),
    ),
    "of users only": lambda by: revocations(
        by, (_part_of_a_list(only_contains_user_certs=True), True)
    ),
    "with lines of other issuers": lambda by: revocations(
        by,
        entries=[entry(7, (x509.CertificateIssuer([x509.DirectoryName(by.subject)]), True))],
    ),
    "with an unknown critical line": lambda by: revocations(
        by, entries=[entry(7, (UNKNOWN, True))]
    ),
}


@pytest.mark.parametrize("unbelievable", UNBELIEVABLE.values(), ids=UNBELIEVABLE)
@pytest.mark.parametrize("about", ["leaf", "authority", "time stamps"])
def test_c30_a_list_that_cannot_be_believed_is_no_list(
    unbelievable: Callable[[Authority], List | None], about: str
) -> None:
    """Neither for the signer, nor for the authority above, nor for the time-stamp authority."""
    stamps = about == "time stamps"
    role = Role.TIMESTAMPS if stamps else Role.ORGANISATION
    world = World.make(stamps=stamps)
    good, doubted = world.root, world.middle
    if about == "authority":
        good, doubted = doubted, good
    world.check(revocations(good), revocations(doubted), role=role)
    other = unbelievable(doubted)
    given = [revocations(good), *([] if other is None else [other])]
    with pytest.raises(RevocationUnknownError) as refused:
        world.check(*given, role=role)
    assert not refused.value.permanent
    # beside a good one it does no harm
    world.check(*given, revocations(doubted), role=role)


@pytest.mark.parametrize("late", ["root", "issuing"])
def test_c30_a_list_that_has_run_out_is_waited_for(late: str) -> None:
    world = World.make()
    old, fresh = world.root, world.middle
    if late == "issuing":
        old, fresh = fresh, old
    stale = revocations(old, start=NOW - 3 * DAY, end=NOW - DAY)
    with pytest.raises(RevocationListStaleError, match="устарел") as refused:
        world.check(stale, revocations(fresh))
    assert not refused.value.permanent
    world.check(stale, revocations(fresh), revocations(old))


def test_c30_a_list_of_an_authority_that_may_not_make_lists() -> None:
    world = World.make()
    nothing = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "encipher_only", "decipher_only", "crl_sign"),
        ),
        False,
    )
    usage = x509.KeyUsage(key_cert_sign=True, **nothing)
    constraints = (x509.BasicConstraints(ca=True, path_length=0), True)
    silent = certificate(world.middle, world.root, constraints, (usage, True))
    trust = TrustStore(
        [world.root_certificate], [silent], [revocations(world.root), revocations(world.middle)]
    )
    with pytest.raises(RevocationUnknownError):
        trust.check(world.end.public_bytes(Encoding.DER), Role.ORGANISATION, NOW)


def test_c30_an_issuing_authority_revoked_by_the_root() -> None:
    """What it issued waits for another authority: the document is not to blame."""
    world = World.make()
    revoked = revocations(world.root, entries=[entry(world.middle_certificate.serial_number)])
    with pytest.raises(CertificateUnusableNowError, match="«issuing» отозван"):
        world.check(revoked, revocations(world.middle))


@pytest.mark.parametrize("age", [DAY, 3 * DAY], ids=["fresh", "stale"])
def test_c30_revoked_in_any_believed_list_is_revoked(age: object) -> None:
    world = World.make()
    old = revocations(
        world.middle,
        start=NOW - 4 * DAY,
        end=NOW + DAY if age == DAY else NOW - DAY,
        entries=[entry(world.end.serial_number)],
    )
    with pytest.raises(CertificateNotTrustedError, match="отозван") as refused:
        world.check(revocations(world.root), old, revocations(world.middle))
    assert refused.value.permanent


def test_c30_a_forged_list_revokes_nobody() -> None:
    world = World.make()
    forged = flipped(revocations(world.middle, entries=[entry(world.end.serial_number)]))
    world.check(revocations(world.root), revocations(world.middle), forged)


def test_c30_a_hold_is_waited_for_until_a_later_list_ends_it() -> None:
    world = World.make()
    held = revocations(
        world.middle, start=NOW - 2 * DAY, entries=[entry(world.end.serial_number, HOLD)]
    )
    with pytest.raises(CertificateUnusableNowError, match="приостановлено"):
        world.check(revocations(world.root), held)
    world.check(revocations(world.root), held, revocations(world.middle))


AUTHORITIES: dict[str, Extensions] = {
    "without constraints": ((key_usage(authority=True), True),),
    "that is none": issuing(ca=False),
    "without a usage": ((x509.BasicConstraints(ca=True, path_length=None), True),),
    "that may not issue": (
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (key_usage(authority=False), True),
    ),
    "with an unknown critical extension": (*issuing(), (UNKNOWN, True)),
    "with constraints on names": (
        *issuing(),
        (x509.NameConstraints([x509.DNSName("example.org")], None), True),
    ),
}


@pytest.mark.parametrize("extensions", AUTHORITIES.values(), ids=AUTHORITIES)
@pytest.mark.parametrize("where", ["root", "issuing"])
def test_c30_an_authority_that_may_not_issue(extensions: Extensions, where: str) -> None:
    world = World.make()
    roots, middles = [world.root_certificate], [world.middle_certificate]
    if where == "root":
        roots = [certificate(world.root, world.root, *extensions)]
    else:
        middles = [certificate(world.middle, world.root, *extensions)]
    trust = TrustStore(roots, middles, [revocations(world.root), revocations(world.middle)])
    with pytest.raises(CertificateNotTrustedError, match="не доверенным"):
        trust.check(world.end.public_bytes(Encoding.DER), Role.ORGANISATION, NOW)


def test_c30_more_authorities_than_the_root_allows() -> None:
    world = World.make()
    below = Authority("below")
    deeper = certificate(below, world.middle, *issuing())
    end = leaf(below).public_bytes(Encoding.DER)
    lists = [revocations(by) for by in (world.root, world.middle, below)]
    with pytest.raises(CertificateNotTrustedError, match="не доверенным"):
        TrustStore([world.root_certificate], [world.middle_certificate, deeper], lists).check(
            end, Role.ORGANISATION, NOW
        )
    roomy = certificate(world.root, world.root, *issuing(length=2))
    middle = certificate(world.middle, world.root, *issuing(length=1))
    TrustStore([roomy], [middle, deeper], lists).check(end, Role.ORGANISATION, NOW)


def test_c30_a_signer_with_an_unknown_critical_extension() -> None:
    world = World.make()
    strange = leaf(world.middle, extra=((UNKNOWN, True),)).public_bytes(Encoding.DER)
    lists = [revocations(world.root), revocations(world.middle)]
    trust = TrustStore([world.root_certificate], [world.middle_certificate], lists)
    with pytest.raises(CertificateNotTrustedError, match="не доверенным"):
        trust.check(strange, Role.ORGANISATION, NOW)


def test_c30_an_authority_certified_anew_replaces_its_expired_certificate() -> None:
    """Same name, same key, in whatever order the two stand in the file."""
    world = World.make()
    expired = certificate(world.middle, world.root, *issuing(length=0), end=NOW - DAY / 2)
    lists = [revocations(world.root), revocations(world.middle)]
    end = world.end.public_bytes(Encoding.DER)
    for middles in ([expired, world.middle_certificate], [world.middle_certificate, expired]):
        TrustStore([world.root_certificate], middles, lists).check(end, Role.ORGANISATION, NOW)
    with pytest.raises(CertificateUnusableNowError, match="истёк"):
        TrustStore([world.root_certificate], [expired], lists).check(end, Role.ORGANISATION, NOW)


def test_a_certificate_must_outlive_what_it_signs() -> None:
    world = World.make()
    lists = [revocations(world.root), revocations(world.middle)]
    trust = TrustStore([world.root_certificate], [world.middle_certificate], lists)
    end = world.end.public_bytes(Encoding.DER)
    trust.check(end, Role.ORGANISATION, NOW, until=world.end.not_valid_after_utc)
    with pytest.raises(CertificateUnusableNowError, match="раньше, чем документ") as refused:
        trust.check(end, Role.ORGANISATION, NOW, until=world.end.not_valid_after_utc + DAY)
    assert not refused.value.permanent


def test_authorities_tell_until_when_their_lists_are_believed() -> None:
    world = World.make()
    good = revocations(world.root)
    trust = TrustStore(
        [world.root_certificate],
        [world.middle_certificate],
        [good, flipped(revocations(world.middle))],
    )
    assert [end for _, end in trust.authorities()] == [good.next_update_utc, None]
