"""The work list: found by two characters, filtered in the address, paged by key."""

import html
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from common.vault import seal
from desk.worklist import PAGE, Wanted, page_of
from people.models import User
from tests import make
from workflow.duties import raise_duty

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
TONIGHT = make.moment("2026-03-03 00:00")
NAMES = ["王海燕", "李海", "张燕海", "欧阳海燕", "Wang Li"]


def many(count: int, **given: object) -> list[Case]:
    return [
        make.case(
            reference=f"HZ-2026-{number:04d}", external_reference=f"XH-{number}",
            who=make.debtor(name=NAMES[number % len(NAMES)], name_en=f"Name {number}"), **given,
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def shown(query: str, user: User | None = None) -> list[str]:
    page = page_of(Wanted.from_query(QueryDict(query)), user or make.clerk(), AT, TONIGHT)
    return [case.reference for case in page.cases]


class TestWordsInTheAddress:
    def test_are_sealed_by_whatever_form_they_are_typed_into(self) -> None:
        case = make.case()
        client = Client()
        client.force_login(make.clerk())
        to_list = client.post(reverse("desk:find"), {"q": "王海"})
        to_run = client.post(
            reverse("desk:find"), {"q": "王海", "for": "run", "view": "mine", "hold": "held"}
        )
        for answer, path in ((to_list, "/"), (to_run, reverse("outreach:new"))):
            assert answer.url.partition("?")[0] == path
            assert "王" not in unquote(answer.url)
        assert "view=mine" in to_run.url
        assert "hold=held" in to_run.url
        page = client.get(to_list.url).content.decode()
        assert case.reference in page
        assert 'id="search" value="王海"' in page

    def test_are_sealed_in_every_link_and_form_of_the_list(self) -> None:
        many(130)
        client = Client()
        client.force_login(make.supervisor())
        page = client.get(client.post(reverse("desk:find"), {"q": "海燕"}).url).content.decode()
        assert "“海燕”" in page
        addresses = re.findall(r'(?:href|action|src|hx-get)="([^"]*)"', page)
        assert not [one for one in addresses if "海燕" in unquote(one)]
        assert not re.findall(r'type="hidden" name="q" value="[^"]*海燕', page)
        older = next(one for one in addresses if "after=" in one)
        assert client.get(html.unescape(older)).status_code == 200

    def test_that_somebody_types_there_by_hand_are_searched_for(self) -> None:
        many(5)
        assert shown("q=欧阳海燕") == shown(Wanted(view="all", q="欧阳海燕").address()[1:])

    def test_that_were_sealed_elsewhere_find_as_if_none_were_there(self) -> None:
        foreign = seal("王海燕", "people_person.phone")
        assert Wanted.from_query(QueryDict(f"q={foreign}")).q == ""
        sealed = Wanted(q="王海燕").address()[3:]
        assert Wanted.from_query(QueryDict(f"q={sealed[:-4]}AAAA")).q == ""

    def test_longest_are_found_again(self) -> None:
        words = "长" * 80
        assert Wanted.from_query(QueryDict(Wanted(q=words).address()[1:])).q == words

    def test_lead_back_to_the_list_where_nothing_was_typed(self) -> None:
        client = Client()
        client.force_login(make.clerk())
        assert client.post(reverse("desk:find"), {"q": " "}).url == "/?view=waiting"
        assert client.get(reverse("desk:find")).status_code == 405


class TestSearch:
    def test_finds_two_characters_anywhere_in_a_name(self) -> None:
        many(5)
        assert shown("q=海燕") == ["HZ-2026-0005", "HZ-2026-0003"] or set(shown("q=海燕")) == {
            case.reference for case in Case.objects.filter(debtor_name__contains="海燕")
        }

    def test_finds_one_character_and_whole_names(self) -> None:
        many(5)
        assert set(shown("q=海")) == {
            case.reference for case in Case.objects.filter(debtor_name__contains="海")
        }
        assert len(shown("q=欧阳海燕")) == 1

    def test_finds_by_reference_by_its_number_and_by_the_creditor_s_own(self) -> None:
        many(5)
        for query in ("q=HZ-2026-0003", "q=hz-2026-0003", "q=0003", "q=3", "q=XH-3", "q=xh-3"):
            assert shown(query) == ["HZ-2026-0003"], query

    @pytest.mark.parametrize(
        "query",
        ["q=%25%25", "q=_", "q=';drop", "q=" + "长" * 300, "q=%00", "q=😀", "q=1" + "0" * 60],
    )
    def test_bears_any_text(self, query: str) -> None:
        many(2)
        assert shown(query) in ([], ["HZ-2026-0002", "HZ-2026-0001"])


class TestFilters:
    def test_show_only_the_own_team_s_cases(self) -> None:
        many(2)
        assert len(shown("view=all")) == 2
        assert shown("view=all", make.outsider()) == []
        assert len(shown("view=all", make.compliance_officer())) == 2

    def test_ask_anew_for_each_reader_and_each_moment(self) -> None:
        one, two = many(2)
        first, second = make.crew()
        for case, officer in ((one, first), (two, second)):
            Case.objects.filter(pk=case.pk).update(officer=officer, next_due_at=AT)
        assert shown("view=mine", first) == [one.reference]
        assert shown("view=mine", second) == [two.reference]
        for later, found in ((timedelta(), 0), (timedelta(minutes=1), 2), (timedelta(), 0)):
            wanted = Wanted.from_query(QueryDict("due=late"))
            assert len(page_of(wanted, make.clerk(), AT + later, TONIGHT).cases) == found

    def test_count_what_they_leave(self) -> None:
        many(3)
        page = page_of(Wanted(view="all"), make.clerk(), AT, TONIGHT)
        assert page.count == 3
        assert page_of(Wanted(view="all", q="李"), make.clerk(), AT, TONIGHT).count == 1
        assert page_of(Wanted(view="mine"), make.clerk(), AT, TONIGHT).count == 0

    def test_take_step_team_officer_and_hold(self) -> None:
        one, two = many(2)
        Case.objects.filter(pk=one.pk).update(held_until="2026-04-01", officer=make.officer())
        Case.objects.filter(pk=two.pk).update(refused_until="2026-04-01")
        assert shown("hold=held") == [one.reference]
        assert shown("hold=refused") == [two.reference]
        assert shown(f"view=all&officer={make.officer().pk}") == [one.reference]
        assert shown("step=closure") == []
        assert len(shown("step=preparation")) == 2
        assert len(shown(f"view=all&team={make.team().pk}")) == 2

    @pytest.mark.parametrize(
        "query", ["step=nowhere", "team=x", "officer=99999999999999", "due=never", "after=zzz~1"]
    )
    def test_leave_out_what_is_not_understood(self, query: str) -> None:
        many(1)
        assert shown(f"view=all&{query}") in (["HZ-2026-0001"], [])

    def test_put_what_is_due_first_and_know_overdue_from_today(self) -> None:
        cases = many(3)
        for case, hours in zip(cases, (30, -2, 3), strict=True):
            raise_duty(
                case=case, kind="x", says={"en": "x"}, due_at=AT + timedelta(hours=hours),
                key=f"x{case.pk}", at=AT,
            )  # fmt: skip
        assert shown("") == [cases[n].reference for n in (1, 2, 0)]
        assert shown("due=late") == [cases[1].reference]
        assert shown("due=today") == [cases[1].reference, cases[2].reference]


class TestPages:
    def test_go_on_by_key_and_back_without_losing_or_doubling_a_case(self) -> None:
        many(PAGE * 2 + 7)
        user, seen, address = make.clerk(), [], "?view=all"
        for _turn in range(3):
            page = page_of(Wanted.from_query(QueryDict(address[1:])), user, AT, TONIGHT)
            seen += [case.reference for case in page.cases]
            last, address = page, page.older or address
        assert len(seen) == len(set(seen)) == PAGE * 2 + 7
        assert last.older == ""
        back = page_of(Wanted.from_query(QueryDict(last.newer[1:])), user, AT, TONIGHT)
        assert [case.reference for case in back.cases] == seen[PAGE : 2 * PAGE]

    def test_keep_their_place_when_new_cases_arrive(self) -> None:
        many(PAGE + 2)
        user = make.clerk()
        first = page_of(Wanted(view="all"), user, AT, TONIGHT)
        make.case(reference="HZ-2026-9999", external_reference="late")
        second = page_of(Wanted.from_query(QueryDict(first.older[1:])), user, AT, TONIGHT)
        assert [case.reference for case in second.cases] == ["HZ-2026-0002", "HZ-2026-0001"]

    def test_cost_the_same_for_one_row_and_for_fifty(self) -> None:
        user = make.clerk()
        costs = []
        for count in (1, PAGE):
            for number in range(count):
                make.case(reference=f"N{count}-{number}", external_reference=f"N{count}-{number}")
            with CaptureQueriesContext(
                connection,
            ) as taken:
                page = page_of(Wanted(view="all"), user, AT, TONIGHT)
                [(case.debtor_name, case.creditor, case.officer) for case in page.cases]
            costs.append(len(taken))
        assert costs == [1, 1]
