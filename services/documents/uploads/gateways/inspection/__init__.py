"""Looking into files in processes that can be killed: the pool, a process, and what runs in it.

Nothing here decides what is accepted. The processes need neither S3 nor keys, so what they load may
import neither.
"""
