"""From a request to a certificate and its end, over HTTP: K5, C30 and everything wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from contracts.documents import SignerChanged
from contracts.identity import StaffRole
from deploy.world.pki import ensure_pki
from deploy.world.pki.desk import issue, revoke
from deploy.world.pki.keys import kept_key
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.authorities import Authority
from tests.support.pki_files import revocations
from tests.support.responders import responding, status
from tests.support.service import outbox_events
from tests.support.services.documents import DOCTOR, DocumentsService
from tests.support.services.signers import Enrolling, clinic, hears, staff


@pytest.fixture
async def doctor(office: DocumentsService, pki: Path) -> Enrolling:
    await hears(office.app, staff(), clinic())
    return Enrolling(office, pki)


async def said(office: DocumentsService) -> list[SignerChanged]:
    return [event.data for event in await outbox_events(office.app, SignerChanged)]


async def test_k5_a_doctor_gets_a_request_and_brings_the_certificate(doctor: Enrolling) -> None:
    asked = (await doctor.request()).json()
    request = x509.load_pem_x509_csr(asked["request"]["request"].encode())
    assert request.is_signature_valid
    names = {attribute.oid: attribute.value for attribute in request.subject}
    assert names[NameOID.SURNAME] == "Орлова"
    assert names[x509.ObjectIdentifier("1.2.643.100.3")] == DOCTOR.snils
    assert not asked["active"]
    made = issue(doctor.pki, asked["request"]["request"].encode())
    brought = (await doctor.bring(made)).json()
    assert (brought["active"], brought["request"]) == (True, None)
    assert brought["certificate"]["name"] == DOCTOR.name
    (event,) = await said(doctor.office)
    assert (event.holder_id, event.active) == (DOCTOR.id, True)
    assert (await doctor.bring(made)).json() == brought  # again: the same
    assert len(await said(doctor.office)) == 1


async def test_k5_no_key_is_ever_in_clear(doctor: Enrolling) -> None:
    """Neither in an answer nor in the database."""
    shown = await doctor.enrolled()
    stored = await find(doctor.office.app, Runtime).mongo.db["signers"].find_one({})
    assert stored is not None
    assert "wrapped" not in str(shown)
    assert stored["credential"]["key"]["wrapped"].count(".") == 4  # a JWE
    assert "PRIVATE" not in str(stored)


@pytest.mark.parametrize("form", ["der", "pem-chain", "reversed"])
async def test_k5_every_usual_form_of_a_file_is_read(doctor: Enrolling, form: str) -> None:
    asked = (await doctor.request()).json()["request"]["request"].encode()
    chain = x509.load_pem_x509_certificates(issue(doctor.pki, asked))
    file = {
        "der": chain[0].public_bytes(Encoding.DER),
        "pem-chain": b"".join(c.public_bytes(Encoding.PEM) for c in chain),
        "reversed": b"".join(c.public_bytes(Encoding.PEM) for c in reversed(chain)),
    }[form]
    assert (await doctor.bring(file)).status_code == 200


def _with_other_usage(pki: Path, request: bytes) -> bytes:
    made = x509.load_pem_x509_certificates(issue(pki, request))[0]
    return _signed_anew(pki, made, drop=x509.KeyUsage)


def _another_name(pki: Path, _: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Кто-то")])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return issue(pki, made.public_bytes(Encoding.PEM))


def _signed_anew(
    pki: Path,
    old: x509.Certificate,
    *,
    drop: type | None = None,
    add: x509.ExtensionType | None = None,
    shift: timedelta = timedelta(),
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(old.not_valid_before_utc + shift)
        .not_valid_after(old.not_valid_after_utc + shift)
    )
    for extension in old.extensions:
        if drop is None or not isinstance(extension.value, drop):
            builder = builder.add_extension(extension.value, critical=extension.critical)
    if add is not None:
        builder = builder.add_extension(add, critical=False)
    return builder.sign(kept_key(pki / "issuing.key"), hashes.SHA256()).public_bytes(Encoding.PEM)


def _naming_a_responder(pki: Path, request: bytes, address: str) -> bytes:
    made = x509.load_pem_x509_certificates(issue(pki, request))[0]
    place = x509.UniformResourceIdentifier(address)
    named = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
    about = x509.AuthorityInformationAccess([named])
    return _signed_anew(pki, made, drop=x509.AuthorityInformationAccess, add=about)


def _later(pki: Path, request: bytes) -> bytes:
    made = x509.load_pem_x509_certificates(issue(pki, request, days=30))[0]
    return _signed_anew(pki, made, shift=timedelta(days=3))


def _by_a_stranger(pki: Path, request: bytes) -> bytes:
    return issue(Path(ensure_other(pki)), request)


def ensure_other(pki: Path) -> Path:
    other = pki.parent / f"{pki.name}-other"
    ensure_pki(other, [])
    return other


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda _, __: b"-----BEGIN CERTIFICATE-----\nnonsense", "certificate-unreadable"),
        (lambda _, __: b"", "certificate-unreadable"),
        (lambda _, __: b"0" * 100_000, "certificate-unreadable"),
        (_another_name, "certificate-of-another-key"),
        (lambda pki, request: issue(pki, request, days=-1), "certificate-expired"),
        (_later, "certificate-not-yet-valid"),
        (_by_a_stranger, "certificate-unknown-authority"),
        (_with_other_usage, "certificate-wrong-usage"),
    ],
    ids=[
        *("nonsense", "empty", "too-large", "another-key", "expired", "not-yet"),
        *("unknown-authority", "wrong-usage"),
    ],
)
async def test_c30_what_is_wrong_with_a_certificate_is_named_and_nothing_is_lost(
    doctor: Enrolling, made: Callable[[Path, bytes], bytes], code: str
) -> None:
    asked = (await doctor.request()).json()["request"]["request"].encode()
    refused = await doctor.bring(made(doctor.pki, asked))
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["detail"]
    assert await said(doctor.office) == []
    assert (await doctor.bring(issue(doctor.pki, asked))).status_code == 200  # the request stays


async def test_c30_a_revoked_certificate_is_refused(
    office: DocumentsService, pki: Path, tmp_path: Path
) -> None:
    await hears(office.app, staff(), clinic())
    doctor = Enrolling(office, pki)
    asked = (await doctor.request()).json()["request"]["request"].encode()
    made = issue(pki, asked)
    before = (pki / "crl.pem").read_bytes()
    try:
        revoke(pki, made)
        refused = await doctor.bring(made)
        assert (refused.status_code, refused.json()["code"]) == (422, "certificate-revoked")
        revocations(pki, until=datetime.now(UTC) - timedelta(days=1))
        unknown = await doctor.bring(issue(pki, asked))
        assert (unknown.status_code, unknown.json()["code"]) == (503, "certificate-status-unknown")
    finally:
        (pki / "crl.pem").write_bytes(before)


async def test_c30_a_responder_that_a_certificate_names_is_asked(
    doctor: Enrolling, pki: Path
) -> None:
    """Nobody answers there: it is not taken, and may be brought again."""
    asked = (await doctor.request()).json()["request"]["request"].encode()
    async with responding() as responder:
        made = _naming_a_responder(pki, asked, responder.url)
        refused = await doctor.bring(made)
        assert (refused.status_code, refused.json()["code"]) == (503, "certificate-status-unknown")
        assert responder.asked == 1
        ca = Authority("issuing", kept_key(pki / "issuing.key"))  # type: ignore[arg-type] # P-256
        issuer = x509.load_pem_x509_certificate((pki / "issuing.pem").read_bytes())
        certificate = x509.load_pem_x509_certificate(made)
        revoked = ocsp.OCSPCertStatus.REVOKED
        responder.answer = lambda: status(certificate, issuer, ca, said=revoked)
        assert (await doctor.bring(made)).json()["code"] == "certificate-revoked"
        responder.answer = lambda: status(certificate, issuer, ca)
        assert (await doctor.bring(made)).status_code == 200


async def test_c30_a_certificate_of_another_person_is_refused(
    office: DocumentsService, pki: Path
) -> None:
    """Her name changed in the register after she had asked: the certificate is not hers now."""
    await hears(office.app, staff(), clinic())
    doctor = Enrolling(office, pki)
    asked = (await doctor.request()).json()["request"]["request"].encode()
    made = issue(pki, asked)
    others = ((staff(snils="11223344595"), "СНИЛС"), (staff(full_name="Орлова М."), "ФИО"))
    for seq, (changed, what) in enumerate(others, start=2):
        await hears(office.app, changed, seq=seq)
        refused = await doctor.bring(made)
        assert (refused.status_code, refused.json()["code"]) == (422, "certificate-of-another")
        assert what in refused.json()["detail"]


async def test_c28_a_clinic_has_a_seal_of_its_own(office: DocumentsService, pki: Path) -> None:
    await hears(office.app, clinic(), clinic("clinic-2", ogrn="1037700000007", inn="7707083893"))
    first = Enrolling.of_clinic(office, pki)
    shown = await first.enrolled()
    assert (shown["holder"], shown["holder_id"], shown["active"]) == (
        *("organisation", "clinic-1"),
        True,
    )
    second = Enrolling.of_clinic(office, pki, "clinic-2")
    await second.request()
    asked = (await first.request()).json()["request"]["request"].encode()
    refused = await second.bring(issue(pki, asked))
    assert refused.json()["code"] == "certificate-of-another-key"


async def test_k5_only_a_doctor_at_work_and_an_open_clinic_get_a_key(
    office: DocumentsService, pki: Path
) -> None:
    doctor, seal = Enrolling(office, pki), Enrolling.of_clinic(office, pki)
    assert (await doctor.request()).json()["code"] == "not-practising"  # nobody told of her
    assert (await seal.request()).json()["code"] == "clinic-not-open"
    gone = staff(active=False)
    await hears(office.app, gone, clinic(closed_on=datetime.now(UTC).date()))
    assert (await doctor.request()).status_code == 403
    assert (await seal.request()).status_code == 409
    await hears(office.app, staff(role=StaffRole.REGISTRAR), seq=2)
    assert (await doctor.request()).status_code == 403


async def test_k5_a_token_that_is_not_there_is_said_so(doctor: Enrolling) -> None:
    refused = await doctor.request("token")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-token")


async def test_k5_a_repeated_request_is_answered_with_the_same_key(doctor: Enrolling) -> None:
    headers = doctor.headers | {"Idempotency-Key": "one"}
    answers = [
        await doctor.office.client.post(f"{doctor.path}/requests", json={}, headers=headers)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()


async def test_k5_revoked_by_the_owner_and_by_the_administrator(doctor: Enrolling) -> None:
    await doctor.enrolled()
    assert (await doctor.revoke()).json()["active"] is False
    assert (await doctor.revoke()).json()["code"] == "nothing-to-revoke"
    await doctor.enrolled()
    office = doctor.office
    boss = office.tokens.headers("kim", "administrator", clinic_id="clinic-1")
    path = f"/v1/doctors/{DOCTOR.id}/signer/revocation"
    ended = await office.client.post(path, json={"reason": "Уволена."}, headers=boss)
    assert ended.status_code == 200
    assert [former["by"] for former in ended.json()["former"]] == [DOCTOR.id, "kim"]
    assert [event.active for event in await said(office)] == [True, False, True, False]
    stored = await find(office.app, Runtime).mongo.db["signers"].find_one({})
    assert stored is not None
    assert stored["credential"] is None  # the key is gone with it


async def test_k9_dismissal_and_return_are_told(doctor: Enrolling) -> None:
    await doctor.enrolled()
    await hears(doctor.office.app, staff(active=False), seq=2)
    await hears(doctor.office.app, staff(), seq=3)
    assert [event.active for event in await said(doctor.office)] == [True, False, True]


async def test_an_administrator_sees_the_states_of_the_clinics_doctors(doctor: Enrolling) -> None:
    office = doctor.office
    await doctor.enrolled()
    await hears(office.app, staff("doctor-two", full_name="Вторая Анна", snils=None))
    await hears(office.app, staff("doctor-elsewhere", clinics=("clinic-2",)))
    boss = office.tokens.headers("kim", "administrator", clinic_id="clinic-1")
    page = (await office.client.get("/v1/clinics/clinic-1/signers", headers=boss)).json()
    assert [(i["doctor_id"], i["active"]) for i in page["items"]] == [
        (DOCTOR.id, True),
        ("doctor-two", False),
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "clinics/clinic-1/signer"),
        ("GET", "clinics/clinic-1/signers"),
        ("GET", "clinics/clinic-1/journal"),
        ("POST", "clinics/clinic-1/signer/requests"),
        ("PUT", "clinics/clinic-1/signer/certificate"),
        ("POST", "clinics/clinic-1/signer/revocation"),
        ("POST", f"doctors/{DOCTOR.id}/signer/revocation"),
        ("GET", f"doctors/{DOCTOR.id}/journal/check"),
    ],
)
async def test_k5_another_clinics_administrator_finds_nothing(
    doctor: Enrolling, method: str, path: str
) -> None:
    office = doctor.office
    body = {"reason": "Хочу."} if path.endswith("revocation") else {}
    for headers in (
        office.tokens.headers("kim", "administrator", clinic_id="clinic-2"),
        office.tokens.headers(DOCTOR.id, "doctor", clinic_id="clinic-1"),
    ):
        answer = await office.client.request(
            method,
            f"/v1/{path}",
            json=body if method == "POST" else None,
            headers=headers | {"Idempotency-Key": "k"},
        )
        assert answer.status_code in {403, 404}
