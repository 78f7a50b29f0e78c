"""What is done on the server: keys under a new secret, and the proof of what was signed."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.signers.actions.journal import Journalling
from services.documents.signers.api.commands import asked
from services.documents.signers.domain.journal import ActOfSigning, Signature
from services.documents.signers.usecases.journal import Signatures
from tests.support.service import Tokens
from tests.support.services.documents import DOCTOR, DocumentsService, documents_running
from tests.support.services.signers import Enrolling, clinic, hears, staff


async def _note(office: DocumentsService, count: int) -> None:
    journalling: Journalling = find(office.app, Signatures).journalling
    seal = await journalling.seal()
    for n in range(count):
        act = ActOfSigning(f"a{n}", "document", "sms", "203.0.113.7", journalling.deps.now())
        signed = Signature(f"d{n}", f"086-{n}", "0" * 64, "1" * 64, "A1", "clinic-1")

        async def work(tx, act=act, signed=signed):  # type: ignore[no-untyped-def] # of this loop
            await journalling.note(tx, seal, DOCTOR.id, act, signed)

        await journalling.deps.transactions.run(work)


async def test_k5_every_key_comes_under_the_new_secret_and_the_old_one_may_go(
    platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str
) -> None:
    """While a replica with the old secret runs: it is restarted later."""

    def under(secret: str) -> AbstractAsyncContextManager[DocumentsService]:
        settings = {"keys_secret": SecretStr(secret)}
        return documents_running(
            platform, database, tokens, pki=pki, tsa_url=tsa, settings=settings
        )

    old, new = "an-old-secret-of-keys", "a-new-secret-of-keys"
    async with under(old) as office:
        await hears(office.app, staff(), clinic())
        await Enrolling(office, pki).enrolled()
        await Enrolling(office, pki).request()
        await _note(office, 1)
        signers = find(office.app, Runtime).mongo.db["signers"]
        async with under(f"{new} {old}") as both:
            assert await asked(both.app, ["rekey"]) == 0
            stored = await signers.find_one({})
            async with under(new) as later:
                assert await asked(later.app, ["rekey"]) == 0
                assert await signers.find_one({}) == stored  # nothing was left to do
                await _note(later, 1)  # the journal's key, too
                assert await asked(later.app, ["journal", DOCTOR.id]) == 0
                async with under("another-secret-of-keys") as lost:
                    assert await asked(lost.app, ["journal", DOCTOR.id]) == 1  # no traceback


async def test_k5_a_long_chain_is_proved_piece_by_piece(
    office: DocumentsService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("services.documents.signers.usecases.journal.MOST_CHECKED", 3)
    await _note(office, 7)
    assert await asked(office.app, ["journal", DOCTOR.id]) == 0
    assert "записей: 7" in capsys.readouterr().out
    lines = find(office.app, Runtime).mongo.db["signatures"]
    await lines.update_one({"seq": 5}, {"$set": {"signed.number": "086-чужая"}})
    assert await asked(office.app, ["journal", DOCTOR.id]) == 1
    assert "запись № 5" in capsys.readouterr().out
