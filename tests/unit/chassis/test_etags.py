"""Entity tags of edits by RFC 9110: lists, `*`, weak ones, and what proxies make of them."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.foundation.errors import InvalidInputError, StaleVersionError
from services.chassis.http import problems
from services.chassis.http.etags import Expected, IfMatch, WeakTagError, etag


@pytest.mark.parametrize(
    "header",
    [
        '"7"',
        "*",
        ' "7" ',
        '"3", "7"',
        '"3" ,, "7",',
        'W/"3", "7"',
        '"a,b", "7"',
        '"7-gzip"',
        '"7-zstd"',
        '"7-br"',
        '"7--gzip"',
    ],
)
def test_the_version_that_was_read_may_be_edited(header: str) -> None:
    Expected.parse(header).check(7)


@pytest.mark.parametrize(
    "header",
    ['"8"', '"07"', '"77"', '""', '"abc"', '"8", W/"7"', '"7-other"', '"7-gzip-7"'],
)
def test_another_version_may_not(header: str) -> None:
    with pytest.raises(StaleVersionError):
        Expected.parse(header).check(7)


@pytest.mark.parametrize("header", ['W/"7"', 'W/"7", W/"8"'])
def test_a_weak_tag_never_matches_and_the_answer_says_why(header: str) -> None:
    with pytest.raises(WeakTagError) as refused:
        Expected.parse(header).check(7)
    assert (refused.value.status, refused.value.code) == (412, "weak-etag")


@pytest.mark.parametrize(
    "header", ["", ",", "7", '"7', '7"', 'w/"7"', '"7" "8"', '"7";', "**", '*, "7"', '"7\t"', '"ю"']
)
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Expected.parse(header)
    assert refused.value.errors[0].pointer == "/header/If-Match"


@given(st.text(max_size=2000))
def test_nothing_else_happens_whatever_comes(header: str) -> None:
    with suppress(InvalidInputError, StaleVersionError, WeakTagError):
        Expected.parse(header).check(7)


@given(st.integers(0, 2**63))
def test_a_tag_of_ours_goes_round(version: int) -> None:
    Expected.parse(etag(version)).check(version)


def test_several_header_lines_are_one_list_and_none_is_428() -> None:
    app = FastAPI()
    problems.install(app)

    @app.put("/thing")
    async def edit(expected: IfMatch, version: Annotated[int, "the stored one"] = 7) -> int:
        expected.check(version)
        return version

    client = TestClient(app)
    lines = [("If-Match", '"1"'), ("If-Match", '"7"')]
    assert client.put("/thing", headers=lines).status_code == 200
    missing = client.put("/thing")
    assert (missing.status_code, missing.json()["code"]) == (428, "if-match-missing")
