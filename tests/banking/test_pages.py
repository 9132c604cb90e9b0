"""Statements in the browser: taken in, reviewed, booked, set aside."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from banking.actions.booking import book_certain
from banking.models import Statement
from cases.models import Case, Mandate
from people.models import User
from tests import make
from tests.agreements import cast as agreements
from tests.banking import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    for name in ("agreement_pdf", "receipt_pdf", "reversal_pdf"):
        monkeypatch.setattr(f"agreements.papers.{name}", lambda _subject: make.PDF)
    clock.set(cast.AT)


def browser(user: User | None = None, language: str = "en") -> Client:
    client = Client()
    client.force_login(user or make.clerk())
    client.cookies["django_language"] = language
    return client


def send(content: bytes, client: Client | None = None, **given: Any) -> Any:
    file = SimpleUploadedFile("流水.csv", content)
    data = {
        "creditor": make.creditor().pk, "team": make.team().pk, "file": file, "guard_key": "k1",
        **given,
    }  # fmt: skip
    return (client or browser()).post(reverse("banking:take_in"), data, follow=True)


class TestTakeIn:
    def test_leads_to_the_statement_and_its_lines(self) -> None:
        agreements.signed()
        answer = send(cast.csv_of(cast.row(1), cast.row(2, "5.00", out=True)))
        assert answer.redirect_chain == [("/money-in/statements/S-2026-0001/", 302)]
        page = answer.content.decode()
        assert "The statement is taken in." in page
        assert "What is certain is being booked" in page
        assert "HZ-2026-0147" in page
        assert "−5.00" in page
        assert "China Construction Bank" in page

    def test_says_so_when_the_file_comes_again(self) -> None:
        content = cast.csv_of(cast.row(1))
        send(content)
        answer = send(content, guard_key="k2")
        assert "Nothing was taken in twice." in answer.content.decode()
        assert Statement.objects.count() == 1

    def test_has_one_effect_however_often_it_is_pressed(self) -> None:
        client, content = browser(), cast.csv_of(cast.row(1))
        send(content, client)
        answer = send(content, client)
        assert "already done" in answer.content.decode()
        assert Statement.objects.count() == 1

    @pytest.mark.parametrize(
        ("language", "says"),
        [
            ("en", "Row 2, column “贷方发生额（收入）”: “x” is no amount."),
            ("zh-hans", "第 2 行“贷方发生额（收入）”列：“x”不是金额。"),
        ],
    )
    def test_names_row_and_column_at_the_field(self, language: str, says: str) -> None:
        answer = send(cast.csv_of(cast.row(1, "x")), browser(language=language))
        assert answer.status_code == 422
        assert says in str(answer.context["form"].errors["file"])
        assert not Statement.objects.exists()

    def test_names_the_banks_that_it_knows(self) -> None:
        answer = send("甲,乙\n1,2\n".encode())
        said = str(answer.context["form"].errors["file"])
        assert "Bank of China" in said
        assert "China Merchants Bank" in said

    def test_offers_no_team_but_the_own(self) -> None:
        far = make.team(name="成都一组", city="成都")
        answer = send(cast.csv_of(cast.row(1)), team=far.pk)
        assert "team" in answer.context["form"].errors


class TestMoneyIn:
    def test_shows_what_waits_with_what_speaks_for_it(self) -> None:
        agreements.signed()
        cast.take(
            cast.csv_of(cast.row(1, remark="还款"), cast.row(2, "70.00", payer="何人", remark=""))
        )
        page = browser().get(reverse("banking:money_in")).content.decode()
        assert "Payer and amount fit; no reference." in page
        assert "It fits no open case of this team." in page

    def test_shows_each_fate_by_itself(self) -> None:
        agreements.signed()
        cast.take(cast.csv_of(cast.row(1), cast.row(2, "5.00", out=True)))
        book_certain(cast.AT)
        client = browser()
        shown = {
            view: len(client.get(reverse("banking:money_in"), {"view": view}).context["lines"])
            for view in ("open", "aside", "booked", "out")
        }
        assert shown == {"open": 0, "aside": 0, "booked": 1, "out": 1}
        assert client.get(reverse("banking:money_in"), {"view": "x"}).status_code == 404

    def test_shows_nothing_to_another_team(self) -> None:
        cast.take(cast.csv_of(cast.row(1, payer="何人")))
        far = browser(make.outsider())
        assert "何人" not in far.get(reverse("banking:money_in")).content.decode()
        (line,) = cast.lines()
        assert far.get(line.get_absolute_url()).status_code == 404
        assert far.get(line.statement.get_absolute_url()).status_code == 404
        document = reverse("documents:document", args=[line.statement.document.number])
        assert far.get(document).status_code == 404
        assert browser().get(document).status_code == 200
        assert browser(make.officer()).get(document).status_code == 404

    def test_pages_by_the_key_of_the_last_line(self) -> None:
        cast.take(cast.csv_of(*(cast.row(n, "1.00", remark="") for n in range(1, 61))))
        client, address = browser(), reverse("banking:money_in")
        first = client.get(address)
        assert len(first.context["lines"]) == 50
        rest = client.get(address + first.context["older"])
        assert [line.row for line in rest.context["lines"]] == list(range(11, 1, -1))
        assert rest.context["newer"]


class TestLine:
    def test_is_booked_on_the_case_that_was_chosen(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1, remark="还款")))
        (line,) = cast.lines()
        client = browser()
        page = client.get(line.get_absolute_url())
        assert page.context["form"].initial == {"reference": "HZ-2026-0147"}
        (candidate,) = page.context["candidates"]
        assert (candidate["reference"], candidate["payer"], candidate["amount"]) == (
            False, True, True,
        )  # fmt: skip
        answer = client.post(
            line.get_absolute_url(), {"reference": "hz-2026-0147", "guard_key": "k"}, follow=True
        )
        assert "6,500.00 is booked on case HZ-2026-0147" in answer.content.decode()
        assert case.payments.count() == 1
        assert "HZ-2026-0147-P1" in client.get(line.get_absolute_url()).content.decode()

    def test_proposes_no_case_of_a_mandate_that_has_ended(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1, remark="还款")))
        (line,) = cast.lines()
        Mandate.objects.filter(pk=case.mandate_id).update(valid_until=date(2026, 3, 5))
        page = browser().get(line.get_absolute_url())
        assert page.context["candidates"] == []
        assert case.reference not in page.content.decode()

    def test_is_told_of_a_case_that_is_not_there(self) -> None:
        cast.take(cast.csv_of(cast.row(1)))
        (line,) = cast.lines()
        answer = browser().post(line.get_absolute_url(), {"reference": "X", "guard_key": "k"})
        assert answer.status_code == 422
        assert "There is no such case of West Lake Bank" in answer.content.decode()

    def test_is_told_of_a_case_that_is_closed(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1)))
        Case.objects.filter(pk=case.pk).update(state="closure", closed_at=cast.AT)
        (line,) = cast.lines()
        answer = browser().post(
            line.get_absolute_url(), {"reference": case.reference, "guard_key": "k"}
        )
        assert answer.status_code == 422
        assert "Case HZ-2026-0147 is closed" in answer.content.decode()

    def test_is_set_aside_with_a_reason(self) -> None:
        cast.take(cast.csv_of(cast.row(1, remark="")))
        (line,) = cast.lines()
        address = reverse("banking:set_aside", args=[line.pk])
        client = browser()
        assert client.post(address, {"why": " ", "guard_key": "a"}).status_code == 422
        answer = client.post(address, {"why": "内部划转", "guard_key": "b"}, follow=True)
        assert "The line is set aside." in answer.content.decode()
        aside = client.get(reverse("banking:money_in"), {"view": "aside"})
        assert "内部划转" in aside.content.decode()


class TestMenu:
    def test_leads_there_those_who_may_book(self) -> None:
        assert reverse("banking:money_in") in browser().get("/").content.decode()
        officer = browser(make.officer())
        assert reverse("banking:money_in") not in officer.get("/", follow=True).content.decode()
        assert officer.get(reverse("banking:money_in")).status_code == 403
