"""What somebody's sight of cases hangs on: the role, the team, and the day."""

from datetime import date
from typing import Any

from common import clock
from common.clock import HOUSE_ZONE, local_day


class Sight:
    """The part of a user that says whose cases they see, and how much of them."""

    role: Any
    team_id: int | None

    @property
    def own_team(self) -> dict[str, int]:
        """The team to which this reader's sight is bound, as a kept query takes it; {} where to none."""
        everywhere = self.sees_every_team or self.role == "system"
        return {} if everywhere or not self.team_id else {"team_id": self.team_id}

    @property
    def sight(self) -> dict[str, Any]:
        """All that this reader's sight of cases hangs on, as a kept query takes it: team and day."""
        team: dict[str, Any] = dict(self.own_team)
        by_mandate = team and self.role not in {"counsel", "operator"}
        return team | {"today": self.today} if by_mandate else team

    @property
    def today(self) -> date:
        """The house's day, on which a mandate is in force or has ended; a kept query sets its own."""
        given: date | None = self.__dict__.get("_today")
        return given or local_day(clock.now(), HOUSE_ZONE)

    @today.setter
    def today(self, day: date) -> None:
        self.__dict__["_today"] = day

    @property
    def sees_every_team(self) -> bool:
        """Compliance and administrators answer for the whole house; auditors look at all of it."""
        return self.role in {"compliance", "administrator", "auditor"}

    @property
    def sees_masked(self) -> bool:
        """Auditors look at what was done, and need not know to whom."""
        return bool(self.role == "auditor")

    @property
    def only_reads(self) -> bool:
        """Auditors and operators change nothing of a case, whatever right an action asks for."""
        return self.role in {"auditor", "operator"}

    @property
    def sees_no_case(self) -> bool:
        """Operators keep the machine running, whatever team they are in."""
        return bool(self.role == "operator")
