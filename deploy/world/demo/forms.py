"""What the citizen and the doctor of the demo fill in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

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
