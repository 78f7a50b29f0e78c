"""`python -m services.documents rekey` and `… journal DOCTOR`: asked on the server.

They need MongoDB alone, and the service may run beside them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from fastapi import FastAPI

from services.chassis.foundation.errors import RefusalError
from services.chassis.foundation.faults import is_accident, redacted
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.logging import configure
from services.documents.signers.usecases.journal import Signatures
from services.documents.signers.usecases.keeping import Rewrapping

REKEY, JOURNAL = "rekey", "journal"
COMMANDS = frozenset({REKEY, JOURNAL})


async def command(app: FastAPI, argv: Sequence[str]) -> int:
    """The command as a program of its own; its exit code."""
    runtime = find(app, Runtime)
    configure(runtime.name, fmt="console", level="ERROR")
    try:
        return await asked(app, argv)
    finally:
        await runtime.close()


async def asked(app: FastAPI, argv: Sequence[str]) -> int:
    """Do it and say what came of it: 0 done, 1 refused or a broken chain, 2 no database."""
    try:
        await find(app, Runtime).ensure()
        if argv[0] == REKEY:
            count = await find(app, Rewrapping).everything()
            _say(f"Ключей переведено под новый секрет: {count}. Прежний можно убрать.")
            return 0
        return await _proved(find(app, Signatures), argv[1:])
    except RefusalError as refusal:
        _say(refusal.detail)
        return 1
    except Exception as error:
        if not is_accident(error):
            raise
        _say(f"База данных не отвечает: {redacted(error)}")
        return 2


async def _proved(signatures: Signatures, doctors: Sequence[str]) -> int:
    """Prove the whole chain of each doctor that is named."""
    broken = 0
    for doctor_id in doctors:
        after = 0
        while (proof := await signatures.check(doctor_id, after)).whole and proof.more:
            after = proof.last
        if proof.whole:
            _say(f"{doctor_id}: цепочка не нарушена, записей: {proof.last}.")
        else:
            broken += 1
            where = f"запись № {proof.broken}" if proof.broken else "последних записей не хватает"
            _say(f"{doctor_id}: цепочка нарушена, {where}.")
    return 1 if broken or not doctors else 0


def _say(text: str) -> None:
    print(text, file=sys.stdout)  # noqa: T201 - a command's output
