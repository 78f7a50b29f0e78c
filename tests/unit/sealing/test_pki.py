"""The demo PKI: correct extensions, made once, safe to make by two at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from deploy.world.pki import Algorithm, Doctor, Organisation, ensure_pki
from services.sealing.keys import certificate_info
from services.sealing.trust import OGRN, SNILS
from tests.support.sealing import DemoPki


def certificate(directory: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((directory / f"{name}.pem").read_bytes())


@pytest.mark.parametrize("name", ["doctors/doctor-ivanova", "organisation", "tsa"])
def test_a_signers_certificate_may_sign_and_nothing_else(pki: DemoPki, name: str) -> None:
    extensions = certificate(pki.directory, name).extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    issuing = certificate(pki.directory, "issuing").extensions
    own = issuing.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    named = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert named == own


def test_c29_only_the_authority_is_for_time_stamping_and_says_so_critically(pki: DemoPki) -> None:
    purposes = certificate(pki.directory, "tsa").extensions.get_extension_for_class(
        x509.ExtendedKeyUsage
    )
    assert purposes.critical
    assert list(purposes.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def test_subjects_carry_the_russian_identifiers(pki: DemoPki) -> None:
    doctor = certificate(pki.directory, "doctors/doctor-ivanova").subject
    name = {NameOID.COMMON_NAME, NameOID.SURNAME, NameOID.GIVEN_NAME}
    assert {SNILS, NameOID.TITLE, *name} == {a.oid for a in doctor}
    assert certificate(pki.directory, "organisation").subject.get_attributes_for_oid(OGRN)


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [(Algorithm.P256, ec.EllipticCurvePublicKey), (Algorithm.RSA2048, rsa.RSAPublicKey)],
)
def test_the_kind_of_keys_is_a_setting(tmp_path: Path, algorithm: Algorithm, kind: type) -> None:
    ensure_pki(tmp_path, algorithm=algorithm)
    assert isinstance(certificate(tmp_path, "organisation").public_key(), kind)


def test_a_long_name_is_whole_in_surname_and_given_name(tmp_path: Path) -> None:
    long = "Константинопольский Александр Александрович"
    ensure_pki(tmp_path / "pki", [Doctor("doctor-long", long, "11223344595", "хирург")])
    made = certificate(tmp_path / "pki", "doctors/doctor-long")
    (name,) = made.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == "Константинопольский А. А."  # it holds 64 bytes
    assert certificate_info(made).name == long


@pytest.mark.parametrize(
    "name",
    [
        "Орлова Мария Викторовна",
        "Константинопольская-Преображенская Александра Константиновна",
        "Христорождественскопреображенскаяветлужская Ёлка",
        "Мадонна",
    ],
)
def test_a_signers_name_is_never_cut(tmp_path: Path, name: str) -> None:
    ensure_pki(
        tmp_path,
        [Doctor("doctor", name, "11223344595", "врач")],
        Organisation(f"Городская поликлиника имени {name}", "7706000005", "1027700000008"),
    )
    assert certificate_info(certificate(tmp_path, "doctors/doctor")).name == name
    organisation = certificate_info(certificate(tmp_path, "organisation"))
    assert organisation.name == f"Городская поликлиника имени {name}"


def test_a_doctor_added_later_gets_a_key_and_the_others_keep_theirs(tmp_path: Path) -> None:
    ensure_pki(tmp_path)
    assert ensure_pki(tmp_path, [Doctor("doctor-new", "Новая А. А.", "11223344595", "врач")]) == [
        "doctors/doctor-new"
    ]


EVERYBODY = {"organisation", "tsa", "doctors/doctor-ivanova", "doctors/doctor-sokolov"}


def _addresses(of: x509.Certificate) -> set[str]:
    """Every address in a certificate's CDP and AIA."""
    (point,) = of.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    (access,) = of.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    return {access.access_location.value, *(name.value for name in point.full_name or ())}


def test_certificates_say_where_their_issuer_and_its_list_are(tmp_path: Path) -> None:
    ensure_pki(tmp_path, public_url="https://health.example/")
    base = "https://health.example/trust"
    for name in EVERYBODY:
        assert _addresses(certificate(tmp_path, name)) == {
            f"{base}/issuing.crl",
            f"{base}/issuing.cer",
        }
    assert _addresses(certificate(tmp_path, "issuing")) == {f"{base}/root.crl", f"{base}/root.cer"}
    public = tmp_path / "public"
    root = x509.load_der_x509_certificate((public / "root.cer").read_bytes())
    issuing = x509.load_der_x509_certificate((public / "issuing.cer").read_bytes())
    assert (root, issuing) == (certificate(tmp_path, "root"), certificate(tmp_path, "issuing"))
    for authority in (root, issuing):
        name = "root" if authority is root else "issuing"
        revoked = x509.load_der_x509_crl((public / f"{name}.crl").read_bytes())
        assert revoked.issuer == authority.subject
    assert not list(public.glob("*key*"))


def test_another_public_address_goes_into_new_certificates_of_the_same_root(
    tmp_path: Path,
) -> None:
    ensure_pki(tmp_path)
    root, key = (tmp_path / "root.pem").read_bytes(), (tmp_path / "issuing.key").read_bytes()
    made = ensure_pki(tmp_path, public_url="https://health.example")
    assert set(made) == EVERYBODY | {"issuing"}
    assert (tmp_path / "root.pem").read_bytes() == root
    assert (tmp_path / "issuing.key").read_bytes() == key


def test_whatever_rests_on_a_certificate_ends_before_it(tmp_path: Path) -> None:
    """Also on the last day before it is made anew."""
    start, longest = datetime.now(UTC), timedelta(days=184)
    for day in range(0, 9 * 365, 45):
        now = start + timedelta(days=day)
        ensure_pki(tmp_path, now=now)
        ends = {
            name: certificate(tmp_path, name).not_valid_after_utc
            for name in (*EVERYBODY, "issuing", "root")
        }
        signers = [end for name, end in ends.items() if name not in {"tsa", "issuing", "root"}]
        assert now + longest + timedelta(days=45) <= min(signers), day
        assert max(signers) < ends["tsa"] < ends["issuing"] < ends["root"], day


def test_what_is_about_to_end_is_renewed(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    ensure_pki(tmp_path, now=now)
    root = (tmp_path / "root.pem").read_bytes()
    assert ensure_pki(tmp_path, now=now + timedelta(days=200)) == []
    renewed = ensure_pki(tmp_path, now=now + timedelta(days=230))
    assert set(renewed) == EVERYBODY - {"tsa"}
    assert set(ensure_pki(tmp_path, now=now + timedelta(days=340))) == {"crl", "root-crl"}
    assert (tmp_path / "root.pem").read_bytes() == root
    listed = x509.load_der_x509_crl((tmp_path / "public" / "issuing.crl").read_bytes())
    assert listed.next_update_utc is not None
    assert listed.next_update_utc > now + timedelta(days=700)


def test_two_that_start_together_make_one_pki(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: ensure_pki(tmp_path), range(4)))
    assert sum(bool(names) for names in made) == 1
    certificate(tmp_path, "issuing").verify_directly_issued_by(certificate(tmp_path, "root"))
