"""Gauges that are read from the database, measured now instead of in a few seconds."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from services.chassis.database.client import Database
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.tools.flow import metric


async def measure(app: FastAPI) -> None:
    """Run every measure of the service once."""
    runtime = find(app, Runtime)
    for step in runtime.measures:
        await step()


async def gauge(app: FastAPI, name: str, **labels: str) -> float:
    """A gauge's value as it is now."""
    await measure(app)
    return metric(app, name, **labels)


async def scans_while_measuring(app: FastAPI) -> list[dict[str, Any]]:
    """What MongoDB says of queries without an index while every measure ran once."""
    runtime = find(app, Runtime)
    db: Database = runtime.mongo.db
    await db.command("profile", 2)
    await measure(app)
    await db.command("profile", 0)
    found = db["system.profile"].find({"planSummary": {"$regex": "COLLSCAN"}})
    return [{"ns": d["ns"], "command": d["command"]} async for d in found]
