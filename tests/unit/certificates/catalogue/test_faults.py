"""A text that describes no type says all that is wrong: C1, and hostile patterns."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from services.certificates.catalogue.domain.patterns import is_pattern, matches
from services.certificates.catalogue.errors import BrokenTypeError
from services.certificates.catalogue.store.texts import read_type
from tests.support.services.certificates.builders import CATALOGUE

Change = Callable[[dict[str, Any]], object]


def faults(change: Change, code: str = "003vu") -> list[tuple[str, str]]:
    data = json.loads(CATALOGUE.texts[code])
    change(data)
    try:
        read_type(json.dumps(data, ensure_ascii=False))
    except BrokenTypeError as broken:
        return [(error.pointer, error.code) for error in broken.errors]
    return []


def field(data: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in data["fields"] if f["name"] == name)
    return found


@pytest.mark.parametrize("code", CATALOGUE.types)
def test_the_types_of_the_software_have_no_faults(code: str) -> None:
    assert faults(lambda _: None, code) == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        (lambda d: d.update(code="../etc"), "/code", "code"),
        (lambda d: d.update(validity_months=0), "/validity_months", "range"),
        (lambda d: d.update(validity_months="12"), "/validity_months", "int-type"),
        (lambda d: d.update(deliveries=[]), "/deliveries", "required"),
        (lambda d: d.update(title="清华"), "/title", "unprintable"),
        (lambda d: d.update(title=" "), "/title", "required"),
        (lambda d: d.update(fee_kopecks=-1), "/fee_kopecks", "range"),
        (lambda d: d.update(fee_kopecks=0), "/fee_kopecks", "fee"),
        (lambda d: d.update(express_kopecks=100), "/express_kopecks", "express"),
        (lambda d: d["exemptions"][0].update(proof="nothing"), "/exemptions/0/proof", None),
        (lambda d: d["terms"].pop("standard"), "/terms", "standard-term"),
        (lambda d: d["terms"].update(standard={"hours": 2}), "/terms", "mixed-terms"),
        (lambda d: d.update(deciders=["wizard"]), "/deciders/0", "unknown-specialty"),
        (lambda d: d["fields"].append(dict(d["fields"][0])), None, "named-twice"),
        (lambda d: field(d, "oms").update(label="Фамилия"), None, "named-alike"),
        (lambda d: field(d, "oms").update(name="number"), None, "name"),
        (lambda d: field(d, "oms").update(editable=False), None, "locked"),
        (lambda d: field(d, "oms").update(max_length=10**9), None, "range"),
        (lambda d: field(d, "last_name").update(required=False), "/fields", "person"),
        (
            lambda d: field(d, "gender").update(when={"field": "purpose", "among": ["first"]}),
            None,
            "unknown-field",
        ),
        (
            lambda d: field(d, "categories").update(when={"field": "purpose", "among": ["x"]}),
            None,
            "choice",
        ),
        (lambda d: d["requirements"][0].update(max_bytes=10**9), None, "range"),
        (lambda d: d["requirements"][0].update(signed=True), None, "signed"),
        (lambda d: d["requirements"][0].update(media_types=["text/html"]), None, "media-type"),
        (lambda d: d["printed"].append({"key": "nothing"}), None, "unknown-row"),
        (lambda d: d["printed"].append({"key": "number"}), "/printed", "named-twice"),
        (lambda d: d.update(colour="red"), "/colour", "unexpected-keyword-argument"),
        (lambda d: d.pop("title"), "/title", "missing"),
        (lambda d: d.update(fields=[d["fields"][0]] * 90), "/fields", "too-many"),
    ],
)
def test_each_rule_names_the_place(change: Change, pointer: str | None, code: str | None) -> None:
    found = faults(change)
    assert any(pointer in {None, p} and code in {None, c} for p, c in found), found


def test_all_are_said_at_once() -> None:
    def change(data: dict[str, Any]) -> None:
        data.update(deciders=["wizard"], validity_months=0)
        data["printed"].append({"key": "nothing"})

    assert {code for _, code in faults(change)} == {"unknown-specialty", "range", "unknown-row"}


@pytest.mark.parametrize("pattern", ["(", "(?=a)b", r"(a)\1", r"(\pL{0,100}){0,9}", "a" * 301])
def test_what_is_no_bounded_pattern_is_refused(pattern: str) -> None:
    assert not is_pattern(pattern)
    found = faults(lambda d: field(d, "passport").update(pattern=pattern))
    assert [code for _, code in found] == ["value-error"]


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(.*)*x", "((a{0,30}){0,30})"])
def test_no_pattern_takes_longer_than_its_value_is_long(pattern: str) -> None:
    started = time.process_time()
    matches(pattern, "a" * 4000)
    assert time.process_time() - started < 1
