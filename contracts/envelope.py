"""The envelope of every event: CloudEvents 1.0, structured JSON, plus the platform's extensions.

Attribute names are those of CloudEvents (lower case, no separators). `Event.to_json` and
`Event.from_json` are the only two ways between an event and bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

CONTENT_TYPE = "application/cloudevents+json"
HEADER_ID = "ce_id"
HEADER_TYPE = "ce_type"
HEADER_CONTENT_TYPE = "content-type"

MAX_BYTES = 256 * 1024
"""The largest event that a consumer takes and a producer may record."""
MAX_ATTRIBUTE = 256
"""The longest attribute of the envelope, in characters."""
MAX_STRING = 1_024
"""The longest string of a payload that does not say otherwise."""
MAX_TEXT = 8_192
"""The longest `Text`."""
_YEARS = range(1900, 2200)


def _in_calendar(moment: datetime) -> datetime:
    """Refuse times that nobody means: the ends of the calendar overflow in other time zones."""
    if moment.year not in _YEARS:
        message = "the year is out of range"
        raise ValueError(message)
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_calendar)]
"""A point in time with an offset, kept in UTC."""
Text = Annotated[str, Field(max_length=MAX_TEXT)]
"""What people write: findings, reasons, comments."""


class Part(BaseModel):
    """A value inside an event. Unknown fields are ignored: a newer producer may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=MAX_STRING)


class Pii(Part):
    """Personal data. Everything that identifies a person sits under `data.pii`, nowhere else."""


class EncryptedPii(Pii):
    """`PLAIN` of the event, for one reader: JSON in a JWE (`dir`, A256GCM)."""

    jwe: Text


class Data(Part):
    """The payload of one event type: a fact in the past tense."""

    TYPE: ClassVar[str]
    """`<producer>.<fact-in-past-tense>.v<N>`; the version is part of the type."""
    PLAIN: ClassVar[type[Pii] | None] = None
    """What `pii` holds once its reader has decrypted it, where it is encrypted."""
    BOUND_TO: ClassVar[tuple[str, ...]] = ()
    """The fields in clear that an encrypted `pii` belongs to, and to no others."""

    @classmethod
    def about(cls, **clear: object) -> tuple[str, ...]:
        """What the JWE's header says under `about`: the type, then the fields of `BOUND_TO`."""
        return (cls.TYPE, *(str(clear[name]) for name in cls.BOUND_TO))

    @property
    def bound_to(self) -> tuple[str, ...]:
        """What the JWE of this very event has to say under `about`."""
        return self.about(**dict(self))


T = TypeVar("T", bound=Data)
T_co = TypeVar("T_co", bound=Data, covariant=True)


class Event(BaseModel, Generic[T]):
    """One CloudEvents 1.0 event.

    `aggregateid` is the partition key; `seq` is the version of that aggregate, from 1, without
    gaps: the pair is unique. `correlationid` names the journey that the event belongs to and
    `causationid` the event or request that caused it; `traceparent` is W3C Trace Context.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=MAX_ATTRIBUTE)

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=64)]
    source: Annotated[str, Field(min_length=1, examples=["/certificates"])]
    type: Annotated[str, Field(min_length=1)]
    subject: str | None = None
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    aggregateid: Annotated[str, Field(min_length=1, max_length=128)]
    seq: Annotated[int, Field(ge=1, le=2**31 - 1)]
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None
    data: T

    def to_json(self) -> bytes:
        """The event as structured-mode JSON bytes (absent attributes are left out)."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> Self:
        """Parse structured-mode JSON.

        Raises:
            pydantic.ValidationError: the bytes are not such an event, or one beyond the bounds.
        """
        return cls.model_validate_json(raw)

    def headers(self) -> list[tuple[str, bytes]]:
        """The Kafka headers that travel beside the body, so that routing need not parse it."""
        return [
            (HEADER_ID, self.id.encode()),
            (HEADER_TYPE, self.type.encode()),
            (HEADER_CONTENT_TYPE, CONTENT_TYPE.encode()),
        ]


def model_of(event: type[T]) -> type[Event[T]]:
    """The envelope around one payload class, chosen at run time."""
    model = _MODELS.get(event)
    if model is None:  # pydantic's own look costs more than all the rest of an envelope
        model = _MODELS[event] = Event[event]  # type: ignore[valid-type] # a value here
    return model


_MODELS: dict[type[Data], type[Event[Any]]] = {}


def new_event(
    data: T,
    *,
    event_id: str,
    source: str,
    aggregate_id: str,
    seq: int,
    now: datetime,
    correlation_id: str,
    causation_id: str | None = None,
    traceparent: str | None = None,
) -> Event[T]:
    """Wrap a payload; ids and the clock are arguments, so the result is reproducible."""
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/{source}",
        "type": data.TYPE,
        "subject": aggregate_id,
        "time": now,
        "aggregateid": aggregate_id,
        "seq": seq,
        "correlationid": correlation_id,
        "causationid": causation_id,
        "traceparent": traceparent,
        "data": data,
    }
    return model_of(type(data))(**attributes)
