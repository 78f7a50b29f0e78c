"""A service that imports two tables, for testing the library: clinics, and staff who need one."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import openpyxl
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from services.chassis.database.mapping import Mapper
from services.chassis.foundation.errors import FieldError
from services.chassis.foundation.settings import Platform, ServiceSettings
from services.chassis.http.door import Door
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec
from services.chassis.telemetry.journey import random_hex
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.importing import api, store
from services.importing.store import ImportStore
from services.importing.table import Decision, Importer, Outcome, Table
from services.importing.usecases import TIMER, Imports

Sheets = Mapping[str, Sequence[Sequence[Any]]]


_NAMES = IndexModel(
    [("says.name", ASCENDING)],
    unique=True,
    partialFilterExpression={"says.name": {"$type": "string"}},
)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    id: Annotated[str, Field(max_length=64)]


class ClinicForm(_Form):
    """A clinic is a name."""

    name: Annotated[str, Field(max_length=100)]


class StaffForm(_Form):
    """A member of staff works somewhere and has a phone."""

    clinic_id: str
    phone: Annotated[str, Field(pattern=r"^\+?[0-9]{11}$")]


@dataclass(frozen=True)
class Thing:
    """What is kept of a row."""

    id: str
    says: Mapping[str, Any]
    times: int
    """How often it was written."""


@dataclass
class Rules:
    """Keeps rows as they are; staff needs its clinic, and only an index knows of equal names."""

    things: Records[Thing]
    kind: str

    async def put(
        self, tx: Transaction, forms: Sequence[Any], by: Importer, coming: AbstractSet[str]
    ) -> list[Decision]:
        """By what stands."""
        one = partial(self._one, tx, by=by, coming=coming)
        return await asyncio.gather(*map(one, forms))  # their reads are made together

    async def _one(
        self, tx: Transaction, form: Any, *, by: Importer, coming: AbstractSet[str]
    ) -> Decision:
        clinic = getattr(form, "clinic_id", form.id)
        if not by.may(clinic):
            return Decision.refused(FieldError("/clinic_id", "foreign", "Чужая клиника."))
        mark = f"clinics:{clinic}"
        known = self.kind == "clinics" or mark in coming
        if not known and await self.things.find(tx, mark) is None:
            return Decision.refused(FieldError("/clinic_id", "unknown", "Нет такой клиники."))
        says = form.model_dump()
        found = await self.things.find(tx, f"{self.kind}:{form.id}")
        if found is not None and found.says == says:
            return Decision(Outcome.UNCHANGED)
        times = found.times + 1 if found else 1
        await self.things.put(tx, Thing(f"{self.kind}:{form.id}", says, times))
        return Decision(Outcome.CHANGED if found else Outcome.ADDED)


def build(platform: Platform, database: str, **seams: Any) -> FastAPI:
    """The importing service; what it writes is in the collection `things`."""
    settings = ServiceSettings(port=1, database=database, platform=platform)
    resources = Resources("identity", settings, **seams)
    things = Records(resources.mongo.db["things"], Mapper(Thing))

    async def blocked(account_id: str) -> bool:
        return account_id == "blocked"

    imports = Imports(
        transactions=resources.transactions,
        store=ImportStore(resources.mongo.db),
        tables=[
            Table(
                "clinics",
                ClinicForm,
                {"id": "Код", "name": "Название"},
                Rules(things, "clinics"),
                marks=lambda form: (f"clinics:{form.id}",),
            ),
            Table(
                "staff",
                StaffForm,
                {"id": "Код", "clinic_id": "Клиника", "phone": "Телефон"},
                Rules(things, "staff"),
                marks=lambda form: (f"staff:{form.id}", f"phone:{form.phone}"),
                needs=lambda form: (f"clinics:{form.clinic_id}",),
            ),
        ],
        new_id=lambda: random_hex(12),
        blocked=blocked,
    )
    return Runtime(
        resources,
        ServiceSpec(
            title="Importer",
            description="For tests.",
            router=api.router,
            timer_handlers={TIMER: imports.due},
            timer_concurrency={TIMER: 1},
            indexes=[store.INDEXES, {"things": [_NAMES]}],
            facilities=[imports, Door(blocked)],
            max_body=1 << 16,
            max_bodies={api.PATH: api.MAX_FILE},
        ),
    ).app


def workbook(sheets: Sheets) -> bytes:
    """An XLSX file of these sheets, the first row of each its titles."""
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
