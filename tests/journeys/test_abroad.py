"""A debtor who has moved to London: that country's rules and clocks, from the first slot to the door."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from documents.models import Document
from notices.actions import mark_sent, record_delivery
from notices.models import Notice
from tests import make
from tests.agreements.test_signing import text_of
from timeline.chain import Verified, verify
from visits.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

LONDON = "Europe/London"
MONDAY = "2026-03-23 10:00"  # the clocks in London go forward in the night to the 29th
NIGHT = "2026-03-30T21:30"
MORNING = "2026-03-31T08:00"


def again(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def reader(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def case(clock: Any) -> Case:
    """She lives in London, and the creditor leaves it to the place which packs apply."""
    clock.set(MONDAY.replace(" ", "T"), zone=LONDON)
    make.crew()
    who = make.debtor()
    who.country, who.region, who.zone, who.language = "GB", "ENG", LONDON, "en"
    home = make.home()
    home.city, home.district, home.text, home.postcode = "London", "", "17 Example Street", "E1 0AA"
    return make.prepared_case(
        of_creditor=make.creditor(packs=[]), who=who, address=home,
        at=make.moment("2026-03-20 09:00", LONDON),
    )  # fmt: skip


def slot(case: Case, start: str, **more: Any) -> dict[str, Any]:
    return {
        "starts_at": start, "minutes": "60", "place": case.debtor.addresses.get().pk,
        "officers": [officer.pk for officer in make.crew()],
        "purpose": "To talk about the overdue loan", "intended_outcome": "A repayment plan", **more,
    }  # fmt: skip


def planned(case: Case) -> Visit:
    reader(make.clerk()).post(reverse("visits:plan", args=[case.reference]), slot(case, MORNING))
    return Visit.objects.get()


class TestPlanning:
    def test_at_night_is_refused_by_the_rule_of_that_country_with_its_source_and_time(
        self, case: Case
    ) -> None:
        assert case.packs == ["gb"]
        clerk = reader(make.clerk())
        page = clerk.post(reverse("visits:plan", args=[case.reference]), slot(case, NIGHT))
        said = page.content.decode()
        assert page.status_code == 409
        assert "UK-09" in said
        assert "Mon 30 Mar 2026, 21:30" in said  # by the clocks there, in summer time already
        assert "in force since" in said
        assert "Tue 31 Mar 2026, 08:00" in said
        event = case.events.get(kind="policy.refused")
        assert event.data["decision"]["facts"]["zone"] == LONDON
        assert event.data["earliest"].startswith("2026-03-31T07:00")  # 08:00 in summer time
        assert not Visit.objects.exists()

    def test_by_ask_first_gives_the_same_answer(self, case: Case) -> None:
        data = {"action": "visit.plan", "channel": "phone", **slot(case, NIGHT)}
        page = reader(make.clerk()).get(reverse("desk:ask_case", args=[case.reference]), data)
        assert "UK-09" in {f.rule for f in page.context["answer"].verdict.blocks}
        assert "London, UTC+01:00" in page.content.decode()

    def test_in_the_morning_there_is_lawful(self, case: Case) -> None:
        visit = planned(case)
        assert visit.starts_at == make.moment("2026-03-31 08:00", LONDON)
        page = reader(make.clerk()).get(visit.get_absolute_url()).content.decode()
        assert "Tue 31 Mar 2026, 08:00 (London, UTC+01:00)" in page


class TestTheNotice:
    def announced(self, case: Case) -> Visit:
        visit = planned(case)
        page = reader(make.clerk()).post(
            reverse("visits:announce", args=[visit.reference]),
            {"language": "en", "letter": "on", "guard_key": "n"},
        )
        assert page.status_code == 302
        return again(visit)

    def test_goes_out_in_english_by_the_clocks_there(self, case: Case) -> None:
        visit = self.announced(case)
        assert visit.language == "en"
        paper = Document.objects.get(case=case, kind="notice")
        text = text_of(paper)
        text = "".join(text.split())
        assert "Tuesday,31March2026,08:00to09:00" in text
        assert "Noticeofavisit" in text
        assert "WestLakeBank" in text

    def test_counts_from_the_slip_and_opens_the_door_at_eight_there(
        self, case: Case, clock: Any
    ) -> None:
        visit = self.announced(case)
        letter, at = Notice.objects.get(visit=visit), make.moment("2026-03-24 11:00", LONDON)
        mark_sent(notice=letter, by=make.clerk(), at=at)
        record_delivery(
            notice=again(letter), by=make.clerk(), at=at, delivered_at=at, filename="slip.pdf",
            content=make.PDF,
        )  # fmt: skip
        assert again(visit).state == "noticed"
        assert again(case).state == "notice"

        officer = reader(make.crew()[0])
        door = reverse("visits:door", args=[visit.reference])
        clock.set("2026-03-31T07:20", zone=LONDON)
        officer.post(door, {"question": "depart", "people": "2", "props": "no"})
        assert again(visit).departed_at.replace(second=0, microsecond=0) == make.moment(
            "2026-03-31 07:20", LONDON
        )
        today = officer.get(reverse("visits:today")).content.decode()
        assert "Tue 31 Mar" in today
        assert "08:00" in today

        clock.set("2026-03-31T07:58", zone=LONDON)
        for one in make.crew():
            officer.post(door, {"question": "arrive", "badge": one.badge})
        officer.post(door, {"question": "arrive", "begin": "1"})
        assert again(visit).state == "noticed"  # two minutes before eight the rules say no

        clock.set("2026-03-31T08:01", zone=LONDON)
        officer.post(door, {"question": "arrive", "begin": "1"})
        started = again(visit)
        assert started.state == "started"
        assert started.started_at.replace(second=0, microsecond=0) == make.moment(
            "2026-03-31 08:01", LONDON
        )
        assert again(case).state == "credential_display"
        screen = officer.get(door).content.decode()
        assert "08:00" in screen
        assert "40,000" not in screen
        assert started.ends_at - started.starts_at == timedelta(hours=1)
        fresh = again(case)
        assert verify(fresh) == Verified(fresh.event_count, fresh.head)
