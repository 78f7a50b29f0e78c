"""Content in S3, in bounded time."""
