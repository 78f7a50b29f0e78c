"""The notifier with a real Kafka in front: what its one subscriber takes becomes messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from contracts.identity import AccountRegistered, CodeRequestedV2
from contracts.topics import topic_of
from services.chassis.foundation.settings import Platform
from services.chassis.kafka.publisher import KafkaPublisher
from services.chassis.work.outbox import Record
from services.notifier.app import build
from services.notifier.settings import Settings
from tests.support.eventually import eventually
from tests.support.service import Tokens, running
from tests.support.services.notifier import heard, journal
from tests.support.services.notifier.providers import Providers


async def test_events_of_other_services_become_messages(
    kafka_platform: Platform, database: str, tokens: Tokens, boxes: Providers
) -> None:
    """N1, over Kafka and back: contacts, a code, the journal."""
    settings = Settings(platform=kafka_platform, database=database, **boxes.settings())
    app = build(settings, fetch_keys=tokens.fetch)
    contacts = {"phone": "+79000000042", "email": "anna@example.org"}
    events = [
        heard(AccountRegistered, aggregate=database, account_id=database, pii=contacts),
        heard(
            CodeRequestedV2,
            account_id=database,
            expires_at=datetime.now(UTC) + timedelta(minutes=5),
            pii=contacts | {"code": "402917"},
        ),
    ]
    records = [
        Record(topic_of(e.data).name, e.aggregateid.encode(), e.to_json(), tuple(e.headers()))
        for e in events
    ]
    publisher = KafkaPublisher(kafka_platform.kafka_bootstrap, client_id="identity")
    async with running(app) as client:
        assert await publisher.publish(records) == [None, None]
        await eventually(lambda: len(boxes.sms.to("+79000000042")) == 2)
        await eventually(lambda: boxes.email.to("anna@example.org"))

        async def all_delivered() -> bool:
            lines = await journal(client, tokens, database)
            return [m["status"] for m in lines] == ["delivered"] * 3

        await eventually(all_delivered)
        await publisher.close()
