"""The two buckets of documents, made with the administrator's key that no service has."""

from __future__ import annotations

import urllib3
from minio import Minio
from minio.error import S3Error

from deploy.stacks.containers.jobs.settings import BucketsJob

_ALREADY = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})


def run() -> str:
    """Make what lacks; says what there is."""
    settings = BucketsJob()
    settings.refuse_demo_secrets()
    client = Minio(
        settings.s3_endpoint,
        access_key=settings.s3_admin_access_key,
        secret_key=settings.s3_admin_secret_key.get_secret_value(),
        secure=settings.s3_secure,
        region=settings.s3_region,
        http_client=urllib3.PoolManager(
            timeout=10, retries=urllib3.Retry(total=8, backoff_factor=0.3)
        ),
    )
    buckets = (settings.bucket_uploads, settings.bucket_sealed)
    for bucket in buckets:
        try:
            if not client.bucket_exists(bucket):
                client.make_bucket(bucket)
        except S3Error as error:
            if error.code not in _ALREADY:
                raise
    return f"buckets: {', '.join(buckets)}"
