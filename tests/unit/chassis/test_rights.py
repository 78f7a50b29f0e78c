"""What a right is worth: until when, for what (I11, I12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.rights import ActingPii, RightEnded, RightKind, Scope
from services.chassis.work.rights import Right, right_of

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
A, C = Scope.APPOINTMENTS, Scope.CERTIFICATES


def _right(**changes: object) -> Right:
    said: dict[str, object] = {"kind": RightKind.PARENT, "scopes": (A, C)} | changes
    return Right("r-1", "parent", "child", "Соколов Пётр", **said)  # type: ignore[arg-type] # by name


def test_it_is_in_force_until_its_moment_or_its_end() -> None:
    assert _right().in_force(NOW)
    assert _right(until=NOW + timedelta(milliseconds=1)).in_force(NOW)
    assert not _right(until=NOW).in_force(NOW)
    assert not _right(ended=True).in_force(NOW)


@pytest.mark.parametrize(
    ("has", "needed", "covered"),
    [
        ((A, C), (A,), True),
        ((A, C), (A, C), True),
        ((A,), (A, C), False),
        ((A,), (C,), False),
        ((), (A,), False),
    ],
)
def test_it_covers_all_that_a_service_does(
    has: tuple[Scope, ...], needed: tuple[Scope, ...], covered: bool
) -> None:
    assert _right(scopes=has).covers(*needed) == covered
    assert not _right(scopes=has, kind=RightKind.ORGANISATION).covers(*needed)


def test_it_names_types_or_covers_all() -> None:
    assert _right().covers_type("086u")
    assert _right(certificate_types=("086u",)).covers_type("086u")
    assert not _right(certificate_types=("086u",)).covers_type("health")


def test_what_has_ended_covers_nothing() -> None:
    said = RightEnded(
        right_id="r-1",
        representative_id="parent",
        subject_id="child",
        kind=RightKind.PARENT,
        reason_code="withdrawn",
        pii=ActingPii(representative_name="Соколова Анна", subject_name="Соколов Пётр"),
    )
    kept = right_of(said)
    assert not kept.in_force(NOW)
    assert not kept.covers(A)
