"""The two languages of a term say the same, every sum stands in capitals, and nothing is left blank."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements import plans
from agreements.actions import drawing
from agreements.blanks import blanks_of
from agreements.parity import gaps
from agreements.terms import Deal, terms_of
from cases.models import Case
from common.money import in_words_zh, show
from people.models import Organisation
from tests import make
from tests.agreements import cast
from workflow.steps import WrongInput

D = Decimal
DEAL = Deal(
    creditor={"zh": "西湖银行", "en": "West Lake Bank"},
    account={"bank": "西湖银行文三路支行", "number": "6222 0000 0000 0000"},
    contracts=["XH-2024-5521"],
    currency="CNY",
    on=date(2026, 3, 5),
    owed={"fees": D("242.00"), "interest": D("1158.00"), "principal": D("38600.00")},
    waived={"fees": D("242.00"), "interest": D("758.00"), "principal": D("0.00")},
    plan=plans.equal(D("39000.00"), first=date(2026, 4, 15), count=6),
    order=["fees", "interest", "principal"],
    order_agreed=False,
    grace_days=7,
    guarantors=["孙国梁"],
    rates=["12%"],
    agent={"zh": "清水信用服务", "en": "Clear Water Credit Services", "mandate": "WT-2026-01"},
    signed_on=[date(2024, 5, 10)],
    debtor={"name": "王海燕", "name_en": "Wang Haiyan",
            "address": "杭州 西湖区 翠苑街道 3 幢 2 单元 501 室"},
    seat="杭州市西湖区文三路 88 号",
    spouses=["周建"],
    co_debtors=["孙晓"],
)  # fmt: skip

cents = st.integers(min_value=1, max_value=10**11).map(lambda number: D(number) / 100)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2060, 12, 31))


@st.composite
def deals(draw: Any) -> Deal:
    """Any sums, days and numbers of instalments, with or without a waiver, rates and other people."""
    owed = {name: draw(cents) for name in ("fees", "interest", "principal")}
    waived = {name: draw(st.sampled_from([D("0.00"), owed[name]])) for name in ("fees", "interest")}
    waived["principal"] = D("0.00")
    whole = sum(owed.values(), D(0)) - sum(waived.values(), D(0))
    on = draw(days)
    count = draw(st.integers(1, 12)) if whole > D("0.12") else 1
    return replace(
        DEAL, owed=owed, waived=waived, on=on,
        plan=plans.equal(whole, first=on + timedelta(days=draw(st.integers(1, 400))), count=count),
        grace_days=draw(st.none() | st.integers(0, 90)),
        time_barred_on=draw(st.none() | days),
        rates=draw(st.sampled_from([(), ("12%",), ("7.2%", "10.8%")])),
        signed_on=[draw(st.none() | days)],
        spouses=draw(st.sampled_from([(), ("周建",)])),
        agent=draw(st.sampled_from([None, DEAL.agent])),
        cash_limit=draw(st.none() | cents),
    )  # fmt: skip


def written(deal: Deal) -> list[dict[str, Any]]:
    return [term.as_dict() for term in terms_of(deal)]


def term(clauses: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next(clause for clause in clauses if clause["key"] == key)


class TestWhereYouPay:
    def test_promises_that_nobody_takes_cash_where_nobody_may(self) -> None:
        said = term(written(DEAL), "account")["text"]
        assert "Nobody who calls on you takes cash." in said["en"]
        assert "任何上门人员均不收取现金。" in said["zh"]

    def test_says_how_cash_is_taken_where_the_mandate_gives_the_power(self) -> None:
        said = term(written(replace(DEAL, cash_limit=D("2000.00"))), "account")["text"]
        assert "takes cash" not in said["en"]
        assert "at most CNY 2,000.00 at a visit" in said["en"]
        assert "均不收取现金" not in said["zh"]
        assert "不超过 2,000.00 元（大写：贰仟元整）" in said["zh"]


class TestTheTwoLanguages:
    @settings(max_examples=120, deadline=None)
    @given(deals())
    def test_say_the_same_of_any_deal(self, deal: Deal) -> None:
        assert gaps(written(deal), deal.names) == []

    @settings(max_examples=120, deadline=None)
    @given(deals(), st.data())
    def test_are_found_to_part_when_one_digit_of_the_english_is_another(
        self, deal: Deal, data: Any
    ) -> None:
        clauses = written(deal)
        told = [
            (clause, place)
            for clause in clauses
            for place, sign in enumerate(clause["text"]["en"])
            if sign.isdigit() and sign.isascii()
        ]
        clause, place = data.draw(st.sampled_from(told))
        text = clause["text"]["en"]
        other = str((int(text[place]) + data.draw(st.integers(1, 9))) % 10)
        clause["text"] = {**clause["text"], "en": text[:place] + other + text[place + 1 :]}
        assert [gap.title for gap in gaps(clauses, deal.names)] == [clause["title"]]

    @pytest.mark.parametrize(
        ("key", "language", "old", "new", "only_zh", "only_en"),
        [
            ("account", "en", "6222 0000 0000 0000", "6222 0000 0000 0001",
             ["6222 0000 0000 0000 / 6222 0000 0000 0000"], ["0000", "0000", "0001", "6222"]),
            ("debt", "zh", "2026年3月5日", "2026年3月6日", ["2026-03-06"], ["2026-03-05"]),
            ("instalments", "en", "6 instalments", "7 instalments", ["6"], ["7"]),
            ("guarantee", "en", "孙国梁", "孙国栋", ["孙国梁 / 孙国梁"], []),
            ("cost", "en", "12%", "13%", ["12%"], ["13%"]),
        ],
    )  # fmt: skip
    def test_part_by_what_is_named(
        self, key: str, language: str, old: str, new: str, only_zh: Any, only_en: Any
    ) -> None:
        clauses = written(DEAL)
        clause = term(clauses, key)
        assert old in clause["text"][language]
        clause["text"] = {
            **clause["text"], language: clause["text"][language].replace(old, new)
        }  # fmt: skip
        (gap,) = gaps(clauses, DEAL.names)
        assert (list(gap.only_zh), list(gap.only_en)) == (only_zh, only_en)


class TestCapitals:
    def test_stand_beside_every_sum_of_the_chinese(self) -> None:
        for key, sums in (
            ("debt", ("40000.00", "38600.00", "1158.00", "242.00")),
            ("waiver", ("1000.00", "758.00", "242.00")),
            ("instalments", ("39000.00", "6500.00")),
            ("cost", ("39000.00",)),
        ):
            text = term(written(DEAL), key)["text"]["zh"]
            for amount in map(D, sums):
                assert f"{show(amount)} 元（大写：{in_words_zh(amount)}）" in text

    @pytest.mark.parametrize("said", ["", "（大写：叁万捌仟元整）"])
    def test_that_are_missing_or_of_another_sum_are_found(self, said: str) -> None:
        clauses = written(DEAL)
        clause = term(clauses, "cost")
        clause["text"] = {
            **clause["text"], "zh": clause["text"]["zh"].replace("（大写：叁万玖仟元整）", said)
        }  # fmt: skip
        (gap,) = gaps(clauses, DEAL.names)
        assert gap.no_capitals == ["39,000.00"]


@pytest.fixture
def in_english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("in_english")
class TestDrawUp:
    def test_holds_who_agrees_and_where_letters_go(self) -> None:
        text = term(cast.draft().clauses, "parties")["text"]
        for said in (
            "翠苑街道 3 幢 2 单元 501 室",
            "杭州市西湖区文三路 88 号",
        ):
            assert said in text["zh"]
            assert said in text["en"]

    def test_leaves_the_id_number_to_the_head_of_the_paper(self) -> None:
        assert "330106198807152427" not in str(cast.draft().terms)

    def test_tells_the_day_of_the_contract_and_that_what_is_unclear_is_unchanged(self) -> None:
        clauses = cast.draft().clauses
        assert "XH-2024-5521（2024年5月10日签订）" in term(clauses, "debt")["text"]["zh"]
        assert "XH-2024-5521 of 10 May 2024" in term(clauses, "debt")["text"]["en"]
        assert "第544条" in term(clauses, "contract")["text"]["zh"]
        assert "亲笔签名" in term(clauses, "signing")["text"]["zh"]

    @pytest.mark.parametrize(
        ("model", "field", "said"),
        [
            (
                "creditor",
                "bank_account",
                "the creditor's account for repayment (by an administrator",
            ),
            ("creditor", "address", "the creditor's address (by an administrator"),
            ("debtor", "id_number", "the debtor's ID number (on the case page"),
        ],
    )
    def test_is_refused_with_a_blank_that_is_named(self, model: str, field: str, said: str) -> None:
        case = make.prepared_case()
        whose = getattr(case, model)
        type(whose).objects.filter(pk=whose.pk).update(**{field: ""})
        with pytest.raises(WrongInput) as refused:
            cast.draft(case, waived=None, rows=cast.six_instalments("40000.00"))
        assert said in str(refused.value)
        assert not case.agreements.exists()
        assert cast.again(case).state == "preparation"

    def test_asks_for_no_number_where_nobody_has_one(self) -> None:
        case = make.prepared_case()
        who = type(case.debtor).objects.filter(pk=case.debtor_id)
        who.update(id_number="", country="US")
        assert blanks_of(cast.again(case)) == []
        who.update(country="")  # the creditor's own
        assert [blank.right for blank in blanks_of(cast.again(case))] == ["edit_case"]

    def test_names_every_blank_at_once_on_the_page_with_the_way_there(
        self, client: Any, clock: Any
    ) -> None:
        case = make.prepared_case()
        Organisation.objects.filter(pk=case.creditor_id).update(bank_account="")
        type(case.debtor).objects.filter(pk=case.debtor_id).update(id_number="")
        clock.set("2026-03-05T15:00", zone="Asia/Shanghai")
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        page = client.get(reverse("agreements:draw_up", args=[case.reference])).content.decode()
        assert "the creditor&#x27;s account for repayment" in page
        assert f'href="{reverse("cases:debtor", args=[case.reference])}"' in page
        assert "/organisation/" not in page  # a clerk cannot go there

    def test_is_refused_to_the_debtor_when_the_words_were_changed_in_one_language(self) -> None:
        case = make.prepared_case()
        agreement = cast.draft(cast.again(case), waived=None, rows=cast.six_instalments("40000.00"))
        clauses = agreement.terms["clauses"]
        debt = term(clauses, "debt")
        debt["text"]["en"] = debt["text"]["en"].replace("40,000.00", "4,000.00")
        agreement.save(update_fields=["terms"])
        with pytest.raises(WrongInput) as refused:
            drawing.offer_agreement(agreement=agreement, by=make.clerk(), at=cast.SIGNED)
        assert "In the Chinese alone: 40,000.00." in str(refused.value)
        assert "In the English alone: 4,000.00." in str(refused.value)
        assert cast.again(agreement).state == "draft"


@pytest.mark.django_db
@pytest.mark.usefixtures("in_english")
class TestOffer:
    def test_is_refused_where_something_was_emptied_since(self) -> None:
        agreement = cast.draft()
        Organisation.objects.filter(pk=agreement.case.creditor_id).update(bank_account="")
        agreement.case = Case.objects.get(pk=agreement.case_id)
        with pytest.raises(WrongInput, match="no blank fields"):
            drawing.offer_agreement(agreement=agreement, by=make.clerk(), at=cast.SIGNED)
