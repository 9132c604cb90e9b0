"""What happened to a debtor or a debt: recorded, and in the same moment done what the packs say."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.circumstances import (
    end_circumstance,
    end_due_circumstances,
    raise_circumstance_reviews,
    review_circumstance,
)
from cases.actions.contacting import log_contact
from cases.facts import facts_for
from cases.models import Case, Circumstance, Hold
from documents.models import Document
from notices import outbox
from notices.models import Notice
from people.models import User
from tests import make, walk
from tests.agreements import cast
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions.befalling import record_circumstance
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput, note

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-03 10:00")
TODAY = date(2026, 3, 3)


def befalls(case: Case, kind: str, *, by: User | None = None, **given: Any) -> Circumstance:
    return record_circumstance(
        case=case, kind=kind, source=given.pop("source", "debtor"), by=by or make.clerk(), at=AT,
        **{"since": TODAY, **given},
    )  # fmt: skip


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def with_queue() -> Visit:
    """A visit whose notice was served, and a reminder and a receipt in the outbox."""
    visit = walk.noticed()

    def queue_two(case: Case, _by: User, _at: object) -> None:
        for kind in ("reminder_before", "payment_receipt"):
            outbox.queue(
                case=case, kind=kind, channel="email", recipient=case.debtor, address="x@y.example",
                language="zh", subject="通知", body="…", due_at=make.moment("2026-03-10 10:00"),
                dedupe_key=f"t:{kind}", at=walk.NOTICED_AT,
            )  # fmt: skip

    note(visit.case, event="test.queued", by=make.clerk(), at=walk.NOTICED_AT, then=queue_two)
    return visit


class TestRecordCircumstance:
    def test_holds_cancels_and_stops_all_that_is_queued_in_the_same_moment(self) -> None:
        visit = with_queue()
        found = befalls(
            visit.case, "hospitalised", until=date(2026, 4, 1), filename="诊断证明.pdf",
            content=make.PDF, remark="骨折",
        )  # fmt: skip
        case = again(visit.case)
        hold = Hold.objects.get(case=case)
        assert (hold.scope, hold.reason, hold.until) == ("all", "hospital", date(2026, 4, 1))
        assert hold.review_on == date(2026, 3, 18)  # fifteen days, as the pack says
        assert found.hold == hold
        assert (again(visit).state, case.state) == ("cancelled", "preparation")
        assert Notice.objects.get(kind="reminder_before").state == "suppressed"
        assert Notice.objects.get(kind="payment_receipt").state == "queued"  # owed to the debtor
        assert case.marks == ["hospitalised"]
        told = Event.objects.filter(case=case, occurred_at=AT).values_list("kind", flat=True)
        assert {
            "circumstance.recorded",
            "case.held",
            "visit.cancelled",
            "notice.suppressed",
        } <= set(told)
        assert verify(case) == Verified(case.event_count, case.head)

    def test_keeps_what_is_sensitive_off_the_timeline(self) -> None:
        case = make.prepared_case()
        found = befalls(
            case, "mental_health", remark="抑郁症复发", filename="病历.pdf", content=make.PDF
        )
        data = Event.objects.get(case=case, kind="circumstance.recorded").data
        assert data["circumstance"] == "mental_health"
        assert "抑郁" not in str(data)
        assert found.evidence is not None
        assert found.evidence.restricted
        assert "抑郁" not in Hold.objects.get(case=case).remark

    def test_gives_the_debtor_s_dispute_an_answer_within_fifteen_days(self) -> None:
        case = make.prepared_case()
        befalls(case, "dispute", debt=case.debts.get(), about="利息", remark="认为利率过高")
        duty = Duty.objects.get(case=case, kind="circumstance.dispute")
        assert (duty.role, duty.due_at) == ("clerk", make.moment("2026-03-18 10:00"))
        assert Hold.objects.get(case=case).scope == "visits"
        told = Event.objects.get(case=case, kind="circumstance.recorded").data
        assert (told["about"], told["contract"]) == ("利息", "XH-2024-5521")

    def test_has_a_supervisor_call_within_a_day_after_words_of_self_harm(self) -> None:
        case = make.prepared_case()
        befalls(case, "self_harm", source="officer", by=make.crew()[0])
        duty = Duty.objects.get(case=case, kind="circumstance.self_harm")
        assert (duty.role, duty.due_at) == ("supervisor", make.moment("2026-03-04 10:00"))
        with pytest.raises(PolicyRefused):
            log_contact(
                case=again(case), channel="phone", result="reached", remark="", by=make.clerk(),
                at=make.moment("2026-03-03 11:00"),
            )  # fmt: skip

    def test_breaks_a_visit_under_way_off_after_a_threat_and_freezes_the_case(self) -> None:
        visit = walk.at_the_door()
        record_circumstance(
            case=visit.case, kind="threat", since=date(2026, 3, 5), source="officer",
            remark="邻居持棍威胁", by=make.crew()[0], at=make.moment("2026-03-05 14:40"),
        )  # fmt: skip
        visit = again(visit)
        assert (visit.state, visit.outcome) == ("aborted", "unsafe")
        assert Hold.objects.get(case=visit.case).scope == "all"
        incident = Event.objects.get(case=visit.case, kind="incident.opened")
        assert incident.data["police"] == "110"
        assert "110" in Duty.objects.get(kind="circumstance.threat").says["en"]

    def test_does_nothing_more_where_the_packs_say_nothing(self) -> None:
        case = make.prepared_case()
        befalls(case, "no_show")
        assert not Hold.objects.exists()
        assert again(case).marks == ["no_show"]

    def test_reaches_every_case_of_the_person_but_a_dispute_only_its_own(self) -> None:
        first = make.prepared_case()
        second = make.prepared_case(
            reference="HZ-2026-0148", external_reference="XH-2", who=first.debtor, address=make.home()
        )  # fmt: skip
        befalls(first, "deceased", source="register")
        befalls(first, "dispute")
        kinds = {one.kind for one in facts_for(again(second), at=AT).circumstances or ()}
        assert kinds == {"deceased"}

    def test_is_refused_twice_at_a_time(self) -> None:
        case = make.prepared_case()
        befalls(case, "bereaved")
        with pytest.raises(WrongInput):
            befalls(again(case), "bereaved")
        assert Circumstance.objects.count() == 1

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kind": "agreement_kept"}, "kind"),
            ({"kind": "bereaved", "since": date(2026, 3, 4)}, "since"),
            ({"kind": "bereaved", "until": date(2026, 3, 2)}, "until"),
            ({"kind": "bereaved", "review_on": date(2026, 3, 2)}, "review_on"),
        ],
    )
    def test_is_refused_with_days_that_make_no_sense(
        self, given: dict[str, Any], field: str
    ) -> None:
        case = make.prepared_case()
        with pytest.raises(WrongInput) as wrong:
            befalls(case, **given)
        assert wrong.value.field == field
        assert not Circumstance.objects.exists()

    def test_is_refused_to_an_outsider(self) -> None:
        with pytest.raises(Outsider):
            befalls(make.prepared_case(), "bereaved", by=make.outsider())


class TestFacts:
    def test_know_a_minor_and_the_old_by_their_date_of_birth(self) -> None:
        case = make.prepared_case()
        for born, kinds in (
            (date(2008, 3, 4), {"minor"}), (date(2008, 3, 3), set()), (date(1956, 3, 4), set()),
            (date(1956, 3, 3), {"elderly"}),
        ):  # fmt: skip
            case.debtor.born_on = born
            case.debtor.save(update_fields=["born_on"])
            found = facts_for(again(case), at=AT).circumstances
            assert {one.kind for one in found or ()} == kinds, born

    def test_know_a_plan_that_is_kept(self) -> None:
        case = make.prepared_case()
        cast.signed(case)
        found = facts_for(again(case), at=AT).circumstances
        assert [one.kind for one in found or ()] == ["agreement_kept"]


class TestReviewAndEnd:
    def test_a_review_day_raises_one_duty_and_a_review_settles_it(self) -> None:
        found = befalls(make.prepared_case(), "bereaved")  # to be reviewed on 18 March
        system = User.objects.system()
        assert raise_circumstance_reviews(at=make.moment("2026-03-17 23:59"), by=system) == 0
        assert raise_circumstance_reviews(at=make.moment("2026-03-18 00:00"), by=system) == 1
        assert raise_circumstance_reviews(at=make.moment("2026-03-19 09:00"), by=system) == 0
        duty = Duty.objects.get(kind=f"circumstance.review:{found.pk}")
        assert duty.role == "supervisor"
        review_circumstance(
            circumstance=again(found), review_on=date(2026, 4, 1), remark="仍在治丧",
            by=make.clerk(), at=make.moment("2026-03-19 10:00"),
        )  # fmt: skip
        assert again(duty).done_at is not None
        assert raise_circumstance_reviews(at=make.moment("2026-04-01 00:00"), by=system) == 1

    def test_ending_it_ends_its_hold_and_sends_nothing(self) -> None:
        visit = with_queue()
        found = befalls(visit.case, "dispute")
        before = Notice.objects.count()
        end_circumstance(
            circumstance=again(found), why="已书面答复，债务人认可", by=make.supervisor(),
            at=make.moment("2026-03-05 10:00"),
        )  # fmt: skip
        case = again(visit.case)
        assert (case.held_until, case.marks) == (None, None)
        assert Notice.objects.count() == before
        assert not Visit.objects.filter(state="planned").exists()
        assert walk.planned(
            case=case, starts_at=make.moment("2026-03-10 10:00"),
            at=make.moment("2026-03-05 11:00"),
        )  # fmt: skip

    def test_a_clerk_may_not_end_it_and_nobody_twice(self) -> None:
        found = befalls(make.prepared_case(), "dispute")
        with pytest.raises(RightRefused):
            end_circumstance(circumstance=again(found), why="x", by=make.clerk(), at=AT)
        end_circumstance(circumstance=again(found), why="x", by=make.supervisor(), at=AT)
        with pytest.raises(StateRefused):
            end_circumstance(circumstance=again(found), why="x", by=make.supervisor(), at=AT)

    def test_it_bars_visits_still_when_only_its_hold_has_run_out(self) -> None:
        from cases.actions.holding import end_due_holds

        case = make.prepared_case()
        befalls(case, "pregnant")
        later = make.moment("2026-09-01 00:00")
        assert end_due_holds(at=later, by=User.objects.system()) == 1
        with pytest.raises(PolicyRefused) as refused:
            walk.planned(
                case=again(case), starts_at=make.moment("2026-09-08 10:00"),
                at=make.moment("2026-09-01 09:00"),
            )  # fmt: skip
        assert "ST-CARE" in {found.rule for found in refused.value.findings}

    def test_its_last_day_ends_it_where_the_debtor_lives(self) -> None:
        found = befalls(make.prepared_case(), "hospitalised", until=date(2026, 3, 20))
        system = User.objects.system()
        assert end_due_circumstances(at=make.moment("2026-03-20 23:59"), by=system) == 0
        assert end_due_circumstances(at=make.moment("2026-03-21 00:00"), by=system) == 1
        assert end_due_circumstances(at=make.moment("2026-03-21 00:01"), by=system) == 0
        assert again(found).ended_at is not None
        assert Hold.objects.get().ended_at is not None


class TestPages:
    def test_the_form_shows_what_each_kind_does_and_records_it(
        self, client: Client, clock: Any
    ) -> None:
        clock.set("2026-03-03T10:00", zone="Asia/Shanghai")
        case = make.prepared_case()
        client.force_login(make.clerk())
        client.cookies["django_language"] = "zh-hans"
        address = reverse("visits:circumstance", args=[case.reference])
        page = client.get(address)
        assert "24 小时内由主管亲自致电" in page.content.decode()
        answer = client.post(
            address,
            {
                "kind": "serious_illness", "since": "2026-03-01", "source": "paper",
                "remark": "透析治疗", "guard_key": page.context["guard_key"],
                "guard_version": case.version,
            },
        )  # fmt: skip
        assert answer.status_code == 302
        shown = client.get(case.get_absolute_url()).content.decode()
        assert "患有重病" in shown
        assert "透析治疗" not in shown
        assert "详情仅主管和合规人员可见" in shown
        client.force_login(make.supervisor())
        shown = client.get(case.get_absolute_url()).content.decode()
        assert "透析治疗" not in shown
        assert "详情已脱敏。" in shown
        asked = {"group": "health", "why": "reaching", "words": "安排休养期后的联系"}
        client.post(reverse("desk:unmask", args=[case.reference]), asked)
        assert "透析治疗" in client.get(case.get_absolute_url()).content.decode()

    def test_a_restricted_paper_is_for_supervisors_and_compliance(
        self, client: Client, clock: Any
    ) -> None:
        clock.set("2026-03-03T10:00", zone="Asia/Shanghai")
        found = befalls(
            make.prepared_case(), "mental_health", filename="病历.pdf", content=make.PDF
        )
        paper = Document.objects.get(pk=found.evidence_id)
        address = reverse("documents:document", args=[paper.number])
        for who, status in ((make.clerk(), 404), (make.supervisor(), 200)):
            client.force_login(who)
            assert client.get(address).status_code == status
            tab = client.get(f"{found.case.get_absolute_url()}?tab=documents").content.decode()
            assert (paper.number in tab) == (status == 200)
