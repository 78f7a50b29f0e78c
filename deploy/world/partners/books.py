"""What the simulated hospitals and the register of vaccinations answer: pure, from `records.json`.

Everybody has the same few entries. People with certain last names are answered otherwise, to show
what the platform does then: somebody else's birthday, nobody of that name, no entries, hundreds of
them, silence, each part twice and backwards, another patient, garbage.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from contracts.orders import EncryptedForm
from contracts.partners import (
    RecordAnswered,
    RecordedPatient,
    RecordEntry,
    RecordPii,
    Vaccination,
    VaccinationsAnswered,
    VaccinationsPii,
)
from contracts.records import RecordRequested, SoughtPii, VaccinationsRequested
from services.chassis.foundation.encryption import Encryption

_DATA = Path(__file__).with_name("records.json")
_GARBAGE = EncryptedForm(jwe="eyJhbGciOiJkaXIifQ..garbage")
_IN_PART = 150
_COPIES: Mapping[str, int] = {"many": 400, "too-many": 3000}
_OTHER = RecordedPatient(
    last_name="Чужак", first_name="Фома", birth_date=date(1950, 1, 1), snils="16001445706"
)


class Manner(StrEnum):
    """How somebody is answered."""

    PLAIN = "plain"
    DIFFERING = "differing"
    UNKNOWN = "unknown"
    EMPTY = "empty"
    MANY = "many"
    TOO_MANY = "too-many"
    SILENT = "silent"
    TWICE = "twice"
    WRONG_PATIENT = "wrong-patient"
    GARBAGE = "garbage"


@dataclass(frozen=True)
class Books:
    """The data file: entries, vaccinations, and who is answered otherwise."""

    entries: tuple[Mapping[str, Any], ...]
    vaccinations: tuple[Vaccination, ...]
    manners: Mapping[str, Manner]

    @classmethod
    def read(cls, path: Path = _DATA) -> Books:
        """From the file."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            tuple(found["entries"]),
            tuple(map(Vaccination.model_validate, found["vaccinations"])),
            {
                name.casefold(): Manner(person["as"])
                for person in found["people"]
                for name in person["last_names"]
            },
        )

    def manner(self, person: SoughtPii) -> Manner:
        """How this person is answered."""
        return self.manners.get(person.last_name.casefold(), Manner.PLAIN)

    def record(
        self, asked: RecordRequested, person: SoughtPii, encryption: Encryption, today: date
    ) -> list[RecordAnswered]:
        """The hospital's answer, part by part in the order in which it is sent; none in silence."""
        manner = self.manner(person)
        if manner is Manner.SILENT:
            return []
        found = manner is not Manner.UNKNOWN
        entries = self._entries(asked, manner, today) if found else []
        pieces = [entries[at : at + _IN_PART] for at in range(0, len(entries), _IN_PART)] or [[]]
        parts = []
        for part, piece in enumerate(pieces, start=1):
            about = RecordAnswered.about(
                request_id=asked.request_id, application_id=asked.application_id, part=part
            )
            patient = _patient(person, manner) if found else None
            pii = RecordPii(patient=patient, entries=tuple(piece))
            jwe = EncryptedForm(jwe=encryption.encrypt(pii, about=about))
            parts.append(
                RecordAnswered(
                    request_id=asked.request_id,
                    application_id=asked.application_id,
                    part=part,
                    parts=len(pieces),
                    found=found,
                    pii=_GARBAGE if manner is Manner.GARBAGE else jwe,
                )
            )
        return [*reversed(parts), *parts] if manner is Manner.TWICE else parts

    def register(
        self, asked: VaccinationsRequested, person: SoughtPii, encryption: Encryption
    ) -> list[VaccinationsAnswered]:
        """The register's answer; none in silence."""
        manner = self.manner(person)
        if manner is Manner.SILENT:
            return []
        found = manner is not Manner.UNKNOWN
        known = self.vaccinations if found and manner is not Manner.EMPTY else ()
        patient = _patient(person, manner) if found else None
        pii = VaccinationsPii(patient=patient, vaccinations=known)
        jwe = EncryptedForm(jwe=encryption.encrypt(pii, about=_about(asked)))
        answer = VaccinationsAnswered(
            request_id=asked.request_id,
            application_id=asked.application_id,
            found=found,
            pii=_GARBAGE if manner is Manner.GARBAGE else jwe,
        )
        return [answer, answer] if manner is Manner.TWICE else [answer]

    def _entries(
        self, asked: RecordRequested, manner: Manner, today: date
    ) -> Sequence[RecordEntry]:
        if manner is Manner.EMPTY:
            return []
        days = (asked.period_to - asked.period_from).days + 1
        made = [_entry(e, today - timedelta(days=e["days_ago"])) for e in self.entries]
        for n in range(_COPIES.get(manner.value, 0)):
            raw = self.entries[n % len(self.entries)]
            made.append(_entry(raw, asked.period_from + timedelta(days=n % days), f" № {n + 1}"))
        first, last = asked.period_from, asked.period_to
        return [e for e in made if e.kind in asked.kinds and first <= e.on <= last]


def _about(asked: VaccinationsRequested) -> tuple[str, ...]:
    return VaccinationsAnswered.about(
        request_id=asked.request_id, application_id=asked.application_id
    )


def _entry(raw: Mapping[str, Any], on: date, more: str = "") -> RecordEntry:
    said = {name: value for name, value in raw.items() if name not in ("days_ago", "title")}
    return RecordEntry.model_validate({**said, "on": on, "title": f"{raw['title']}{more}"})


def _patient(person: SoughtPii, manner: Manner) -> RecordedPatient:
    if manner is Manner.WRONG_PATIENT:
        return _OTHER
    said = dict(person)
    if manner is Manner.DIFFERING:
        said["birth_date"] = person.birth_date + timedelta(days=365)
    return RecordedPatient(**said)
