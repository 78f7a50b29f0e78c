"""How far a member of staff may look, as whom they are written down, and why (K7)."""

from __future__ import annotations

import pytest

from contracts.roles import Role
from services.chassis.foundation.errors import InvalidInputError
from services.chassis.http.auth import Post, Principal
from services.chassis.http.looks import Reach, only

_DESK = (Role.REGISTRAR, Role.ADMINISTRATOR, Role.SUPPORT)


def reach(*posts: Post, actor: str | None = None) -> Reach:
    roles = frozenset(post.role for post in posts) or frozenset({Role.CITIZEN})
    who = Principal(
        "kim", roles, posts=frozenset(posts), actor=actor, name="Ким", position="регистратор"
    )
    return Reach(who, _DESK)


def test_posts_at_clinics_reach_those_clinics() -> None:
    two = reach(Post(Role.REGISTRAR, "a"), Post(Role.ADMINISTRATOR, "b"), Post(Role.DOCTOR, "c"))
    assert two.clinics == frozenset({"a", "b"}), "a doctor's post is none of the desk's"
    assert two.sees("a")
    assert not two.sees("c")
    assert not two.sees(None)
    assert (two.at("a").role, two.at("b").role) == (Role.REGISTRAR, Role.ADMINISTRATOR)
    assert (two.at("b").clinic_id, two.at("b").name) == ("b", "Ким")
    assert two.because(None) is None


def test_a_post_at_no_clinic_reaches_all_and_says_why() -> None:
    everywhere = reach(Post(Role.SUPPORT))
    assert everywhere.clinics is None
    assert everywhere.sees("a")
    assert everywhere.sees(None)
    assert (everywhere.at("a").role, everywhere.at("a").clinic_id) == (Role.SUPPORT, None)
    assert everywhere.because("Звонок.") == "Звонок."
    for nothing in (None, ""):
        with pytest.raises(InvalidInputError) as refused:
            everywhere.because(nothing)
        assert refused.value.errors[0].pointer == "/reason"


def test_a_post_of_another_role_reaches_nothing() -> None:
    doctor = reach(Post(Role.DOCTOR, "a"), Post(Role.DOCTOR))
    assert doctor.clinics == frozenset()
    assert not doctor.sees("a")


def test_whoever_acts_is_the_one_who_looks() -> None:
    """I12: a representative, by their own name."""
    mother = Principal("child", frozenset({Role.CITIZEN}), actor="mother", right_id="r-1")
    by = Reach(mother, (Role.DOCTOR, Role.CITIZEN)).at(None)
    assert (by.id, by.role) == ("mother", Role.CITIZEN)


def test_exactly_one_thing_is_searched_by() -> None:
    assert only(talon_number="1", citizen_id=None) == ("talon_number", "1")
    for given, wrong in (
        ({"a": None, "b": ""}, {"/a", "/b"}),
        ({"a": "1", "b": "2", "c": None}, {"/a", "/b"}),
    ):
        with pytest.raises(InvalidInputError) as refused:
            only(**given)
        assert {error.pointer for error in refused.value.errors} == wrong
