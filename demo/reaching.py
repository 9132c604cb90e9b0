"""How a debtor of the demo is reached before anybody goes there: calls, and a lawyer's letter."""

from datetime import datetime, timedelta

from cases import lawyers_draft
from cases.actions import calling, contacting, lawyers_letters
from cases.models import LawyersLetter
from demo import files
from demo.thread import Thread
from notices.actions import mark_sent


class Reaching(Thread):
    """Calls from the case's page, and what a lawyer writes."""

    def calls(
        self, days: int, result: str, seconds: int, remark: str, *, agreed: bool | None = None
    ) -> None:
        """A call: asked of the rules, timed, and recorded where ``agreed`` says whether the debtor did."""

        def call(at: datetime) -> None:
            point = self.case.debtor.contact_points.get(channel="phone")
            begun = calling.begin_call(case=self.fresh(), point=point, by=self.clerk, at=at)
            contacting.log_contact(
                case=self.fresh(), channel="phone", result=result, remark=remark, by=self.clerk,
                at=at + timedelta(seconds=seconds), happened_at=at, contact_point=point,
                stated=True, seconds=seconds, recording_agreed=agreed, call=begun,
                filename="" if agreed is None else "通话录音.wav",
                content=b"" if agreed is None else files.sound(),
            )  # fmt: skip

        self.on(days, 10, 25, call)

    def begins_call(self, days: int) -> None:
        """A number is given out to be dialled, and nobody says what came of it."""

        def call(at: datetime) -> None:
            point = self.case.debtor.contact_points.get(channel="phone")
            calling.begin_call(case=self.fresh(), point=point, by=self.clerk, at=at)

        self.on(days, 16, 40, call)

    def asks_lawyer(self, days: int, *, back: str = "", released: bool = False) -> None:
        """A lawyer's letter is drafted; the lawyer sends it back first, or releases it and it is posted."""
        lawyer = self.cast.users["counsel"]

        def draft(at: datetime) -> None:
            case, firm = self.fresh(), self.cast.teams["律师组"].organisation
            lawyers_letters.draft_letter(
                case=case, firm=firm, text=lawyers_draft.template_for(case, firm, at),
                by=self.clerk, at=at,
            )  # fmt: skip

        def send_back(at: datetime) -> None:
            lawyers_letters.send_back(letter=self._newest(), reason=back, by=lawyer, at=at)

        def mend(at: datetime) -> None:
            letter = self._newest()
            text = f"{letter.text}\n\n附：借款合同复印件一份。"
            lawyers_letters.send_in_again(letter=letter, text=text, by=self.clerk, at=at)

        def release(at: datetime) -> None:
            lawyers_letters.release_letter(letter=self._newest(), by=lawyer, at=at)

        def post(at: datetime) -> None:
            notice = self._newest().notice
            if notice:
                mark_sent(notice=notice, by=self.clerk, at=at, number=str(10**12 + self.number))

        self.on(days, 14, 10, draft)
        if back:
            self.on(days, 16, 5, send_back)
            self.on(days + 1, 9, 15, mend)
        if released:
            self.on(days + 2, 10, 35, release)
            self.on(days + 2, 15, 40, post)

    def _newest(self) -> LawyersLetter:
        return LawyersLetter.objects.filter(case=self.case).latest("pk")
