"""Every error as RFC 9457 `application/problem+json`: stable code, Russian words, all fields."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, TypeAlias

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse
from starlette.types import Scope

from services.chassis.database.idempotency import ReplayedAnswer
from services.chassis.foundation.errors import (
    AccidentError,
    FieldError,
    InvalidInputError,
    RefusalError,
)
from services.chassis.foundation.faults import is_accident, redacted
from services.chassis.http.answers import answered
from services.chassis.http.headers import allowed
from services.chassis.telemetry.journey import current

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_CONTENT_TYPE = MEDIA_TYPE.encode()
Handler: TypeAlias = Callable[[Request, Exception], Awaitable[Response]]


class ProblemField(BaseModel):
    """One wrong field."""

    pointer: str = Field(examples=["/profile/snils"], description="JSON pointer into the body.")
    code: str = Field(examples=["snils-check-digits"])
    detail: str = Field(examples=["Контрольное число СНИЛС не сходится."])


class Problem(BaseModel):
    """What a caller gets instead of an answer; `trace_id` and `time` are for support (I14)."""

    type: str = "about:blank"
    title: str = Field(examples=["Проверьте введённые данные"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["invalid-input"])
    detail: str
    errors: list[ProblemField] = []
    trace_id: str
    time: datetime


_SENTENCES: Mapping[str, str] = {
    "missing": "Обязательное поле.",
    "string_too_short": "Слишком короткое значение: знаков должно быть не меньше {min_length}.",
    "string_too_long": "Слишком длинное значение: знаков должно быть не больше {max_length}.",
    "string_pattern_mismatch": "Значение записано не по формату.",
    "string_type": "Нужна строка.",
    "int_parsing": "Нужно целое число.",
    "int_type": "Нужно целое число.",
    "bool_parsing": "Нужно «да» или «нет».",
    "date_from_datetime_parsing": "Нужна дата в виде ГГГГ-ММ-ДД.",
    "date_parsing": "Нужна дата в виде ГГГГ-ММ-ДД.",
    "date_type": "Нужна дата в виде ГГГГ-ММ-ДД.",
    "datetime_parsing": "Нужны дата и время по RFC 3339.",
    "timezone_aware": "Укажите смещение часового пояса.",
    "enum": "Недопустимое значение. Возможны: {expected}.",
    "literal_error": "Недопустимое значение. Возможны: {expected}.",
    "extra_forbidden": "Такого поля нет.",
    "json_invalid": "Тело запроса не является JSON.",
    "greater_than_equal": "Значение должно быть не меньше {ge}.",
    "less_than_equal": "Значение должно быть не больше {le}.",
    "too_short": "Слишком мало значений: не меньше {min_length}.",
    "too_long": "Слишком много значений: не больше {max_length}.",
    "list_type": "Нужен список.",
    "dict_type": "Нужен объект.",
    "model_attributes_type": "Нужен объект.",
}
_COME_BACK = frozenset({429, 503})
_SOON = 5  # seconds, for a refusal that does not say; these statuses never go without (O5)
_STATUS_WORDS: Mapping[int, tuple[str, str, str]] = {
    400: (  # cut off, or bytes of which no JSON can be made at all
        "body-broken",
        "Запрос не прочитан",
        "Тело запроса пришло не целиком, не в UTF-8 или слишком сложно устроено.",
    ),
    404: ("not-found", "Не найдено", "Такого адреса нет."),
    405: ("method-not-allowed", "Метод не поддерживается", "Этот адрес не знает такого метода."),
    408: ("body-too-slow", "Запрос не дошёл", "Тело запроса передавалось слишком медленно."),
    413: ("body-too-large", "Слишком большой запрос", "Запрос больше допустимого размера."),
    415: ("unsupported-media-type", "Неподдерживаемый тип", "Этот тип данных не принимается."),
}
_PAGE = """\
<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><title>{title} – {app}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>{title}</h1><p>{detail}</p></main></body></html>
"""


def pointer(location: Sequence[str | int]) -> str:
    """A pydantic location as a JSON pointer into the body (or `/query/…`, `/header/…`)."""
    parts = [str(p).replace("~", "~0").replace("/", "~1") for p in location]
    if parts and parts[0] == "body":
        parts = parts[1:]
    return "".join(f"/{p}" for p in parts)


def field_errors(found: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """What pydantic found wrong, in our words."""
    errors = []
    for e in found:
        kind = str(e["type"])
        context = {k: str(v) for k, v in (e.get("ctx") or {}).items()}
        sentence = _SENTENCES.get(kind)
        if sentence is not None:
            detail = sentence.format_map(context)
        else:  # our own types say it themselves, in Russian; pydantic's other sentences do not
            detail = context.get("error") or str(e["msg"])
            if not any("а" <= c <= "я" for c in detail.lower()):
                detail = "Недопустимое значение."
        location = e["loc"] if kind != "json_invalid" else ("body",)
        errors.append(FieldError(pointer(location), kind.replace("_", "-"), detail))
    return errors


class _Problem(Response):
    """A response whose headers are there already; making them is half of what a response costs."""

    def __init__(self, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [(b"content-length", b"%d" % len(body)), *headers]


def problem_response(refusal: RefusalError) -> Response:
    """The answer for a refusal."""
    problem = {  # as `Problem` says, without making one: a refusal is cheaper than an answer
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.detail,
        "errors": refusal.errors,
        "trace_id": current().correlation_id,
        "time": datetime.now(UTC),
        **refusal.members,
    }
    headers = [(b"content-type", _CONTENT_TYPE), (b"cache-control", b"no-store")]
    retry_after = refusal.retry_after
    if retry_after is None and refusal.status in _COME_BACK:
        retry_after = _SOON
    if retry_after is not None:
        headers.append((b"retry-after", b"%d" % retry_after))
    if refusal.status == 401:  # noqa: PLR2004 - RFC 9110 asks for the challenge
        headers.append((b"www-authenticate", b"Bearer"))
    return _Problem(refusal.status, orjson.dumps(problem), headers)


def refusal_response(refusal: RefusalError, scope: Scope) -> Response:
    """A problem; for somebody who looks at a page, a page with the same words."""
    problem = problem_response(refusal)
    if not any(name == b"accept" and b"text/html" in value for name, value in scope["headers"]):
        return problem
    page = _PAGE.format(
        title=escape(refusal.title), detail=escape(refusal.detail), app=escape(scope["app"].title)
    )
    kept = {n: v for n, v in problem.headers.items() if n in {"cache-control", "retry-after"}}
    return HTMLResponse(page, refusal.status, headers=kept)


class UnavailableError(RefusalError):
    """A dependency is away: the same request may work in a moment."""

    code = "temporarily-unavailable"
    status = 503
    title = "Сервис временно недоступен"


class InternalError(RefusalError):
    """A bug. The trace id leads to it in the logs."""

    code = "internal-error"
    status = 500
    title = "Внутренняя ошибка"

    def __init__(self) -> None:
        super().__init__("Что-то пошло не так у нас. Повторите или сообщите код в поддержку.")


class OtherHttpError(RefusalError):
    """What the framework itself refuses: no such address, wrong method, body too large."""

    def __init__(self, status: int) -> None:
        code, title, detail = _STATUS_WORDS.get(
            status, ("http-error", "Запрос отклонён", "Запрос не может быть выполнен.")
        )
        super().__init__(detail)
        # one class for all of the framework's statuses: the words depend on the instance
        self.code, self.status, self.title = code, status, title  # type: ignore[misc] # see above


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)  # noqa: S101 - told to the type checker
    return problem_response(error)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - told to the type checker
    return problem_response(InvalidInputError(field_errors(error.errors())))


async def _replayed(_: Request, stored: Exception) -> Response:
    assert isinstance(stored, ReplayedAnswer)  # noqa: S101 - told to the type checker
    response = answered(stored.answer)
    response.headers["Idempotent-Replayed"] = "true"
    return response


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - told to the type checker
    response = refusal_response(OtherHttpError(error.status_code), request.scope)
    if error.status_code == 405:  # noqa: PLR2004 - RFC 9110 asks for the header
        response.headers["Allow"] = ", ".join(allowed(request.app, request.scope))
    return response


async def _gone(_: Request, _error: Exception) -> Response:
    return problem_response(OtherHttpError(400))  # nobody reads it, but it was no bug


async def _away(_: Request, error: Exception) -> Response:
    if not is_accident(error):  # a wrong query is our bug, not an outage
        log.error("unexpected error", exc_info=error)
        return problem_response(InternalError())
    log.warning("a dependency is away", error=redacted(error))
    return problem_response(
        UnavailableError(
            "Сервис временно недоступен. Данные не потеряны, повторите через несколько секунд.",
            retry_after=5,
        )
    )


_HANDLERS: Mapping[type[Exception], Handler] = {
    RefusalError: _refused,
    RequestValidationError: _invalid,
    ReplayedAnswer: _replayed,
    HTTPException: _framework,
    ClientDisconnect: _gone,
    AccidentError: _away,
    PyMongoError: _away,
    TimeoutError: _away,
}


def install(app: FastAPI) -> None:
    """Give the app its one way of answering errors."""
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
