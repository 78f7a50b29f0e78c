"""Becomes another program that dies with the process which started it.

    python -I -S leash.py PARENT_PID PROGRAM [ARGUMENT…]

A script and not a `preexec_fn`: code between fork and exec can deadlock in a process with threads.
It refuses to import anything of ours, so that it costs a few milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NOT_FOUND, NOT_EXECUTABLE = 127, 126


def main(parent: int, argv: list[str]) -> None:
    """Put on the leash, then become `argv`; returns only by exiting."""
    # SIGKILL, since a child may ignore anything gentler and nobody would be left to insist.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died in between
        sys.exit(1)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - becoming the program is the purpose
    except OSError as error:
        print(f"{argv[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_EXECUTABLE)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
