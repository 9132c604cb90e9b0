"""What a talk of the demo waits for: a second person's word on a waiver, and a lawyer's on the terms."""

from datetime import datetime
from decimal import Decimal

from agreements.actions import drawing, signing
from agreements.bearable import waiver_of
from agreements.models import Agreement
from agreements.policy import owed_by_component
from demo.thread import Thread

LAWYER = "钱江律师事务所 沈岚律师"


class Talking(Thread):
    """An officer who waits at the door, and a debtor who asked a lawyer first."""

    def waits_for_a_waiver(self) -> None:
        """The officer has asked from the door for more than the mandate leaves; nobody has answered."""
        self.at_the_door.append((14, self._ask_from_the_door))

    def _ask_from_the_door(self, at: datetime) -> None:
        case = self.fresh()
        drawing.request_waiver(
            case=case,
            waived=waiver_of(owed_by_component(case), Decimal("900.00")),
            reason="债务人停工在家，愿意分期还清，希望减免九百元", by=self.crew[0], at=at,
        )  # fmt: skip

    def has_terms_read(self, days: int, *, objects: str = "") -> None:
        """A lawyer is asked about the terms, and says hours later what is wrong with them, or that they are right."""

        def ask(at: datetime) -> None:
            signing.ask_lawyer(agreement=self._offered(), lawyer=LAWYER, by=self.clerk, at=at)

        def answer(at: datetime) -> None:
            signing.record_lawyer_confirmation(
                agreement=self._offered(), lawyer=LAWYER, remark=objects, confirmed=not objects,
                by=self.clerk, at=at,
            )  # fmt: skip

        self.on(days, 11, 50, ask)
        self.on(days, 14, 50, answer)

    def _offered(self) -> Agreement:
        return Agreement.objects.get(pk=self.agreement.pk)
