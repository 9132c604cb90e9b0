"""Carriers that send only what they have approved: the message goes only where both texts are the same."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from notices import channels, relay
from notices.models import ApprovedTemplate, ChannelAccount, Notice
from notices.outbox import write
from notices.texts.approved import end_template, gaps_in, keep_template, ours, read_parameters
from notices.texts.composing import CannotCompose, Composed, compose
from notices.texts.filed import filed
from people.models import ContactPoint
from tests import make, walk
from tests.agreements import cast as agreements
from tests.notices.carrier import Scripted, account
from tests.notices.cast import told
from timeline.models import Event
from workflow.steps import RightRefused, WrongInput, note

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
ALIBABA = "${name}您好，我们是${who}。您与我们之间的事项已全部办妥，证明将通过邮件或信件交给您，请妥善保存。如有疑问，请致电${phone}。"
GAPS = [["name", "{debtor_name}"], ["who", "{writer_for}"], ["phone", "{writer_phone}"]]


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A carrier that wants a template."""
    found = Scripted()
    found.needs_template = True
    before = channels.carriers()
    for place in ("notices.channels.carriers", "notices.ways.carriers"):
        monkeypatch.setattr(place, lambda: {**before, "scripted": found})
    return found


def kept(of: ChannelAccount, **given: Any) -> ApprovedTemplate:
    return keep_template(
        **{
            "account": of, "wording": "settlement", "language": "zh", "number": "SMS_154950909",
            "signature": "清水信用", "text": ALIBABA, "parameters": GAPS,
            "by": make.compliance_officer(), "at": AT, **given,
        }
    )  # fmt: skip


def made(language: str = "zh") -> Composed:
    case = Case.objects.first() or make.case()
    return compose(
        wording="settlement", channel="sms", case=case, recipient=case.debtor,
        language=language, at=AT,
    )  # fmt: skip


class TestCompose:
    def test_fills_the_carriers_gaps_in_its_order(self, carrier: Scripted) -> None:
        kept(account())
        fits = made().fits
        assert fits is not None
        assert fits.template.number == "SMS_154950909"
        assert fits.params == (
            ("name", "王海燕"), ("who", "清水信用服务（受西湖银行委托）"), ("phone", "0571-8800 0000"),
        )  # fmt: skip

    def test_keeps_the_text_as_it_arrives_with_its_signature(self, carrier: Scripted) -> None:
        kept(account())
        assert made().body.startswith("【清水信用】王海燕您好，我们是清水信用服务")

    def test_is_refused_without_an_approved_text(self, carrier: Scripted) -> None:
        account()
        with pytest.raises(CannotCompose, match="has approved no text"):
            made()

    def test_is_refused_where_the_approved_text_is_another(self, carrier: Scripted) -> None:
        kept(account(), text=ALIBABA.replace("谢谢", "").replace("请妥善保存", "请收好"))
        with pytest.raises(CannotCompose, match="is not the one that holds now"):
            made()

    def test_is_refused_for_two_languages_at_once(self, carrier: Scripted) -> None:
        kept(account())
        with pytest.raises(CannotCompose, match="one approved text at a time"):
            made("both")

    def test_asks_for_none_where_the_carrier_wants_none(self, carrier: Scripted) -> None:
        carrier.needs_template = False
        account()
        assert made().fits is None


class TestSending:
    def queued(self) -> Notice:
        case = make.case()
        ContactPoint.objects.create(
            person=case.debtor, channel="sms", value="13800000000", source="contract"
        )
        found: list[Notice] = []

        def put(locked: Any, *_: Any) -> None:
            found.append(
                write(
                    wording="settlement", case=locked, channel="sms", recipient=locked.debtor,
                    address="13800000000", language="zh", due_at=AT, dedupe_key="one", at=AT,
                )
            )  # fmt: skip

        note(case, event="case.written_to", by=make.clerk(), at=AT, then=put)
        return found[0]

    def test_hands_number_and_values_to_the_carrier(self, carrier: Scripted) -> None:
        template = kept(account())
        notice = self.queued()
        assert notice.approved == template
        notice.account = template.account
        message = relay.message_of(notice)
        assert message.template == "SMS_154950909"
        assert next(iter(message.params.items())) == ("name", "王海燕")
        assert message.text == notice.body

    def test_is_not_handed_to_an_account_that_has_not_approved_it(self, carrier: Scripted) -> None:
        first = account()
        kept(first)
        notice = self.queued()
        ChannelAccount.objects.filter(pk=first.pk).update(is_active=False)
        notice.account = account()
        with pytest.raises(channels.Undelivered, match="not composed for it") as refused:
            relay.message_of(notice)
        assert refused.value.permanent

    def test_keeps_what_was_sent_when_another_is_entered(self, carrier: Scripted) -> None:
        first = account()
        kept(first)
        notice = self.queued()
        kept(first, number="SMS_2")
        again = Notice.objects.get(pk=notice.pk)
        assert again.approved is not None
        assert again.approved.number == "SMS_154950909"
        assert told(notice.case, "notice.queued")


class TestAnnouncing:
    def page(self, language: str = "en") -> str:
        visit = walk.planned()
        ContactPoint.objects.create(
            person=visit.case.debtor, channel="sms", value="13800000000", source="contract"
        )
        client = Client(headers={"accept-language": language})
        client.force_login(make.clerk())
        return client.get(reverse("visits:announce", args=[visit.reference])).content.decode()

    def test_does_not_offer_sms_without_an_approved_text_and_says_why(
        self, carrier: Scripted, clock: Any
    ) -> None:
        clock.set(AT)
        account()
        page = self.page()
        assert "has approved no text for this message" in page
        assert 'name="sms"' not in page

    def test_offers_sms_where_the_carrier_wants_none(self, carrier: Scripted, clock: Any) -> None:
        clock.set(AT)
        carrier.needs_template = False
        account()
        page = self.page()
        assert "has approved no text" not in page
        assert 'name="sms"' in page


class TestReminding:
    """The debtor can be reached by SMS alone, and the carrier sends only what it has approved."""

    def case(self) -> Case:
        case = agreements.signed(make.prepared_case(contact_points=[])).case
        ContactPoint.objects.create(
            person=case.debtor, channel="sms", value="13800000000", source="contract"
        )
        return case

    def test_goes_by_the_carrier_once_it_has_approved_the_text(self, carrier: Scripted) -> None:
        case = self.case()
        text = filed("reminder_before")["sms", "zh"].body
        gaps = [*GAPS, ["day", "{due_on}"]]
        for name, ours_in_it in gaps:
            text = text.replace(ours_in_it, f"${{{name}}}")
        kept(account(), wording="reminder_before", text=text, parameters=gaps)
        agreements.swept("2026-04-12 00:00")
        notice = agreements.reminders(case)[0]
        assert (notice.channel, notice.kind) == ("sms", "reminder_before")
        assert notice.params[-1] == ["day", "2026年4月15日"]

    def test_does_not_go_by_it_before(self, carrier: Scripted) -> None:
        case = self.case()
        account()
        agreements.swept("2026-04-12 00:00")
        assert agreements.reminders(case) == []


class TestKeepTemplate:
    def test_takes_the_place_of_the_one_before_and_records_both(self, carrier: Scripted) -> None:
        of = account()
        kept(of)
        kept(of, number="SMS_2")
        assert [t.number for t in ApprovedTemplate.objects.filter(is_active=True)] == ["SMS_2"]
        event = Event.objects.filter(kind="wording.template_entered").order_by("-number").first()
        assert event is not None
        assert event.data["before"]["number"] == "SMS_154950909"
        assert event.data["after"]["number"] == "SMS_2"

    @pytest.mark.parametrize(
        ("gaps", "says"),
        [
            (GAPS[:2], "Say what fills phone"),
            ([*GAPS, ["code", "x"]], "has no gap code"),
            ([*GAPS[:2], ["phone", "{amount_missing}"]], "{amount_missing} is not known here"),
        ],
    )
    def test_is_refused_where_gaps_do_not_fit(
        self, carrier: Scripted, gaps: list[list[str]], says: str
    ) -> None:
        with pytest.raises(WrongInput, match=says):
            kept(account(), parameters=gaps)

    def test_is_refused_with_a_signature_that_tells_of_a_debt(self, carrier: Scripted) -> None:
        with pytest.raises(WrongInput, match="tell a stranger of the debt") as wrong:
            kept(account(), signature="清水催收")
        assert wrong.value.field == "signature"

    def test_is_refused_to_a_supervisor(self, carrier: Scripted) -> None:
        with pytest.raises(RightRefused):
            kept(account(), by=make.supervisor())

    def test_ends_and_is_kept(self, carrier: Scripted) -> None:
        template = kept(account())
        end_template(template=template, by=make.compliance_officer(), at=AT)
        assert ApprovedTemplate.objects.get().is_active is False
        with pytest.raises(CannotCompose):
            made()
        with pytest.raises(RightRefused):
            end_template(template=template, by=make.clerk(), at=AT)


class TestGaps:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("您好${name}，${code}", ["name", "code"]),
            ("您好{1}，{2}，{1}", ["1", "2"]),
            ("事项：{{thing1.DATA}}\n时间：{{time2.DATA}}", ["thing1", "time2"]),
        ],
    )
    def test_are_read_as_alibaba_tencent_and_wechat_write_them(
        self, text: str, names: list[str]
    ) -> None:
        assert gaps_in(text) == names

    def test_are_filled_with_ours_to_compare(self) -> None:
        assert ours("您好{1}， \n再见", [["1", "{debtor_name}"]]) == "您好{debtor_name}，\n再见"

    def test_are_read_from_the_form_in_order(self) -> None:
        assert read_parameters("1 = {debtor_name}\n\n2={writer_phone}") == [
            ["1", "{debtor_name}"], ["2", "{writer_phone}"],
        ]  # fmt: skip
        with pytest.raises(WrongInput, match="cannot be read"):
            read_parameters("name")
