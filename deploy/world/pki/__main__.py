"""`python -m deploy.world.pki DIR [--algorithm …] [--accounts FILE] [--public-url URL]`."""

import argparse
from pathlib import Path

from deploy.world.pki import PUBLIC_URL, Algorithm, ensure_pki, read_doctors

_ACCOUNTS = Path(__file__).parents[1] / "demo" / "accounts.json"


def main() -> None:
    """Make what lacks and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m deploy.world.pki", description="Demo PKI")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--algorithm", type=Algorithm, default=Algorithm.P256)
    parser.add_argument("--accounts", type=Path, default=_ACCOUNTS)
    parser.add_argument("--public-url", default=PUBLIC_URL)
    given = parser.parse_args()
    made = ensure_pki(
        given.directory,
        read_doctors(given.accounts),
        algorithm=given.algorithm,
        public_url=given.public_url,
    )
    print(f"pki: {given.directory}: {', '.join(made) if made else 'complete, nothing to do'}")


if __name__ == "__main__":
    main()
