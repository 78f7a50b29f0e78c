"""O8: `make images` on a real engine, with archives that do not answer."""

from __future__ import annotations

import pytest

from deploy.stacks.containers import debian
from deploy.stacks.containers.engine import Engine
from deploy.stacks.containers.errors import ArchiveFailedError
from deploy.stacks.containers.settings import PREFIX, StackSettings
from tests.support.tools.needs import leave_out, needs

pytestmark = pytest.mark.timeout(180)  # apt asks three times
NOBODY = "http://127.0.0.1:9"


def test_no_image_is_made_without_the_updates_of_its_archive() -> None:
    """Left to itself apt ends well when no archive answers; the image would lack its updates."""
    needs("engine")
    engine, suite = Engine.find(), StackSettings().debian_suite
    parent, image = f"{PREFIX}/base:{suite}", f"{PREFIX}/test-archives:1"
    if not engine.has_image(parent):
        leave_out("engine", f"no image {parent}: run `make images`")
    mirrors = debian.Mirrors(suite, f"{NOBODY}/debian", f"{NOBODY}/security")
    with pytest.raises(ArchiveFailedError) as refused:
        debian.with_packages(
            engine, image, parent=parent, packages=(), mirrors=mirrors, say=lambda _: None
        )
    assert f"Failed to fetch {NOBODY}/security/dists/{suite}-security/InRelease" in str(
        refused.value
    )
    assert not engine.has_image(image)
