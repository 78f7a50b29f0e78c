"""Whole documents, judged by other people's tools: pyHanko, OpenSSL, page-validation, zxing."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffPolicy, DiffResult, ModificationLevel
from pyhanko.sign.fields import MDPPerm

from deploy.world import verify_pdf
from deploy.world.pki import Algorithm
from services.sealing import Sealed, Sealer, SealingError
from services.sealing.errors import (
    CertificateNotTrustedError,
    SignatureTooLargeError,
    TimestampUnavailableError,
    UnprintableTextError,
)
from tests.support.integrity import signature_contents, verify_bytes
from tests.support.sealing import (
    ISSUED,
    NUMBER,
    ORGANISATION,
    TALON_VALUES,
    URL,
    VALUES,
    DemoPki,
    LocalTimestamps,
    seal_many,
)
from tests.support.tampering import TAMPERINGS, tampered


@pytest.fixture(scope="module", params=list(Algorithm), ids=lambda a: a.value)
def keys(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    """A PKI of each kind of keys."""
    return DemoPki.make(tmp_path_factory.mktemp(request.param.value), request.param)


async def approved(pdf: bytes, pki: DemoPki, fields: list[str]) -> list[verify_pdf.SignatureReport]:
    """All that an outsider checks about signatures and conformance."""
    assert verify_pdf.check_pdfa(pdf) == []
    reports = await verify_pdf.check_signatures(pdf, pki.root)
    assert [report.field for report in reports] == fields
    assert all(report.good for report in reports), reports
    assert reports[-1].covers_whole_file
    return reports


async def test_x5_c26_c28_c29_a_certificate_satisfies_every_outsider(keys: DemoPki) -> None:
    request = keys.request()
    sealed = await keys.sealer().seal(request)
    doctor, organisation = await approved(sealed.pdf, keys, ["Doctor", "OrgSeal"])
    assert doctor.covers_whole_revision
    assert doctor.signer == "Иванова Мария Петровна"
    assert organisation.signer == ORGANISATION
    assert doctor.timestamp is not None
    assert abs(doctor.timestamp - datetime.now(UTC)) < timedelta(minutes=1)
    assert verify_pdf.read_qr(sealed.pdf) == [URL]  # C33
    assert verify_pdf.attachments(sealed.pdf) == {"certificate.xml": request.xml}  # C27
    assert sealed.sha256 == hashlib.sha256(sealed.pdf).hexdigest()
    assert verify_bytes(sealed.pdf, sealed.sha256).intact
    assert [(s.field, s.signer) for s in sealed.signatures] == [
        ("Doctor", f"врач-терапевт, {ORGANISATION}"),
        ("OrgSeal", ORGANISATION),
    ]


async def test_c25_c31_the_page_says_what_it_must(pki: DemoPki) -> None:
    sealed = await pki.sealer().seal(pki.request())
    text = " ".join(verify_pdf.text(sealed.pdf).split())
    for value in VALUES.values():
        assert value in text
    assert f"№ {NUMBER} от {ISSUED:%d.%m.%Y}" in text
    assert "Лицензия ЛО-77-01-000001" in text
    assert "Документ подписан электронной подписью" in text
    for name in ("doctors/doctor-ivanova", "organisation"):
        info = pki.signer(name).info
        assert f"{info.name} Сертификат: {info.serial} Действителен: с" in text
        assert f"{info.valid_to:%d.%m.%Y}" in text
    assert "/Lang(ru-RU)" in sealed.pdf.decode("latin-1")


async def test_a6_a7_the_talon_has_its_five_things_a_qr_and_one_seal(keys: DemoPki) -> None:
    sealed = await keys.sealer().seal(keys.talon())
    await approved(sealed.pdf, keys, ["OrgSeal"])
    words = " ".join(verify_pdf.text(sealed.pdf).split())
    assert words.startswith("Городская поликлиника № 3 Талон на приём к врачу")
    labels = ["Пациент", "Специальность врача", "Дата и время приёма", "Поликлиника и адрес"]
    rest = words
    for expected in (*TALON_VALUES.values(), *labels, "Номер записи", "Талон на приём к врачу"):
        assert expected in rest
        rest = rest.replace(expected, "", 1)
    assert not rest.split()  # nothing else is printed
    assert verify_pdf.read_qr(sealed.pdf) == [URL]
    assert verify_pdf.attachments(sealed.pdf) == {}


@pytest.mark.parametrize(
    ("changed", "pages"),
    [
        ({"name": "Ӄывлэ Ўэмэн Łukasz Şîçö"}, 1),  # the wide subset of the fixed writer
        ({"name": "Αλέξανδρος"}, 1),  # letters outside PT Sans
        ({"name": "Соро́кина"}, 1),  # a combining mark needs shaping
        ({"history": "Без особенностей. " * 40}, 1),  # longer than its row
        ({"conclusion": "Годна к обучению. " * 400}, 3),  # longer than a page
    ],
    ids=["wide", "greek", "combining", "long-row", "long-page"],
)
async def test_whatever_the_text_the_document_is_complete_and_conforms(
    pki: DemoPki, changed: dict[str, str], pages: int
) -> None:
    sealed = await pki.sealer().seal(pki.request(None, **changed))
    await approved(sealed.pdf, pki, ["Doctor", "OrgSeal"])
    assert len(re.findall(rb"/Type\s*/Page\b", sealed.pdf)) >= pages
    text = re.sub(r"\s+", "", verify_pdf.text(sealed.pdf))
    ((key, value),) = changed.items()
    # what further pages begin with; what else goes around the values: `test_nothing_lost`
    running = f"Медицинскаясправка(форма№086/у)№{NUMBER}·ПетроваАннаСергеевна"
    assert (running in text) == (pages > 1)
    rest = re.sub(r"Страница\d+из\d+", "", text).replace(running, "")
    assert re.sub(r"\s+", "", value) in rest, key
    assert verify_pdf.read_qr(sealed.pdf) == [URL]
    assert list(verify_pdf.attachments(sealed.pdf)) == ["certificate.xml"]


async def test_a_character_of_no_font_is_refused_never_replaced(pki: DemoPki) -> None:
    with pytest.raises(UnprintableTextError, match="U\\+6F22"):
        await pki.sealer().seal(pki.request(name="漢字"))


async def test_d3_any_changed_byte_is_noticed_by_the_cheap_check(pki: DemoPki) -> None:
    sealed = await pki.sealer().seal(pki.request())
    size = len(sealed.pdf)
    *_, last = re.finditer(rb"/ByteRange\[0 (\d+) (\d+)", sealed.pdf)
    start, end = map(int, last.groups())
    for at in [*range(0, size, 797), start - 1, end, size - 1]:
        changed = sealed.pdf[:at] + bytes((sealed.pdf[at] ^ 0x01,)) + sealed.pdf[at + 1 :]
        assert not verify_bytes(changed, sealed.sha256).intact
        # the signatures alone notice it wherever they sign; the seal cannot sign its own CMS
        stored_with_it = verify_bytes(changed, hashlib.sha256(changed).hexdigest())
        assert start <= at < end or not stored_with_it.intact, at


async def test_d3_tampering_is_noticed_by_pyhanko_as_well(pki: DemoPki) -> None:
    sealed = await pki.sealer().seal(pki.request())
    at = sealed.pdf.index("Здорова".encode("utf-16-be").hex().encode()) + 3
    changed = sealed.pdf[:at] + bytes((sealed.pdf[at] ^ 0x01,)) + sealed.pdf[at + 1 :]
    assert not any(r.good for r in await verify_pdf.check_signatures(changed, pki.root))


async def test_d3_something_appended_is_noticed(pki: DemoPki) -> None:
    sealed = await pki.sealer().seal(pki.request())
    longer = sealed.pdf + b"\n% a note\n"
    result = verify_bytes(longer, hashlib.sha256(longer).hexdigest())
    assert result.same_file
    assert not result.whole_file_covered
    assert not result.intact


class _AnythingIsANote(DiffPolicy):
    """A validator that takes every addition for a note, as most readers take a white box.

    Without a word of the signer ISO 32000 lets anybody add notes; pyHanko's own policy is stricter.
    """

    def review_file(self, *_: object, **__: object) -> DiffResult:
        """The mildest judgement that there is for an annotation."""
        return DiffResult(ModificationLevel.ANNOTATIONS, set())


@pytest.mark.parametrize("how", TAMPERINGS, ids=lambda how: how.__name__)
@pytest.mark.parametrize("kind", ["fixed-page", "general-engine", "talon"])
async def test_d3_what_is_added_behind_the_signatures_is_reported_by_an_outsider(
    pki: DemoPki, kind: str, how: Callable[[IncrementalPdfFileWriter], None]
) -> None:
    """A white box with another name breaks no signed byte: the signatures themselves forbid it."""
    request = {
        "fixed-page": pki.request,
        "general-engine": lambda: pki.request(name="Αλέξανδρος"),
        "talon": pki.talon,
    }[kind]()
    changed = tampered((await pki.sealer().seal(request)).pdf, how)
    reports = await verify_pdf.check_signatures(changed, pki.root)
    assert all(report.intact for report in reports)
    assert not any(report.changes_allowed or report.good for report in reports)
    for signature in PdfFileReader(io.BytesIO(changed)).embedded_signatures:
        signature.compute_integrity_info(diff_policy=_AnythingIsANote())
        assert signature.summarise_integrity_info()["docmdp_ok"] is False


@pytest.mark.parametrize("name", ["Петрова Анна", "Αλέξανδρος"], ids=["fixed", "general"])
async def test_the_first_signature_certifies_and_the_last_one_locks(
    pki: DemoPki, name: str
) -> None:
    """As pyHanko reads it: filling in for one more signature, then nothing."""
    sealed = await pki.sealer().seal(pki.request(name=name))
    doctor, seal = PdfFileReader(io.BytesIO(sealed.pdf)).embedded_signatures
    assert doctor.docmdp_level is MDPPerm.FILL_FORMS
    assert seal.docmdp_level is MDPPerm.NO_CHANGES
    assert seal.fieldmdp is not None
    talon = await pki.sealer().seal(pki.talon())
    (alone,) = PdfFileReader(io.BytesIO(talon.pdf)).embedded_signatures
    assert alone.docmdp_level is MDPPerm.NO_CHANGES


async def test_an_outsider_of_another_root_trusts_nothing(pki: DemoPki, tmp_path: Path) -> None:
    sealed = await pki.sealer().seal(pki.request())
    reports = await verify_pdf.check_signatures(sealed.pdf, DemoPki.make(tmp_path).root)
    assert not any(report.trusted or report.timestamp_trusted for report in reports)


async def test_the_pdfa_validator_does_refuse(pki: DemoPki) -> None:
    """The oracle is awake: a file without its profile entry does not conform."""
    sealed = await pki.sealer().seal(pki.request())
    broken = sealed.pdf.replace(b"<pdfaid:part>3<", b"<pdfaid:part>9<").replace(
        b"/S/GTS_PDFA1", b"/S/GTS_PDFX1"
    )
    assert verify_pdf.check_pdfa(broken)


async def test_c30_a_doctor_without_the_role_cannot_sign(pki: DemoPki) -> None:
    request = replace(pki.request(), doctor=pki.signer("organisation"))
    with pytest.raises(CertificateNotTrustedError, match="не предназначен для роли «врач»"):
        await pki.sealer().seal(request)


async def test_c30_a_wrong_signature_of_a_remote_key_is_never_sealed(pki: DemoPki) -> None:
    class Elsewhere:
        """A plug-in whose service signs something else."""

        def __init__(self) -> None:
            self._signer = pki.signer("doctors/doctor-ivanova")
            self.info, self.certificate = self._signer.info, self._signer.certificate
            self.hash_name, self.reserve = self._signer.hash_name, self._signer.reserve
            self.new_hash = self._signer.new_hash

        async def cms(self, digest: bytes, timestamps: LocalTimestamps) -> bytes:
            return await self._signer.cms(hashlib.sha256(digest).digest(), timestamps)

    request = replace(pki.request(), doctor=Elsewhere())  # type: ignore[arg-type]  # narrower stamps
    with pytest.raises(CertificateNotTrustedError, match="под другим документом"):
        await pki.sealer().seal(request)


async def test_a_stamp_that_does_not_fit_the_reserve_fails_before_writing(pki: DemoPki) -> None:
    class Verbose:
        async def token(self, imprint: bytes) -> bytes:
            assert len(imprint) == 32
            return bytes(9000)

    with pytest.raises(SignatureTooLargeError):
        await Sealer(pki.signer("organisation"), Verbose()).seal(pki.talon())


async def test_many_documents_wait_for_stamps_at_the_same_time(pki: DemoPki) -> None:
    class Meeting:
        """Answers only when so many wait together: one by one would never end."""

        def __init__(self, parties: int) -> None:
            self._barrier = asyncio.Barrier(parties)
            self._source = LocalTimestamps(pki.authority())

        async def token(self, imprint: bytes) -> bytes:
            await self._barrier.wait()
            return await self._source.token(imprint)

    requests = [pki.request(name=f"Петров {n}") for n in range(40)]
    async with asyncio.timeout(30):
        sealed = await seal_many(pki.sealer(Meeting(20)), requests, in_flight=20)
    assert all(isinstance(s, Sealed) and verify_bytes(s.pdf, s.sha256).intact for s in sealed)


async def test_refusals_stand_among_the_results_in_order(pki: DemoPki) -> None:
    class Away:
        def __init__(self) -> None:
            self.asked = 0

        async def token(self, imprint: bytes) -> bytes:
            assert imprint
            self.asked += 1
            msg = "Служба не отвечает."
            raise TimestampUnavailableError(msg)

    requests = [pki.request(), pki.talon(patient="漢"), pki.talon()]
    results = await seal_many(pki.sealer(Away()), requests)
    codes = [r.code for r in results if isinstance(r, SealingError)]
    assert codes == ["timestamp-unavailable", "unprintable-text", "timestamp-unavailable"]
    assert [r.permanent for r in results if isinstance(r, SealingError)] == [False, True, False]


OPENSSL = shutil.which("openssl")


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """A command with its output."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


if OPENSSL:  # an extra oracle; the others above are always there

    async def test_c28_openssl_accepts_both_signatures_as_cades(
        keys: DemoPki, tmp_path: Path
    ) -> None:
        sealed = await keys.sealer().seal(keys.request())
        ranges = re.findall(rb"/ByteRange\[0 (\d+) (\d+) (\d+)\]", sealed.pdf)
        contents = signature_contents(sealed.pdf)
        assert len(ranges) == len(contents) == 2
        for cms, found in zip(contents, ranges, strict=True):
            start, end, rest = map(int, found)
            (tmp_path / "cms").write_bytes(cms)
            (tmp_path / "content").write_bytes(sealed.pdf[:start] + sealed.pdf[end : end + rest])
            command = [
                *(str(OPENSSL), "cms", "-verify", "-cades", "-binary", "-inform", "DER"),
                *("-in", tmp_path / "cms", "-content", tmp_path / "content"),
                *("-CAfile", keys.directory / "root.pem", "-purpose", "any"),
                *("-out", tmp_path / "verified"),
            ]
            checked = await asyncio.to_thread(run, [str(part) for part in command])
            assert checked.returncode == 0, checked.stderr
