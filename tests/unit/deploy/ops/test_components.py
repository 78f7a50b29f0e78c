"""O4: what the conditions of services mean to citizens."""

from __future__ import annotations

import pytest

from contracts.topics import SERVICES
from deploy.watch.ops.components import COMPONENTS, State, judge
from deploy.watch.ops.health import Answer, Condition, by_service, condition_of
from deploy.watch.ops.targets import Replica

WELL = dict.fromkeys(SERVICES, Condition.READY)


def states(**ill: Condition) -> dict[str, State]:
    """What citizens meet when these services are not well."""
    return {c.key: judge(c, WELL | ill).state for c in COMPONENTS}


def test_every_service_is_somebodys_need() -> None:
    assert {component.needs for component in COMPONENTS} == set(SERVICES)


def test_all_is_well() -> None:
    assert set(states().values()) == {State.WORKS}


def test_without_documents_certificates_are_slow_and_the_rest_works() -> None:
    assert states(documents=Condition.AWAY) == {
        "entrance": State.WORKS,
        "certificates": State.IMPAIRED,
        "documents": State.DOWN,
        "appointments": State.WORKS,
        "notifications": State.WORKS,
    }


def test_without_the_notifier_no_code_arrives() -> None:
    found = states(notifier=Condition.UNREADY)
    assert (found["notifications"], found["entrance"]) == (State.DOWN, State.IMPAIRED)


def test_kafka_away_is_told_as_what_waits() -> None:
    """`degraded` is not an outage: the API works, what travels by events waits."""
    degraded = dict.fromkeys(SERVICES, Condition.DEGRADED)
    for component in COMPONENTS:
        verdict = judge(component, degraded)
        assert verdict.state is State.IMPAIRED
        assert "задержк" in " ".join(verdict.reasons), component.key


def test_shedding_is_told_as_many_requests() -> None:
    entrance = COMPONENTS[0]
    verdict = judge(entrance, WELL | {"identity": Condition.SHEDDING})
    assert verdict.state is State.IMPAIRED
    assert "много обращений" in verdict.reasons[0]


def test_a_service_that_nobody_found_is_down() -> None:
    assert judge(COMPONENTS[0], {}).state is State.DOWN


@pytest.mark.parametrize(
    ("status", "said", "condition"),
    [
        (200, {"status": "ready"}, Condition.READY),
        (200, {"status": "ready", "shedding": False}, Condition.READY),
        (200, {"status": "ready", "shedding": True}, Condition.SHEDDING),
        (200, {"status": "degraded"}, Condition.DEGRADED),
        (200, {"status": "something new"}, Condition.DEGRADED),
        (200, [], Condition.DEGRADED),
        (503, {"status": "unready"}, Condition.UNREADY),
        (404, {}, Condition.UNREADY),
    ],
)
def test_what_readyz_says(status: int, said: object, condition: Condition) -> None:
    assert condition_of(status, said) is condition


def test_a_dead_replica_beside_a_live_one_is_seen_by_the_sre_only() -> None:
    answers = [
        Answer(Replica("identity", "a:1"), Condition.READY, version="1.0"),
        Answer(Replica("identity", "b:1"), Condition.AWAY),
    ]
    found = by_service(["identity", "notifier"], answers)
    identity = found["identity"]
    assert (identity.condition, identity.serving) == (Condition.READY, 1)
    assert identity.versions == ("1.0",)
    assert found["notifier"].condition is Condition.AWAY


def test_the_worst_of_those_that_serve_speaks_for_the_service() -> None:
    answers = [
        Answer(Replica("identity", "a:1"), Condition.READY),
        Answer(Replica("identity", "b:1"), Condition.DEGRADED),
    ]
    assert by_service(["identity"], answers)["identity"].condition is Condition.DEGRADED
