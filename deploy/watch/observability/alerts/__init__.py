"""What wakes a person: symptoms that citizens feel, never causes that may be harmless."""

from __future__ import annotations

from deploy.watch.observability.alerts.entrance import ENTRANCE
from deploy.watch.observability.alerts.flow import FLOW
from deploy.watch.observability.alerts.model import Alert, Case, Group, Severity
from deploy.watch.observability.alerts.monitoring import MONITORING
from deploy.watch.observability.alerts.process import PROCESS
from deploy.watch.observability.alerts.reach import REACH
from deploy.watch.observability.alerts.signing import SIGNING
from deploy.watch.observability.alerts.slo import BUDGETS, SLOS, Slo
from deploy.watch.observability.alerts.work import WORK

__all__ = ["ALERTS", "GROUPS", "SLOS", "Alert", "Case", "Group", "Severity", "Slo"]

GROUPS = (*BUDGETS, REACH, FLOW, PROCESS, WORK, SIGNING, ENTRANCE, MONITORING)
ALERTS = tuple(alert for group in GROUPS for alert in group.alerts)
