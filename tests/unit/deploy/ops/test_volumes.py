"""O2, O3: what is known of the disks, and what is said when it is not."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError
from structlog.testing import capture_logs

from deploy.watch.ops.settings import OpsSettings
from deploy.watch.ops.volumes import Room, Volumes, WatcherMetrics, parsed, room
from tests.support.tools.runbooks import found_by
from tests.support.tools.spans import listening

_SOON = 0.05


def said(metrics: WatcherMetrics) -> dict[tuple[str, str], float]:
    """(metric, volume) → value, as `/metrics` says it."""
    return {
        (sample.name, sample.labels["volume"]): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


class Disks:
    """Places whose room the test decides; one of them may hang."""

    def __init__(self) -> None:
        self.rooms: dict[Path, Room | OSError] = {}
        self.hangs: set[Path] = set()
        self.released = threading.Event()
        self.asked: list[Path] = []

    def __call__(self, path: Path) -> Room:
        """As the operating system would answer."""
        self.asked.append(path)
        if path in self.hangs:
            assert self.released.wait(20)
        answer = self.rooms[path]
        if isinstance(answer, OSError):
            raise answer
        return answer


@pytest.fixture
def disks() -> Iterator[Disks]:
    """Two of them; whoever hangs is let go at the end."""
    found = Disks()
    found.rooms = {Path("/a"): Room(100, 40), Path("/b"): Room(1000, 999)}
    yield found
    found.released.set()


def test_the_room_is_what_is_left_to_programs(tmp_path: Path) -> None:
    found, expected = room(tmp_path), os.statvfs(tmp_path)
    assert found.size == expected.f_blocks * expected.f_frsize
    assert 0 < found.free <= found.size
    assert found.free <= expected.f_bfree * expected.f_frsize, "what only root may use is not room"


def test_volumes_and_where_they_are(tmp_path: Path) -> None:
    assert parsed("mongo=/data/mongo, s3=/data/a=b") == {
        "mongo": Path("/data/mongo"),
        "s3": Path("/data/a=b"),
    }
    assert OpsSettings(data_dir=tmp_path).places == {}


@pytest.mark.parametrize("text", ["mongo", "=/a", "mongo=data", "mongo=", "a=/x,a=/y"])
def test_what_is_no_list_of_volumes_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValidationError, match="volume=/path"):
        OpsSettings(volumes=text, data_dir=tmp_path)


async def test_every_volume_is_measured_and_the_newest_number_counts(disks: Disks) -> None:
    metrics = WatcherMetrics()
    volumes = Volumes({"mongo": Path("/a"), "s3": Path("/b")}, metrics, ask=disks)
    assert said(metrics) == {}, "nothing is said before the first look"
    await volumes.measure()
    disks.rooms[Path("/a")] = Room(100, 3)
    await volumes.measure()
    assert said(metrics) == {
        ("volume_free_bytes", "mongo"): 3,
        ("volume_size_bytes", "mongo"): 100,
        ("volume_measured", "mongo"): 1,
        ("volume_free_bytes", "s3"): 999,
        ("volume_size_bytes", "s3"): 1000,
        ("volume_measured", "s3"): 1,
    }


async def test_a_place_that_cannot_be_read_has_no_size_and_is_told_of_once(disks: Disks) -> None:
    metrics = WatcherMetrics()
    volumes = Volumes({"mongo": Path("/a"), "s3": Path("/b")}, metrics, ask=disks)
    await volumes.measure()
    disks.rooms[Path("/a")] = PermissionError(13, "Permission denied", "/a")
    with listening("ops") as heard:
        for _ in range(3):
            await volumes.measure()
    (line,) = found_by("VolumeUnmeasured", heard)
    assert line["volume"] == "mongo"
    assert "PermissionError" in line["error"], "the runbook tells them apart by it"
    found = said(metrics)
    assert found[("volume_measured", "mongo")] == 0
    assert ("volume_free_bytes", "mongo") not in found
    assert ("volume_size_bytes", "mongo") not in found
    assert found[("volume_free_bytes", "s3")] == 999, "one does not hide the other"
    disks.rooms[Path("/a")] = Room(100, 50)
    with capture_logs() as logs:
        await volumes.measure()
    assert [line["event"] for line in logs] == ["a volume can be measured again"]
    assert said(metrics)[("volume_free_bytes", "mongo")] == 50


async def test_a_disk_that_does_not_answer_holds_up_nobody(disks: Disks) -> None:
    """A dead network disk never answers: one thread waits for it, not one more every round."""
    metrics = WatcherMetrics()
    places = {"mongo": Path("/a"), "s3": Path("/b")}
    volumes = Volumes(places, metrics, ask=disks, seconds=_SOON)
    disks.hangs.add(Path("/a"))
    for _ in range(4):
        await volumes.measure()
    assert disks.asked.count(Path("/a")) == 1
    assert disks.asked.count(Path("/b")) == 4
    assert said(metrics)[("volume_measured", "mongo")] == 0
    assert said(metrics)[("volume_measured", "s3")] == 1
    disks.hangs.clear()
    disks.released.set()
    await volumes._asked["mongo"]
    await volumes.measure()
    assert said(metrics)[("volume_free_bytes", "mongo")] == 40


async def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    metrics = WatcherMetrics()
    volumes = Volumes({"here": tmp_path, "gone": tmp_path / "gone"}, metrics)
    with capture_logs() as logs:
        await volumes.measure()
    found = said(metrics)
    assert (found[("volume_measured", "here")], found[("volume_measured", "gone")]) == (1, 0)
    assert "FileNotFoundError" in logs[0]["error"]
