"""The replica set and its accounts: an administrator, and one for the services' databases.

It runs in the network of the `mongo` container: before there is any account, MongoDB lets whoever
is on its own loopback make the first one, and nobody else.
"""

from __future__ import annotations

import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from contracts.topics import SERVICES
from deploy.stacks.containers.errors import AdministratorRefusedError, CommandFailedError
from deploy.stacks.containers.jobs.settings import MongoJob

_PORT = 27017
_ALREADY_INITIALIZED = 23
_UNAUTHORIZED = 13
_AUTHENTICATION_FAILED = 18
_USER_NOT_FOUND = 11
_PRIMARY_WITHIN = 60.0
DATABASES = (*SERVICES, "partners")

Client = MongoClient[dict[str, Any]]


def run() -> str:
    """Do what lacks; says what there is."""
    settings = MongoJob()
    settings.refuse_demo_secrets()
    with _client() as anybody:
        _initiate(anybody, settings.mongo_member)
        _wait_for_primary(anybody)
        _first_account(anybody, settings)
    password = settings.mongo_admin_password.get_secret_value()
    with _client(settings.mongo_admin_user, password) as administrator:
        _services_account(administrator, settings)
    return f"replica set of {settings.mongo_member}, accounts for {', '.join(DATABASES)}"


def _client(user: str | None = None, password: str | None = None) -> Client:
    return MongoClient(
        "127.0.0.1",
        _PORT,
        directConnection=True,
        username=user,
        password=password,
        serverSelectionTimeoutMS=30_000,
    )


def _initiate(anybody: Client, member: str) -> None:
    config = {"_id": "rs0", "members": [{"_id": 0, "host": member}]}
    try:
        anybody.admin.command("replSetInitiate", config)
    except OperationFailure as error:
        # Once there are accounts, nobody without one may ask: then it has long been initiated.
        if error.code not in {_ALREADY_INITIALIZED, _UNAUTHORIZED}:
            raise


def _wait_for_primary(anybody: Client) -> None:
    deadline = time.monotonic() + _PRIMARY_WITHIN
    while not anybody.admin.command("hello").get("isWritablePrimary"):
        if time.monotonic() > deadline:
            raise CommandFailedError(["replSetInitiate"], "no primary after a minute")
        time.sleep(0.2)


def _first_account(anybody: Client, settings: MongoJob) -> None:
    try:
        anybody.admin.command(
            "createUser",
            settings.mongo_admin_user,
            pwd=settings.mongo_admin_password.get_secret_value(),
            roles=["root"],
        )
    except OperationFailure as error:
        if error.code != _UNAUTHORIZED:  # there is one already
            raise


def _services_account(administrator: Client, settings: MongoJob) -> None:
    account: dict[str, Any] = {
        "pwd": settings.mongo_password.get_secret_value(),
        "roles": [{"role": "readWrite", "db": name} for name in DATABASES],
    }
    try:
        try:
            administrator.admin.command("updateUser", settings.mongo_user, **account)
        except OperationFailure as error:
            if error.code != _USER_NOT_FOUND:
                raise
            administrator.admin.command("createUser", settings.mongo_user, **account)
    except PyMongoError as error:
        if getattr(error, "code", None) == _AUTHENTICATION_FAILED:
            raise AdministratorRefusedError(settings.mongo_admin_user) from None
        # Its message may quote the command, and the command has the password.
        reason = f"{type(error).__name__} {getattr(error, 'code', '')}"
        raise CommandFailedError(["createUser", settings.mongo_user], reason) from None
