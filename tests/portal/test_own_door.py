"""Getting in to one's own matter: what opens it, what it shows to whom, and what is kept of it nowhere."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from documents.models import Document
from notices import links, relay
from notices.models import Notice, PortalLink
from notices.texts.filed import filed, names_on_file
from people.models import ContactPoint
from tests import make, walk
from tests.notices.cast import chain_holds, queued
from tests.portal.own_cast import DEBT, MONDAY, TAIL, Inside, inside, own_link, words_of
from tests.test_consistency import routes
from visits import tokens
from visits.actions.announcing import announce_visit
from workflow.models import Duty

pytestmark = pytest.mark.django_db

SECRET = ["王海燕", "Wang Haiyan", "西湖银行", "West Lake", "HZ-2026", "40,000", "清水"]


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    """Monday morning, five minutes after the notice."""
    clock.set(MONDAY)
    return clock


def own_pages() -> list[str]:
    """Every address under a link of one's own that takes the token alone."""
    found = [
        name.partition(":")[2]
        for name, pattern in routes(get_resolver().url_patterns)
        if name.startswith("portal:") and str(pattern.pattern).startswith("m/<str:token>/")
        and str(pattern.pattern).count("<") == 1
    ]  # fmt: skip
    return sorted(set(found))


class TestLink:
    def test_in_the_notice_of_a_visit_is_the_debtors_own(self) -> None:
        visit = walk.planned()
        (mail, _letter) = announce_visit(
            visit=visit, language="zh", channels=["email", "letter"], by=make.clerk(),
            at=walk.NOTICED_AT,
        )  # fmt: skip
        assert links.PLACE in mail.body
        link = PortalLink.objects.get(pk=mail.about["portal_link"])
        assert (link.purpose, link.case_id, link.person) == (
            "own",
            visit.case_id,
            visit.case.debtor,
        )
        assert links.address_of(link) in links.with_link(mail)

    def test_to_somebody_else_reads_messages_alone(self) -> None:
        visit = walk.noticed()
        other = make.debtor(name="李雷", id_number="330102199001011232")
        other.save()
        link = links.link_for(case=visit.case, person=other, at=MONDAY)
        client = Client()
        client.post(reverse("portal:messages", args=[links.token_of(link)]), {"answer": "1232"})
        for name in ("home", "about", "papers", "rights"):
            answer = client.get(reverse(f"portal:{name}", args=[links.token_of(link)]))
            assert answer.status_code == 302, name

    def test_is_given_to_whoever_holds_the_code_of_the_visit_and_still_asks(self) -> None:
        """The notice on paper carries the visit's code alone; it leads to the same door."""
        visit = walk.noticed()
        check = tokens.check_of(visit)
        assert check is not None
        client = Client()
        answer = client.post(reverse("portal:visit_mine", args=[check.token]))
        link = PortalLink.objects.get()
        assert (link.purpose, link.person) == ("own", visit.case.debtor)
        assert timedelta(hours=23) < link.expires_at - MONDAY < timedelta(hours=25)
        door = reverse("portal:messages", args=[links.token_of(link)])
        assert answer.headers["Location"] == door
        assert "王海燕" not in client.get(door).content.decode()
        gone = client.post(reverse("portal:visit_mine", args=["A" * 22]))
        assert gone.status_code == 404
        assert PortalLink.objects.count() == 1

    def test_is_given_by_the_code_only_so_often(self) -> None:
        check = tokens.check_of(walk.noticed())
        assert check is not None
        for _press in range(25):
            Client().post(reverse("portal:visit_mine", args=[check.token]))
        assert PortalLink.objects.count() == 20


class TestDoor:
    def test_leads_to_the_own_matter_after_the_answer(self) -> None:
        came = inside(walk.noticed().case)
        answer = came.get("messages")
        assert answer.headers["Location"] == came.address("home")
        assert "Hello Wang Haiyan" in came.read("home")

    def test_is_the_same_for_every_page_and_every_token(self, at: Any) -> None:
        case = walk.noticed().case
        good, foreign = own_link(case), links.link_for(case=case, person=case.debtor, at=MONDAY)
        late = own_link(case, MONDAY - timedelta(days=91))
        tokens = [links.token_of(one) for one in (good, foreign, late)] + ["7-" + "A" * 22]
        for name in own_pages():
            seen = set()
            for token in tokens:
                client = Client()
                client.raise_request_exception = False
                answer = client.get(reverse(f"portal:{name}", args=[token]))
                where = answer.headers.get("Location", "").replace(token, "#")
                body = answer.content.decode().replace(token, "#").split("<main", 1)[-1]
                body = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", body)
                seen.add((answer.status_code, where, body))
            assert len(seen) == 1, name

    def test_closes_after_a_quarter_of_an_hour_without_a_page(self, at: Any) -> None:
        came = inside(walk.noticed().case)
        for _page in range(3):
            at.move(minutes=10)
            assert came.get("home").status_code == 200
        at.move(minutes=16)
        assert came.get("home").status_code == 302

    def test_is_shut_by_leaving(self) -> None:
        came = inside(walk.noticed().case)
        came.post("leave")
        assert came.get("home").status_code == 302

    def test_of_one_matter_does_not_open_another(self) -> None:
        came = inside(walk.noticed().case)
        other = make.case(
            reference="HZ-2026-0999", external_reference="N-9",
            who=make.debtor(name="李雷", id_number="330102199001011232"),
        )  # fmt: skip
        token = links.token_of(own_link(other))
        answer = came.client.get(reverse("portal:home", args=[token]))
        assert answer.status_code == 302


class TestCrawl:
    """No page, header, address, title or file name tells a stranger what it is about."""

    def test_tells_nothing_before_the_second_fact(self) -> None:
        case = walk.noticed().case
        token = links.token_of(own_link(case))
        for language in ("en", "zh-CN"):
            for name in own_pages():
                for method in ("get", "post"):
                    client: Any = Client(headers={"Accept-Language": language})
                    answer = getattr(client, method)(
                        reverse(f"portal:{name}", args=[token]), follow=True
                    )
                    text = (
                        answer.content.decode() + str(answer.headers) + str(answer.redirect_chain)
                    )
                    assert not DEBT.search(text), (name, method, DEBT.search(text))
                    for word in SECRET:
                        assert word not in text, (name, method, word)

    def test_keeps_titles_addresses_and_heads_quiet_after_it(self) -> None:
        came = inside(walk.noticed().case)
        for language in ("en", "zh-CN"):
            came.language = language
            seen, waiting = set(), [came.address("home")]
            while waiting:
                address = waiting.pop()
                seen.add(address)
                answer = came.client.get(address, headers={"Accept-Language": language})
                heads = address.replace(came.token, "#") + str(answer.headers)
                if answer.headers["Content-Type"].startswith("text/html"):
                    html = answer.content.decode()
                    head = html.split("<body", 1)[0]
                    heads += head
                    found = re.findall(r'href="(/m/[^"#]+)"', html)
                    waiting += [one for one in found if one not in seen and one not in waiting]
                assert not DEBT.search(heads), (address, DEBT.search(heads))
                assert "no-store" in answer.headers["Cache-Control"], address
                assert answer.headers["Referrer-Policy"] == "same-origin", address
                for word in SECRET:
                    if word != "HZ-2026":  # the number of a paper
                        assert word not in heads, (address, word)
            assert len(seen) > 5

    def test_reaches_the_pages_of_complaints_and_the_typed_address_too(self) -> None:
        case = walk.noticed().case
        link = own_link(case)
        token = links.token_of(link)
        typed = links.short_address_of(link).partition("/s/")[2].rstrip("/")
        addresses = [
            reverse("quality:complain", args=[token]), reverse("quality:followed", args=[token]),
            reverse("portal:data_one", args=[token, 2]), reverse("portal:tell_one", args=[token, 4]),
            reverse("portal:paper", args=[token, "D-1"]), reverse("portal:short", args=[typed]),
        ]  # fmt: skip
        for language in ("en", "zh-CN"):
            for address in addresses:
                client = Client(headers={"Accept-Language": language})
                answer = client.get(address, follow=True)
                text = address + answer.content.decode() + str(answer.headers)
                assert answer.status_code == 200, address
                assert not DEBT.search(text), (address, DEBT.search(text))
                for word in SECRET:
                    assert word not in text, (address, word)

    def test_finds_no_word_of_it_in_the_subject_of_a_message(self) -> None:
        for name in names_on_file():
            for place, text in filed(name).items():
                for said in (text.subject, text.quiet):
                    assert not DEBT.search(said), (name, place, said)

    def test_finds_no_word_of_it_in_the_name_of_a_file(self) -> None:
        visit = walk.noticed()
        came = inside(visit.case)
        for document in Document.objects.filter(case=visit.case):
            answer = came.get("paper", document.number)
            assert not DEBT.search(str(answer.headers)), document.number

    def test_finds_no_script_and_no_page_over_sixty_thousand_bytes(self) -> None:
        came = inside(walk.noticed().case)
        for name in own_pages():
            answer = came.get(name)
            if answer.status_code == 200:
                assert b"<script" not in answer.content, name
                assert len(answer.content) < 60_000, (name, len(answer.content))


class TestTold:
    def test_is_each_entry_and_what_was_shown_once(self, at: Any) -> None:
        case = walk.noticed().case
        came = inside(case)
        for name in ("home", "about", "about", "home"):
            came.get(name)
        assert came.told("portal.entered") == [{"link": came.link.pk, "purpose": "own"}]
        told = [(row["link"], row["page"]) for row in came.told("portal.shown")]
        assert told == [(came.link.pk, name) for name in ("home", "about")]
        at.move(hours=1)
        came.post("messages", answer=TAIL)
        came.get("home")
        assert len(came.told("portal.shown")) == 3
        assert chain_holds(case)

    def test_is_told_as_the_debtors_own(self, client: Client) -> None:
        came = inside(walk.noticed().case)
        came.get("about")
        client.force_login(make.clerk())
        page = client.get(
            reverse("desk:timeline", args=[came.case.reference]), headers={"Accept-Language": "en"}
        )
        text = words_of(page)
        assert "the debtor, by a link" in text
        assert "Shown by the link: who claims what, and how the sum is made up." in text


class TestNotMe:
    """Whoever got a link that is not for them says so: all to that address stops, and nothing is said."""

    @pytest.fixture
    def sent(self) -> tuple[Inside, Notice]:
        case = make.case()
        first = queued(case, body=f"A message: {links.PLACE}", key="first")
        mark_sent_by_mail(first)
        link = PortalLink.objects.get(pk=first.about["portal_link"])
        return Inside(case, link), first

    def test_stops_all_that_goes_there(self, sent: tuple[Inside, Notice]) -> None:
        came, _first = sent
        waiting = queued(came.case, key="second", due_at=MONDAY + timedelta(days=1))
        letter = queued(came.case, channel="letter", key="third", due_at=MONDAY + timedelta(days=1))
        came.post("not_me")
        waiting.refresh_from_db()
        letter.refresh_from_db()
        assert (waiting.state, letter.state) == ("suppressed", "queued")
        point = ContactPoint.objects.get(person=came.case.debtor, channel="email")
        assert point.do_not_contact
        assert came.told("portal.not_me") == [{"link": came.link.pk}]
        duty = Duty.objects.get(case=came.case, kind="portal.not_me")
        assert duty.role == "clerk"
        assert timedelta(days=1) <= duty.due_at - MONDAY < timedelta(days=1, minutes=5)
        assert chain_holds(came.case)

    def test_ends_the_link_and_says_it_once(self, sent: tuple[Inside, Notice]) -> None:
        came, _first = sent
        came.post("not_me")
        came.post("not_me")
        assert len(came.told("portal.not_me")) == 1
        assert came.post("messages", answer=TAIL).status_code == 422

    def test_says_the_same_of_every_token(self, sent: tuple[Inside, Notice]) -> None:
        came, _first = sent
        pages = [
            Client().post(reverse("portal:not_me", args=[token]), headers={"Accept-Language": "en"})
            for token in (came.token, "7-" + "A" * 22)
        ]
        first, second = (words_of(page) for page in pages)
        assert first == second
        assert "Nothing more is sent" in first

    def test_counts_as_a_knock(self, sent: tuple[Inside, Notice]) -> None:
        came, _first = sent
        for number in range(21):
            Client().post(reverse("portal:not_me", args=[f"{number + 90:x}-" + "A" * 22]))
        came.post("not_me")
        assert came.told("portal.not_me") == []


def mark_sent_by_mail(notice: Notice) -> None:
    """It has gone out."""
    relay.send_due(MONDAY)
    notice.refresh_from_db()
    assert notice.state in {"sent", "delivered"}, notice.why
