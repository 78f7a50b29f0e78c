"""Who keeps what a clinic does; asked by every feature that lets a clinic change something."""

from __future__ import annotations

from contracts.roles import Role
from services.chassis.http.auth import Principal
from services.scheduling.known.errors import NotYourClinicError


def check_keeps(who: Principal, clinic_id: str) -> None:
    """See that this person keeps the timetables and rules of a clinic (K4).

    Raises:
        NotYourClinicError: somebody else does.
    """
    here = who.clinics(Role.ADMINISTRATOR, Role.REGISTRAR)
    if clinic_id not in here and not who.everywhere(Role.ADMINISTRATOR):
        raise NotYourClinicError
