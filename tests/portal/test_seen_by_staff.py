"""Staff see the debtor's own pages as the debtor does: marked, masked, on record, and without doing anything."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.models import Case
from looking.models import Look
from looking.session import KEY
from notices import relay
from notices.models import Notice, PortalLink
from people.models import User
from portal.as_debtor import ONE_OF, PAGES
from portal.own import VIEWS
from quality.actions.complaining import receive_complaint
from tests import make, walk
from tests.agreements import cast
from tests.notices.cast import chain_holds, queued
from tests.portal.own_cast import TUESDAY, inside, own_link, words_of
from tests.world import rows_of_house
from timeline.models import Event
from workflow.by_link import acting_by

pytestmark = pytest.mark.django_db

STREET = "翠苑街道 3 幢 2 单元 501 室"
WORDS = "她大声说话，还堵在门口"
MARK = "The house looks on"
WITHHELD = "Something is shown to the debtor here that you may not see."
PLAIN = sorted(set(PAGES) - set(ONE_OF))


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    clock.set(TUESDAY)
    return clock


@pytest.fixture
def case() -> Case:
    return Case.objects.get(pk=walk.noticed().case_id)


def browser(who: User, language: str = "en") -> Client:
    client = Client()
    client.force_login(who)
    client.cookies["django_language"] = language
    return client


def address(case: Case, page: str = "home", *which: int) -> str:
    name = "portal:as_debtor_one" if which else "portal:as_debtor_page"
    return reverse(name, args=[case.reference, page, *which])


def see(
    case: Case, page: str = "home", *which: int, who: User | None = None, query: str = "?in=en"
) -> Any:
    return browser(who or make.clerk()).get(address(case, page, *which) + query)


def shown(case: Case, page: str = "home", *which: int, who: User | None = None) -> str:
    """The words of the page in English, to the clerk if nobody else is named."""
    answer = see(case, page, *which, who=who)
    assert answer.status_code == 200, (page, answer.status_code)
    return words_of(answer)


def main_of(answer: Any) -> str:
    """What lies before the reader, without where it leads to and what is drawn anew each time."""
    html = answer.content.decode().partition("<main")[2].partition("</main")[0]
    html = re.sub(r"<input type=\"hidden\"[^>]*>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.partition(">")[2])).split())


def message_for(case: Case) -> Notice:
    """A message that lies in the portal, and that nobody has read."""
    made = queued(
        case, channel="portal", subject="Your instalment", body=f"We came to {STREET}.",
        address=" ", with_point=False,
    )  # fmt: skip
    relay.send_due(TUESDAY)
    made.refresh_from_db()
    assert made.state == Notice.State.SENT
    return made


class TestPages:
    @pytest.mark.parametrize("page", PLAIN)
    def test_are_marked_read_only_and_lead_to_no_address_of_the_debtors(
        self, case: Case, page: str
    ) -> None:
        answer = see(case, page)
        html = answer.content.decode()
        assert answer.status_code == 200
        assert MARK in html
        assert html.count("<fieldset disabled>") == 1
        assert html.index("<fieldset disabled>") < html.index("<h1>")
        assert not re.search(r'(href|action|src)="[^"]*/(m|v|s)/', html)
        assert "css/as_debtor" in html

    @pytest.mark.parametrize(
        "page", ["home", "about", "papers", "rights", "sums", "tell", "ways", "answers"]
    )
    def test_say_what_the_debtor_reads(self, case: Case, page: str) -> None:
        theirs = inside(case, TUESDAY).get(page)
        assert main_of(see(case, page)) == main_of(theirs)

    def test_of_one_thing_of_several_are_seen_too(self, case: Case) -> None:
        assert "I am in hospital" in shown(case, "tell_one", 4)
        assert "I take back my consent" in shown(case, "data_one", 5)
        for page, which in (("tell_one", 99), ("data_one", 99), ("message", 99)):
            assert see(case, page, which).status_code == 404
        for wrong in ("nothing", "confirm", "paper", "tell_one"):
            assert see(case, wrong).status_code == 404
        assert see(case, "home", 1).status_code == 404

    def test_of_a_plan_are_seen_and_a_paper_is_opened_by_the_desks_own_page(self) -> None:
        agreement = cast.signed()
        assert "Ask for another plan" in shown(agreement.case, "other_plan")
        assert agreement.document is not None
        file = reverse("documents:document", args=[agreement.document.number])
        assert f'href="{file}?show=1"' in see(agreement.case, "sums").content.decode()
        assert f'href="{file}?show=1"' in see(agreement.case, "papers").content.decode()

    def test_are_all_of_those_that_a_debtor_can_read(self) -> None:
        sent = {"confirm", "refuse", "one_way"}
        assert set(VIEWS) - sent - {"paper"} == set(PAGES) - {"message"}

    def test_can_be_walked_from_the_case_page_on(self, case: Case) -> None:
        client = browser(make.clerk())
        first = reverse("portal:as_debtor", args=[case.reference])
        assert first in client.get(f"{case.get_absolute_url()}?tab=people").content.decode()
        waiting, seen = [first], set[str]()
        while waiting:
            here = waiting.pop()
            html = client.get(here).content.decode()
            there = re.findall(rf'href="(/cases/{case.reference}/as-debtor/[^"?]+)"', html)
            waiting += [one for one in set(there) - seen if one not in waiting]
            seen.add(here)
        walked = {one.split("/as-debtor/")[1].split("/")[0] for one in seen} - {""}
        assert walked == set(PAGES) - {"message", "other_plan"}  # where there is one

    def test_are_drawn_as_the_debtor_is_written_to_and_framed_as_the_reader_reads(
        self, case: Case
    ) -> None:
        page = see(case, query="").content.decode()
        assert '<html lang="zh-hans">' in page
        assert MARK in page
        case.debtor.language = "en"
        case.debtor.save()
        chinese = browser(make.clerk(), "zh-hans").get(address(case)).content.decode()
        assert '<html lang="en">' in chinese
        assert "What you can do here" in chinese
        assert MARK not in chinese

    def test_keep_the_language_that_was_switched_to(self, case: Case) -> None:
        html = see(case).content.decode()
        assert f'href="{address(case, "about")}?in=en"' in html
        assert f'href="{address(case)}?in=zh-hans"' in html


class TestMark:
    def test_says_by_whom_and_when_in_front_and_behind_the_text(self, case: Case) -> None:
        html = see(case).content.decode()
        bar = html.partition('class="house-view-mark"')[2].partition("</p>")[0]
        behind = html.partition('class="house-view-behind"')[2].partition("</div>")[0]
        for part in (bar, behind):
            assert str(make.clerk()) in part
            assert "3 Mar 2026" in part
            assert "19:10" in part
        assert behind.startswith(' aria-hidden="true"')
        assert "style=" not in html

    def test_stays_on_paper_and_behind_the_text(self) -> None:
        css = (Path(settings.BASE_DIR) / "static/css/as_debtor.css").read_text()
        assert "display: none" not in css
        behind = css.partition(".house-view-behind {")[2].partition("}")[0]
        assert "z-index: -1" in behind
        assert "print-color-adjust: exact" in css.partition("@media print")[2]


class TestLook:
    def test_leaves_link_message_and_events_of_the_debtor_as_they_were(self, case: Case) -> None:
        message, _link = message_for(case), own_link(case, TUESDAY)
        links, rows = list(PortalLink.objects.order_by("pk").values()), rows_of_house()
        for page in PLAIN:
            see(case, page)
        assert "Your instalment" in shown(case, "message", message.pk)
        message.refresh_from_db()
        assert (message.state, message.delivered_at) == (Notice.State.SENT, None)
        assert list(PortalLink.objects.order_by("pk").values()) == links
        told = rows["timeline.Event"] + len(set(PAGES.values()))
        assert rows_of_house() == {**rows, "timeline.Event": told}  # that somebody looked, alone
        assert not Event.objects.filter(kind__startswith="portal.").exists()
        assert "portal" not in browser(make.clerk()).cookies

    def test_at_a_new_notice_of_the_visit_does_not_deliver_it(self, case: Case) -> None:
        message = message_for(case)
        Notice.objects.filter(pk=message.pk).update(
            visit=case.visits.get(), kind=Notice.Kind.VISIT_NOTICE
        )
        see(case, "meeting")
        message.refresh_from_db()
        assert message.state == Notice.State.SENT

    def test_is_told_once_a_page_and_a_quarter_of_an_hour_and_counted_each_time(
        self, case: Case, clock: Any
    ) -> None:
        def told() -> list[tuple[str, str]]:
            found = Event.objects.filter(case=case, kind="data.seen_as_debtor").order_by("number")
            return [(event.actor_name, event.data["page"]) for event in found]

        clerk, officer = make.clerk(), make.crew()[0]
        for page in ("home", "home", "followed"):
            see(case, page)
        see(case, who=officer)
        assert told() == [(str(clerk), "home"), (str(clerk), "complaints"), (str(officer), "home")]
        clock.set(TUESDAY + timedelta(minutes=16))
        see(case)
        assert told()[3:] == [(str(clerk), "home")]
        row = Look.objects.get(user=clerk, what=Look.What.AS_DEBTOR, subject="home")
        assert row.times == 3
        assert chain_holds(case)

    def test_is_told_to_those_who_may_see_who_looked(self, case: Case) -> None:
        see(case)
        timeline = reverse("desk:timeline", args=[case.reference])
        said = "looked at the debtor&#x27;s own pages"
        assert said in browser(make.supervisor()).get(timeline).content.decode()
        assert said not in browser(make.clerk()).get(timeline).content.decode()
        looks = reverse("desk:looks", args=[case.reference])
        assert "as the debtor sees them" in browser(make.supervisor()).get(looks).content.decode()

    @pytest.mark.parametrize("page", PLAIN)
    def test_sends_nothing_whatever_is_posted(self, case: Case, page: str) -> None:
        before = Event.objects.count(), list(Case.objects.values())
        given = {"text": "x", "act": "offer", "channel": "letter", "what": "manner", "words": "x"}
        assert browser(make.clerk()).post(address(case, page), given).status_code == 405
        assert (Event.objects.count(), list(Case.objects.values())) == before


class TestReader:
    def test_is_nobody_to_whom_the_case_is_not_open(self, case: Case) -> None:
        for who in (make.outsider(), make.counsel()):
            assert see(case, who=who).status_code == 404
        assert not Look.objects.filter(what=Look.What.AS_DEBTOR).exists()

    @pytest.mark.parametrize("role", ["clerk", "officer", "supervisor", "compliance"])
    def test_is_whoever_talks_with_the_debtor(self, case: Case, role: str) -> None:
        people = {
            "clerk": make.clerk, "supervisor": make.supervisor,
            "compliance": make.compliance_officer, "officer": lambda: make.crew()[0],
        }  # fmt: skip
        assert see(case, who=people[role]()).status_code == 200

    def test_is_neither_administrator_nor_auditor_nor_operator(self, case: Case) -> None:
        for who in (make.administrator(), make.auditor()):
            assert see(case, who=who).status_code == 403, who.role
        assert see(case, who=make.operator()).status_code in (403, 404)
        page = browser(make.administrator()).get(f"{case.get_absolute_url()}?tab=people")
        assert "as-debtor" not in page.content.decode()

    def test_is_sent_to_the_door_without_a_sign_in(self, case: Case) -> None:
        assert Client().get(address(case)).status_code == 302


class TestMasks:
    def test_hide_the_address_and_numbers_that_the_debtor_reads(self, case: Case) -> None:
        message = message_for(case)
        assert STREET in inside(case, TUESDAY).read("meeting")
        for page in ("meeting", "move"):
            assert STREET not in shown(case, page), page
        assert STREET not in shown(case, "message", message.pk)

    def test_are_off_where_the_reader_sees_the_case_in_full(self, case: Case) -> None:
        client = browser(make.clerk())
        client.get(address(case))
        session = client.session
        session[KEY] = {f"{case.reference} addresses": (TUESDAY + timedelta(minutes=3)).isoformat()}
        session.save()
        assert STREET in client.get(address(case, "meeting")).content.decode()

    def test_hide_what_the_debtor_wants_corrected(self, case: Case) -> None:
        came = inside(case, TUESDAY)
        came.post("data_one", 2, field="id_number", wanted="330106198807152428", text="x")
        assert "330106198807152428" in came.read("data")
        page = shown(case, "data")
        assert "330106198807152428" not in page
        assert "3301**********2428" in page

    def test_leave_out_the_link_by_which_the_visit_is_checked(self, case: Case) -> None:
        link = "Who is at my door?"
        assert link in inside(case, TUESDAY).read("meeting")
        assert link not in shown(case, "meeting")


class TestWhatIsKept:
    def complained(self, case: Case, against: User) -> str:
        with acting_by(own_link(case, TUESDAY).pk):
            made = receive_complaint(
                case=case, how="link", what="manner", words=WORDS, against=[against],
                by=User.objects.system(), at=TUESDAY,
            )  # fmt: skip
        return made.number

    def test_of_a_complaint_is_all_to_whoever_is_complained_of(self, case: Case) -> None:
        accused = make.supervisor(username="accused")
        before = shown(case, "followed", who=accused)
        number = self.complained(case, accused)
        assert WORDS in shown(case, "followed", who=make.supervisor())
        page = shown(case, "followed", who=accused)
        assert WORDS not in page
        assert number not in page
        assert page == before  # not even that there is one

    def test_of_a_complaint_is_all_to_a_role_that_sees_none(self, case: Case) -> None:
        before = shown(case, "followed")
        assert WITHHELD in before
        self.complained(case, make.supervisor())
        assert shown(case, "followed") == before

    def test_of_letters_about_a_complaint_is_all_to_whoever_is_complained_of(
        self, case: Case
    ) -> None:
        message = message_for(case)
        Notice.objects.filter(pk=message.pk).update(about={"aim": "complaint"})
        accused = make.clerk()
        assert "Your instalment" in shown(case, who=accused)
        Case.objects.filter(pk=case.pk).update(kept_from=[accused.pk])
        assert "Your instalment" not in shown(case, who=accused)
        assert see(case, "message", message.pk, who=accused).status_code == 404
        assert "Your instalment" in shown(case, who=make.supervisor())

    def test_of_requests_about_data_is_all_to_an_officer(self, case: Case) -> None:
        inside(case, TUESDAY).post("data_one", 3, text="请删除")
        officer = make.crew()[0]
        assert "请删除" in shown(case, "data")
        assert "请删除" not in shown(case, "data", who=officer)
        assert WITHHELD in shown(case, "data", who=officer)

    def test_of_an_illness_is_no_more_said_than_to_the_debtor(self, case: Case) -> None:
        inside(case, TUESDAY).post("tell_one", 4, text="心内科三床")
        page = shown(case, "answers")
        assert "Something personal" in page
        assert "心内科三床" not in page
