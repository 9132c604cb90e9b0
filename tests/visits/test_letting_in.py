"""A way into their own matter for whoever was visited: the link on the slip, and the code at the door."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notices import codes, links
from notices.models import OneTimeCode, PortalLink
from people.models import User
from tests import make, walk
from tests.notices.cast import chain_holds
from tests.portal.own_cast import DEBT, Inside, words_of
from timeline.models import Event
from visits.actions import letting_in, recording, refusing
from visits.actions.slipping import make_slip
from visits.models import Visit
from visits.slip import compose_slip
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-05 14:50")
LEFT = make.moment("2026-03-05 15:10")
LATER = make.moment("2026-03-05 15:20")


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    clock.set(AT)
    User.objects.system()
    return clock


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def shown(visit: Visit, when: Any = AT, by: User | None = None) -> tuple[OneTimeCode, str]:
    """A code that the first officer shows, and its digits."""
    letting_in.show_code(visit=again(visit), by=by or make.crew()[0], at=when)
    code = letting_in.code_shown(again(visit), when)
    assert code is not None
    return code, codes.code_of(code)


def came_by(code: OneTimeCode, answer: str, **more: Any) -> Any:
    """What the door says to somebody who gives this answer; a browser of its own each time."""
    address = reverse("portal:messages", args=[links.token_of(code.link)])
    return Client(**more).post(address, {"answer": answer})


def after_a_talk() -> Visit:
    visit = walk.talked()
    recording.finish_visit(
        visit=visit, outcome="talked", why="要与家人商量", by=make.crew()[0], at=LEFT
    )
    return again(visit)


class TestShowCode:
    def test_opens_the_own_pages_instead_of_what_only_the_debtor_knows(self) -> None:
        code, digits = shown(walk.talked())
        assert re.fullmatch(r"\d{6}", digits)
        assert came_by(code, f"{digits[:3]} {digits[3:]}").status_code == 302

    def test_is_on_the_timeline_as_is_that_it_was_used(self) -> None:
        visit = walk.talked()
        code, digits = shown(visit)
        came_by(code, digits)
        kinds = ["portal.code_shown", "portal.entered_by_code"]
        told = Event.objects.filter(case=visit.case, kind__in=kinds).order_by("number")
        assert [(one.kind, one.actor) for one in told] == [
            ("portal.code_shown", make.crew()[0]),
            ("portal.entered_by_code", User.objects.system()),
        ]
        assert all(one.data["link"] == code.link_id for one in told)
        assert digits not in str([one.data for one in told])
        assert chain_holds(visit.case)

    def test_is_good_once(self) -> None:
        code, digits = shown(walk.talked())
        assert came_by(code, digits).status_code == 302
        assert came_by(code, digits).status_code == 422

    def test_is_good_for_ten_minutes(self, at: Any) -> None:
        code, digits = shown(walk.talked())
        at.set(AT + timedelta(minutes=10, seconds=1))
        assert came_by(code, digits).status_code == 422

    def test_is_good_for_its_own_link_alone(self) -> None:
        visit = walk.talked()
        _code, digits = shown(visit)
        other = links.link_for(
            case=visit.case, person=visit.case.debtor, at=AT, purpose=PortalLink.Purpose.OWN
        )
        address = reverse("portal:messages", args=[links.token_of(other)])
        assert Client().post(address, {"answer": digits}).status_code == 422

    def test_is_shut_with_the_link_after_five_wrong_ones(self) -> None:
        code, digits = shown(walk.talked())
        wrong = "000000" if digits != "000000" else "111111"
        for number in range(5):
            came_by(code, wrong, REMOTE_ADDR=f"203.0.113.{number}")
        assert came_by(code, digits, REMOTE_ADDR="198.51.100.7").status_code == 422

    def test_ends_the_one_before(self) -> None:
        visit = walk.talked()
        first, digits = shown(visit)
        shown(visit, AT + timedelta(minutes=2))
        assert came_by(first, digits).status_code == 422

    def test_is_made_three_times_an_hour_and_not_twice_a_minute(self) -> None:
        visit = walk.talked()
        for minutes in (0, 2, 4):
            shown(visit, AT + timedelta(minutes=minutes))
        for minutes in (4, 6):
            with pytest.raises(WrongInput):
                shown(visit, AT + timedelta(minutes=minutes))
        assert OneTimeCode.objects.count() == 3

    def test_is_refused_before_it_is_settled_who_stands_there(self) -> None:
        with pytest.raises(WrongInput):
            shown(walk.at_the_door())
        assert not PortalLink.objects.exists()

    def test_is_refused_to_an_officer_who_was_not_named_and_to_their_supervisor(self) -> None:
        visit = walk.talked()
        for who in (make.officer(badge="099", full_name="赵敏"), make.supervisor()):
            with pytest.raises(WrongInput):
                shown(visit, by=who)
        with pytest.raises(RightRefused):
            shown(visit, by=make.clerk())
        with pytest.raises(Outsider):
            shown(visit, by=make.outsider())

    def test_is_refused_half_an_hour_after_the_visit(self) -> None:
        visit = after_a_talk()
        shown(visit, LEFT + timedelta(minutes=29))
        with pytest.raises(StateRefused):
            shown(visit, LEFT + timedelta(minutes=31))

    def test_is_refused_where_the_officers_were_told_to_leave(self) -> None:
        visit = walk.talked()
        refusing.refuse_at_door(visit=visit, remark="", by=make.crew()[0], at=LEFT)
        with pytest.raises((StateRefused, WrongInput)):
            shown(visit, LEFT + timedelta(minutes=1))


class TestPage:
    def test_shows_the_picture_and_the_code_to_the_crew_alone(self, client: Client) -> None:
        visit = walk.talked()
        url = reverse("visits:way_in", args=[visit.reference])
        client.force_login(make.crew()[0])
        door = client.get(reverse("visits:door", args=[visit.reference])).content.decode()
        assert url in door
        assert client.post(url, {"guard_key": "a"}).status_code == 302
        code = letting_in.code_shown(visit, AT + timedelta(seconds=30))
        assert code is not None
        digits = codes.code_of(code)
        page = client.get(url).content.decode()
        assert f"{digits[:3]} {digits[3:]}" in page
        assert "<svg" in page
        client.force_login(make.supervisor())
        assert f"{digits[:3]} {digits[3:]}" not in client.get(url).content.decode()
        client.force_login(make.outsider())
        assert client.get(url).status_code == 404

    def test_is_made_once_by_two_presses(self, client: Client) -> None:
        visit = walk.talked()
        client.force_login(make.crew()[0])
        for _press in range(2):
            client.post(reverse("visits:way_in", args=[visit.reference]), {"guard_key": "a"})
        assert OneTimeCode.objects.count() == 1


class TestSlip:
    def test_names_a_link_of_this_case_for_whoever_was_identified(self) -> None:
        visit = after_a_talk()
        make_slip(visit=visit, language="both", by=make.crew()[0], at=LATER)
        link = PortalLink.objects.get(visit=visit)
        assert (link.case, link.person, link.purpose) == (visit.case, visit.case.debtor, "own")
        assert link.expires_at == LATER + links.GOOD_FOR
        [told] = Event.objects.filter(case=visit.case, kind="visit.slip_made")
        assert told.data["link"] == link.pk

    def test_names_the_one_that_the_officers_phone_showed(self) -> None:
        visit = after_a_talk()
        code, _digits = shown(visit, LATER)
        make_slip(visit=visit, language="zh", by=make.crew()[0], at=LATER)
        assert PortalLink.objects.get(visit=visit) == code.link

    def test_gives_none_to_whoever_was_not_identified(self) -> None:
        visit = walk.at_the_door()
        refusing.refuse_at_door(visit=visit, remark="", by=make.crew()[0], at=LEFT)
        make_slip(visit=again(visit), language="zh", by=make.crew()[0], at=LATER)
        assert not PortalLink.objects.filter(visit=visit).exists()
        link = links.link_for(case=visit.case, person=visit.case.debtor, at=LATER)
        assert "/m/" not in str(compose_slip(again(visit), LATER, (1, "x"), link).blocks)

    def test_says_nothing_of_what_the_page_is_about(self) -> None:
        visit = after_a_talk()
        link = letting_in.give_link(visit, LATER)
        blocks = compose_slip(visit, LATER, (1, "x"), link).blocks
        [coded] = [block for block in blocks if block.kind == "coded"]
        for tongue in ("zh", "en"):
            said = coded.text[tongue]
            assert links.short_address_of(link) in said
            assert not DEBT.search(said)

    def test_refused_to_somebody_leaves_no_link(self) -> None:
        visit = after_a_talk()
        with pytest.raises(RightRefused):
            make_slip(visit=visit, language="zh", by=make.compliance_officer(), at=LATER)
        assert not PortalLink.objects.exists()


class TestShortAddress:
    @pytest.fixture
    def link(self) -> PortalLink:
        case = make.case()
        return links.link_for(case=case, person=case.debtor, at=AT, purpose="own")

    @staticmethod
    def typed(link: PortalLink) -> str:
        return links.short_address_of(link).rstrip("/").rsplit("/", 1)[-1]

    def test_leads_to_the_door_of_the_link_and_no_further(self, link: PortalLink) -> None:
        answer = Client().get(reverse("portal:short", args=[self.typed(link)]), follow=True)
        assert answer.redirect_chain == [
            (reverse("portal:messages", args=[links.token_of(link)]), 302)
        ]
        assert "王海燕" not in answer.content.decode()

    def test_may_be_typed_in_small_letters_and_with_what_is_misread(self, link: PortalLink) -> None:
        typed = self.typed(link)
        wanted = links.token_of(link)
        misread = typed.replace("0", "o").replace("1", "l").lower()
        for one in (typed, typed.lower(), misread):
            assert links.token_of_short(one) == wanted, one
        number, _dash, mark = typed.partition("-")
        assert links.token_of_short(f"{number}-{mark.replace('-', '')}") == wanted

    def test_leads_a_wrong_one_to_a_door_of_the_same_look(self, link: PortalLink) -> None:
        typed = self.typed(link)
        wrong = typed[:-1] + ("2" if typed[-1] != "2" else "3")
        token = links.token_of_short(wrong)
        assert token != links.token_of(link)
        assert links.link_of(token) is None
        assert len(token) == len(links.token_of(link))
        pages = [
            words_of(
                Client().get(
                    reverse("portal:short", args=[one]), follow=True, headers={"Accept-Language": "en"}
                )
            )
            for one in (typed, wrong, "nonsense", "7")
        ]  # fmt: skip
        assert len(set(pages)) == 1

    def test_survives_a_change_of_the_houses_key(self, link: PortalLink, settings: Any) -> None:
        typed = self.typed(link)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another" * 10
        token = links.token_of_short(typed)
        assert links.link_of(token) == link


class TestEntering:
    def test_by_the_code_shows_the_same_pages(self) -> None:
        visit = walk.talked()
        code, digits = shown(visit)
        came = Inside(visit.case, code.link)
        assert came.post("messages", answer=digits).status_code == 302
        assert "40,000.00" in came.read("home")
