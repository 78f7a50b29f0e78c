"""What certificates remembers: documents in MongoDB and the data files of the catalogue.

Every query for a citizen's thing filters by its owner in the query.
"""

from services.certificates.store.catalogue import load_catalogue
from services.certificates.store.documents import INDEXES, Store

__all__ = ["INDEXES", "Store", "load_catalogue"]
