"""What a clinic asks of a booking: its word, a confirmation, a referral; and how to prepare."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Assent(StrEnum):
    """How a citizen says yes to a booking (A30): by booking, a code, or their own signature."""

    BOOKING = "booking"
    CODE = "code"
    SIGNATURE = "signature"


@dataclass(frozen=True)
class VisitRule:
    """What visits to a specialty need: of one kind, or one doctor, if these are named (A23, A27).

    `tests` are codes of specialties whose visit should come first (A39). `price_kopecks` is what a
    visit costs where no policy pays (A41). `consent`: the patient agrees to the visit in so many
    words, after the booking (A11).
    """

    specialty: str
    kind: str | None = None
    doctor_id: str | None = None
    referral: bool = False
    documents: tuple[str, ...] = ()
    preparation: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    price_kopecks: int | None = None
    consent: bool = False

    def fits(self, specialty: str, kind: str | None, doctor_id: str) -> bool:
        """Whether it is about such a visit."""
        return (
            self.specialty == specialty
            and self.kind in {None, kind}
            and self.doctor_id in {None, doctor_id}
        )

    @property
    def narrowness(self) -> tuple[bool, bool]:
        """A rule for a doctor is before one for a kind, and that before one for all."""
        return self.doctor_id is not None, self.kind is not None


MANDATORY = "ОМС"
"""The programme of everybody who has a policy of mandatory insurance, as clinics write it."""


def price_of(rule: VisitRule, takes: Collection[str], has: Collection[str]) -> int | None:
    """What the patient pays at a clinic that `takes` these programmes (A41).

    None where one of the programmes that the patient `has` pays, or nothing is asked.
    """
    covered = {programme.casefold() for programme in takes} & {p.casefold() for p in has}
    return None if covered else rule.price_kopecks


@dataclass(frozen=True)
class Reception:
    """The rules of one clinic, whose id it has. The last two are counted by the store.

    `accepts`: no visit stands before the clinic's own word (A10). `policy_required`: without a
    policy of mandatory insurance there is no booking (e21).
    """

    id: str
    assent: Assent = Assent.BOOKING
    accepts: bool = False
    policy_required: bool = False
    rules: tuple[VisitRule, ...] = ()
    version: int = 0
    revision: int = 0

    def rule(self, specialty: str, kind: str | None, doctor_id: str) -> VisitRule:
        """What such a visit needs; nothing, where the clinic has no rule for it."""
        fit = [rule for rule in self.rules if rule.fits(specialty, kind, doctor_id)]
        return max(fit, key=lambda rule: rule.narrowness, default=VisitRule(specialty))
