"""The demo public key infrastructure: made at first start, kept afterwards.

`python -m deploy.pki DIR` fills a directory. What is there stays; only the certificates
of signers and the revocation list are renewed, in their last 30 days:

```
DIR/root.pem               the root that an outsider trusts   root.key (mode 0600, as all keys)
DIR/issuing.pem            the issuing authority              issuing.key
DIR/crl.pem                the issuing authority's revocation list
DIR/organisation.pem       the medical organisation, issuing   organisation.key
DIR/tsa.pem                the time-stamp authority, issuing       tsa.key
DIR/doctors/<id>.pem       a doctor, then issuing             doctors/<id>.key
```

Nobody outside this machine trusts it, and it replaces no accredited authority.
"""

from deploy.pki.authority import Algorithm, ensure_pki
from deploy.pki.people import Doctor, Organisation, read_doctors

__all__ = ["Algorithm", "Doctor", "Organisation", "ensure_pki", "read_doctors"]
