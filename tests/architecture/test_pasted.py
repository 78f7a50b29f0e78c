"""What people paste, put into every text of every request: tidied, refused, or known to be raw."""

from __future__ import annotations

import inspect
import re
import sys
import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_settings import BaseSettings

from contracts.topics import SERVICES
from deploy.tools.docs import built
from services.chassis.foundation.text import control_characters, prose

PASTED = (
    " Школа\u00a0№\u202f57\r\nкласс\t11\u00ad ",  # Word
    "Андреи\u0306",  # a Mac
    "\u202a+7 999 794‑33‑61\u202c",  # a list of contacts
    "код\u200b\ufeff 646\u2009501\u2028",
    "\u200b\u2060",
    "Иван\x00",
    "10\x9620",
)
# Names of fields that are not tidied by their model, and why that is right.
RAW = {
    "compared with what we gave out or stored: anything else is unknown": {
        *(
            "change_id",
            "recovery_id",
            "registration_id",
            "session_id",
            "slot_id",
            "file_id",
            "referral_id",
        ),
        *("act_id", "follows", "appointment_id", "replacement_id"),
        "exemption",
        *("doctor_id", "type", "requirement", "reason_code", "consent_version", "specialty"),
        "examination",
        *("cursor", "refresh_token", "citizen_id", "subject_id"),
    },
    "any character is a good one": {"password", "new_password"},
    "tidied by the domain, which names every wrong field of a form at once": {
        *("category", "last_name", "first_name", "middle_name", "birth_date", "snils", "inn"),
        *("oms", "birth_certificate", "kind", "contact", "until", "series", "number"),
        *("full_name", "position", "clinic_id", "gender", "registration_address"),
        *("phone", "email", "login", "name", "organisation", "address", "timezone", "ogrn"),
        "region",
        *("issued_on", "valid_until", "begins", "ends", "title", "role", "photo"),
        *("talon_number", "tracking_number", "certificate_number"),
    },
    "read by a program, which refuses what it does not understand": {
        *("act", "signature", "definition"),
    },
    "an answer": {"destination"},
}


def texts_of(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """The fields of a model, and of the models in it, that are text; each with its rules."""
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        plain = get_origin(field.annotation) in (Union, types.UnionType, None)
        if plain and str in map(_bare, kinds):
            rules = (field.annotation, *field.metadata)
            yield f"{model.__name__}.{name}", Annotated[rules] if field.metadata else rules[0]
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from texts_of(kind)


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


@cache
def texts() -> dict[str, Any]:
    """Every text of every request model of the five services: those that forbid other fields."""
    found: dict[str, Any] = {}
    for service in SERVICES:
        built(service)  # imports its API
        inside = re.compile(rf"services\.{service}\.(?:.*\.)?(?:api|deps)\b")
        api = [module for name, module in sys.modules.items() if inside.match(name)]
        for module in api:
            for _, kind in inspect.getmembers(module, inspect.isclass):
                if not issubclass(kind, BaseModel) or issubclass(kind, BaseSettings):
                    continue
                if kind.model_config.get("extra") == "forbid":
                    found |= texts_of(kind)
    return found


def accepts_as_pasted(kind: Any, pasted: str) -> bool:
    """Whether a field takes this and keeps what cannot be seen or compared."""
    try:
        kept = TypeAdapter(kind).validate_python(pasted)
    except ValidationError:
        return False
    return bool(kept != prose(kept) or control_characters(kept))


def test_every_text_of_a_request_is_tidied_or_known_to_be_raw() -> None:
    known = set().union(*RAW.values())
    raw = {
        field
        for field, kind in texts().items()
        if any(accepts_as_pasted(kind, pasted) for pasted in PASTED)
    }
    assert {field for field in raw if field.rpartition(".")[2] not in known} == set()
    assert {"RevocationIn.reason", "Refusal.reason", "Cancel.reason"} <= texts().keys() - raw


def test_a_text_that_is_not_tidied_is_found() -> None:
    class Complaint(BaseModel):
        text: Annotated[str, Field(max_length=100)]
        note: str | None = None

    found = dict(texts_of(Complaint))
    assert found.keys() == {"Complaint.text", "Complaint.note"}
    assert all(accepts_as_pasted(kind, pasted) for kind in found.values() for pasted in PASTED)
