"""Who may act: asked by the features above inside their own transactions. And what is on its way.

«Not here yet» is waited for before a transaction, for a moment; see `chassis.work.arrivals`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from contracts.rights import Scope
from services.certificates.catalogue.domain.calendar import (
    Calendars,
    WorkingCalendar,
    plus_months,
)
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.deps import Deps
from services.certificates.known.domain.clinics import Choice, ClinicFlaw
from services.certificates.known.domain.people import Hands
from services.certificates.known.domain.signers import Holder, signer_of
from services.certificates.known.domain.staff import Staff, refuse_themselves
from services.certificates.known.errors import (
    DoctorUnknownError,
    MinorNeedsRepresentativeError,
    RepresentativeAppliesError,
)
from services.certificates.known.store import KnownStore
from services.chassis.foundation.dates import age, today
from services.chassis.work.arrivals import arrived
from services.chassis.work.rights import RightEndedError, RightNotCoveringError, Rights
from services.chassis.work.transactions import Transaction

DESK_TIMER = "desk"
"""Looks whether a doctor may still hold what they have claimed; its key is the doctor."""


@dataclass(frozen=True)
class Known:
    """The people and files of other services, as far as they are known here."""

    deps: Deps
    store: KnownStore
    rights: Rights

    async def may_apply(
        self, tx: Transaction, citizen_id: str, type_code: str, by: Hands | None
    ) -> None:
        """Refuse a citizen who is blocked or not confirmed any more, whatever the token says.

        For a minor a representative applies, by a right in force for this type (d12, I11).

        Raises:
            AccountBlockedError, NotConfirmedError: as it says.
            RightEndedError, RightNotCoveringError: the representative may not do that.
            RepresentativeAppliesError, MinorNeedsRepresentativeError: the citizen is too young.
        """
        (await self.store.admission_of(tx, citizen_id)).may_apply()
        if by is None:
            await self._old_enough(tx, citizen_id)
            return
        right = await self.rights.find(tx, by.right_id)
        if right is None or not right.in_force(self.deps.now()):
            raise RightEndedError
        if not right.covers_type(type_code):
            raise RightNotCoveringError

    async def _old_enough(self, tx: Transaction, citizen_id: str) -> None:
        now, needed = self.deps.now(), self.deps.settings.applies_from_age
        person = await self.store.people.find(tx, citizen_id)
        if person is None or age(person.birth_date, today(now)) >= needed:
            return
        if await self.rights.of_subject(tx, citizen_id, now, Scope.CERTIFICATES):
            raise RepresentativeAppliesError(needed)
        raise MinorNeedsRepresentativeError(needed)

    async def may_act(self, tx: Transaction, staff_id: str) -> None:
        """Refuse a member of staff who is blocked."""
        (await self.store.admission_of(tx, staff_id)).may_act()

    async def may_decide(self, tx: Transaction, staff_id: str, *, about: str) -> None:
        """Refuse staff who are blocked or would decide about themselves, or whom they represent.

        Asked at each decision: a record may have arrived after the one before.
        """
        await self.may_act(tx, staff_id)
        citizen = await self.store.people.find(tx, about)
        staff = await self.store.staff.find(tx, staff_id)
        refuse_themselves(about, staff_id, citizen, staff)
        for right in await self.rights.of_subject(tx, about, self.deps.now()):
            representative = await self.store.people.find(tx, right.representative_id)
            refuse_themselves(right.representative_id, staff_id, representative, staff)

    async def doctor(self, tx: Transaction | None, doctor_id: str) -> Staff:
        """Who decides and signs.

        Raises:
            DoctorUnknownError: their record is on its way.
        """
        found = await self.store.staff.find(tx, doctor_id)
        if found is None:
            raise DoctorUnknownError
        return found

    async def choice(
        self, tx: Transaction | None, clinic_id: str | None, kind: CertificateType, today: date
    ) -> Choice:
        """A clinic, and why it cannot decide about certificates of this type today, if so (K6)."""
        if clinic_id is None:
            return Choice()
        found = await self.store.clinics.find(tx, clinic_id)
        if found is None:
            return Choice(None, ClinicFlaw.UNKNOWN)
        flaw = found.flaw(today)
        needed = [*(e.specialties for e in kind.examinations), kind.deciders]
        for specialties in needed if flaw is None else ():
            if not await self.store.has_doctor(tx, clinic_id, specialties):
                return Choice(found, ClinicFlaw.NO_DOCTOR)
        until = plus_months(today, kind.validity_months)
        if flaw is None and not await self.signs(tx, Holder.CLINIC, clinic_id, until=until):
            return Choice(found, ClinicFlaw.SEALLESS)
        return Choice(found, flaw)

    async def calendar_at(
        self, tx: Transaction | None, clinic_id: str | None, calendars: Calendars
    ) -> WorkingCalendar:
        """The calendar of a clinic; the default where none is named, or its news is on the way."""
        found = await self.store.clinics.find(tx, clinic_id) if clinic_id else None
        return calendars.of(found.region, found.timezone) if found else calendars.of()

    async def signs(
        self, tx: Transaction | None, holder: Holder, holder_id: str, *, until: date
    ) -> bool:
        """Whether a doctor, or a clinic, can sign now what counts until that day (C30).

        Not who never enrolled a key: documents says of everybody who did.
        """
        found = await self.store.signers.find(tx, signer_of(holder, holder_id))
        return found is not None and found.signs(self.deps.now(), until=until)

    async def home_of(self, tx: Transaction, citizen_id: str) -> str | None:
        """The clinic that a citizen is attached to, if that is known."""
        found = await self.store.homes.find(tx, citizen_id)
        return found.clinic_id if found else None

    async def profile_arrives(self, citizen_id: str) -> None:
        """Give the profile a moment: the token says «confirmed», so its event is on its way."""

        async def look() -> bool:
            return await self.store.people.find(None, citizen_id) is not None

        await arrived(look, within=self.deps.patience)

    async def clinic_arrives(self, clinic_id: str | None) -> None:
        """Give the news of a clinic a moment: who chose it has seen it elsewhere."""

        async def look() -> bool:
            return clinic_id is None or await self.store.clinics.find(None, clinic_id) is not None

        await arrived(look, within=self.deps.patience)

    async def staff_arrives(self, staff_id: str) -> None:
        """Give a staff record a moment: without it nothing can be signed."""

        async def look() -> bool:
            return await self.store.staff.find(None, staff_id) is not None

        await arrived(look, within=self.deps.patience)

    async def files_arrive(self, citizen_id: str, file_ids: Collection[str]) -> None:
        """Give the news of fresh uploads a moment."""

        async def look() -> bool:
            return len(await self.store.files_of(None, citizen_id, file_ids)) == len(file_ids)

        if file_ids:
            await arrived(look, within=self.deps.patience)
