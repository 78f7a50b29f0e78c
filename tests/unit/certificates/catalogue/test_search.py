"""The catalogue forgives whatever is typed for a name: C3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.certificates.catalogue.domain.search import Index
from tests.support.services.certificates.builders import CATALOGUE

INDEX = Index(CATALOGUE.types.values())


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("справка о состоянии здоровья", "health"),  # S0:85
        ("справки о здоровье", "health"),
        ("086", "086u"),
        ("086/у", "086u"),
        ("086 У", "086u"),
        ("форма 086-у", "086u"),
        ("086y", "086u"),  # a Latin letter
        ("003-B/y", "003vu"),
        ("003ву", "003vu"),
        ("гибдд", "003vu"),
        ("ub,ll", "003vu"),  # the other layout
        ("водителя", "003vu"),
        ("ghbdbdrb", "vaccination"),
        ("cghfdrf j ghbdbdrf[", "vaccination"),
        ("привевки", "vaccination"),
        ("алергия", "allergy"),
        ("АЛЛЕРГИЕЙ", "allergy"),
        ("больничный лист", "incapacity"),
        ("нетрудоспосбность", "incapacity"),
        ("медосмотр", "medical-exam"),
        ("профилактический осмотр", "preventive-exam"),
        ("хроническое", "chronic-status"),
        ("выписка из амбулаторной карты", "card-extract"),
        ("выписка 027/у", "card-extract"),
        ("история болезни", "card-extract"),
    ],
)
def test_c3_what_is_meant_stands_first(query: str, first: str) -> None:
    assert INDEX.find(query)[:1] == [first]


def test_c3_two_spellings_of_a_letter_are_one() -> None:
    assert INDEX.find("учёба") == INDEX.find("учеба") != []


@pytest.mark.parametrize(
    "query", ["паспорт", "ыва", "xyz", "asdf qwer", "086 гибдд", "003 аллергия", "087", "!!!", "о"]
)
def test_c3_nonsense_and_what_no_type_is_finds_nothing(query: str) -> None:
    assert INDEX.find(query) == []


def test_c3_an_empty_query_finds_everything_by_name() -> None:
    found = INDEX.find("  ")
    assert sorted(found) == sorted(CATALOGUE.types)
    titles = [CATALOGUE.types[code].title for code in found]
    assert titles == sorted(titles)


@given(st.text(max_size=200))
def test_c3_whatever_is_typed_only_types_are_found_each_once(query: str) -> None:
    found = INDEX.find(query)
    assert len(found) == len(set(found))
    assert set(found) <= set(CATALOGUE.types)
