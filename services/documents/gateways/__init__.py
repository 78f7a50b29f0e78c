"""What documents does outside MongoDB: looks into files, keeps content in S3, signs.

Every blocking call runs in bounded threads or processes and ends in bounded time. Nothing here
decides what is accepted or who may read. This module imports nothing: the processes that look into
files load it too, and need neither S3 nor keys.
"""
