"""Medical specialties: the codes that doctors, timetables and certificate types share.

The codes are ours and stable; the titles are those of the specialists' nomenclature as people
know them. A code is added, never renamed or taken away.
"""

from __future__ import annotations

from collections.abc import Mapping

SPECIALTIES: Mapping[str, str] = {
    "allergist": "Аллерголог-иммунолог",
    "cardiologist": "Кардиолог",
    "cardiovascular-surgeon": "Сердечно-сосудистый хирург",
    "coloproctologist": "Колопроктолог",
    "dentist": "Стоматолог",
    "dermatologist": "Дерматовенеролог",
    "dietitian": "Диетолог",
    "endocrinologist": "Эндокринолог",
    "ent": "Оториноларинголог",
    "epidemiologist": "Эпидемиолог",
    "functional-diagnostics": "Врач функциональной диагностики",
    "gastroenterologist": "Гастроэнтеролог",
    "general-practitioner": "Врач общей практики",
    "geneticist": "Генетик",
    "geriatrician": "Гериатр",
    "gynaecologist": "Акушер-гинеколог",
    "haematologist": "Гематолог",
    "infectious-diseases": "Инфекционист",
    "laboratory-diagnostics": "Врач клинической лабораторной диагностики",
    "manual-therapist": "Мануальный терапевт",
    "narcologist": "Психиатр-нарколог",
    "neonatologist": "Неонатолог",
    "nephrologist": "Нефролог",
    "neurologist": "Невролог",
    "neurosurgeon": "Нейрохирург",
    "occupational": "Профпатолог",
    "oncologist": "Онколог",
    "ophthalmologist": "Офтальмолог",
    "orthodontist": "Ортодонт",
    "paediatrician": "Педиатр",
    "paediatric-surgeon": "Детский хирург",
    "phthisiatrician": "Фтизиатр",
    "physiotherapist": "Физиотерапевт",
    "preventive": "Врач по медицинской профилактике",
    "psychiatrist": "Психиатр",
    "psychotherapist": "Психотерапевт",
    "pulmonologist": "Пульмонолог",
    "radiologist": "Рентгенолог",
    "rehabilitation": "Врач физической и реабилитационной медицины",
    "rheumatologist": "Ревматолог",
    "sports-medicine": "Врач по спортивной медицине",
    "surgeon": "Хирург",
    "therapist": "Терапевт",
    "traumatologist": "Травматолог-ортопед",
    "ultrasound": "Врач ультразвуковой диагностики",
    "urologist": "Уролог",
}
"""Code → title in Russian."""
