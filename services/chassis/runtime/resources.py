"""What a service builds its own parts on: database, transactions, metrics, tokens."""

from __future__ import annotations

from services.chassis.database.client import Mongo
from services.chassis.foundation.settings import ServiceSettings
from services.chassis.http.auth import TokenVerifier
from services.chassis.http.health import VERSION
from services.chassis.http.keys import FetchKeys, fetch_from
from services.chassis.kafka.publisher import KafkaPublisher
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.pool import PoolListener
from services.chassis.work.groups import Groups
from services.chassis.work.outbox import Outbox, Publisher
from services.chassis.work.timers import Timers
from services.chassis.work.transactions import Transactions


class Resources:
    """Made first and connected to nothing yet; `Runtime` runs and closes them."""

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        *,
        fetch_keys: FetchKeys | None = None,
        publisher: Publisher | None = None,
    ) -> None:
        platform = settings.platform
        self.name = name
        self.settings = settings
        self.metrics = Metrics()
        self.metrics.build_info.labels(VERSION).set(1)
        self.mongo = Mongo(
            platform.mongo_url,
            settings.database,
            max_pool=platform.mongo_max_pool,
            listeners=[PoolListener(self.metrics)],
        )
        self.outbox = Outbox(self.mongo)
        self.timers = Timers(self.mongo)
        self.groups = Groups(self.mongo, metrics=self.metrics)
        self.transactions = Transactions(
            name, self.mongo, self.outbox, self.timers, groups=self.groups
        )
        self.tokens = TokenVerifier(
            fetch_keys or fetch_from(platform.auth_jwks_url, self.metrics),
            issuer=platform.auth_issuer,
            audience=platform.auth_audience,
        )
        self.publisher = publisher or KafkaPublisher(platform.kafka_bootstrap, client_id=name)
