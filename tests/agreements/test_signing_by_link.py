"""The debtor signs at home: a link, what only they know, a one-time code; every step on record."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.actions import by_link, drawing, signing
from agreements.models import Agreement, SigningLink
from cases.models import Case
from cases.outgoing import aim_of
from documents.looking import look
from notices import codes, links, relay
from notices.models import Notice, OneTimeCode
from portal import entering
from tests import make
from tests.agreements import cast
from tests.agreements.test_sealed_paper import bytes_of, text_of
from tests.conftest import Mailbox
from timeline.models import Event
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = cast.SIGNED
SOON = AT + timedelta(minutes=5)


@pytest.fixture
def agreement(clock: Any) -> Agreement:
    clock.set(AT)
    found = cast.offered(confirmed=False, language="both")
    debtor = found.case.debtor
    debtor.id_number, debtor.born_on = "330106198807152848", date(1988, 7, 15)
    debtor.save()
    debtor.contact_points.create(channel="sms", value="13800000001", source="contract")
    make.account()
    return cast.again(found)


@pytest.fixture
def sent(agreement: Agreement) -> SigningLink:
    return send(agreement)


def send(agreement: Agreement, **given: Any) -> SigningLink:
    by_link.send_link(
        **{
            "agreement": agreement, "channel": "email", "id_checked": True, "by": make.clerk(),
            "at": AT, **given,
        }
    )  # fmt: skip
    link = agreement.signing_links.first().link
    assert entering.enter(links.token_of(link), "2848", SOON).link
    return by_link.sent_of(link)


def confirm_all(sent: SigningLink) -> None:
    for clause in sent.agreement.clauses:
        by_link.confirm_by_link(sent=sent, term=clause["key"], at=SOON)


def with_code(sent: SigningLink) -> SigningLink:
    by_link.send_code(sent=sent, at=SOON)
    code = codes.code_of(sent.link.codes.first())
    assert by_link.enter_code(sent=sent, given=code, at=SOON)
    return by_link.sent_of(sent.link)


def in_china(agreement: Agreement) -> None:
    Case.objects.filter(pk=agreement.case_id).update(packs=["cn", "story"])
    agreement.case = cast.again(agreement.case)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


class TestSendLink:
    def test_queues_a_message_that_says_nothing_and_holds_no_token(self, sent: SigningLink) -> None:
        notice = Notice.objects.get(dedupe_key=f"signing:{sent.link_id}")
        assert links.PLACE in notice.body
        assert links.token_of(sent.link) not in notice.body
        for word in ("债", "欠", "还款", "39"):
            assert word not in notice.subject
        told = Event.objects.get(kind="signing.link_sent").data
        assert told["terms"] == sent.terms_sha256
        assert cast.chain_holds(sent.agreement.case)

    def test_serves_and_collects_nothing(self, sent: SigningLink) -> None:
        notice = Notice.objects.get(dedupe_key=f"signing:{sent.link.pk}")
        assert aim_of(notice) == "serving"

    def test_brings_the_link_in_the_mail(self, sent: SigningLink, mailbox: Mailbox) -> None:
        relay.send_due(AT)
        assert links.address_of(sent.link) in mailbox.messages[0].get_content()

    def test_is_refused_by_the_rule_while_no_identity_paper_was_compared(
        self, agreement: Agreement
    ) -> None:
        in_china(agreement)
        with pytest.raises(PolicyRefused) as refused:
            send(agreement, id_checked=False)
        assert "CN-67" in {f.rule for f in refused.value.findings}
        assert not SigningLink.objects.exists()

    def test_is_refused_in_the_quiet_hours(self, agreement: Agreement) -> None:
        in_china(agreement)
        found = []
        for at in (AT, make.moment("2026-03-05 23:10")):
            with pytest.raises(PolicyRefused) as refused:
                send(agreement, at=at)
            found.append({f.rule for f in refused.value.findings})
        assert found[1] - found[0]  # what the hour adds to what else this case lacks
        assert not Notice.objects.filter(dedupe_key__startswith="signing:").exists()

    def test_is_refused_before_the_terms_were_offered(self, clock: Any) -> None:
        clock.set(AT)
        with pytest.raises(WrongInput, match="请先将条款"):
            send(cast.draft())

    def test_is_refused_once_it_is_signed(self, clock: Any) -> None:
        clock.set(AT)
        with pytest.raises((StateRefused, PolicyRefused)):
            send(cast.signed())

    def test_is_refused_where_there_is_no_address(self, agreement: Agreement) -> None:
        agreement.case.debtor.contact_points.update(do_not_contact=True)
        with pytest.raises(WrongInput) as wrong:
            send(cast.again(agreement))
        assert wrong.value.field == "channel"

    def test_is_refused_to_an_outsider(self, agreement: Agreement) -> None:
        with pytest.raises(Outsider):
            send(agreement, by=make.outsider())

    def test_is_refused_to_who_draws_up_nothing(self, agreement: Agreement) -> None:
        with pytest.raises(RightRefused):
            send(agreement, by=make.compliance_officer())

    def test_replaces_the_one_before(self, sent: SigningLink) -> None:
        again = send(sent.agreement, at=SOON)
        assert not links.is_open(by_link.sent_of(sent.link).link, SOON)
        assert links.is_open(again.link, SOON)


class TestWithdrawLink:
    def test_stops_the_message_and_the_link(self, sent: SigningLink) -> None:
        by_link.withdraw_link(agreement=sent.agreement, by=make.clerk(), at=SOON)
        assert Notice.objects.get(dedupe_key=f"signing:{sent.link_id}").state == "suppressed"
        with pytest.raises(StateRefused):
            confirm_all(by_link.sent_of(sent.link))

    def test_is_refused_where_none_is_out(self, agreement: Agreement) -> None:
        with pytest.raises(WrongInput):
            by_link.withdraw_link(agreement=agreement, by=make.clerk(), at=SOON)

    def test_between_code_and_signature_leaves_nothing_signed(self, sent: SigningLink) -> None:
        confirm_all(sent)
        ready = with_code(sent)
        by_link.withdraw_link(agreement=sent.agreement, by=make.clerk(), at=SOON)
        with pytest.raises(StateRefused):
            by_link.sign_by_link(sent=ready, name="王海燕", content=cast.drawn(), at=SOON)
        assert not sent.agreement.signatures.exists()


class TestCode:
    def test_goes_another_way_than_the_link_and_is_kept_nowhere(self, sent: SigningLink) -> None:
        by_link.send_code(sent=sent, at=SOON)
        row = OneTimeCode.objects.get()
        code = codes.code_of(row)
        notice = Notice.objects.get(kind="one_time_code")
        assert re.fullmatch(r"\d{6}", code)
        assert (row.channel, notice.channel) == ("sms", "sms")
        kept = [str(row.__dict__), notice.body, str(notice.about), str(notice.params)]
        kept += [str(event.data) for event in Event.objects.all()]
        assert not [text for text in kept if code in text]
        assert code in links.with_link(notice)

    def test_goes_the_way_of_the_link_where_there_is_no_other(self, sent: SigningLink) -> None:
        sent.agreement.case.debtor.contact_points.exclude(channel="email").update(
            do_not_contact=True
        )
        by_link.send_code(sent=by_link.sent_of(sent.link), at=SOON)
        assert OneTimeCode.objects.get().channel == "email"

    def test_goes_out_at_once_also_in_the_evening(self, sent: SigningLink, clock: Any) -> None:
        late = make.moment("2026-03-05 23:10")
        clock.set(late)
        by_link.send_code(sent=sent, at=late)
        notice = Notice.objects.get(kind="one_time_code")
        assert by_link.code_may_go(notice, late) == ""
        assert by_link.code_may_go(notice, late + codes.GOOD_FOR)

    def test_is_used_up_by_its_use(self, sent: SigningLink) -> None:
        by_link.send_code(sent=sent, at=SOON)
        code = codes.code_of(OneTimeCode.objects.get())
        assert by_link.enter_code(sent=sent, given=f" {code[:3]} {code[3:]}", at=SOON)
        assert not by_link.enter_code(sent=sent, given=code, at=SOON)

    def test_is_dead_after_five_wrong_tries(self, sent: SigningLink) -> None:
        by_link.send_code(sent=sent, at=SOON)
        code = codes.code_of(OneTimeCode.objects.get())
        for _ in range(codes.MOST_TRIES):
            assert not by_link.enter_code(sent=sent, given=other_than(code), at=SOON)
        assert not by_link.enter_code(sent=sent, given=code, at=SOON)

    def test_is_dead_after_ten_minutes(self, sent: SigningLink) -> None:
        by_link.send_code(sent=sent, at=SOON)
        code = codes.code_of(OneTimeCode.objects.get())
        assert not by_link.enter_code(sent=sent, given=code, at=SOON + codes.GOOD_FOR)

    def test_is_replaced_by_the_next_and_sent_thrice_an_hour(self, sent: SigningLink) -> None:
        for minute in (0, 2, 4):
            by_link.send_code(sent=sent, at=SOON + timedelta(minutes=minute))
        first, last = OneTimeCode.objects.order_by("pk")[0], OneTimeCode.objects.order_by("pk")[2]
        at = SOON + timedelta(minutes=5)
        if codes.code_of(first) != codes.code_of(last):
            assert not by_link.enter_code(sent=sent, given=codes.code_of(first), at=at)
        with pytest.raises(WrongInput):
            by_link.send_code(sent=sent, at=SOON + timedelta(minutes=6))
        assert by_link.enter_code(sent=sent, given=codes.code_of(last), at=at)

    def test_is_not_sent_twice_by_a_second_press(self, sent: SigningLink) -> None:
        by_link.send_code(sent=sent, at=SOON)
        with pytest.raises(WrongInput):
            by_link.send_code(sent=sent, at=SOON + timedelta(seconds=2))
        assert OneTimeCode.objects.count() == 1


class TestSignByLink:
    def test_waits_for_the_creditor_and_tells_the_desk(self, sent: SigningLink) -> None:
        confirm_all(sent)
        ready = with_code(sent)
        assert not by_link.sign_by_link(sent=ready, name="王海燕", content=cast.drawn(), at=SOON)
        assert sent.agreement.signatures.get().way == "link"
        assert Duty.objects.filter(kind="signing.countersign").exists()
        assert cast.chain_holds(sent.agreement.case)

    def test_is_in_force_once_both_have_signed_and_says_what_was_checked(
        self, sent: SigningLink
    ) -> None:
        confirm_all(sent)
        ready = with_code(sent)
        signing.sign(
            agreement=sent.agreement, side="creditor", name="李伟", content=cast.drawn(),
            by=make.clerk(), at=SOON,
        )  # fmt: skip
        assert by_link.sign_by_link(sent=ready, name="王海燕", content=cast.drawn(), at=SOON)
        agreement = cast.again(sent.agreement)
        assert (agreement.state, cast.again(agreement.case).state) == ("signed", "follow_up")
        content = bytes_of(agreement.document)
        text = re.sub(r"\s+", "", text_of(content))
        code = OneTimeCode.objects.get()
        assert f"senttotelephone{code.shown_to}" in text
        assert "bythedebtoronthepage" in text
        assert "withananswerthatonlythepersonknows" in text
        assert "一次性验证码" in text
        assert look(content).said == "intact"

    def test_takes_a_typed_name_in_the_place_of_a_drawing(self, sent: SigningLink) -> None:
        confirm_all(sent)
        by_link.sign_by_link(sent=with_code(sent), name="王海燕", content=b"", at=SOON)
        signature = sent.agreement.signatures.get()
        assert signature.document.mime == "application/pdf"
        assert not signature.drawn
        assert "王海燕" in text_of(bytes_of(signature.document))

    def test_is_refused_by_the_rule_while_a_term_is_open(self, sent: SigningLink) -> None:
        with pytest.raises(PolicyRefused) as refused:
            by_link.sign_by_link(sent=with_code(sent), name="王海燕", content=cast.drawn(), at=SOON)
        assert "ST-30" in {f.rule for f in refused.value.findings}

    def test_is_refused_without_the_code(self, sent: SigningLink) -> None:
        confirm_all(sent)
        with pytest.raises(WrongInput, match="验证码已过期"):
            by_link.sign_by_link(sent=sent, name="王海燕", content=cast.drawn(), at=SOON)

    def test_is_refused_long_after_the_code(self, sent: SigningLink) -> None:
        confirm_all(sent)
        ready = with_code(sent)
        with pytest.raises(WrongInput, match="验证码已过期"):
            by_link.sign_by_link(
                sent=ready, name="王海燕", content=cast.drawn(), at=SOON + by_link.CODE_HOLDS
            )

    def test_is_refused_past_the_links_end(self, sent: SigningLink) -> None:
        with pytest.raises(StateRefused):
            by_link.confirm_by_link(
                sent=sent, term=sent.agreement.clauses[0]["key"], at=AT + by_link.GOOD_FOR
            )

    def test_is_refused_for_terms_that_were_changed_meanwhile(self, sent: SigningLink) -> None:
        confirm_all(sent)
        ready = with_code(sent)
        drawing.redraft(
            agreement=sent.agreement, plan="equal", rows=cast.six_instalments(),
            waived=cast.WAIVED, by=make.clerk(), at=SOON,
        )  # fmt: skip
        drawing.offer_agreement(
            agreement=cast.again(sent.agreement), by=make.clerk(), at=SOON + timedelta(minutes=1)
        )
        with pytest.raises((StateRefused, PolicyRefused)):
            by_link.sign_by_link(
                sent=ready, name="王海燕", content=cast.drawn(), at=SOON + timedelta(minutes=2)
            )
        assert not by_link.is_current(by_link.sent_of(sent.link))

    def test_twice_signs_once(self, sent: SigningLink) -> None:
        confirm_all(sent)
        ready = with_code(sent)
        by_link.sign_by_link(sent=ready, name="王海燕", content=cast.drawn(), at=SOON)
        with pytest.raises(WrongInput, match="已经签字"):
            by_link.sign_by_link(sent=ready, name="王海燕", content=cast.drawn(), at=SOON)
        assert sent.agreement.signatures.count() == 1


class TestSay:
    @pytest.mark.parametrize("what", ["think", "question", "wrong"])
    def test_records_it_and_makes_a_task(self, sent: SigningLink, what: str) -> None:
        by_link.say_by_link(sent=sent, what=what, text="利息怎么算的？", at=SOON)
        assert Event.objects.get(kind="signing.answered").data["what"] == what
        duty = Duty.objects.get(kind="signing.answer")
        assert "利息怎么算的？" in duty.says["zh"]

    def test_asks_for_a_few_words(self, sent: SigningLink) -> None:
        with pytest.raises(WrongInput):
            by_link.say_by_link(sent=sent, what="question", text=" ", at=SOON)


class TestPages:
    def test_are_walked_from_the_link_to_the_copy(
        self, sent: SigningLink, clock: Any, settings: Any
    ) -> None:
        client, token = Client(), links.token_of(sent.link)
        door = reverse("portal:messages", args=[token])
        page = reverse("portal:sign", args=[token])
        assert client.get(page).headers["Location"] == door
        client.post(door, {"answer": "2848"})
        assert client.get(door).headers["Location"] == page
        shown = client.get(page)
        text = shown.content.decode()
        assert len(shown.content) < 60_000
        assert "no-store" in shown.headers["Cache-Control"]
        for word in ("债", "debt", "repay", "还款"):
            assert word not in page + text.split("</title>")[0]
        for clause in sent.agreement.clauses:
            client.post(page, {"act": "term", "term": clause["key"]})
        client.post(page, {"act": "send"})
        code = codes.code_of(OneTimeCode.objects.get())
        assert client.post(page, {"act": "code", "code": other_than(code)}).status_code == 422
        client.post(page, {"act": "code", "code": code})
        assert 'name="drawn"' in client.get(page).content.decode()
        client.post(page, {"act": "sign", "name": "王海燕"})
        assert sent.agreement.signatures.get().name == "王海燕"
        paper = client.get(reverse("portal:sign_paper", args=[token]))
        assert paper.status_code in {200, 302}
        assert "signing.opened" in cast.kinds(sent.agreement.case)

    def test_keep_a_link_for_messages_from_signing_and_the_other_way_round(
        self, sent: SigningLink
    ) -> None:
        case, client = sent.agreement.case, Client()
        token = links.token_of(links.link_for(case=case, person=case.debtor, at=AT))
        client.post(reverse("portal:messages", args=[token]), {"answer": "2848"})
        away = client.get(reverse("portal:sign", args=[token]))
        assert away.headers["Location"] == reverse("portal:messages", args=[token])

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_tell_what_is_over(self, sent: SigningLink, language: str) -> None:
        client, token = Client(headers={"Accept-Language": language}), links.token_of(sent.link)
        client.post(reverse("portal:messages", args=[token]), {"answer": "2848"})
        signing_page = reverse("portal:sign", args=[token])
        assert client.get(signing_page).status_code == 200
        Agreement.objects.filter(pk=sent.agreement_id).update(terms={"clauses": []})
        text = client.get(signing_page).content.decode()
        assert "I understand this" not in text
        assert "我已理解" not in text

    def test_lead_the_desk_to_send_and_withdraw(self, agreement: Agreement) -> None:
        client = Client()
        client.force_login(make.clerk())
        address = reverse("agreements:send_link", args=[agreement.number])
        assert address in client.get(agreement.get_absolute_url()).content.decode()
        assert client.get(address).status_code == 200
        answer = client.post(address, {"channel": "email", "id_checked": "on"})
        assert answer.status_code == 302
        withdraw = reverse("agreements:withdraw_link", args=[agreement.number])
        assert withdraw in client.get(agreement.get_absolute_url()).content.decode()
        assert client.post(withdraw).status_code == 302
        assert SigningLink.objects.get().link.revoked_at
