"""The answer to a keyed request: the bytes stored with its effect, first time and later."""

from __future__ import annotations

from fastapi import Response

from services.chassis.database.idempotency import Answer


def answered(answer: Answer) -> Response:
    """A stored answer over HTTP; it was checked by the model that wrote it."""
    return Response(
        answer.body,
        status_code=answer.status,
        media_type="application/json",
        headers=dict(answer.headers),
    )
