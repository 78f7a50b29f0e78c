"""MongoDB's log holds no value of a document, whatever becomes of an operation (O3)."""

from __future__ import annotations

import contextlib
import subprocess
from typing import Any

import pytest
import yaml
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.stacks.containers.compose_files import COMPOSE
from deploy.stacks.embedded.servers import Mongo
from deploy.stacks.embedded.servers.mongo import NO_SLOW_OPERATIONS
from tests.support.stack import ServerStack

PHONE, NAME = "+79161234567", "Соколова"
SLOW = "sleep(5); return true"


def _trouble(url: str) -> None:
    """Operations that are slow, run out of time, are broken off, or meet what is there already."""
    with MongoClient[dict[str, Any]](url) as client:
        people = client.loud.people
        people.insert_many([{"_id": n, "name": NAME, "phone": PHONE} for n in range(60)])
        wanted = {"phone": PHONE, "$where": SLOW}
        list(people.find(wanted))
        people.update_many(wanted, {"$set": {"name": f"{NAME}!"}})
        with client.start_session() as session, session.start_transaction():
            list(people.find(wanted, session=session))
        with contextlib.suppress(PyMongoError):
            list(people.find(wanted, max_time_ms=50))
        with contextlib.suppress(PyMongoError):
            list(people.aggregate([{"$match": {"phone": PHONE, "$expr": _slow()}}], maxTimeMS=50))
        with contextlib.suppress(PyMongoError):
            people.create_index("phone", unique=True)
    impatient = MongoClient[dict[str, Any]](url, socketTimeoutMS=100)
    with impatient as client, contextlib.suppress(PyMongoError):
        list(client.loud.people.find(wanted))


def _slow() -> dict[str, Any]:
    return {"$function": {"body": f"function() {{ {SLOW} }}", "args": [], "lang": "js"}}


def test_what_went_wrong_is_told_without_the_values() -> None:
    with ServerStack.start(kafka=None, s3=False) as own:
        assert isinstance(own.mongo, Mongo)
        _trouble(own.mongo_url)
        own.mongo.stop()  # its last words are in the log
        text = own.mongo.directories.log("mongo").read_text(encoding="utf-8")
    assert PHONE not in text
    assert NAME not in text
    assert "Slow query" not in text
    assert "Plan executor error during find command" in text, "what happened is told"
    assert "Index build: failed" in text


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        ('"c":"QUERY", "id":23798, "ctx":"conn6","msg":"Plan executor error"', False),
        ('"c":"COMMAND", "id":51803, "svc":"S", "ctx":"conn6","msg":"Slow query"', False),
        ('"c":"STORAGE", "id":20649, "ctx":"I-0","msg":"Index build: failed"', False),
        ('"c":"STORAGE", "id":22435, "ctx":"conn6","msg":"WiredTiger error"', True),
    ],
)
def test_compose_and_the_embedded_stack_leave_the_same_of_a_line(head: str, kept: bool) -> None:
    line = f'{{"s":"W",  {head},"attr":{{"cmd":{{"msg":"{PHONE}"}}}}}}'
    compose = yaml.safe_load((COMPOSE / "compose.yml").read_text(encoding="utf-8"))
    (command,) = compose["services"]["mongo"]["command"]
    assert " ".join(NO_SLOW_OPERATIONS) in command
    rule = command.partition("exec sed -uE '")[2].partition("'")[0]
    left = subprocess.check_output(["sed", "-uE", rule], input=line.encode())
    assert left == Mongo.redacted(Mongo.__new__(Mongo), line.encode())
    assert left.decode() == (line if kept else f'{{"s":"W",  {head}}}')
