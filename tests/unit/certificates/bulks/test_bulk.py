"""C48: what an organisation may know of a row, and what it may not."""

from __future__ import annotations

from dataclasses import replace

from services.certificates.applications.domain import drafts as filing
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import State
from services.certificates.bulks.domain.bulk import (
    STANDING_LABELS,
    Line,
    Outcome,
    Standing,
    bulk_id,
    line_id,
    standing,
)
from tests.support.services.certificates.builders import NOW, a_draft, a_waiting

LINE = Line("b-1", "b", "00000001", "0042", "строка 2", NOW)


def stands(application: Application | None, line: Line = LINE) -> Standing:
    return standing(line, application)


def test_c48_a_row_stands_as_its_application_does() -> None:
    assert stands(None) is Standing.WAITING
    assert stands(None, LINE.refused()) is Standing.REFUSED
    assert stands(a_draft()) is Standing.PREPARED
    assert stands(filing.withdrawn(a_draft(), now=NOW)) is Standing.DECLINED
    assert stands(a_waiting()) is Standing.FILED
    assert stands(filing.withdrawn(a_waiting(), now=NOW)) is Standing.WITHDRAWN


def test_c48_which_way_it_was_decided_is_the_employees_to_tell() -> None:
    decided = {stands(replace(a_waiting(), state=s)) for s in (State.ISSUED, State.REFUSED)}
    assert decided == {Standing.DECIDED}
    assert STANDING_LABELS.keys() == set(Standing)


def test_c48_ids_follow_from_the_organisations_own_keys() -> None:
    assert bulk_id("org-1", "k") == bulk_id("org-1", "k") != bulk_id("org-2", "k")
    assert line_id("b", "1") == line_id("b", "1") != line_id("b", "2")


def test_c48_what_a_row_said_is_forgotten_when_it_is_dealt_with() -> None:
    line = replace(LINE, values={"snils": "1"})
    assert line.refused().values is None
    assert line.prepared("app-1").values is None
    assert line.prepared("app-1").outcome is Outcome.PREPARED
