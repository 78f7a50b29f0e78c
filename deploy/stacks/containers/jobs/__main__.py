"""`python -m deploy.stacks.containers.jobs mongo|buckets|pki`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from deploy.stacks.containers.jobs import buckets, mongo, pki
from deploy.stacks.embedded.errors import StackError

JOBS: Mapping[str, Callable[[], str]] = {
    "mongo": mongo.run,
    "buckets": buckets.run,
    "pki": pki.run,
}


def main(arguments: Sequence[str]) -> int:
    """Run one job; the exit status."""
    if len(arguments) != 1 or arguments[0] not in JOBS:
        print(f"usage: python -m deploy.stacks.containers.jobs {'|'.join(JOBS)}", file=sys.stderr)
        return 2
    try:
        print(JOBS[arguments[0]](), flush=True)
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
