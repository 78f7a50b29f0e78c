"""The parameters of every list over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

Cursor = Annotated[
    str | None, Query(max_length=800, description="`next_cursor` of the page before.")
]
