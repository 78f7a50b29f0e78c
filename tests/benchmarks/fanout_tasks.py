"""What one would write without this project: a Celery task for each event, which tells it at once.

It renders the three texts by the same templates and sends them over connections that it keeps, by
urllib3 and the standard library. At least once (`acks_late`); nothing is remembered, signed or told
of. Runs in the environment that `fanout_celery` makes, which tells it where Redis is; started as a
program it puts jobs into the queue.
"""

from __future__ import annotations

import json
import smtplib
import sys
from email.message import EmailMessage
from functools import cache
from typing import Any

import urllib3
from celery import Celery  # type: ignore[import-not-found]  # not an environment of ours

from services.notifier.templates.domain.content import Channel
from services.notifier.templates.domain.rendering import Renderer
from services.notifier.templates.gateways import load_layout, load_templates, load_words

app = Celery("fanout")
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=16,
    broker_connection_retry_on_startup=True,
)


@cache
def _renderer() -> Renderer:
    return Renderer(
        load_templates(),
        load_layout(),
        load_words(),
        portal="http://127.0.0.1:8080",
        timezone="Europe/Moscow",
    )


@cache
def _http() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=4)


@cache
def _smtp(port: int) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", port)


@app.task(name="tell")  # type: ignore[untyped-decorator]  # as above
def tell(job: dict[str, Any]) -> None:
    """One event: three messages."""
    for channel, to in (("sms", job["phone"]), ("push", job["device"])):
        said = _rendered(Channel(channel), job)
        key = f"{job['id']}-{channel}"
        body = {"id": key, "to": to, "text": said.text, "body": said.text, "url": said.link}
        answer = _http().request(
            "POST",
            f"http://127.0.0.1:{job['http_port']}/{channel}/v1/messages",
            body=json.dumps(body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
        )
        if answer.status != 202:
            raise RuntimeError(answer.status)
    said = _rendered(Channel.EMAIL, job)
    letter = EmailMessage()
    letter["Message-ID"] = f"<{job['id']}@zdorovie.example>"
    letter["From"], letter["To"] = "no-reply@zdorovie.example", job["email"]
    letter["Subject"] = said.title
    letter.set_content(said.text)
    letter.add_alternative(said.html, subtype="html")
    _smtp(job["smtp_port"]).send_message(letter)


def _rendered(channel: Channel, job: dict[str, Any]) -> Any:
    context, name = job["context"], "certificate-issued"
    return _renderer().render(name, channel, context, salutation="Здравствуйте, Анна!").content


if __name__ == "__main__":
    for line in sys.stdin:
        for job in json.loads(line):
            tell.delay(job)
