"""C55: a foreign signature is held against its bytes, its roots and its time; none disappears."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, core
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from services.documents.uploads.domain.files import Inspected
from services.documents.uploads.domain.signatures import Finding, Signed, verdict_of
from services.documents.uploads.errors import PdfSignedUnclearError
from services.documents.uploads.gateways.pdf.checking import checked
from services.documents.uploads.gateways.pdf.reader import inspect_pdf
from services.documents.uploads.gateways.trust import (
    Trust,
    TrustedFiles,
    TrustUnreadableError,
)
from tests.support import pdfs
from tests.support.authorities import DAY, NOW, entry, revocations
from tests.support.foreign import World, self_signed, signed_by
from tests.support.tampering import TAMPERINGS, tampered

WORLD = World()
TRUST = WORLD.trust()
NOBODY_REVOKED = WORLD.trust(revocations(WORLD.root), revocations(WORLD.below))
PAPER = pdfs.scanned(72)
FORM = pdfs.changed(pdfs.field(FT="/Tx"))
HOSPITAL = WORLD.person()


def looked(content: bytes, trust: Trust = TRUST) -> Inspected:
    return inspect_pdf(content, lambda: trust)


def findings(content: bytes, trust: Trust = TRUST) -> list[Finding]:
    return [signature.finding for signature in looked(content, trust).signatures]


def test_c55_a_good_signature_is_kept_to_the_byte_and_described() -> None:
    content = signed_by(HOSPITAL, PAPER)
    found = looked(content, NOBODY_REVOKED)
    assert found.content == content
    (signature,) = found.signatures
    assert signature.finding is Finding.INTACT
    assert (signature.signer, signature.covers_whole, signature.stamped) == (
        "Городская больница",
        True,
        False,
    )
    assert int(signature.serial, 16) == HOSPITAL.certificate.serial_number
    assert signature.signed_at is not None
    assert abs(signature.signed_at - NOW) < DAY


def test_c55_what_nobody_says_of_revocation_is_said_so() -> None:
    (signature,) = looked(signed_by(HOSPITAL, PAPER)).signatures
    assert signature.finding is Finding.REVOCATION_UNKNOWN
    assert (signature.intact, signature.trusted) == (True, True)


def test_c55_a_revoked_certificate_is_not_trusted() -> None:
    lines = [entry(HOSPITAL.certificate.serial_number)]
    revoked = revocations(WORLD.below, entries=lines)
    trust = WORLD.trust(revocations(WORLD.root), revoked)
    (signature,) = looked(signed_by(HOSPITAL, PAPER), trust).signatures
    assert (signature.finding, signature.intact) == (Finding.REVOKED, True)
    assert findings(signed_by(HOSPITAL, PAPER), WORLD.trust(revoked)) == [Finding.REVOKED]
    old = revocations(WORLD.below, entries=lines, start=NOW - 9 * DAY, end=NOW - 8 * DAY)
    assert findings(signed_by(HOSPITAL, PAPER), WORLD.trust(old)) == [Finding.REVOKED]


def test_c55_an_old_list_that_does_not_name_a_certificate_says_nothing() -> None:
    old = revocations(WORLD.below, start=NOW - 9 * DAY, end=NOW - 8 * DAY)
    trust = WORLD.trust(revocations(WORLD.root), old)
    assert findings(signed_by(HOSPITAL, PAPER), trust) == [Finding.REVOCATION_UNKNOWN]


def test_c55_revoked_after_its_time_stamp_is_good_and_before_it_is_not() -> None:
    long = WORLD.person(start=NOW - 100 * DAY)
    lines = [entry(long.certificate.serial_number)]  # a day ago
    trust = WORLD.trust(revocations(WORLD.root), revocations(WORLD.below, entries=lines))
    before = signed_by(long, PAPER, stamps=WORLD.stamps(NOW - 20 * DAY))
    assert findings(before, trust) == [Finding.INTACT]
    after = signed_by(long, PAPER, stamps=WORLD.stamps(NOW - DAY / 2))
    assert findings(after, trust) == [Finding.REVOKED]


def test_c55_without_its_root_it_is_intact_and_not_trusted() -> None:
    namesakes = World().trust()
    for trust, finding in ((Trust(), Finding.UNKNOWN_AUTHORITY), (namesakes, Finding.UNTRUSTED)):
        found = looked(signed_by(HOSPITAL, PAPER), trust).signatures
        assert [s.finding for s in found] == [finding]
        assert verdict_of(found) is Signed.UNTRUSTED


def test_c55_who_certified_themselves_is_not_trusted_whatever_they_embed() -> None:
    content = signed_by(self_signed(), PAPER, embedded=[self_signed("Ещё никто").asn1])
    assert findings(content) == [Finding.UNKNOWN_AUTHORITY]


def test_c55_an_expired_certificate_needs_a_time_stamp_and_a_claimed_time_proves_nothing() -> None:
    expired = WORLD.person(start=NOW - 100 * DAY, end=NOW - 10 * DAY)
    assert findings(signed_by(expired, PAPER)) == [Finding.EXPIRED]
    stamped = signed_by(expired, PAPER, stamps=WORLD.stamps(NOW - 20 * DAY))
    (signature,) = looked(stamped).signatures
    assert (signature.trusted, signature.stamped) == (True, True)
    assert signature.signed_at == NOW - 20 * DAY
    after_its_end = signed_by(expired, PAPER, stamps=WORLD.stamps(NOW - 5 * DAY))
    assert findings(after_its_end) == [Finding.EXPIRED]


def test_c55_a_time_stamp_of_an_unknown_authority_proves_nothing() -> None:
    expired = WORLD.person(start=NOW - 100 * DAY, end=NOW - 10 * DAY)
    content = signed_by(expired, PAPER, stamps=World().stamps(NOW - 20 * DAY))
    (signature,) = looked(content).signatures
    assert (signature.finding, signature.stamped) == (Finding.EXPIRED, False)


def test_c55_a_certificate_that_is_not_valid_yet() -> None:
    young = WORLD.person(start=NOW + DAY)
    assert findings(signed_by(young, PAPER)) == [Finding.NOT_YET_VALID]


def test_c55_a_certificate_for_something_else_is_not_trusted() -> None:
    assert findings(signed_by(WORLD.person(signs=False), PAPER)) == [Finding.WRONG_USAGE]


def test_c55_a_turned_bit_under_a_signature_breaks_it() -> None:
    content = signed_by(HOSPITAL, PAPER)
    at = content.index(b"/MediaBox") + 1
    changed = content[:at] + b"N" + content[at + 1 :]
    assert changed != content
    found = checked(changed, expected=1, trust=TRUST)
    assert [s.finding for s in found] == [Finding.CONTENT_CHANGED]
    assert verdict_of(found) is Signed.BROKEN


@pytest.mark.parametrize("how", TAMPERINGS, ids=lambda how: how.__name__)
def test_c55_what_is_added_after_signing_breaks_it(
    how: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    """Boxes over names, more text, more pages: shadow attacks by an incremental update."""
    content = tampered(signed_by(HOSPITAL, FORM), how)
    (signature,) = checked(content, expected=1, trust=TRUST)
    assert signature.finding is Finding.CHANGED_LATER
    assert (signature.intact, signature.covers_whole) == (False, False)


def test_c55_a_second_signature_is_an_allowed_change() -> None:
    other = WORLD.person("Главный врач")
    content = signed_by(other, signed_by(HOSPITAL, PAPER), name="Second")
    first, second = looked(content, NOBODY_REVOKED).signatures
    assert [first.finding, second.finding] == [Finding.INTACT, Finding.INTACT]
    assert [first.covers_whole, second.covers_whole] == [False, True]


def test_c55_a_second_signature_is_none_where_the_first_forbids_changes() -> None:
    certified = signed_by(HOSPITAL, PAPER, certifies=MDPPerm.NO_CHANGES)
    hidden = certified.replace(b"/DocMDP", b"/DocMDQ")  # from the second pen
    content = signed_by(WORLD.person("Другой"), hidden, name="Second")
    both = looked(content.replace(b"/DocMDQ", b"/DocMDP"), TRUST).signatures
    assert both[0].finding is Finding.CHANGED_LATER


def test_c55_of_two_signatures_one_broken_makes_the_file_broken() -> None:
    content = signed_by(HOSPITAL, PAPER)
    changed = tampered(content, TAMPERINGS[-1])
    both = signed_by(WORLD.person("Другой"), changed, name="Second")
    found = checked(both, expected=2, trust=TRUST)
    assert [s.intact for s in found] == [False, True]
    assert verdict_of(found) is Signed.BROKEN


def test_c55_a_signature_over_a_part_of_the_file_is_none() -> None:
    """Its range ends before the file does, with bytes behind that belong to no revision."""
    content = signed_by(HOSPITAL, PAPER)
    with pytest.raises(PdfSignedUnclearError):
        looked(content + b"\n% behind\n%%EOF\n")
    ranged = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", content)
    assert ranged is not None
    numbers = [int(number) for number in ranged.groups()]
    wider = b"/ByteRange [%d %d %d %d]" % (0, numbers[1] - 100, numbers[2], numbers[3])
    moved = content.replace(ranged[0], wider.ljust(len(ranged[0])))
    assert verdict_of(checked(moved, expected=1, trust=TRUST)) is Signed.BROKEN


def test_c55_a_signature_moved_from_another_file_is_broken() -> None:
    """The CMS of one document in the place of another's."""
    one, other = signed_by(HOSPITAL, PAPER), signed_by(HOSPITAL, pdfs.scanned(75))
    contents = re.compile(rb"/Contents <([0-9A-F]+)>")
    theirs, ours = contents.search(other), contents.search(one)
    assert theirs is not None
    assert ours is not None
    forged = one.replace(ours[1], theirs[1][: len(ours[1])].ljust(len(ours[1]), b"0"))
    assert [s.finding for s in checked(forged, expected=1, trust=TRUST)] == [
        Finding.CONTENT_CHANGED
    ]


def with_gost(content: bytes) -> bytes:
    """The file with a signature that says to be made with Streebog."""
    held = re.search(rb"/Contents <([0-9A-F]+)>", content)
    assert held is not None
    signed = cms.ContentInfo.load(bytes.fromhex(held[1].decode()))
    info = signed["content"]["signer_infos"][0]
    info["digest_algorithm"] = cms.DigestAlgorithm({"algorithm": "1.2.643.7.1.1.2.2"})
    said = signed.dump(force=True).hex().upper().encode()
    return content.replace(held[1], said.ljust(len(held[1]), b"0"))


def test_c55_an_algorithm_that_nobody_here_computes_is_neither_good_nor_broken() -> None:
    """GOST, as qualified certificates in Russia have it: whoever decides is told to look."""
    content = with_gost(signed_by(HOSPITAL, FORM))
    (signature,) = looked(content).signatures
    assert (signature.finding, signature.intact) == (Finding.UNKNOWN_ALGORITHM, None)
    assert verdict_of((signature,)) is Signed.UNTRUSTED
    (changed,) = checked(tampered(content, TAMPERINGS[0]), expected=1, trust=TRUST)
    assert (changed.finding, changed.intact) == (Finding.CHANGED_LATER, False)


@pytest.mark.parametrize("year", [1000, 9999])
def test_c55_a_time_that_nobody_can_mean_is_none(year: int) -> None:
    """It would overflow in another zone, and no event takes it."""
    content = signed_by(HOSPITAL, PAPER)
    held = re.search(rb"/Contents <([0-9A-F]+)>", content)
    assert held is not None
    signed = cms.ContentInfo.load(bytes.fromhex(held[1].decode()))
    for attribute in signed["content"]["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "signing_time":
            at = core.GeneralizedTime(datetime(year, 6, 1, tzinfo=UTC))
            attribute["values"] = [cms.Time(name="generalized_time", value=at)]
    said = signed.dump(force=True).hex().upper().encode().ljust(len(held[1]), b"0")
    (signature,) = checked(content.replace(held[1], said), expected=1, trust=TRUST)
    assert (signature.finding, signature.signed_at) == (Finding.CONTENT_CHANGED, None)


@pytest.mark.parametrize("filling", [b"0", b"f", b"3080"])
def test_c55_what_is_no_signature_at_all_is_malformed_and_still_counted(filling: bytes) -> None:
    content = signed_by(HOSPITAL, PAPER)
    held = re.search(rb"/Contents <([0-9A-F]+)>", content)
    assert held is not None
    junk = (filling * len(held[1]))[: len(held[1])]
    found = checked(content.replace(held[1], junk), expected=1, trust=TRUST)
    assert [s.finding for s in found] == [Finding.MALFORMED]
    assert verdict_of(found) is Signed.BROKEN


def test_c55_a_signature_that_only_one_reader_sees_is_counted() -> None:
    found = checked(signed_by(HOSPITAL, PAPER), expected=3, trust=TRUST)
    assert [s.finding for s in found][1:] == [Finding.MALFORMED] * 2
    assert {s.finding for s in checked(b"%PDF-nothing", expected=1, trust=TRUST)} == {
        Finding.MALFORMED
    }


def test_roots_are_the_pem_files_of_a_directory_and_read_again_when_they_change(
    tmp_path: Path,
) -> None:
    made, between = WORLD.certificates
    trusted = TrustedFiles([tmp_path])
    assert trusted.current() == Trust()
    (tmp_path / "minzdrav.pem").write_bytes(made.public_bytes(Encoding.PEM))
    both = between.public_bytes(Encoding.PEM) + revocations(WORLD.below).public_bytes(Encoding.PEM)
    (tmp_path / "centre.crt").write_bytes(both)
    (tmp_path / "readme.txt").write_text("не сертификат")
    found = trusted.current()
    assert (len(found.roots), len(found.between), len(found.lists)) == (1, 1, 1)
    assert trusted.current() is found
    assert findings(signed_by(HOSPITAL, PAPER), found) == [Finding.REVOCATION_UNKNOWN]
    (tmp_path / "broken.pem").write_text("не сертификат")
    with pytest.raises(TrustUnreadableError):
        trusted.current()
    with pytest.raises(TrustUnreadableError):
        TrustedFiles([tmp_path / "nowhere"]).current()
