"""`python -m deploy.world.pki DIR [--algorithm …] [--public-url URL]`: the authorities.

At its desk: `python -m deploy.world.pki issue REQUEST --pki DIR [--days N]` prints the certificate,
`python -m deploy.world.pki revoke CERTIFICATE --pki DIR` puts one on the list.
"""

import argparse
import sys
from pathlib import Path

from deploy.world.pki import PUBLIC_URL, Algorithm, ensure_pki
from deploy.world.pki.desk import RefusedError, issue, revoke

_PKI = Path(".run/data/pki")


def main() -> None:
    """Make what lacks and say where it is, or serve at the desk."""
    if sys.argv[1:2] in (["issue"], ["revoke"]):
        _desk(sys.argv[1], sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m deploy.world.pki", description="Demo PKI")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--algorithm", type=Algorithm, default=Algorithm.P256)
    parser.add_argument("--public-url", default=PUBLIC_URL)
    given = parser.parse_args()
    made = ensure_pki(
        given.directory,
        doctors=(),
        organisation=None,
        algorithm=given.algorithm,
        public_url=given.public_url,
    )
    print(f"pki: {given.directory}: {', '.join(made) if made else 'complete, nothing to do'}")


def _desk(verb: str, arguments: list[str]) -> None:
    """One request or one certificate."""
    parser = argparse.ArgumentParser(prog=f"python -m deploy.world.pki {verb}")
    parser.add_argument("file", type=Path, help="PEM or DER")
    parser.add_argument("--pki", type=Path, default=_PKI, help="the directory of the authority")
    if verb == "issue":
        parser.add_argument("--days", type=int, help="how long the certificate lives")
    given = parser.parse_args(arguments)
    try:
        if verb == "issue":
            made = issue(given.pki, given.file.read_bytes(), days=given.days)
            print(made.decode(), end="")
        else:
            revoke(given.pki, given.file.read_bytes())
    except (RefusedError, OSError) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
