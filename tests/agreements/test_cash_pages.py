"""The pages about cash from doors: the list, a receipt, a deposit, a difference, a spoiled number."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements.models import CashNumber, CashTaken
from people.models import User
from tests import make, walk
from tests.agreements import cash_cast as cast
from tests.agreements.cast import again
from workflow.models import Approval

pytestmark = pytest.mark.django_db

LIST = "agreements:cash"
Reader = Callable[..., Client]


@pytest.fixture
def reader(client: Client, clock: Any) -> Reader:
    """A clerk of the case's team, in English, at that moment."""

    def signed_in(moment: str = "2026-03-06 10:30", who: User | None = None) -> Client:
        clock.set(moment.replace(" ", "T"), zone="Asia/Shanghai")
        client.force_login(who or make.clerk())
        client.cookies["django_language"] = "en"
        return client

    return signed_in


@pytest.fixture
def taken() -> CashTaken:
    return cast.take(cast.talking())


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def slip() -> SimpleUploadedFile:
    return SimpleUploadedFile("slip.pdf", make.PDF, "application/pdf")


def sent(amount: str = "600.00", **more: Any) -> dict[str, Any]:
    return {
        "amount": amount, "paid_in_at": "2026-03-06 10:20", "bank": "西湖银行",
        "reference": "CK-17", "file": slip(), "explanation": "", "guard_key": "k1",
        "guard_version": "", **more,
    }  # fmt: skip


class TestTheList:
    def test_stands_in_the_menu_of_whoever_sees_cases(self, reader: Reader) -> None:
        page = reader().get(reverse("desk:work"))
        assert reverse(LIST) in page.content.decode()

    def test_says_who_took_how_much_under_which_number_and_by_when_it_is_due(
        self, reader: Reader, taken: CashTaken
    ) -> None:
        page = text(reader().get(reverse(LIST)))
        assert str(taken.number) in page
        assert "李伟" in page
        assert "王芳" in page
        assert "Still out: 600.00, receipts: 1, of them late: 0." in page

    def test_marks_what_is_late(self, reader: Reader, taken: CashTaken) -> None:
        page = text(reader("2026-03-07 00:00").get(reverse(LIST)))
        assert "of them late: 1" in page

    def test_keeps_what_is_accounted_for_apart(self, reader: Reader, taken: CashTaken) -> None:
        cast.deposit(taken)
        assert "No cash is out" in text(reader().get(reverse(LIST)))
        assert str(taken.number) in text(reader().get(reverse(LIST) + "?view=settled"))

    def test_accounts_for_every_number(self, reader: Reader, taken: CashTaken) -> None:
        spare = CashNumber.objects.filter(taken=None)[0]
        reader().post(
            reverse("agreements:spoil_cash_number", args=[spare.pk]),
            {"why": "打印损坏", "guard_key": "k", "guard_version": ""},
        )
        page = text(reader().get(reverse(LIST) + "?view=numbers"))
        assert (
            "3 numbers were given out: 1 used, 1 spoiled, 0 brought back unused, 1 still with a phone."
            in page
        )
        assert "打印损坏" in page

    def test_shows_nothing_of_other_teams(self, reader: Reader, taken: CashTaken) -> None:
        page = reader(who=make.outsider()).get(reverse(LIST))
        assert str(taken.number) not in page.content.decode()

    def test_has_no_view_of_another_name(self, reader: Reader) -> None:
        assert reader().get(reverse(LIST) + "?view=x").status_code == 404

    def test_goes_on_page_by_page(self, reader: Reader, monkeypatch: Any) -> None:
        monkeypatch.setattr("agreements.views.cash.PAGE", 1)
        visit = cast.talking()
        first, second = cast.take(visit), cast.take(visit)
        page = reader().get(reverse(LIST))
        assert [row.pk for row in page.context["rows"]] == [first.pk]
        following = reader().get(reverse(LIST) + page.context["older"])
        assert [row.pk for row in following.context["rows"]] == [second.pk]
        numbers = reader().get(reverse(LIST) + "?view=numbers")
        assert len(numbers.context["numbers"]) == 1
        assert numbers.context["older"]


class TestAReceipt:
    def test_shows_the_notes_and_where_the_cash_is(self, reader: Reader, taken: CashTaken) -> None:
        page = text(reader().get(reverse("agreements:cash_receipt", args=[taken.number])))
        assert "Record a deposit" in page
        assert "500.00" in page
        assert "Nothing was paid in yet." in page

    def test_stands_behind_the_payment_of_the_case(self, reader: Reader, taken: CashTaken) -> None:
        page = reader().get(taken.case.get_absolute_url() + "?tab=agreement").content.decode()
        assert reverse("agreements:cash_receipt", args=[taken.number]) in page

    def test_is_found_by_nobody_else(self, reader: Reader, taken: CashTaken) -> None:
        page = reverse("agreements:cash_receipt", args=[taken.number])
        assert reader(who=make.outsider()).get(page).status_code == 404

    def test_is_told_on_the_timeline(self, reader: Reader, taken: CashTaken) -> None:
        page = text(reader().get(reverse("desk:timeline", args=[taken.case.reference])))
        assert f"took 600.00 in cash, receipt {taken.number}." in page


class TestADeposit:
    def test_is_recorded_with_its_slip(self, reader: Reader, taken: CashTaken) -> None:
        page = reverse("agreements:deposit_cash", args=[taken.number])
        assert reader().get(page).status_code == 200
        assert reader().post(page, sent()).status_code == 302
        assert again(taken).settled_at is not None

    def test_of_another_sum_asks_why(self, reader: Reader, taken: CashTaken) -> None:
        page = reverse("agreements:deposit_cash", args=[taken.number])
        answer = reader().post(page, sent("500.00"))
        assert answer.status_code == 422
        assert "Explain the difference." in text(answer)

    def test_with_a_difference_waits_for_the_second_person(
        self, reader: Reader, taken: CashTaken
    ) -> None:
        page = reverse("agreements:deposit_cash", args=[taken.number])
        answer = reader().post(page, sent("500.00", explanation="一张假币"), follow=True)
        assert "a second person decides on the difference" in text(answer)
        assert "difference to be decided" in text(answer)
        approval = Approval.objects.get(kind="cash_difference")
        asked = text(
            reader(who=make.supervisor()).get(reverse("desk:approval", args=[approval.pk]))
        )
        assert "Difference in cash" in asked
        assert "100.00" in asked

    def test_can_be_explained_again_after_a_no(self, reader: Reader, taken: CashTaken) -> None:
        cast.short(taken, at=cast.FRIDAY)
        page = reverse("agreements:explain_cash", args=[taken.number])
        shown = reader().get(reverse("agreements:cash_receipt", args=[taken.number]))
        assert page in shown.content.decode()
        answer = reader().post(
            page, {"explanation": "附没收凭证", "guard_key": "k", "guard_version": ""}
        )
        assert answer.status_code == 302
        assert Approval.objects.filter(kind="cash_difference", state="waiting").count() == 1

    def test_of_rows_that_stand_alone_goes_on_as_of_any_other(self, reader: Reader) -> None:
        taken = cast.on_record(walk.at_the_door(), at=cast.TAKEN)
        page = text(reader().get(reverse("agreements:cash_receipt", args=[taken.number])))
        assert "50.00" in page
