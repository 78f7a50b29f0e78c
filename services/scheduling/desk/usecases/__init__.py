"""What staff does at the desk, and for who calls."""

from __future__ import annotations

from services.scheduling.desk.usecases.calling import Calling
from services.scheduling.desk.usecases.finding import Desk
from services.scheduling.desk.usecases.problems import Reporting
from services.scheduling.desk.usecases.rejecting import Rejecting
from services.scheduling.desk.usecases.visits import Attendance

__all__ = ["Attendance", "Calling", "Desk", "Rejecting", "Reporting"]
