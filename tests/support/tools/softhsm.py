"""A token of SoftHSM in a directory: plugged in, pulled out, plugged in again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.sealing import Token
from tests.support.tools.needs import needs

LABEL, PIN = "zdorovie", "1234"


@dataclass(frozen=True)
class SoftHsm:
    """One token; `module` is the library that speaks PKCS#11."""

    module: Path
    directory: Path

    @classmethod
    def made(cls, directory: Path, setenv: Callable[[str, str], None]) -> SoftHsm:
        """A fresh token; skips the test by name where there is no SoftHSM."""
        home = needs("softhsm")
        tokens = directory / "tokens"
        tokens.mkdir()
        conf = directory / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
        setenv("SOFTHSM2_CONF", str(conf))
        module = home / "lib" / "softhsm" / "libsofthsm2.so"
        subprocess.run(
            [
                *(str(home / "bin" / "softhsm2-util"), "--module", str(module)),
                *("--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "0000"),
            ],
            check=True,
            capture_output=True,
            timeout=30,
            env={"SOFTHSM2_CONF": str(conf)},
        )
        return cls(module, tokens)

    def token(self) -> Token:
        """The token, as the platform opens it."""
        return Token(self.module, LABEL, PIN)

    def pull_out(self) -> None:
        """Take it away, whatever is going on."""
        self.directory.rename(self.directory.with_name("pulled-out"))
        self.directory.mkdir()

    def plug_in(self) -> None:
        """Bring it back."""
        self.directory.rmdir()
        self.directory.with_name("pulled-out").rename(self.directory)
