"""O3, X14: which alerts there are and what they say; promtool proves when they fire."""

from __future__ import annotations

import re

from contracts.topics import SERVICES
from deploy.watch.observability.alerts import ALERTS, SLOS, Severity
from deploy.watch.observability.conditions import Absent, Always, Beyond, Minus, Together, both
from deploy.watch.observability.panels import tab
from deploy.watch.observability.queries import Gauge, where
from deploy.watch.observability.scrapes import Scrapes

_ALL_OR_NOTHING = {
    "ServiceDown",
    "TargetDown",
    "MongoDisconnected",
    "KafkaDisconnected",
    "GatewayDown",
    "VolumeUnmeasured",
    "OpsDown",
    "Watchdog",
}
_ABOUT_WHOM = ("$labels.service", "$labels.channel", "$labels.volume")


def test_every_alert_is_seen_to_fire_and_to_stay_quiet() -> None:
    for alert in ALERTS:
        assert any(case.fires for case in alert.cases), f"{alert.name} is never seen to fire"
        quiet = any(not case.fires for case in alert.cases)
        assert quiet is not (alert.name == "Watchdog"), f"{alert.name} is never seen quiet"


def test_what_the_issue_asks_for_is_there() -> None:
    names = {alert.name for alert in ALERTS}
    assert names >= {
        "ErrorBudgetBurnFast",
        "ErrorBudgetBurnSlow",
        "ConsumerLagAge",
        "OutboxAge",
        "DeadLettersOpen",
        "ApplicationsLate",
        "SealingFailures",
        "DeliveryDrop",
        "LoginPasswordGuessing",
        "CodeConversionDrop",
    }
    assert {slo.service for slo in SLOS} == set(SERVICES)
    assert {a.service for a in ALERTS if a.name == "ServiceDown"} == set(SERVICES)


def test_what_a_person_reads_is_russian_and_names_service_and_value() -> None:
    for alert in ALERTS:
        text = alert.summary + alert.description
        assert re.search("[а-яё]", alert.summary), alert.name
        named = alert.service or any(label in text for label in _ABOUT_WHOM)
        assert named or alert.severity is Severity.NONE, alert.name
        assert alert.name in _ALL_OR_NOTHING or "$value" in alert.description, alert.name


def test_every_alert_leads_to_a_panel() -> None:
    for alert in ALERTS:
        name, key = alert.panel
        for service in (name or alert.service,) if name or alert.service else SERVICES:
            assert service is not None
            assert tab(service).panel(key), alert.name


def test_a_page_does_not_wait_long_and_a_name_is_one_thing() -> None:
    for alert in ALERTS:
        if alert.severity is Severity.PAGE:
            assert alert.hold_seconds <= 600, alert.name
    keys = [(alert.name, alert.service) for alert in ALERTS]
    assert len(set(keys)) == len(keys)


def test_conditions_keep_the_first_value_and_its_labels() -> None:
    scrapes = Scrapes()
    scrapes.add(10, "s", "a", 'g{k="x"} 5\ng{k="y"} 2\nh{k="x"} 1\n')
    g, h = Gauge("g", ("k",)), Gauge("h", ("k",))
    x, y = (("k", "x"),), (("k", "y"),)
    assert Beyond(g, ">", 2).at(scrapes, 10) == {x: 5}
    assert Beyond(g, ">=", 2).at(scrapes, 10) == {x: 5, y: 2}
    assert both(Beyond(g, ">", 1), Beyond(h, "==", 1)).at(scrapes, 10) == {x: 5}
    assert Together(g, "unless", h).at(scrapes, 10) == {y: 2}
    assert Together(h, "or", g).at(scrapes, 10) == {x: 1, y: 2}
    assert Minus(g, h).at(scrapes, 10) == {x: 4}
    nowhere = Absent("up", where(service="t"))
    assert nowhere.at(scrapes, 10) == {(("service", "t"),): 1}
    assert Absent("up", where(service="s")).at(scrapes, 10) == {}
    assert Always().at(Scrapes(), 10) == {(): 1}
    assert nowhere.promql() == 'absent(up{service="t"})'
    limit = Beyond(Minus(g, h), ">", 0.5)
    assert limit.promql() == "(max by (k) (g) - max by (k) (h)) > 0.5"
    assert both(limit, limit).promql() == f"({limit.promql()}) and ({limit.promql()})"
