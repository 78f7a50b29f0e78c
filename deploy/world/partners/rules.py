"""How the simulated agencies decide: pure functions over the events they hear.

No clock, no ids, no database: `today`, numbers and times are arguments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from stdnum import luhn
from stdnum.ru import inn as stdnum_inn
from stdnum.ru import ogrn as stdnum_ogrn

from contracts.bills import RefundOrdered
from contracts.certificates import CertificateIssued, Delivery
from contracts.identity import PersonPii, ProfileSubmittedV2
from contracts.partners import (
    AppointmentAccepted,
    IdentityChecked,
    LetterAccepted,
    OrganisationChecked,
    PaymentRefunded,
    RepresentationChecked,
)
from contracts.rights import OrganisationPii, RepresentationPii, RightKind
from contracts.visits import VisitReported

Mismatching = Mapping[str, tuple[str, ...]]
"""Last name (case-folded) → the fields that the registry will not confirm."""

_DATA = Path(__file__).with_name("registry.json")

_SNILS_LENGTH, _SNILS_UNCHECKED_UP_TO = 11, 1_001_998
_INN_LENGTH, _ENP_LENGTH = 12, 16
_ORGANISATION_INN_LENGTH, _OGRN_LENGTH = 10, 13
_GENERATION_YEARS = 14
_PASSPORT_LENGTHS = (4, 6)

_POST_OFFICES_FROM, _LETTERS_A_MONTH = 101_000, 100_000
_MONTHS, _FIRST_MONTH = 96, 2008 * 12 + 4


def mismatching_people(path: Path = _DATA) -> Mismatching:
    """The demo people of the data file."""
    people = json.loads(path.read_text(encoding="utf-8"))["mismatching"]
    return {person["last_name"].casefold(): tuple(person["mismatches"]) for person in people}


def troubled_policies(path: Path = _DATA) -> Mapping[str, str]:
    """Policies of the data file → why the registry does not agree with them (e22, e24)."""
    found = json.loads(path.read_text(encoding="utf-8"))["policies"]
    return {policy["oms"]: policy["reason"] for policy in found}


_POLICIES = troubled_policies()
_REASONS = {
    "oms": "policy-invalid",
    "last_name": "name-mismatch",
    "birth_date": "birth-date-mismatch",
    "snils": "snils-mismatch",
    "inn": "inn-mismatch",
    "passport": "passport-mismatch",
    "category": "certificate-not-linked",
}


def check_identity(
    profile: ProfileSubmittedV2, person: PersonPii, mismatching: Mismatching, today: date
) -> IdentityChecked:
    """The registry's answer: every number that was given is right, and the person is known.

    Why not, it says in a code each (e22–e24, e34).
    """
    wrong = [*_wrong_numbers(person), *mismatching.get(person.last_name.casefold(), ())]
    if person.birth_date > today:
        wrong.append("birth_date")
    why = [_REASONS[name] for name in wrong if name in _REASONS]
    if (troubled := _POLICIES.get(person.oms or "")) is not None:
        wrong.append("oms")
        why.append(troubled)
    if person.passport is None and person.snils is None:
        wrong.append("snils")  # nothing to look the person up by
        why.append("certificate-not-linked")
    return IdentityChecked(
        account_id=profile.account_id,
        revision=profile.revision,
        matched=not wrong,
        mismatches=tuple(dict.fromkeys(wrong)),
        reasons=tuple(dict.fromkeys(why)),
    )


def check_representation(
    right_id: str, kind: RightKind, said: RepresentationPii, mismatching: Mismatching, today: date
) -> RepresentationChecked:
    """The civil registry's answer: both are known, and one can be the other's parent or guardian.

    A parent is a generation older than the child; a guardian is of age.
    """
    child, elder = said.child, said.representative
    wrong = list(mismatching.get(child.last_name.casefold(), ()))
    if child.snils is not None and not snils_is_right(child.snils):
        wrong.append("snils")
    if child.oms is not None and not enp_is_right(child.oms):
        wrong.append("oms")
    if child.snils is None and child.birth_certificate is None:
        wrong.append("birth_certificate")  # nothing to look the child up by
    if child.birth_date > today:
        wrong.append("birth_date")
    grown = child.birth_date if kind is RightKind.PARENT else today
    if _years(elder.birth_date, grown) < _GENERATION_YEARS or (
        elder.last_name.casefold() in mismatching
    ):
        wrong.append("representative")
    mismatches = tuple(dict.fromkeys(wrong))
    return RepresentationChecked(right_id=right_id, matched=not wrong, mismatches=mismatches)


def check_organisation(
    organisation_id: str, said: OrganisationPii, mismatching: Mismatching
) -> OrganisationChecked:
    """The register's answer: both numbers are right, and its head is a person whom it knows."""
    right = {
        "ogrn": _digits(said.ogrn, _OGRN_LENGTH) and bool(stdnum_ogrn.is_valid(said.ogrn)),
        "inn": _digits(said.inn, _ORGANISATION_INN_LENGTH) and bool(stdnum_inn.is_valid(said.inn)),
        "head": said.head.last_name.casefold() not in mismatching,
    }
    wrong = tuple(name for name, fits in right.items() if not fits)
    return OrganisationChecked(organisation_id=organisation_id, matched=not wrong, mismatches=wrong)


def _years(born: date, until: date) -> int:
    """Whole years between two days."""
    return until.year - born.year - ((until.month, until.day) < (born.month, born.day))


def _wrong_numbers(person: PersonPii) -> list[str]:
    passport = person.passport
    right = {
        "snils": person.snils is None or snils_is_right(person.snils),
        "inn": person.inn is None or inn_is_right(person.inn),
        "oms": person.oms is None or enp_is_right(person.oms),
        "passport": passport is None or passport_is_right(passport.series, passport.number),
    }
    return [name for name, fits in right.items() if not fits]


def snils_is_right(number: str) -> bool:
    """СНИЛС: nine digits and two check digits; numbers up to 001-001-998 have none (I13)."""
    if not _digits(number, _SNILS_LENGTH):
        return False
    if int(number[:9]) <= _SNILS_UNCHECKED_UP_TO:
        return True
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(number[:9]))
    return int(number[9:]) == total % 101 % 100


def inn_is_right(number: str) -> bool:
    """ИНН of a person: twelve digits, the last two are check digits (I13)."""
    return _digits(number, _INN_LENGTH) and bool(stdnum_inn.is_valid(number))


def enp_is_right(number: str) -> bool:
    """ЕНП of the ОМС policy: sixteen digits, the last by Luhn's rule (I13)."""
    return _digits(number, _ENP_LENGTH) and bool(luhn.is_valid(number))


def passport_is_right(series: str, number: str) -> bool:
    """Four and six digits; a passport has no check digit of its own (I13)."""
    return all(map(_digits, (series, number), _PASSPORT_LENGTHS))


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdecimal()


def refund_for(ordered: RefundOrdered, refunded_at: datetime) -> PaymentRefunded:
    """The treasury's answer to an order to return money."""
    return PaymentRefunded(
        application_id=ordered.reference_id,
        refund_id=ordered.refund_id,
        amount_kopecks=ordered.amount_kopecks,
        refunded_at=refunded_at,
    )


def acceptance_of(appointment: VisitReported) -> AppointmentAccepted:
    """The hospital's answer, with a comment for the patient (A36)."""
    visit = appointment.visit
    here = (
        f"Кабинет {visit.room}. Приходите за 10 минут до приёма, возьмите паспорт и полис ОМС."
        if visit.kind != "video"
        else "Войдите в видеокомнату за 10 минут до начала, приготовьте паспорт."
    )
    return AppointmentAccepted(
        appointment_id=appointment.appointment_id,
        talon_number=appointment.talon_number,
        comment=here,
    )


def goes_by_post(certificate: CertificateIssued) -> bool:
    """Whether the citizen asked for a paper copy by post (C42)."""
    return certificate.delivery is Delivery.POST


def letter_of(
    certificate: CertificateIssued, postal_number: str, accepted_at: datetime
) -> LetterAccepted:
    """The post's answer: the letter is on its way under this number (C42)."""
    return LetterAccepted(
        certificate_id=certificate.certificate_id,
        application_id=certificate.application_id,
        postal_number=postal_number,
        accepted_at=accepted_at,
    )


def postal_month(day: date) -> int:
    """The month as a postal number has it: 1 to 96, and round again (April 2008 is 1)."""
    return (day.year * 12 + day.month - _FIRST_MONTH) % _MONTHS + 1


def postal_number(day: date, sequence: int) -> str:
    """A domestic postal identifier (ШПИ) of 14 digits.

    Six digits of the accepting office, two of the month, five of the letter, one check digit: the
    sum of the digits at odd places times three, plus the sum of those at even places, made up to
    the next ten. Structure: ru.wikipedia.org «Почтовый идентификатор»; the check digit and the
    cycle of 96 months: the validator ssvarentsov/TrackValidX (.src/FMain.class). An office takes
    100,000 letters a month, the next one goes on.
    """
    office = _POST_OFFICES_FROM + sequence // _LETTERS_A_MONTH
    body = f"{office:06}{postal_month(day):02}{sequence % _LETTERS_A_MONTH:05}"
    odd, even = sum(map(int, body[0::2])), sum(map(int, body[1::2]))
    return f"{body}{-(odd * 3 + even) % 10}"
