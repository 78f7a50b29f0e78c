"""S3 through the minio SDK: put, get, and signed links. The SDK is known to this module only.

Content is addressed by its hash and never overwritten with something else. It refuses to wait:
short time-outs, few retries, a bounded pool of threads.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from services.chassis.foundation.errors import TooManyRequestsError
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.settings import Platform
from services.chassis.telemetry.calls import Call, outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.documents.access.domain.content import MediaType, object_key, sha256_of
from services.documents.access.errors import ContentChangedError, StorageAwayError
from services.documents.access.gateways.workers import Workers

log = structlog.get_logger(__name__)
T = TypeVar("T")

_CONNECT_SECONDS, _READ_SECONDS = 2.0, 10.0
_THREADS = 8
_MISSING = frozenset({"NoSuchKey", "NoSuchObject"})
_ALREADY = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})


class Storage:
    """Content by its SHA-256 in buckets."""

    def __init__(self, platform: Platform, buckets: tuple[str, ...], metrics: Metrics) -> None:
        """Make the clients; nothing is connected yet.

        Links are signed for the public address: the gateway leads `/<bucket>/…` to S3 and keeps
        the Host header, because the signature covers it.
        """
        pool = urllib3.PoolManager(
            num_pools=2,
            maxsize=_THREADS,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            retries=urllib3.Retry(
                total=1, backoff_factor=0.1, status_forcelist=(500, 502, 503, 504)
            ),
        )
        public = urlsplit(platform.public_url)
        self._inside = _client(platform, platform.s3_endpoint, pool, secure=platform.s3_secure)
        self._outside = _client(platform, public.netloc, pool, secure=public.scheme == "https")
        self._pool = pool
        self._buckets = buckets
        self._metrics = metrics
        self._workers = Workers("s3", threads=_THREADS, waiting=200, seconds=30.0)

    async def prepare(self) -> None:
        """Make the buckets. S3 away is no reason not to start: a later `put` makes them."""
        try:
            for bucket in self._buckets:
                await self._call("make_bucket", lambda bucket=bucket: self._make(bucket))  # type: ignore[misc] # mypy cannot type a lambda's default
        except StorageAwayError as error:
            log.warning("S3 is away; the buckets will be made later", error=redacted(error))

    async def put(self, bucket: str, sha256: str, content: bytes, media_type: MediaType) -> None:
        """Store content under its hash; again is the same.

        Raises:
            StorageAwayError: not stored, or not confirmed.
        """

        def work() -> None:
            self._inside.put_object(
                bucket,
                object_key(sha256),
                io.BytesIO(content),
                len(content),
                content_type=media_type.value,
            )

        try:
            await self._call("put_object", work)
        except StorageAwayError as error:
            if not _says(error, "NoSuchBucket"):
                raise
            await self._call("make_bucket", lambda: self._make(bucket))
            await self._call("put_object", work)

    async def get(self, bucket: str, sha256: str) -> bytes:
        """The content with this hash, checked (D3).

        Raises:
            ContentChangedError: it is gone, or something else is in its place.
            StorageAwayError: no answer.
        """

        def work() -> bytes:
            response = self._inside.get_object(bucket, object_key(sha256))
            try:
                return bytes(response.read())
            finally:
                response.close()
                response.release_conn()

        content = await self._call("get_object", work)
        if sha256_of(content) != sha256:
            log.error("stored content does not match its hash", bucket=bucket, sha256=sha256)
            raise ContentChangedError
        return content

    async def remove(self, bucket: str, sha256: str) -> None:
        """Take content away for good; what is not there is as good.

        Raises:
            StorageAwayError: not removed, or not confirmed.
        """
        key = object_key(sha256)
        await self._call("remove_object", lambda: self._inside.remove_object(bucket, key))

    def link(self, bucket: str, sha256: str, *, media_type: MediaType, lasting: timedelta) -> str:
        """A signed address that gives the content for a short time (D1). No network is used.

        Addresses are read by proxies and kept by browsers: no word of a person's stands in it.
        """
        name = f"document{media_type.suffix}"
        return str(
            self._outside.presigned_get_object(
                bucket,
                object_key(sha256),
                expires=lasting,
                response_headers={
                    "response-content-disposition": f'attachment; filename="{name}"',
                    "response-content-type": media_type.value,
                    "response-cache-control": "private, no-store",
                },
            )
        )

    async def close(self) -> None:
        """Drop threads and connections."""
        await self._workers.close()
        self._pool.clear()

    def _make(self, bucket: str) -> None:
        if not self._inside.bucket_exists(bucket):
            try:
                self._inside.make_bucket(bucket)
            except S3Error as error:
                if error.code not in _ALREADY:  # another replica was faster
                    raise

    async def _call(self, operation: str, work: Callable[[], T]) -> T:
        try:
            with outbound_call("s3", self._metrics, operation) as call:
                return await self._observed(call, work)
        except S3Error as error:
            if error.code in _MISSING:
                log.exception("stored content is gone", code=error.code)
                raise ContentChangedError from error
            msg = f"S3: {error.code}"
            raise StorageAwayError(msg) from error
        except TooManyRequestsError as error:
            msg = "S3: too many calls wait"
            raise StorageAwayError(msg) from error
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            msg = f"S3: {type(error).__name__}"
            raise StorageAwayError(msg) from error

    async def _observed(self, call: Call, work: Callable[[], T]) -> T:
        """The work in its thread; an answer that says no is none that did not come."""
        try:
            return await self._workers.run(work)
        except S3Error as error:
            call.refused(error.code or "s3-error")
            raise


def _client(platform: Platform, endpoint: str, pool: urllib3.PoolManager, *, secure: bool) -> Minio:
    return Minio(
        endpoint,
        access_key=platform.s3_access_key.get_secret_value(),
        secret_key=platform.s3_secret_key.get_secret_value(),
        secure=secure,
        region=platform.s3_region,  # without it every signature asks S3 first
        http_client=pool,
    )


def _says(error: StorageAwayError, code: str) -> bool:
    return isinstance(error.__cause__, S3Error) and error.__cause__.code == code
