"""The producer end of Kafka: bytes out, an answer for each record. Used by the relay only.

Records are packed into one batch per partition, which Kafka takes whole or not at all, and the next
of the partition follows when that is confirmed: a key's order survives every failure.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from aiokafka.partitioner import DefaultPartitioner

from services.chassis.foundation.errors import AccidentError
from services.chassis.work.outbox import Record, RefusedRecordError

_REFUSED = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    InvalidTopicError,
    TopicAuthorizationFailedError,
)
_LARGEST = 4 * 1024 * 1024
_partition_of = DefaultPartitioner()


class KafkaPublisher:
    """A producer that is made when needed and thrown away when its outcome is unknown.

    No Kafka idempotence: it hangs while Kafka is away, and consumers deduplicate by event id.
    """

    def __init__(self, bootstrap: str, *, client_id: str, wait: float = 5.0) -> None:
        """Take the time in seconds that a publish may last before its outcome counts as unknown."""
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._wait = wait
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, records: Sequence[Record]) -> list[Exception | None]:
        """Send all records at once; answer for each None, `RefusedRecordError` or an accident."""
        answers = _Answers(records)
        try:
            async with asyncio.timeout(self._wait):
                producer = await self._started()
                await asyncio.gather(
                    *(self._to_topic(producer, topic, answers) for topic in answers.topics())
                )
        except Exception as error:
            await self.close()
            answers.settle_rest(AccidentError(f"Kafka did not confirm: {error!r}"))
        return answers.found

    async def _to_topic(self, producer: AIOKafkaProducer, topic: str, answers: _Answers) -> None:
        mine = [n for n, record in enumerate(answers.records) if record.topic == topic]
        try:
            partitions = sorted(await producer.partitions_for(topic))
        except Exception as error:
            answers.settle(mine, _classified(error))
            return
        queues: dict[int, deque[int]] = {}
        for n in mine:
            partition = _partition_of(answers.records[n].key, partitions, partitions)
            queues.setdefault(partition, deque()).append(n)
        await asyncio.gather(
            *(_to_partition(producer, topic, p, queue, answers) for p, queue in queues.items())
        )

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client_id,
                acks="all",
                linger_ms=0,
                max_batch_size=256 * 1024,
                max_request_size=_LARGEST,
                request_timeout_ms=int(self._wait * 1000),
                retry_backoff_ms=100,
            )
            try:
                await producer.start()
            except BaseException:
                await _stop(producer)
                raise
            self._producer = producer
        return self._producer

    async def close(self) -> None:
        """Drop the producer without waiting for what it still holds."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)


class _Answers:
    """The records of one call and what became of each so far."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.found: list[Exception | None] = [None] * len(records)
        self._open = set(range(len(records)))

    def topics(self) -> set[str]:
        return {record.topic for record in self.records}

    def settle(self, numbers: Sequence[int], answer: Exception | None) -> None:
        for n in numbers:
            self.found[n] = answer
        self._open.difference_update(numbers)

    def settle_rest(self, answer: Exception) -> None:
        self.settle(list(self._open), answer)


async def _to_partition(
    producer: AIOKafkaProducer,
    topic: str,
    partition: int,
    queue: deque[int],
    answers: _Answers,
) -> None:
    """Batch after batch. A refused batch is sent again record by record to find the culprit."""
    alone = 0
    while queue:
        taken, error = await _send(producer, topic, partition, queue, answers, alone=alone > 0)
        alone = max(0, alone - len(taken))
        if isinstance(error, RefusedRecordError) and len(taken) > 1:
            queue.extendleft(reversed(taken))
            alone = len(taken)
        elif isinstance(error, RefusedRecordError):
            key = answers.records[taken[0]].key
            same = [n for n in queue if answers.records[n].key == key]
            answers.settle([*taken, *same], error)
            for n in same:
                queue.remove(n)
        elif error is not None:
            answers.settle([*taken, *queue], error)
            return
        else:
            answers.settle(taken, None)


async def _send(
    producer: AIOKafkaProducer,
    topic: str,
    partition: int,
    queue: deque[int],
    answers: _Answers,
    *,
    alone: bool,
) -> tuple[list[int], Exception | None]:
    """Take from the queue what fits into one batch, send it, wait for the answer."""
    batch = producer.create_batch()
    taken: list[int] = []
    while queue and not (alone and taken):
        record = answers.records[queue[0]]
        added = batch.append(
            timestamp=None, key=record.key, value=record.value, headers=list(record.headers)
        )
        if added is None:
            break
        taken.append(queue.popleft())
    try:
        if batch.size() > _LARGEST:
            raise MessageSizeTooLargeError
        await (await producer.send_batch(batch, topic, partition=partition))
    except Exception as error:
        return taken, _classified(error)
    return taken, None


async def _stop(producer: AIOKafkaProducer) -> None:
    """Throw it away: its own `stop` would first wait for what cannot be sent."""
    sender = producer._sender  # noqa: SLF001 - see above
    ends = [producer.client.close] if sender is None else [sender.close, producer.client.close]
    for end in ends:  # each by itself: a sender that does not end must not keep the connections
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1):
                await end()
    producer._closed = True  # noqa: SLF001 - nothing is left to stop


def _classified(error: Exception) -> Exception:
    if isinstance(error, _REFUSED):
        return RefusedRecordError(repr(error))
    return AccidentError(repr(error))
