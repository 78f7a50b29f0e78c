"""O2: the watcher tells of the disks on its own port, and remembers it for its own pages."""

from __future__ import annotations

from pathlib import Path

from deploy.watch.observability.panels import TABS
from deploy.watch.observability.scrapes import declared
from tests.support.tools.ops import watching

_NOBODY = {"identity": ["http://127.0.0.1:9"]}


async def test_disks_are_on_its_metrics_and_in_its_graphs(tmp_path: Path) -> None:
    volumes = f"mongo={tmp_path},s3={tmp_path}/gone"
    async with watching(tmp_path, _NOBODY, tabs=TABS, volumes=volumes) as ops:
        await ops.rounds(2)
        answer = await ops.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert set(declared(answer.text)) == {
            "volume_free_bytes",
            "volume_size_bytes",
            "volume_measured",
        }, "the watcher is no service: it has no queue, no outbox and no database"
        assert 'volume_measured{volume="mongo"} 1.0' in answer.text
        assert 'volume_measured{volume="s3"} 0.0' in answer.text
        place = [panel.key for panel in TABS[0].panels].index("volumes")
        found = (await ops.get("/ops/api/tabs/flow/points", "sre")).json()["panels"][place]
        assert list(found) == ["mongo"], "what is not known is not drawn"
        assert len(found["mongo"]) == 2
        assert all(0 < share <= 1 for share in found["mongo"])


async def test_without_volumes_nothing_is_said_of_any(tmp_path: Path) -> None:
    async with watching(tmp_path, _NOBODY) as ops:
        await ops.rounds()
        assert "volume=" not in (await ops.get("/metrics")).text
