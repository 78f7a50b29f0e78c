"""A Kafka consumer that a single unreadable record cannot stop.

aiokafka decodes header *keys* while it reads. One that is not UTF-8 (or a record whose checksum is
wrong) makes `getmany` raise for ever, and what it had already taken from other partitions in that
call is lost to the caller although their positions have moved. Here such a call is taken back to
the committed offsets and repeated for each partition apart; where the record is, one at a time
until it is met, reported by its place and stepped over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException

from services.chassis.kafka.backlog import Backlog

log = structlog.get_logger(__name__)

_UNREADABLE = (UnicodeDecodeError, CorruptRecordException)
_WAIT_MS = 500

Report: TypeAlias = Callable[[TopicPartition, int, Exception], Awaitable[None]]
"""Keeps the place (partition, offset) of an unreadable record; stepping over waits for it."""


class TolerantConsumer(AIOKafkaConsumer):  # type: ignore[misc] # aiokafka has no types
    """`AIOKafkaConsumer` whose `getmany` steps over what cannot be read.

    It keeps account of what it handed out and what of that is acknowledged.
    """

    def __init__(self, *topics: str, report: Report, backlog: Backlog, **settings: Any) -> None:
        """Take whom to tell of an unreadable record, and where to keep account."""
        super().__init__(*topics, **settings)
        self._report = report
        self._backlog = backlog
        self._careful: set[TopicPartition] = set()

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Any]]:
        """As the library's; never raises for an unreadable record."""
        found = await self._tolerant(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        for partition, records in found.items():
            if records:
                self._backlog.taken(partition, records, self._end(partition))
        return found

    async def commit(self, offsets: Any = None) -> None:
        """As the library's: here always all that was handed out."""
        try:
            await super().commit(offsets)
        finally:  # after a rebalance it fails: then the records are handed out again, here or there
            self._backlog.settled()

    async def answers(self) -> bool:
        """Whether Kafka answers now."""
        return bool(await self._client.force_metadata_update())  # no public way to ask

    async def look(self) -> None:
        """Reckon the backlog anew.

        Raises:
            Exception: Kafka does not answer; what was known stays.
        """
        await self._backlog.look(self)

    def _end(self, partition: TopicPartition) -> int | None:
        """Where the partition ended at the last fetch; None when it is ours no more."""
        if partition not in self.assignment():
            return None
        end: int | None = self.highwater(partition)
        return end

    async def _tolerant(
        self, *partitions: TopicPartition, timeout_ms: int, max_records: int | None
    ) -> dict[TopicPartition, list[Any]]:
        for partition in tuple(self._careful):
            found = await self._one(partition)
            if found:
                return found
        try:
            return await self._take(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except _UNREADABLE as error:
            log.warning("an unreadable record", error=type(error).__name__)
            return await self._apart(max_records)

    async def _take(self, *partitions: TopicPartition, **limits: Any) -> dict[TopicPartition, Any]:
        found: dict[TopicPartition, Any] = await super().getmany(*partitions, **limits)
        return found

    async def _apart(self, max_records: int | None) -> dict[TopicPartition, list[Any]]:
        """Read each partition by itself; the one that cannot be read goes on record by record."""
        taken: dict[TopicPartition, list[Any]] = {}
        for partition in self.assignment():
            await self._rewind(partition)
            try:
                taken |= await self._take(partition, timeout_ms=_WAIT_MS, max_records=max_records)
            except _UNREADABLE:
                await self._rewind(partition)
                self._careful.add(partition)
        return taken

    async def _one(self, partition: TopicPartition) -> dict[TopicPartition, list[Any]]:
        """The next record of a partition; if it is the unreadable one, report it and step over."""
        if partition not in self.assignment():
            self._careful.discard(partition)
            return {}
        try:
            found = await self._take(partition, timeout_ms=_WAIT_MS, max_records=1)
        except _UNREADABLE as error:
            offset = await self.position(partition)
            await self._report(partition, offset, error)
            self.seek(partition, offset + 1)
            found = {}
        if not found:
            self._careful.discard(partition)
        return found

    async def _rewind(self, partition: TopicPartition) -> None:
        committed = await self.committed(partition)
        if committed is None:
            await self.seek_to_beginning(partition)
        else:
            self.seek(partition, committed)
