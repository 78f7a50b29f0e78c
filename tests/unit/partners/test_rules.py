"""How the simulated agencies decide, and the check digits they decide by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.certificates import CertificateIssued, Delivery
from contracts.envelope import model_of
from contracts.identity import Passport, PersonPii, ProfileSubmittedV2
from contracts.partners import IdentityChecked
from contracts.patients import MISMATCHES
from contracts.rights import ChildPii, OrganisationPii, RepresentationPii, RightKind
from contracts.tools.snapshots import example_of
from contracts.topics import BY_TYPE
from deploy.stacks.embedded.demo import ACCOUNTS_FILE
from deploy.world.partners.rules import (
    acceptance_of,
    check_identity,
    check_organisation,
    check_representation,
    enp_is_right,
    goes_by_post,
    inn_is_right,
    letter_of,
    mismatching_people,
    passport_is_right,
    postal_month,
    postal_number,
    refund_for,
    snils_is_right,
)

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


def example(event_type: str) -> Any:
    """The data of the contract's example."""
    return model_of(BY_TYPE[event_type]).model_validate(example_of(event_type)).data


PROFILE: ProfileSubmittedV2 = example("identity.profile-submitted.v2")
PERSON = PersonPii(
    last_name="Соколова",
    first_name="Анна",
    middle_name="Сергеевна",
    birth_date=date(2007, 4, 18),
    snils="11223344595",
    inn="770708389324",
    oms="7758890000000128",
    passport=Passport(series="4521", number="123456"),
)


def checked(
    mismatching: Mapping[str, tuple[str, ...]] | None = None, **changes: Any
) -> IdentityChecked:
    """The registry's answer about the demo citizen, changed."""
    return check_identity(PROFILE, PERSON.model_copy(update=changes), mismatching or {}, TODAY)


def test_right_numbers_are_confirmed() -> None:
    """I2: the demo citizen matches; the answer names account and revision."""
    answer = checked(mismatching_people())
    assert (answer.matched, answer.mismatches, answer.revision) == (True, (), 1)
    assert answer.account_id == PROFILE.account_id


@pytest.mark.parametrize(
    ("changes", "mismatch"),
    [
        ({"snils": "11223344594"}, "snils"),
        ({"inn": "772812345608"}, "inn"),
        ({"inn": "7707083893"}, "inn"),
        ({"oms": "7700000001234565"}, "oms"),
        ({"passport": Passport(series="452", number="123456")}, "passport"),
        ({"birth_date": date(2026, 11, 17)}, "birth_date"),
        ({"snils": None, "passport": None}, "snils"),
    ],
)
def test_a_wrong_number_is_named(changes: dict[str, Any], mismatch: str) -> None:
    """I13: one wrong field, one name."""
    answer = checked(**changes)
    assert (answer.matched, answer.mismatches) == (False, (mismatch,))


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"oms": "7700000000000222"}, ("policy-invalid",)),
        ({"oms": "7700000001234565"}, ("policy-invalid",)),
        ({"oms": "7700000000000230"}, ("policy-expired",)),
        ({"oms": "7700000000000248"}, ("policy-not-linked",)),
        ({"last_name": "Переименова"}, ("name-mismatch",)),
        ({"last_name": "Опечаткин"}, ("birth-date-mismatch",)),
        ({"snils": None, "passport": None}, ("certificate-not-linked",)),
        ({"last_name": "Льготников"}, ("certificate-not-linked",)),
    ],
)
def test_why_is_a_code_e22_e23_e24_e34(changes: dict[str, Any], reasons: tuple[str, ...]) -> None:
    """Each of them can be shown by a policy or a name of the data file."""
    answer = checked(mismatching_people(), **changes)
    assert (answer.matched, answer.reasons) == (False, reasons)
    assert set(answer.reasons) <= MISMATCHES.keys()


def test_all_wrong_numbers_are_named_at_once() -> None:
    """Once each, even if the demo file names one of them too."""
    answer = checked(mismatching_people(), last_name="Двойникова", snils="11223344594", inn="1")
    assert answer.mismatches == ("snils", "inn", "oms")


@pytest.mark.parametrize("last_name", ["Несходов", "НЕСХОДОВА", "опечаткин"])
def test_people_of_the_demo_file_are_not_confirmed(last_name: str) -> None:
    """A rejection can be shown with right numbers, however the name is typed."""
    answer = checked(mismatching_people(), last_name=last_name)
    assert not answer.matched
    assert set(answer.mismatches) <= set(PersonPii.model_fields)


def test_numbers_that_were_not_given_are_not_compared() -> None:
    """I10: a resident has no passport of a citizen."""
    assert checked(passport=None, inn=None, oms=None).matched


def test_the_demo_citizens_are_confirmed() -> None:
    """deploy/world/demo/accounts.json and the registry agree."""
    people = json.loads(ACCOUNTS_FILE.read_text(encoding="utf-8"))["accounts"]
    citizens = [p for p in people if p["role"] == "citizen"]
    assert citizens
    for person in citizens:
        numbers = PersonPii(
            last_name=person["name"]["last"],
            first_name=person["name"]["first"],
            birth_date=person["birth_date"],
            snils="".join(filter(str.isdigit, person["snils"])),
            inn=person["inn"],
            oms=person["oms"],
            passport=Passport(**person["passport"]),
        )
        answer = check_identity(PROFILE, numbers, mismatching_people(), TODAY)
        assert answer.mismatches == ()


CHILD = ChildPii(
    last_name="Соколов",
    first_name="Пётр",
    birth_date=date(2022, 2, 28),
    birth_certificate="I-АЮ 123456",
)


def related(
    kind: RightKind = RightKind.PARENT, elder: PersonPii = PERSON, **changes: Any
) -> tuple[str, ...]:
    """What the civil registry says does not fit, of the demo citizen and a child, changed."""
    said = RepresentationPii(representative=elder, child=CHILD.model_copy(update=changes))
    return check_representation("right-1", kind, said, mismatching_people(), TODAY).mismatches


@pytest.mark.parametrize(
    ("changes", "mismatches"),
    [
        ({}, ()),
        ({"snils": "11223344595", "birth_certificate": None}, ()),
        ({"snils": "11223344594"}, ("snils",)),
        ({"oms": "7700000001234565"}, ("oms",)),
        ({"birth_certificate": None}, ("birth_certificate",)),
        ({"birth_date": date(2019, 1, 1)}, ("representative",)),
        ({"birth_date": date(2026, 11, 17)}, ("birth_date",)),
        ({"last_name": "Опечаткин"}, ("birth_date",)),
    ],
)
def test_a_parent_is_known_by_the_papers_i12(
    changes: dict[str, Any], mismatches: tuple[str, ...]
) -> None:
    """I12: a generation apart, and every number right."""
    assert related(**changes) == mismatches


def test_a_guardian_need_be_no_generation_older_i12() -> None:
    """I12: a grown sister may be one; somebody whom the registry does not know may not."""
    assert related(RightKind.GUARDIAN, birth_date=date(2012, 1, 1)) == ()
    unknown = PERSON.model_copy(update={"last_name": "Несходова"})
    assert related(elder=unknown) == ("representative",)


@pytest.mark.parametrize(
    ("changes", "mismatches"),
    [
        ({}, ()),
        ({"ogrn": "1027700132194"}, ("ogrn",)),
        ({"inn": "7707083894"}, ("inn",)),
        ({"inn": "500100732259"}, ("inn",)),
        ({"head": PERSON.model_copy(update={"last_name": "Несходова"})}, ("head",)),
    ],
)
def test_a_legal_entity_is_known_by_both_numbers_and_its_head_i11(
    changes: dict[str, Any], mismatches: tuple[str, ...]
) -> None:
    """I11: ОГРН and ИНН with their check digits."""
    said = OrganisationPii(
        name="ООО «Северный ветер»", ogrn="1027700132195", inn="7707083893", head=PERSON
    ).model_copy(update=changes)
    assert check_organisation("o-1", said, mismatching_people()).mismatches == mismatches


@pytest.mark.parametrize("number", ["11223344595", "08765430300", "00100199800"])
def test_known_snils_are_right(number: str) -> None:
    """The textbook number, one whose remainder is 100 or 101, and one of before check digits."""
    assert snils_is_right(number)


@pytest.mark.parametrize("number", ["", "1122334459", "112233445950", "1122334459x", "١١٢٢٣٣٤٤٥٩٥"])
def test_what_is_not_eleven_digits_is_no_snils(number: str) -> None:
    """Length and Latin digits."""
    assert not snils_is_right(number)


@given(st.integers(1_001_999, 999_999_999))
def test_one_pair_of_check_digits_per_snils(body: int) -> None:
    """Of a hundred endings one is right."""
    assert sum(snils_is_right(f"{body:09}{check:02}") for check in range(100)) == 1


@given(st.integers(0, 10**15 - 1))
def test_one_check_digit_per_policy(body: int) -> None:
    """Of ten endings one is right."""
    assert sum(enp_is_right(f"{body:015}{check}") for check in range(10)) == 1


def test_inn_of_an_organisation_is_not_a_persons() -> None:
    """Twelve digits, not ten."""
    assert inn_is_right("500100732259")
    assert not inn_is_right("7707083893")


def test_a_passport_has_four_and_six_digits() -> None:
    """Nothing more can be checked about it."""
    assert passport_is_right("4521", "123456")
    assert not passport_is_right("45 21", "123456")
    assert not passport_is_right("4521", "12345")


def test_the_treasury_returns_exactly_what_it_was_ordered_to() -> None:
    """C18: and pays nothing by itself."""
    ordered = example("certificates.refund-ordered.v1")
    answer = refund_for(ordered, NOW)
    assert answer.amount_kopecks == ordered.amount_kopecks
    assert answer.application_id == ordered.reference_id
    assert answer.refund_id == ordered.refund_id


def test_the_hospital_tells_the_patient_where_to_go() -> None:
    """A36: the comment names the room and no person."""
    booked = example("scheduling.appointment-booked.v1")
    answer = acceptance_of(booked)
    assert answer.appointment_id == booked.appointment_id
    assert answer.comment is not None
    assert booked.visit.room in answer.comment
    assert "Соколова" not in answer.comment


@pytest.mark.parametrize("delivery", list(Delivery))
def test_only_post_goes_by_post(delivery: Delivery) -> None:
    """C42."""
    issued: CertificateIssued = example("certificates.certificate-issued.v1")
    issued = issued.model_copy(update={"delivery": delivery})
    assert goes_by_post(issued) == (delivery is Delivery.POST)
    letter = letter_of(issued, postal_number(TODAY, 1), NOW)
    assert letter.application_id == issued.application_id


def _postal_is_right(number: str) -> bool:
    weighted = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(number))
    return len(number) == 14 and weighted % 10 == 0


@given(st.dates(), st.integers(1, 10**7), st.integers(0, 13), st.integers(1, 9))
def test_a_postal_number_notices_one_wrong_digit(
    day: date, sequence: int, place: int, slip: int
) -> None:
    """C42: fourteen digits; any one digit mistaken is noticed."""
    number = postal_number(day, sequence)
    assert _postal_is_right(number)
    mistaken = str((int(number[place]) + slip) % 10)
    assert not _postal_is_right(number[:place] + mistaken + number[place + 1 :])


@given(st.sets(st.integers(1, 10**6), min_size=2, max_size=5))
def test_letters_of_a_month_have_different_numbers(sequences: set[int]) -> None:
    """Beyond a hundred thousand the next office goes on."""
    assert len({postal_number(TODAY, s) for s in sequences}) == len(sequences)


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2008, 4, 1), 1),
        (date(2015, 4, 30), 85),
        (date(2016, 3, 31), 96),
        (date(2016, 4, 1), 1),
        (date(2017, 3, 5), 12),
    ],
)
def test_months_go_round_after_ninety_six(day: date, month: int) -> None:
    """The dates that the source gives."""
    assert postal_month(day) == month


def test_the_contracts_example_is_such_a_number() -> None:
    """The example in contracts/ could be the post's own."""
    number = example("post.letter-accepted.v1").postal_number
    assert number == postal_number(TODAY, int(number[8:13]))
