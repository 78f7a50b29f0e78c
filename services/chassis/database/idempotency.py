"""Idempotency keys: the same POST again gets the stored answer, not a second effect.

The answer is stored in the transaction of the effect itself, so there is no moment in which one
exists without the other; a concurrent twin waits for the first one's commit and gets its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from pydantic import BaseModel
from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Mongo
from services.chassis.database.reads import Read
from services.chassis.database.together import read_together
from services.chassis.foundation.errors import RefusalError

RETENTION = timedelta(days=2)
_CREATED = 201
INDEXES = {
    "idempotency": [
        IndexModel([("stored_at", ASCENDING)], expireAfterSeconds=int(RETENTION.total_seconds()))
    ]
}


class IdempotencyKeyMissingError(RefusalError):
    """A creating POST came without its key."""

    code = "idempotency-key-missing"
    status = 400
    title = "Нет ключа идемпотентности"

    def __init__(self) -> None:
        super().__init__("Передайте заголовок Idempotency-Key: уникальную строку до 128 символов.")


class IdempotencyKeyReusedError(RefusalError):
    """The key was used for another request."""

    code = "idempotency-key-reused"
    status = 422
    title = "Ключ идемпотентности уже использован"

    def __init__(self) -> None:
        super().__init__("Этот Idempotency-Key уже использован для другого запроса.")


@dataclass(frozen=True)
class Answer:
    """A stored answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class ReplayedAnswer(Exception):  # noqa: N818 - control flow, not an error: carries the answer out
    """The request was answered before; the edge sends the stored answer again."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True)
class Once:
    """One keyed request.

    A route says how its answer looks (`answering`), hands it to the use case, whose transaction
    stores the answer, and answers with what was stored (`given`).
    """

    key: str
    fingerprint: str
    render: Callable[[Any], BaseModel] | None = None
    headers: Callable[[Any], Mapping[str, str]] = lambda _: {}
    _given: list[Answer] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of(cls, *, subject: str, route: str, key: str, payload: bytes) -> Once:
        """The key of this caller for this route, and what was asked."""
        return cls(f"{subject}:{route}:{key}", sha256(payload).hexdigest())

    def answering(
        self,
        render: Callable[[Any], BaseModel],
        *,
        headers: Callable[[Any], Mapping[str, str]] = lambda _: {},
    ) -> Once:
        """The same request with the way to render its answer."""
        return replace(self, render=render, headers=headers)

    @property
    def given(self) -> Answer:
        """The answer that was stored with the effect: what the first caller gets, too.

        Raises:
            LookupError: no transaction was run with it.
        """
        return self._given[0]

    def document(self, result: Any) -> dict[str, Any]:
        """The answer as it is stored with the effect, and kept as `given`.

        The last of several tries counts. A twin's has the same `_id`.
        """
        if self.render is None:
            message = "Once.answering() was not called"
            raise RuntimeError(message)
        body = self.render(result).model_dump_json(by_alias=True).encode()
        answer = Answer(_CREATED, body, dict(self.headers(result)))
        self._given[:] = [answer]
        return {
            "_id": self.key,
            "fingerprint": self.fingerprint,
            **vars(answer),
            "stored_at": datetime.now(UTC),
        }

    async def replay(self, mongo: Mongo) -> None:
        """Stop here if this request was answered before.

        Raises:
            ReplayedAnswer: the same request; carries the stored answer.
            IdempotencyKeyReusedError: another request under the same key.
        """
        answers = mongo.collection("idempotency")
        stored = await read_together(Read(answers, {"_id": self.key}, limit=1))
        if not stored:
            return
        (found,) = stored
        if found["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReusedError
        raise ReplayedAnswer(
            # those that were stored before answers had headers have none
            Answer(found["status"], bytes(found["body"]), found.get("headers", {}))
        )
