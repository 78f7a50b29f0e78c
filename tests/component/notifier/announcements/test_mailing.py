"""A38: the talon that its owner asked for: a letter with the PDF, its hash in the journal."""

from __future__ import annotations

from hashlib import sha256

import httpx2
from fastapi import FastAPI

from contracts.documents import MailingRequested
from tests.support.service import Tokens, deliver
from tests.support.services.notifier import CITIZEN, MAIL, PHONE, ended, heard, register
from tests.support.services.notifier.providers import Providers

_PDF = b"%PDF-1.7 a talon"


async def test_a38_the_letter_has_the_pdf_and_the_journal_its_hash(
    app: FastAPI, client: httpx2.AsyncClient, boxes: Providers, tokens: Tokens
) -> None:
    await register(app)
    event = heard(MailingRequested, recipient_id=CITIZEN, number="4821-0937-5526")
    assert await deliver(app, event) == "handled"
    assert await deliver(app, event) == "duplicate"
    (line,) = await ended(client, tokens, CITIZEN, count=1, template="document-mailed.v2")
    name = "talon-4821-0937-5526.pdf"
    assert line["attachments"] == [{"name": name, "sha256": sha256(_PDF).hexdigest()}]
    (letter,) = [letter for letter in boxes.email.to(MAIL) if letter.files]
    (file,) = letter.files
    assert (file.get_filename(), file.get_content_type()) == (name, "application/pdf")
    assert file.get_payload(decode=True) == _PDF


async def test_a38_without_an_address_the_journal_says_that_nothing_was_sent(
    app: FastAPI, client: httpx2.AsyncClient, tokens: Tokens
) -> None:
    await register(app, phone=PHONE, email=None)
    event = heard(MailingRequested, recipient_id=CITIZEN)
    assert await deliver(app, event) == "handled"
    (line,) = await ended(client, tokens, CITIZEN, count=1, template="document-mailed.v2")
    assert (line["status"], line["history"][-1]["code"]) == ("abandoned", "no-email")
