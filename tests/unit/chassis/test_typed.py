"""Types of request fields: bounded, tidied, refused in words."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel

from services.chassis import problems
from services.chassis.text import line, name, prose
from services.chassis.typed import Day, Tidied


class Form(BaseModel):
    reason: Annotated[str, Tidied(prose, longest=20, shortest=3)] = "причина"
    who: Annotated[str, Tidied(name, longest=11)] | None = None
    born: Day | None = None


def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.post("/forms")
    async def form(body: Form) -> Form:
        return body

    @app.get("/days")
    async def days(
        since: Annotated[Day | None, Query(alias="from")] = None,
        q: Annotated[str, Query(), Tidied(line, longest=5)] = "",
    ) -> list[Any]:
        return [since, q]

    return TestClient(app)


def refusal(answer: Any) -> tuple[str, str, str]:
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    return error["pointer"], error["code"], error["detail"]


def test_what_is_kept_is_tidied_and_counted() -> None:
    asked = {"reason": f"  да\u00a0нет\r\n{' ' * 12}", "who": "Мамин — О`Нил "}
    kept = client().post("/forms", json=asked).json()
    assert kept == {"reason": "да нет", "who": "Мамин-О'Нил", "born": None}


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0\u200b\u2028", " а ", "\u2800\u00ad\u3164"])
def test_space_is_no_reason(blank: str) -> None:
    pointer, code, _ = refusal(client().post("/forms", json={"reason": blank}))
    assert (pointer, code) == ("/reason", "string-too-short")


@pytest.mark.parametrize("long", ["а" * 21, "а" * 400_000, "а\u0301\u0323" * 200_000])
def test_too_long_is_refused_without_work(long: str) -> None:
    began = time.monotonic()
    _, code, detail = refusal(client().post("/forms", json={"reason": long}))
    assert (code, detail) == ("string-too-long", "Слишком длинное значение: не больше 20 символов.")
    assert time.monotonic() - began < 5, "Unicode's normalisation took its quadratic time"


@pytest.mark.parametrize(
    ("control", "named"), [("\x00", "U+0000"), ("\x1b", "U+001B"), ("\x96", "U+0096")]
)
def test_control_characters_are_named(control: str, named: str) -> None:
    for field in ("reason", "who"):
        pointer, code, detail = refusal(client().post("/forms", json={field: f"Иван{control}"}))
        assert (pointer, code) == (f"/{field}", "control-character")
        assert named in detail
    assert refusal(client().get("/days", params={"q": f"а{control}"}))[1] == "control-character"


@pytest.mark.parametrize("written", ["2026-11-27", " 2026-11-27\n", "2026‑11–27"])
def test_a_day_is_year_month_day(written: str) -> None:
    assert client().post("/forms", json={"born": written}).json()["born"] == "2026-11-27"
    assert client().get("/days", params={"from": written}).json()[0] == "2026-11-27"
    assert Form(born=date(2026, 11, 27)).born == date(2026, 11, 27)


@pytest.mark.parametrize(
    "written",
    [0, 1, -1, 1764201600, 1.5, True, [], {}, "", "0", "1764201600", "19900101", "2026-W48-4",
     "2026-331", "2026W484", "2026-11-27T00:00:00", "2026-11-27T00:00:00Z",
     "27.11.2026", "26-11-27", "２０２６-11-27", "٢٠٢٦-11-27", "+2026-11-27",
     "2026-02-30", "2026-13-01", "0000-01-01", "9" * 100_000],
)  # fmt: skip
def test_nothing_else_is_a_day(written: Any) -> None:
    pointer, code, detail = refusal(client().post("/forms", json={"born": written}))
    assert (pointer, code) == ("/born", "date-format")
    assert detail in ("Нужна дата в виде ГГГГ-ММ-ДД.", "Такого дня нет в календаре.")
    if isinstance(written, str) and len(written) < 50:
        assert refusal(client().get("/days", params={"from": written}))[1] == "date-format"


def test_the_description_says_the_bounds() -> None:
    found = Form.model_json_schema()["properties"]
    assert (found["reason"]["minLength"], found["reason"]["maxLength"]) == (3, 20)
    assert found["who"]["anyOf"][0]["maxLength"] == 11
    assert found["born"]["anyOf"][0] == {"format": "date", "type": "string"}
