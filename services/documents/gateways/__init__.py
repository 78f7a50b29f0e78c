"""What documents does outside MongoDB: looks into files, keeps content in S3, signs.

Every blocking call runs in a bounded thread pool and ends in bounded time. Nothing here decides
what is accepted or who may read.
"""

from services.documents.gateways.inspection import Inspector
from services.documents.gateways.signing import Notary
from services.documents.gateways.storage import Storage

__all__ = ["Inspector", "Notary", "Storage"]
