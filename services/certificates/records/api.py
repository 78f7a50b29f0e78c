"""The routes of records: the doctor's, with everything; the citizen's, with what they may know."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from services.certificates.deps import Citizen, Doctor
from services.certificates.records.usecases import Records
from services.certificates.records.views import OwnRecordView, RecordView
from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility

mine = APIRouter(prefix="/v1", tags=["Заявления и справки гражданина"])
review = APIRouter(prefix="/v1", tags=["Рассмотрение врачом"])
Use = Annotated[Records, Depends(facility(Records))]


@mine.get("/applications/{application_id}/record", summary="Сверка с базой клиники")
async def own_record(application_id: Id, use: Use, who: Citizen) -> OwnRecordView:
    """Whether clinic or register have answered, and what does not match the profile (C24).

    404 `no-record`: nothing is asked for this type, or it is decided and forgotten.
    """
    return OwnRecordView.of(await use.for_citizen(who.subject, application_id))


@review.get("/reviews/{application_id}/record", summary="Записи клиники о пациенте")
async def record(application_id: Id, use: Use, who: Doctor) -> RecordView:
    """Entries and differences, for the doctor who holds the claim (C57, C24)."""
    found = await use.for_doctor(who.subject, application_id)
    return RecordView.whole(found.inquiry, found.entries)


@review.post("/reviews/{application_id}/record/acknowledgement", summary="Подтвердить расхождения")
async def acknowledge(application_id: Id, use: Use, who: Doctor) -> RecordView:
    """The doctor has seen the differences and takes the patient for the same person.

    Without it an approval is refused: 409 `differences-open` (C24).
    """
    found = await use.acknowledge(who.subject, application_id)
    return RecordView.whole(found.inquiry, found.entries)
