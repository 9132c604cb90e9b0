"""Who looked: kept at once, told by the chain when the day is over, and seen by those who answer for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from cases.models import Case
from looking.actions import tell_looks
from looking.models import Look
from people.models import User
from tests import make, walk
from tests.looking.test_unmasking import ask, client_of, page
from timeline.chain import Verified, verify
from timeline.models import Event

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")


class TestALook:
    def test_is_one_row_a_person_a_part_and_a_day_however_often(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        client = client_of(make.clerk())
        for minutes in (0, 3, 7):
            clock.set(AT + timedelta(minutes=minutes))
            page(client, case, "overview")
        row = Look.objects.get()
        assert (row.what, row.times) == ("case", 3)
        assert AT <= row.first_at < AT + timedelta(minutes=1)
        assert row.last_at >= AT + timedelta(minutes=7)

    def test_is_kept_of_the_timeline_and_of_a_file(self, clock: Any) -> None:
        clock.set(AT)
        case = make.prepared_case()
        client = client_of(make.clerk())
        client.get(reverse("desk:timeline", args=[case.reference]))
        number = case.documents.order_by("pk")[0].number
        client.get(reverse("documents:document", args=[number]))
        assert set(Look.objects.values_list("what", "subject")) == {
            ("timeline", ""), ("document", number),
        }  # fmt: skip

    def test_by_somebody_who_may_not_see_the_case_is_none(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        stranger = User.objects.create_user(
            username="far", role="clerk", team=make.team(name="成都一组", city="成都")
        )
        assert client_of(stranger).get(case.get_absolute_url()).status_code == 404
        assert not Look.objects.exists()


class TestTellLooks:
    def test_puts_the_looks_of_a_day_that_is_over_into_one_event(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        page(client_of(make.clerk()), case, "overview")
        page(client_of(make.supervisor()), case, "people")
        tell_looks(AT, by=User.objects.system())
        assert not Event.objects.filter(kind="data.looked_at").exists()
        later = AT + timedelta(days=1)
        for _again in range(2):
            tell_looks(later, by=User.objects.system())
        event = Event.objects.get(kind="data.looked_at")
        assert event.data["day"] == "2026-03-02"
        assert {(line["who"], line["what"]) for line in event.data["looks"]} == {
            (str(make.clerk()), "case"), (str(make.supervisor()), "people"),
        }  # fmt: skip
        assert isinstance(verify(Case.objects.get(pk=case.pk)), Verified)


class TestWhoSeesIt:
    def test_is_a_supervisor_on_the_page_and_on_the_timeline(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        ask(client_of(make.clerk()), case)
        client = client_of(make.supervisor())
        shown = client.get(reverse("desk:looks", args=[case.reference])).content.decode()
        assert str(make.clerk()) in shown
        address = reverse("desk:timeline", args=[case.reference])
        assert "Seen in full" in client.get(address).content.decode()
        assert "Seen in full" not in client.get(f"{address}?group=work").content.decode()
        assert "Seen in full" in client.get(f"{address}?group=looks").content.decode()

    @pytest.mark.parametrize("who", ["clerk", "officer"])
    def test_is_neither_a_clerk_nor_an_officer(self, clock: Any, who: str) -> None:
        clock.set(AT)
        case = make.case()
        ask(client_of(make.supervisor()), case)
        client = client_of(make.clerk() if who == "clerk" else make.crew()[0])
        assert client.get(reverse("desk:looks", args=[case.reference])).status_code == 403
        address = reverse("desk:timeline", args=[case.reference])
        for query in ("", "?group=looks", "?group=work"):
            assert "Seen in full" not in client.get(address + query).content.decode()
        assert "Seen in full" not in page(client, case, "overview")


class TestTheAddressOfAVisit:
    def test_is_shown_to_its_officers_on_its_day_and_that_is_kept(self, clock: Any) -> None:
        visit = walk.noticed()
        street = visit.place.text
        client = client_of(make.crew()[0])
        clock.set(visit.starts_at - timedelta(days=1))
        assert street not in client.get(visit.get_absolute_url()).content.decode()
        assert street not in client.get(reverse("visits:today")).content.decode()
        clock.set(visit.starts_at - timedelta(hours=1))
        assert street in client.get(visit.get_absolute_url()).content.decode()
        assert street in client.get(reverse("visits:today")).content.decode()
        row = Look.objects.get(what="door")
        assert (row.subject, row.user, row.times) == (visit.reference, make.crew()[0], 2)

    def test_stays_masked_for_everybody_else_on_that_day(self, clock: Any) -> None:
        visit = walk.noticed()
        clock.set(visit.starts_at - timedelta(hours=1))
        for who in (make.clerk(), make.supervisor()):
            assert (
                visit.place.text
                not in client_of(who).get(visit.get_absolute_url()).content.decode()
            )
        assert not Look.objects.filter(what="door").exists()

    def test_is_masked_where_a_visit_is_planned_and_where_a_message_is_read(
        self, clock: Any
    ) -> None:
        visit = walk.noticed()
        clock.set(visit.starts_at - timedelta(days=1))
        client = client_of(make.clerk())
        planning = client.get(reverse("visits:plan", args=[visit.case.reference]))
        assert visit.place.text not in planning.content.decode()
        for notice in visit.notices.all():
            assert visit.place.text not in client.get(notice.get_absolute_url()).content.decode()


class TestWhatIsRestricted:
    def test_is_a_flag_and_a_day_to_a_clerk_and_the_detail_masked_to_a_supervisor(
        self, clock: Any
    ) -> None:
        from cases.actions.holding import hold_case

        clock.set(AT)
        case, today = make.case(), AT.date()
        hold_case(
            case=case, reason="hospital", scope="all", starts_on=today,
            review_on=today + timedelta(days=10), until=today + timedelta(days=20),
            remark="心内科三床", by=make.clerk(), at=AT,
        )  # fmt: skip
        clerk, supervisor = client_of(make.clerk()), client_of(make.supervisor())
        assert "In hospital" in page(clerk, case, "overview")
        for client in (clerk, supervisor):
            assert "心内科三床" not in page(client, case, "overview")
        ask(supervisor, case, "health")
        assert "心内科三床" in page(supervisor, case, "overview")
        assert "心内科三床" not in page(clerk, case, "overview")
