"""The demo public key infrastructure: made at first start, kept afterwards.

`python -m deploy.world.pki DIR` fills a directory. What is there stays; certificates and revocation
lists are renewed as soon as something that rests on them could outlive them (`lives`):

```
DIR/root.pem               the root that an outsider trusts   root.key (mode 0600, as all keys)
DIR/root-crl.pem           the root's revocation list
DIR/issuing.pem            the issuing authority              issuing.key
DIR/crl.pem                the issuing authority's revocation list
DIR/tsa.pem                the time-stamp authority, issuing       tsa.key
DIR/public/                what the gateway serves under /trust/: the root, the authorities and
                           their lists, where the certificates say they are (CDP, AIA)
```

Doctors and clinics have their keys at the platform and bring requests to the `desk`; for tests of
sealing alone `ensure_pki` makes them beside the authorities (`organisation`, `doctors/<id>`).

Nobody outside this machine trusts it, and it replaces no accredited authority.
"""

from deploy.world.pki.authority import PUBLIC_URL, ensure_pki
from deploy.world.pki.keys import Algorithm
from deploy.world.pki.people import Doctor, Organisation

__all__ = ["PUBLIC_URL", "Algorithm", "Doctor", "Organisation", "ensure_pki"]
