"""S5: a permit ends the day before a visit; it is found in time, and nobody goes without one."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notices.models import Notice
from people.cards import token_of
from people.models import OfficerCredential, User
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions import arriving
from visits.actions.crewing import flag_lapses, substitutes, swap_officer
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import PolicyRefused, RightRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

NIGHT = make.moment("2026-03-03 21:00")
MORNING = make.moment("2026-03-04 09:00")
AT_DOOR = make.moment("2026-03-05 14:31")


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def spare() -> list[User]:
    """Four more of the team: three who could go, and one whose own permit has ended."""
    names = [("041", "赵磊"), ("042", "孙丽"), ("043", "钱峰"), ("044", "冯洁")]
    return [
        make.officer(
            badge=badge, full_name=name,
            valid_until=date(2026, 3, 1) if badge == "041" else date(2027, 12, 31),
        )
        for badge, name in names
    ]  # fmt: skip


@pytest.fixture
def visit() -> Visit:
    """Noticed for Thursday 5 March 14:30; officer 034's permit was cut short to the 4th."""
    found = walk.noticed()
    spare()
    OfficerCredential.objects.filter(number="WF-034").update(valid_until=date(2026, 3, 4))
    return found


class TestSweep:
    def test_flags_the_visit_and_proposes_three_who_can_go(self, visit: Visit) -> None:
        assert flag_lapses(at=NIGHT, by=User.objects.system()) == 1
        duty = Duty.objects.get(case=visit.case, kind="visit.crew_lapses")
        assert duty.role == "supervisor"
        assert "The permit of 王芳 034 ends on Wed 4 Mar 2026" in duty.says["en"]
        assert "孙丽 042, 钱峰 043, 冯洁 044" in duty.says["en"]
        assert "王芳 034" in duty.says["zh"]
        told = Event.objects.get(case=visit.case, kind="visit.crew_lapses").data
        assert told["officers"] == ["王芳 034"]
        assert told["proposed"] == ["孙丽 042", "钱峰 043", "冯洁 044"]

    def test_tells_it_once(self, visit: Visit) -> None:
        system = User.objects.system()
        flag_lapses(at=NIGHT, by=system)
        assert flag_lapses(at=MORNING, by=system) == 0
        assert Duty.objects.filter(kind="visit.crew_lapses").count() == 1

    def test_leaves_visits_alone_whose_officers_may_all_go(self) -> None:
        walk.noticed()
        assert flag_lapses(at=NIGHT, by=User.objects.system()) == 0

    def test_sees_a_training_that_ends_too(self) -> None:
        visit = walk.noticed()
        training = OfficerCredential.objects.filter(number="PX-034")
        training.update(valid_from=date(2025, 3, 1), valid_until=date(2026, 3, 1))
        type(visit.case).objects.filter(pk=visit.case_id).update(packs=["cn"])
        assert flag_lapses(at=NIGHT, by=User.objects.system()) == 1

    def test_names_nobody_who_is_at_another_door_then(self, visit: Visit) -> None:
        busy = User.objects.get(badge="042")
        walk.planned(
            reference="HZ-2026-0150", external_reference="XH-9", address=make.home(),
            officers=[busy, User.objects.get(badge="043")], starts_at=walk.VISIT_AT,
            who=make.debtor(name="李建军", id_number="330106198001012410"),
        )  # fmt: skip
        assert [one.badge for one in substitutes(visit, NIGHT)] == ["044"]


class TestSwap:
    def test_start_stays_refused_until_another_officer_is_named(self, visit: Visit) -> None:
        for officer in make.crew():
            arriving.check_in(visit=visit, officer=officer, by=officer, at=AT_DOOR)
        with pytest.raises(PolicyRefused) as refused:
            arriving.begin_visit(visit=visit, by=make.crew()[0], at=AT_DOOR)
        assert "ST-10" in {found.rule for found in refused.value.findings}
        assert again(visit).state == "noticed"

    def test_a_supervisor_swaps_and_the_debtor_is_told_the_new_name(self, visit: Visit) -> None:
        flag_lapses(at=NIGHT, by=User.objects.system())
        out, into = make.crew()[1], User.objects.get(badge="042")
        swap_officer(visit=again(visit), out=out, into=into, by=make.supervisor(), at=MORNING)
        visit = again(visit)
        assert visit.state == "noticed"  # the pack wants the debtor told, not the notice again
        assert {part.officer.badge for part in visit.crew.filter(active=True)} == {"021", "042"}
        told = Notice.objects.get(dedupe_key__startswith="visit-crew:")
        assert told.about["aim"] == "serving"
        assert "孙丽（工号 042）代替 王芳（工号 034）" in told.body
        assert not Duty.objects.filter(kind="visit.crew_lapses", done_at=None).exists()
        crew = [make.crew()[0], into]
        for officer in crew:
            arriving.check_in(visit=visit, officer=officer, by=officer, at=AT_DOOR)
        arriving.begin_visit(visit=visit, by=crew[0], at=AT_DOOR)
        assert again(visit).state == "started"
        case = again(visit.case)
        assert verify(case) == Verified(case.event_count, case.head)

    def test_without_a_word_of_the_packs_the_visit_is_announced_anew(
        self, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("visits.actions.crewing.value", lambda *_asked: None)
        swap_officer(
            visit=again(visit), out=make.crew()[1], into=User.objects.get(badge="042"),
            by=make.supervisor(), at=make.moment("2026-03-02 10:30"),
        )  # fmt: skip
        assert (again(visit).state, again(visit.case).state) == ("planned", "preparation")

    def test_one_officer_alone_cannot_start(self, visit: Visit) -> None:
        only = make.crew()[0]
        arriving.check_in(visit=visit, officer=only, by=only, at=AT_DOOR)
        with pytest.raises(PolicyRefused) as refused:
            arriving.begin_visit(visit=visit, by=only, at=AT_DOOR)
        assert "ST-09" in {found.rule for found in refused.value.findings}

    def test_somebody_without_a_permit_is_refused_with_the_rule(self, visit: Visit) -> None:
        with pytest.raises(PolicyRefused) as refused:
            swap_officer(
                visit=again(visit), out=make.crew()[1], into=User.objects.get(badge="041"),
                by=make.supervisor(), at=MORNING,
            )  # fmt: skip
        assert [found.rule for found in refused.value.findings] == ["ST-10"]

    def test_a_clerk_may_not_and_nobody_may_name_a_stranger(self, visit: Visit) -> None:
        out, into = make.crew()[1], User.objects.get(badge="042")
        with pytest.raises(RightRefused):
            swap_officer(visit=again(visit), out=out, into=into, by=make.clerk(), at=MORNING)
        with pytest.raises(WrongInput):
            swap_officer(visit=again(visit), out=into, into=out, by=make.supervisor(), at=MORNING)

    def test_in_the_browser_the_page_names_why_and_who_could_go(
        self, visit: Visit, client: Client, clock: Any
    ) -> None:
        clock.set("2026-03-04T09:00", zone="Asia/Shanghai")
        client.force_login(make.supervisor())
        client.cookies["django_language"] = "en"
        shown = client.get(visit.get_absolute_url()).content.decode()
        address = reverse("visits:swap", args=[visit.reference])
        assert address in shown
        page = client.get(address)
        assert "The permit of 王芳 034 ends on" in page.content.decode()
        assert [one.badge for one in page.context["proposed"]] == ["042", "043", "044"]
        answer = client.post(
            address,
            {
                "out": make.crew()[1].pk, "into": User.objects.get(badge="043").pk,
                "guard_key": page.context["guard_key"],
                "guard_version": page.context["case"].version,
            },
        )  # fmt: skip
        assert answer.status_code == 302
        assert visit.crew.filter(active=True, officer__badge="043").exists()


class TestCard:
    def ask(self, client: Client, clock: Any, moment: str) -> str:
        clock.set(moment, zone="Asia/Shanghai")
        client.cookies["django_language"] = "en"
        address = reverse("portal:officer", args=[token_of(User.objects.get(badge="034"))])
        return str(client.get(address).content.decode())

    def test_is_valid_until_the_last_minute_of_the_last_day(
        self, visit: Visit, client: Client, clock: Any
    ) -> None:
        shown = self.ask(client, clock, "2026-03-04T23:59")
        assert "Valid today." in shown
        assert "王芳" in shown
        assert "034" in shown
        assert "Clear Water Credit Services" in shown

    def test_is_not_valid_from_midnight_on(self, visit: Visit, client: Client, clock: Any) -> None:
        assert "Not valid today." in self.ask(client, clock, "2026-03-05T00:00")

    def test_says_nothing_of_a_debt_or_a_debtor(
        self, visit: Visit, client: Client, clock: Any
    ) -> None:
        shown = self.ask(client, clock, "2026-03-04T12:00").casefold()
        for word in ("王海燕", "hz-2026", "debt", "loan", "overdue", "西湖银行"):
            assert word not in shown

    def test_of_a_made_up_token_is_not_known(self, client: Client, db: Any) -> None:
        officer = make.officer()
        for token in ("1", f"{officer.pk}~forged", token_of(officer)[:-1]):
            answer = client.get(reverse("portal:officer", args=[token]))
            assert answer.status_code == 404
            assert officer.full_name not in answer.content.decode()

    def test_has_a_picture_to_be_scanned(self, client: Client, db: Any) -> None:
        answer = client.get(reverse("portal:officer_qr", args=[token_of(make.officer())]))
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
