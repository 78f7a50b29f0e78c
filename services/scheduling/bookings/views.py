"""What a citizen says of a visit, as every feature asks and shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field

from contracts.scheduling import VISIT_KINDS
from services.chassis.foundation.dates import seconds_to
from services.chassis.foundation.text import line, prose
from services.chassis.foundation.typed import Id, Tidied
from services.scheduling.bookings.domain.details import Details, Yes
from services.scheduling.deps import Body, Confirming, VisitView
from services.scheduling.timetable.domain import Visit
from services.scheduling.triage.domain import RedFlag, Said

_FILES, _MEDICINES = 10, 30


class DetailsIn(Body):
    """What the doctor should know before (A26); a first visit needs a reason and symptoms."""

    reason: Annotated[str, Tidied(line, longest=32)] | None = Field(
        default=None, examples=["first"], description=f"Цель визита: {', '.join(VISIT_KINDS)}."
    )
    symptoms: Annotated[str, Tidied(prose, longest=2000)] | None = Field(
        default=None,
        description="Что беспокоит, как давно, насколько сильно.",
        examples=["Кашель две недели, к вечеру температура 37,5."],
    )
    red_flags: list[RedFlag] | None = Field(
        default=None,
        max_length=len(RedFlag),
        description="Опасные признаки, которые есть (`GET /v1/red-flags`); нет ни одного – []. "
        "Обязательны вместе с симптомами (A22).",
    )
    medicines: list[Annotated[str, Tidied(line, longest=200, shortest=1)]] = Field(
        default=[], max_length=_MEDICINES, description="Принимаемые лекарства."
    )
    file_ids: list[Id] = Field(
        default=[],
        max_length=_FILES,
        description="Свои файлы из documents (`POST /v1/files`): их увидит клиника.",
    )
    referral_id: Id | None = Field(
        default=None, description="Скан направления, такой же файл (A23)."
    )

    @property
    def said(self) -> Said:
        """For triage, before anything else is done with it."""
        flags = None if self.red_flags is None else tuple(self.red_flags)
        return Said(self.symptoms or None, flags)

    @property
    def details(self) -> Details:
        """As the domain takes it."""
        return Details(
            reason=self.reason or None,
            symptoms=self.symptoms or None,
            medicines=tuple(self.medicines),
            file_ids=tuple(dict.fromkeys(self.file_ids)),
            referral_id=self.referral_id,
        )


class Accept(Confirming):
    """A yes to a slot that is held; what was said before may be said anew."""

    details: DetailsIn | None = None
    insurance: Annotated[str, Tidied(line, longest=200)] | None = Field(
        default=None, description="Программа, по которой платит страховая, кроме ОМС (A41)."
    )
    agreed_price_kopecks: int | None = Field(
        default=None, ge=0, description="Цена, с которой вы согласны, где полис не платит (A41)."
    )

    @property
    def said(self) -> Said:
        """For triage, before anything else is done with it."""
        return self.details.said if self.details else Said()

    def yes(self, actor_id: str | None) -> Yes:
        """As the use cases take it.

        Raises:
            InvalidInputError: two confirmations, or no base64.
        """
        return Yes(
            actor_id,
            self.details.details if self.details else None,
            self.insurance or None,
            self.agreed_price_kopecks,
            self.evidence,
        )


class DetailsView(BaseModel):
    """What was said of a visit."""

    model_config = ConfigDict(from_attributes=True)

    reason: str | None
    symptoms: str | None
    medicines: list[str]
    file_ids: list[str]
    referral_id: str | None


class Offered(Protocol):
    """A slot that is held for one person, by whichever feature."""

    @property
    def slot_id(self) -> str: ...  # noqa: D102 - as the view calls them
    @property
    def doctor_id(self) -> str: ...  # noqa: D102
    @property
    def clinic_id(self) -> str: ...  # noqa: D102
    @property
    def visit(self) -> Visit: ...  # noqa: D102
    @property
    def until(self) -> datetime: ...  # noqa: D102


class OfferedView(BaseModel):
    """A slot that is held: `POST …/acceptance` books it."""

    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: VisitView
    held_until: datetime
    seconds_left: int

    @classmethod
    def of(cls, offered: Offered, now: datetime) -> OfferedView:
        """As it is now."""
        return cls(
            slot_id=offered.slot_id,
            doctor_id=offered.doctor_id,
            clinic_id=offered.clinic_id,
            visit=VisitView.model_validate(offered.visit.on_clinic_clock),
            held_until=offered.visit.local(offered.until),
            seconds_left=seconds_to(offered.until, now),
        )
