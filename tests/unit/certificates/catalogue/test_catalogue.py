"""The catalogue as data: C1, C2, C3, C10, C50, n8."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.certificates.catalogue.domain.calendar import Term
from services.certificates.catalogue.domain.parts import Delivery, Need, SlaClass
from services.certificates.catalogue.errors import BadDataFileError, UnknownTypeError
from services.certificates.catalogue.store.files import load_catalogue
from tests.support.services.certificates.builders import CATALOGUE, DATA, FORM_086


def test_c1_the_086_form_says_documents_validity_delivery_fee_and_deadline() -> None:
    assert FORM_086.validity_months == 6
    assert FORM_086.fee_kopecks > 0
    assert Delivery.ACCOUNT in FORM_086.deliveries
    assert FORM_086.term(SlaClass.STANDARD, {}) == Term(working_days=3)  # n8
    assert FORM_086.term(SlaClass.EXTRA_CHECK, {}) == Term(working_days=5)


def test_c10_the_086_form_has_the_list_of_tests() -> None:
    needs = {r.code: r.need for r in FORM_086.requirements if FORM_086.asks(r, {}, None)}
    assert needs == {
        "policy": Need.SUBMISSION,
        "blood-count": Need.REVIEW,
        "biochemistry": Need.REVIEW,
        "ecg": Need.REVIEW,
        "occupational-doctor": Need.REQUEST,  # «при необходимости»
    }


def test_c50_purpose_term_exam_date_and_conclusion_are_form_fields() -> None:
    assert {"purpose", "validity_months", "specialty", "workplace"} <= {
        f.name for f in FORM_086.fields
    }
    assert {"exam_date", "conclusion"} <= {f.name for f in FORM_086.doctor_fields}


def test_a_second_type_is_data_alone() -> None:
    health = CATALOGUE.type("health")
    assert health.term(SlaClass.STANDARD, {}) == Term(hours=24)  # n5
    assert health.term(SlaClass.EXPRESS, {}) == Term(hours=24)  # no class of its own


def test_k6_a_type_names_the_specialties_that_decide_and_examine() -> None:
    assert FORM_086.specialties[0] == "therapist"
    assert CATALOGUE.type("medical-exam").specialties[:3] == (
        "neurologist",
        "ophthalmologist",
        "ent",
    )


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownTypeError):
        CATALOGUE.type("nothing")


Broken = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (lambda data: data.pop("title"), "title"),
        (lambda data: data.update(colour="red"), "colour"),
        (lambda data: data["terms"].pop("standard"), "standard"),
        (lambda data: data["terms"]["standard"].update(hours=3), "что-то одно"),
        (lambda data: data["terms"].update(express={"hours": 4}), "по часам"),
        (lambda data: data["printed"].append({"key": "blood_type"}), "blood_type"),
        (lambda data: data["printed"].append({"key": "number"}), "встречается дважды"),
        (lambda data: data["fields"].append(data["fields"][0]), "уже есть"),
        (lambda data: data["requirements"].append(data["requirements"][0]), "встречается дважды"),
        (lambda data: data["fields"][0].update(kind="choice"), "choice"),
        (lambda data: data["fields"][11].update(default="7"), "ни одно из значений"),
        (lambda data: data["fields"][5].update(pattern="("), "RE2"),
        (lambda data: data.update(refusal_reasons=[]), "/refusal_reasons"),
        (lambda data: data.update(deciders=[]), "специальность"),
        (lambda data: data.update(deciders=["wizard"]), "wizard"),
        (lambda data: data["doctor_fields"].append({"name": "act", "label": "x"}), "«act»"),
    ],
)
def test_a_wrong_data_file_stops_the_start_and_is_named(
    breaks: Broken, says: str, tmp_path: Path
) -> None:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "types" / "086u.json"
    data = json.loads(path.read_text())
    breaks(data)
    path.write_text(json.dumps(data))
    with pytest.raises(BadDataFileError, match=r"086u\.json") as refused:
        load_catalogue(tmp_path, region="RU")
    assert says in str(refused.value)


def test_an_unknown_region_stops_the_start() -> None:
    with pytest.raises(BadDataFileError, match=r"RU-XX\.json"):
        load_catalogue(DATA, region="RU-XX")


def test_e3_a_scan_below_the_limit_lengthens_the_term_and_an_unmeasured_one_does_not() -> None:
    assert [FORM_086.lengthens(dpi) for dpi in (1, 149, 150, 300, None)] == [
        *(True, True),
        *(False, False, False),
    ]
    assert not replace(FORM_086, extra_check_below_dpi=None).lengthens(1)
