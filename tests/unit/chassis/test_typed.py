"""Types of request fields: bounded, tidied, refused in words."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel

from services.chassis.foundation.text import line, name, prose
from services.chassis.foundation.typed import Tidied
from services.chassis.http import problems


class Form(BaseModel):
    reason: Annotated[str, Tidied(prose, longest=20, shortest=3)] = "причина"
    who: Annotated[str, Tidied(name, longest=11, printed=True)] | None = None


def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.post("/forms")
    async def form(body: Form) -> Form:
        return body

    @app.get("/words")
    async def words(q: Annotated[str, Query(), Tidied(line, longest=5)] = "") -> str:
        return q

    return TestClient(app)


def refusal(answer: Any) -> tuple[str, str, str]:
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    return error["pointer"], error["code"], error["detail"]


def test_what_is_kept_is_tidied_and_counted() -> None:
    asked = {"reason": f"  да\u00a0нет\r\n{' ' * 12}", "who": "Мамин — О`Нил "}
    kept = client().post("/forms", json=asked).json()
    assert kept == {"reason": "да нет", "who": "Мамин-О'Нил"}


def test_a_query_is_tidied_too() -> None:
    assert client().get("/words", params={"q": " а\u202f\u200bб "}).json() == "а б"


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0\u200b\u2028", " а ", "\u2800\u00ad\u3164"])
def test_space_is_no_reason(blank: str) -> None:
    pointer, code, _ = refusal(client().post("/forms", json={"reason": blank}))
    assert (pointer, code) == ("/reason", "string-too-short")


@pytest.mark.timeout(20)  # Unicode's normalisation takes minutes for what is not bounded before it
@pytest.mark.parametrize("long", ["а" * 21, "а" * 400_000, "а" + "\u0301\u0323" * 60_000])
def test_too_long_is_refused_without_work(long: str) -> None:
    _, code, detail = refusal(client().post("/forms", json={"reason": long}))
    assert (code, detail) == (
        "string-too-long",
        "Слишком длинное значение: знаков должно быть не больше 20.",
    )


@pytest.mark.parametrize(
    ("control", "named"), [("\x00", "U+0000"), ("\x1b", "U+001B"), ("\x96", "U+0096")]
)
def test_control_characters_are_named(control: str, named: str) -> None:
    for field in ("reason", "who"):
        pointer, code, detail = refusal(client().post("/forms", json={field: f"Иван{control}"}))
        assert (pointer, code) == (f"/{field}", "control-character")
        assert named in detail
    assert refusal(client().get("/words", params={"q": f"а{control}"}))[1] == "control-character"


@pytest.mark.parametrize(
    ("letters", "named"),
    [
        ("清华大学", "«清», «华», «大», «学»"),
        ("😀", "«😀»"),
        ("\ue000", "U+E000"),
        ("شمس", "«ش», «م», «س»"),
    ],
)
def test_what_no_document_can_show_is_named_where_it_would_be_printed(
    letters: str, named: str
) -> None:
    found = refusal(client().post("/forms", json={"who": f"Анна {letters}"}))
    assert found == ("/who", "unprintable", f"Эти знаки нельзя напечатать: {named}. Замените их.")
    assert client().post("/forms", json={"reason": f"Анна {letters}"}).status_code == 200


def test_the_description_says_the_bounds() -> None:
    found = Form.model_json_schema()["properties"]
    assert (found["reason"]["minLength"], found["reason"]["maxLength"]) == (3, 20)
    assert found["who"]["anyOf"][0]["maxLength"] == 11
