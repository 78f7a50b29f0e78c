"""Every type is issued over the gateway, filled in as the catalogue tells: C2, C20–C23."""

from __future__ import annotations

import random

import pytest

from deploy.world.demo.citizen import Citizen
from deploy.world.demo.every_type import NOT_PLAYED, EveryType
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.person import new_person
from deploy.world.demo.steps import Steps
from tests.support.services.certificates.builders import CATALOGUE

BY_VIDEO = {code for code, kind in CATALOGUE.types.items() if kind.video_visit}


@pytest.mark.timeout(300)
async def test_every_type_is_issued(gateway: Gateway) -> None:
    """But those by video: `make demo` waits for a visit to begin, a test does not."""
    citizen = Citizen(gateway.caller(), new_person(random.Random(77)))
    await citizen.register()
    await citizen.log_in()
    await citizen.fill_profile()
    issued = await EveryType(gateway, Steps(), citizen).play(visits=False)
    assert {*issued, *NOT_PLAYED, *BY_VIDEO} == {*CATALOGUE.types}
