"""What the citizen and the doctor of the demo fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_SINCE = timedelta(days=300)
_PATTERNED = {"diagnosis_code": "J45.0", "passport": "4521123456"}
_CONCLUSION = "Противопоказаний к обучению по специальности не выявлено. Годна."


def filled_form(policy: str, results: str, clinic_id: str = "clinic-1") -> dict[str, Any]:
    """An application for 086/у with these two files, at the clinic of the demo's doctor."""
    return {
        "clinic_id": clinic_id,
        "fields": {
            "registration_address": "г. Москва, ул. Лесная, д. 5, кв. 17",
            "workplace": "нет",
            "purpose": "admission",
            "recipient": "Московский государственный университет",
            "specialty": "Биология",
        },
        "attachments": [
            {"requirement": "policy", "file_id": policy},
            {"requirement": "blood-count", "file_id": results},
            {"requirement": "biochemistry", "file_id": results},
            {"requirement": "ecg", "file_id": results},
        ],
    }


def findings() -> dict[str, Any]:
    """What the examinations of today found."""
    healthy = "здорова"
    return {
        "exam_date": datetime.now(UTC).date().isoformat(),
        "therapist": healthy,
        "surgeon": healthy,
        "neurologist": healthy,
        "ophthalmologist": "острота зрения 1,0 / 1,0",
        "otorhinolaryngologist": healthy,
        "fluorography": "органы грудной клетки без патологии",
        "laboratory": "показатели в пределах нормы",
        "conclusion": _CONCLUSION,
    }


def filled(fields: Sequence[dict[str, Any]], known: Mapping[str, str] | None = None) -> Any:
    """Something for every field that has to be filled in and is not yet, by the form alone."""
    values = dict(known or {})
    made: dict[str, str] = {}
    for field in fields:
        name = field["name"]
        if field["required"] and not values.get(name) and met(field["when"], values):
            made[name] = values[name] = _value(field)
    return made


def _value(field: dict[str, Any]) -> str:
    if field["kind"] == "choice":
        return str(field["options"][0]["code"])
    if field["kind"] == "date":
        today = datetime.now(UTC).date()
        return (today - _SINCE if field["name"].endswith("_from") else today).isoformat()
    return _PATTERNED.get(field["name"], "без особенностей")


def met(condition: dict[str, Any] | None, values: Mapping[str, str]) -> bool:
    """Whether something is asked for that depends on another answer."""
    return condition is None or values.get(condition["field"]) in condition["among"]
