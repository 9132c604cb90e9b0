"""What follows a plan of the demo: the whole sum asked for, and the end with its papers."""

from datetime import date, datetime, timedelta

from agreements.actions import accelerating, closing, custody, leaving
from agreements.models import Agreement
from cases.actions.bureau import record_report
from common.clock import local_day
from demo.diary import ZONE
from demo.thread import Thread
from workflow.approvals import decide_approval

SOON_BARRED = {45: 185, 46: 150, 50: 60}
"""Which claim's limitation ends so many days after the case came in: an old one that was taken over late."""


def limitation_of(number: int, opened_on: date, due_on: date) -> date:
    """When the limitation of this case's claim ends."""
    if number in SOON_BARRED:
        return opened_on + timedelta(days=SOON_BARRED[number])
    return date(due_on.year + 3, due_on.month, min(due_on.day, 28))


class Following(Thread):
    """A plan that was broken for good, and one that was kept to its end."""

    def is_asked_for_all(self, days: int, reason: str) -> None:
        """The supervisor asks for the whole sum of a broken plan, compliance grants it."""

        def ask(at: datetime) -> None:
            agreement = Agreement.objects.get(case=self.case, state=Agreement.State.BROKEN)
            asked = accelerating.request_acceleration(
                agreement=agreement, due_on=local_day(at, ZONE) + timedelta(days=21),
                reason=reason, by=self.supervisor, at=at,
            )  # fmt: skip
            decide_approval(
                approval=asked, granted=True, answer="协议有约定，已超过宽限期",
                by=self.cast.users["compliance"], at=at + timedelta(hours=2),
            )  # fmt: skip

        self.on(days, 14, 40, ask)

    def closes(self, days: int) -> None:
        """Certificate, papers back, report, closed."""
        self.on(days, 15, 30, self._close)

    def _close(self, at: datetime) -> None:
        case = self.fresh()
        closing.issue_certificate(case=case, by=self.clerk, at=at)
        for paper in case.papers.filter(original_held=True):
            closing.return_paper(paper=paper, returned_to=case.debtor_name, by=self.clerk, at=at)
        closing.write_report(case=self.fresh(), by=self.clerk, at=at)
        closing.close_case(case=self.fresh(), by=self.clerk, at=at)

    def has_been_reported(self, days: int) -> None:
        """The debtor was told, and the bad mark reported since."""
        self.on(
            days, 11, 35,
            lambda at: record_report(
                case=self.fresh(), told_on=local_day(at, ZONE) - timedelta(days=10),
                reported_on=local_day(at, ZONE), by=self.clerk, at=at,
            ),
        )  # fmt: skip

    def moves_original(self, days: int, place: str, why: str) -> None:
        """An original is kept at another place from now on."""
        self.on(
            days, 15, 40,
            lambda at: custody.move_original(
                paper=self.fresh().papers.get(kind="contract"), kept_at=place, why=why,
                by=self.clerk, at=at,
            ),
        )  # fmt: skip

    def takes_in_original(self, days: int, place: str) -> None:
        """The debtor brings the original of what was known as a copy."""
        self.on(
            days, 15, 50,
            lambda at: custody.take_in_original(
                paper=self.fresh().papers.get(kind="disbursement"), kept_at=place,
                received_from=self.case.debtor_name, by=self.clerk, at=at,
            ),
        )  # fmt: skip

    def leaves_nothing_open(self, days: int, *, answered: bool) -> None:
        """After the closing: the guarantor is released, the bureau told, the agency's data accounted for."""
        self.on(days, 16, 10, lambda at: self._leave(at, answered))

    def _leave(self, at: datetime, answered: bool) -> None:
        today = local_day(at, ZONE)
        for party in self.fresh().parties.filter(role="guarantor"):
            leaving.release_guarantor(party=party, by=self.clerk, at=at)
        told = leaving.report_to_bureau(
            case=self.fresh(), what="settled", bureau="中国人民银行征信中心", reference=f"ZX-{self.number:04d}",
            reported_on=today, by=self.clerk, at=at,
        )  # fmt: skip
        if answered:
            leaving.record_bureau_answer(
                report=told, answer="confirmed", answered_on=today, remark="", by=self.clerk, at=at
            )
            leaving.certify_data(
                case=self.fresh(), how="both", done_on=today, signed_by=str(self.supervisor),
                what="联系方式、通话录音、上门影像", kept="还款收据和结案报告，按规定期限保存",
                by=self.clerk, at=at,
            )  # fmt: skip
