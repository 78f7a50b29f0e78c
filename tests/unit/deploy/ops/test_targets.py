"""O1: whom the watcher asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.watch.ops.settings import OpsSettings
from deploy.watch.ops.targets import Replica, parsed, replicas


def test_services_with_several_addresses() -> None:
    found = parsed("identity=http://a:1|http://b:2, documents=http://127.0.0.1:3")
    assert found == {
        "identity": ("http://a:1", "http://b:2"),
        "documents": ("http://127.0.0.1:3",),
    }


@pytest.mark.parametrize("text", ["identity", "=http://a:1", "a=https://b:1", "a=http://b", "a=x|"])
def test_what_is_no_list_of_addresses_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValidationError, match="service=http"):
        OpsSettings(targets=text, data_dir=tmp_path)


async def test_each_address_of_a_name_is_a_replica() -> None:
    async def resolve(host: str, _: int) -> list[str]:
        if host == "nowhere":
            raise OSError
        return ["10.0.0.2", "10.0.0.1", "fd00::1"]

    urls = ("http://identity:8101", "http://nowhere:1", "http://127.0.0.1:9")
    assert await replicas("identity", urls, resolve) == [
        Replica("identity", "10.0.0.1:8101"),
        Replica("identity", "10.0.0.2:8101"),
        Replica("identity", "127.0.0.1:9"),
        Replica("identity", "[fd00::1]:8101"),
    ]
