"""What may happen to a visit of the demo: announced, at the door, and the ways out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from demo import files
from demo.thread import Thread
from notices import codes, links, to_staff
from notices.actions import mark_sent, record_bounce, record_delivery
from notices.models import Notice
from notices.printing import loaded, print_letters
from people.models import User
from portal import entering
from visits.actions import (
    announcing,
    arriving,
    checking,
    departing,
    letting_in,
    planning,
    recording,
    refusing,
    safety,
    slipping,
)
from visits.models import Visit, VisitOfficer, VisitToken
from visits.slip import is_due
from workflow.steps import PolicyRefused, WrongInput

MOST_TRIES = 60
FIRST_WITH_SLIP = 21
"""The visits of the cases before are from a time when no slips were given."""
PRINTED = (34, 39, 40)
"""Of these the clerk's print run is kept: one of each team."""
TOLD_BY_SMS = {34, 36, 37}
"""Those who hear of a visit by SMS too."""
LENGTH = timedelta(minutes=45)


class Visiting(Thread):
    """The steps from the plan of a visit to its end."""

    # ------------------------------------------------------------ step 2

    def plans(self, days: int, visit_days: int, hour: int, *, announce: bool = True) -> None:
        """A visit is planned and announced; the letter is posted, and delivered the next day."""
        self.on(days, 9, 30, lambda at: self._plan(visit_days, hour, at))
        if announce:
            self.on(days, 9, 45, self._announce)
            self.on(days, 11, 30, self._post)

    def _plan(self, visit_days: int, hour: int, at: datetime) -> None:
        """At the wished hour, or at the first one after it that is lawful and free."""
        for later in range(MOST_TRIES):
            days, past = divmod(hour + later - 9, 10)
            starts_at = self.diary.moment(visit_days + days, 9 + past, 30 if past % 2 else 0)
            if self._busy(starts_at):
                continue
            try:
                self._plan_for(starts_at, at)
            except (PolicyRefused, WrongInput):
                if later == MOST_TRIES - 1:
                    raise
                continue
            break
        for minutes, do in self.at_the_door:
            self.diary.enter(self.visit.starts_at + timedelta(minutes=minutes), do)

    def _busy(self, starts_at: datetime) -> bool:
        """Whether one of the crew is at another door then; a look ahead spares the log a refusal."""
        return VisitOfficer.objects.filter(
            officer__in=self.crew, active=True,
            visit__starts_at__lt=starts_at + LENGTH, visit__ends_at__gt=starts_at,
        ).exists()  # fmt: skip

    def _plan_for(self, starts_at: datetime, at: datetime) -> None:
        self.visit = planning.plan_visit(
            case=self.fresh(), place=self.case.debtor.addresses.get(), starts_at=starts_at,
            ends_at=starts_at + LENGTH, officers=self.crew,
            purpose="当面了解情况，商谈还款安排", intended_outcome="达成债务人能够承受的还款方案",
            by=self.clerk, at=at,
        )  # fmt: skip

    def _announce(self, at: datetime) -> None:
        announcing.announce_visit(
            visit=self.visit, language="both" if self.number % 5 == 0 else "zh",
            channels=[
                "letter", *(["email"] if self.number % 2 else []),
                *(["sms"] if self.number in TOLD_BY_SMS else []),
            ],
            by=self.clerk, at=at,
        )  # fmt: skip

    def _post(self, at: datetime) -> None:
        letters = Notice.objects.filter(visit=self.visit, channel="letter", state="queued")
        if self.number in PRINTED:
            print_letters(notices=loaded(letters), by=self.clerk, at=at - timedelta(minutes=40))
        for letter in letters:
            mark_sent(
                notice=letter, by=self.clerk, at=at,
                number=str(10**12 + letter.pk) if self.number in PRINTED else "",
            )  # fmt: skip

    def delivered(self, days: int) -> None:
        """The return slip of the letter comes back."""
        self.on(days, 11, 0, self._deliver)

    def _deliver(self, at: datetime) -> None:
        letter = Notice.objects.get(visit=self.visit, channel="letter")
        if letter.state == "sent":
            record_delivery(
                notice=letter, by=self.clerk, at=at, delivered_at=at, filename="回执.pdf",
                content=files.paper("挂号回执", "Return slip"),
            )  # fmt: skip

    def returned(self, days: int) -> None:
        """The letter comes back; nobody may go."""
        self.on(
            days, 11, 0,
            lambda at: record_bounce(
                notice=Notice.objects.get(visit=self.visit, channel="letter"), why="原址查无此人",
                by=self.clerk, at=at,
            ),
        )  # fmt: skip

    def cancels(self, days: int, why: str) -> None:
        """The visit is called off by the desk, before the letter is posted."""
        self.on(
            days, 10, 0,
            lambda at: planning.cancel_visit(visit=self._now(), why=why, by=self.clerk, at=at),
        )  # fmt: skip

    # ------------------------------------------------------------ steps 3 and 4

    def arrives(self) -> None:
        """Both officers set out, check in, and the visit begins; some who open ask first who they are."""
        self.at_the_door += [(-40, self._depart), (1, self._arrive)]
        if self.number % 3:
            self.at_the_door.append((2, self._ask_who_comes))

    def _ask_who_comes(self, at: datetime) -> None:
        checking.count_check(row=self._token(), at=at)

    def _token(self) -> VisitToken:
        return VisitToken.objects.select_related("visit__case", "visit__place").get(
            visit=self.visit, revoked_at=None
        )

    def not_expected(self, days: int) -> None:
        """Somebody looks the coming visit up by the code of the letter, and had not expected it."""

        def say(at: datetime) -> None:
            checking.count_check(row=self._token(), at=at)
            checking.say_unexpected(row=self._token(), at=at)

        self.on(days, 19, 10, say)

    def _depart(self, at: datetime) -> None:
        departing.depart(
            visit=self._now(), people=len(self.crew), props=False, by=self.crew[0], at=at
        )

    def _arrive(self, at: datetime) -> None:
        self.visit.refresh_from_db(fields=["served_at"])
        visit = Visit.objects.get(pk=self.visit.pk)
        for officer in self.crew:
            arriving.check_in(visit=visit, officer=officer, by=officer, at=at)
        arriving.begin_visit(visit=visit, by=self.crew[0], at=at)

    def _now(self) -> Visit:
        return Visit.objects.get(pk=self.visit.pk)

    def identifies(self) -> None:
        """The debtor is identified, sees the credentials and is willing to talk."""
        self.at_the_door.append((4, self._identify))

    def _identify(self, at: datetime) -> None:
        by, visit, debtor = self.crew[0], self._now(), self.case.debtor
        recorded = self.number % 3 != 0
        arriving.ask_consent(
            visit=visit, kind="recording", given=recorded, by_whom="", by=by, at=at,
            remark="" if recorded else "不希望被录音",
        )  # fmt: skip
        arriving.identify_debtor(
            visit=visit, name_said=debtor.name, second_fact=debtor.id_number[-4:], by=by, at=at
        )
        for officer in self.crew:
            arriving.show_credential(
                visit=visit, officer=officer, by=by, at=at, reaction="核对后点头"
            )
        arriving.ask_consent(
            visit=visit, kind="talk", given=True, by_whom=debtor.name, by=by, at=at
        )

    def talks(self) -> None:
        """The papers are shown, the talk is held and recorded."""
        self.at_the_door.append((9, self._talk))
        if self.number % 3 == 1:
            self.at_the_door.append((16, self._let_in))

    def _let_in(self, at: datetime) -> None:
        """The debtor scans the picture on the officer's phone and enters the code on their own."""
        letting_in.show_code(visit=self._now(), by=self.crew[0], at=at)
        code = letting_in.code_shown(self._now(), at)
        if code:
            soon = at + timedelta(minutes=1)
            entering.enter(links.token_of(code.link), codes.code_of(code), soon)

    def _talk(self, at: datetime) -> None:
        by, visit = self.crew[0], self._now()
        for paper in visit.case.papers.all():
            arriving.show_paper(visit=visit, paper=paper, by=by, at=at, reaction="")
        arriving.open_talk(visit=visit, by=by, at=at)
        recording.record_talk(
            visit=self._now(), by=by, at=at,
            record={
                "met": self.case.debtor_name, "reason": ["lost_work", "illness", "family"][self.number % 3],
                "reason_words": "去年下半年起收入减少", "income": Decimal("7200.00"),
                "outgoings": Decimal("4300.00"), "willingness": "ready",
                "offer_words": "愿意分六期偿还", "statement": "我想把钱还清，但一次拿不出来。",
                "hardship": ["longer", "waiver"], "left": "上门通知书副本",
            },
        )  # fmt: skip
        if self.number % 4 == 0:
            recording.add_evidence(
                visit=self._now(), filename="收入证明.pdf", caption="债务人出示的收入证明", inside=False,
                content=files.paper("收入证明", "Proof of income"), by=by, at=at,
            )  # fmt: skip

    def leaves_without(self, why: str) -> None:
        """They talked, and nothing was agreed on."""
        self.at_the_door.append((30, lambda at: self._finish("talked", why, at)))

    def leaves(self) -> None:
        """They leave with terms agreed on, signed or still to be thought over."""
        self.at_the_door.append((29, lambda at: self._finish("agreement", "", at)))

    def _finish(self, outcome: str, why: str, at: datetime) -> None:
        recording.finish_visit(visit=self._now(), outcome=outcome, why=why, by=self.crew[0], at=at)
        self._confirm(at)
        if self.number % 3 and self.number % 5:  # the others still owe the recording
            self.diary.enter(at + timedelta(minutes=50), self._send_in_recording)

    def _confirm(self, at: datetime) -> None:
        for officer in self.crew:
            recording.attest(visit=self._now(), officer=officer, by=officer, at=at)
        if self.number >= FIRST_WITH_SLIP and is_due(self._now()):
            self.diary.enter(at + timedelta(minutes=5), self._give_slip)

    def _give_slip(self, at: datetime) -> None:
        slipping.make_slip(
            visit=self._now(), language=self.case.debtor.language, by=User.objects.system(), at=at
        )

    def _send_in_recording(self, at: datetime) -> None:
        visit = self._now()
        recording.add_evidence(
            visit=visit, filename="全程录音.wav", caption="上门全程录音", inside=False,
            content=files.sound(), begins_at=visit.started_at, ends_at=visit.finished_at,
            by=self.crew[0], at=at,
        )  # fmt: skip

    def way_out(self, name: str, remark: str) -> None:
        """Refused, nobody in, somebody else, not safe: at the door."""
        ways: dict[str, Callable[..., Any]] = {
            "refused": refusing.refuse_at_door,
            "page": lambda at, **_given: checking.want_to_be_left(row=self._token(), at=at),
            "nobody": refusing.nobody_in,
            "later": refusing.postponed,
            "someone": refusing.someone_else,
            "unsafe": refusing.unsafe,
            "care": refusing.spare_vulnerable,
            "crew-short": refusing.crew_short,
            "sos": self._sos,
        }
        action = ways[name]

        def leave(at: datetime) -> None:
            action(visit=self._now(), remark=remark, by=self.crew[0], at=at)
            self.diary.enter(at + timedelta(minutes=6), self._confirm)

        self.at_the_door.append((3, leave))

    # ------------------------------------------------------------ the officers' safety

    def _sos(self, *, visit: Visit, remark: str, by: Any, at: datetime) -> None:
        """An officer calls for help; the supervisor takes it up, and closes the incident the next day."""
        here = {"lat": "30.250120", "lon": "120.165240", "accuracy_m": 18}
        safety.call_sos(visit=visit, by=by, at=at, remark=remark, position=here)
        self.diary.enter(at, to_staff.send_due)
        self.diary.enter(at + timedelta(minutes=3), self._take_up)
        self.diary.enter(at + timedelta(days=1, hours=2), self._look_into)

    def _take_up(self, at: datetime) -> None:
        safety.take_up_alarm(
            alarm=self._now().alarms.get(ended_at=None), said="已与两名外访员通话，均已离开并平安。",
            by=self.supervisor, at=at,
        )  # fmt: skip

    def _look_into(self, at: datetime) -> None:
        safety.close_incident(
            incident=self._now().incidents.get(), by=self.supervisor, at=at,
            done="与两名外访员分别谈话，核对了记录；本案今后改用书面和电话沟通。",
        )  # fmt: skip

    def says_they_are_well(self) -> None:
        """Every quarter of an hour one of the two says so, as long as they are there."""
        self.at_the_door += [
            (minutes, lambda at, turn=turn: self._say_well(turn, at))
            for turn, minutes in enumerate(range(15, 120, 15))
        ]

    def _say_well(self, turn: int, at: datetime) -> None:
        visit = self._now()
        if visit.state == Visit.State.STARTED:
            safety.answer_check_in(visit=visit, by=self.crew[turn % len(self.crew)], at=at)
