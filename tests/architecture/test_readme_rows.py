"""README's table of requirements says what is there: each place, and a test that names the row."""

from __future__ import annotations

import re

import pytest

from deploy import ROOT

_ROW = re.compile(r"^\| ([AC]\d+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
ROWS = _ROW.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_table_has_every_row_once() -> None:
    wanted = {"C": 57, "A": 42}
    rows = [f"{kind}{number}" for kind, last in wanted.items() for number in range(1, last + 1)]
    assert [name for name, *_ in ROWS] == rows


@pytest.mark.parametrize(("row", "where", "test"), [(n, w, t) for n, _, w, t in ROWS])
def test_a_row_leads_to_its_place_and_to_a_test_that_names_it(
    row: str, where: str, test: str
) -> None:
    if where == "not yet":
        assert not test
        return
    for place in where.strip("`").split(", "):
        service = where.strip("`").partition("/")[0]
        found = [ROOT / "services" / place, ROOT / "services" / service / place]
        assert any(path.exists() for path in found), place
    text = (ROOT / "tests" / test.strip("`")).read_text(encoding="utf-8")
    assert re.search(rf"\b{row}\b|_{row.lower()}_", text), f"{test} does not name {row}"
