"""Which servers the tests run on: `STACK=containers|embedded|external`, or what is there.

Without a choice: containers when an engine answers and has the images, else embedded ones; also
when KAFKA names one of the embedded brokers.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum

from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.errors import NoEngineError
from deploy.stacks.embedded.settings import StackSettings


class StackKind(StrEnum):
    """Who starts the servers."""

    CONTAINERS = "containers"
    EMBEDDED = "embedded"
    EXTERNAL = "external"


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    stack: StackKind | None = None


@dataclass(frozen=True)
class Choice:
    """The kind of servers and why it is this one."""

    kind: StackKind
    why: str


@functools.cache
def chosen() -> Choice:
    """The choice, made once a run.

    Raises:
        RuntimeError: STACK=containers, and they cannot be had.
    """
    forced = _Settings().stack
    if forced in {StackKind.EMBEDDED, StackKind.EXTERNAL}:
        return Choice(forced, f"STACK={forced}")
    kafka = StackSettings().kafka
    if forced is None and kafka is not None:
        return Choice(StackKind.EMBEDDED, f"KAFKA={kafka} is an embedded broker")
    obstacle = no_containers()
    if forced is StackKind.CONTAINERS:
        if obstacle:
            message = f"STACK=containers, but {obstacle}"
            raise RuntimeError(message)
        return Choice(forced, f"STACK={forced}")
    if obstacle:
        return Choice(StackKind.EMBEDDED, obstacle)
    return Choice(StackKind.CONTAINERS, "an engine answers and has the images")


def no_containers() -> str | None:
    """Why there can be no containers here, if so."""
    try:
        engine = Engine.find()
    except NoEngineError as error:
        return str(error).splitlines()[0]
    # Only where there is an engine: the library reads its settings when it is imported.
    from tests.support.stack.containers import missing_images

    missing = missing_images(engine)
    return f"the engine has no image {', '.join(missing)} (make images)" if missing else None
