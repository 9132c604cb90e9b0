"""A guarantor or spouse signs at home: an own link, an own code, an own page, and nothing of anybody else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.actions import by_link, signing
from agreements.models import Agreement, Signatory, SigningLink
from notices import codes, links
from notices.models import Notice, OneTimeCode
from portal import entering
from tests import make
from tests.agreements import cast
from tests.agreements.test_sealed_paper import bytes_of, text_of
from tests.agreements.test_signers import beside, guarantor, offered_to, signs
from timeline.models import Event
from visits import guessing
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = cast.SIGNED
SOON = AT + timedelta(minutes=5)
TAIL = "123X"


@pytest.fixture
def agreement(clock: Any) -> Agreement:
    clock.set(AT)
    case = make.prepared_case()
    party = guarantor(case)
    party.person.contact_points.create(channel="email", value="sun@example.org", source="contract")
    party.person.contact_points.create(channel="sms", value="13900000009", source="contract")
    make.account()
    debtor = case.debtor
    debtor.id_number = "330106198807152848"
    debtor.save()
    return offered_to(party, beside(case, "co_debtor"))


@pytest.fixture
def one(agreement: Agreement) -> Signatory:
    return agreement.signatories.get(role="guarantor")


@pytest.fixture
def sent(agreement: Agreement, one: Signatory) -> SigningLink:
    return send(agreement, one)


def send(agreement: Agreement, one: Signatory | None, **given: Any) -> SigningLink:
    by_link.send_link(
        **{
            "agreement": agreement, "signatory": one, "channel": "email", "id_checked": True,
            "by": make.clerk(), "at": AT, **given,
        }
    )  # fmt: skip
    sent = agreement.signing_links.order_by("-pk")[0]
    answer = TAIL if one else "2848"
    assert entering.enter(links.token_of(sent.link), answer, SOON).link
    return by_link.sent_of(sent.link)


def ready(sent: SigningLink) -> SigningLink:
    """With the own promise confirmed and the code entered."""
    assert sent.signatory
    by_link.confirm_by_link(sent=sent, term=sent.signatory.term, at=SOON)
    by_link.send_code(sent=sent, at=SOON)
    code = codes.code_of(sent.link.codes.all()[0])
    assert by_link.enter_code(sent=sent, given=code, at=SOON)
    return by_link.sent_of(sent.link)


class TestSendLink:
    def test_goes_to_the_guarantors_own_address_and_says_nothing(self, sent: SigningLink) -> None:
        notice = Notice.objects.get(dedupe_key=f"signing:{sent.link_id}")
        assert (notice.address, notice.recipient) == ("sun@example.org", sent.link.person)
        assert "孙国梁" in notice.body
        for word in ("债", "欠", "还款", "保证", "39", "王海燕"):
            assert word not in notice.subject + notice.body
        told = Event.objects.get(kind="signing.link_sent").data
        assert (told["name"], told["role"]) == ("孙国梁", "guarantor")

    def test_is_refused_where_the_guarantor_has_no_address_of_their_own(
        self, agreement: Agreement, one: Signatory
    ) -> None:
        one.party.person.contact_points.all().delete()
        with pytest.raises(WrongInput) as wrong:
            send(agreement, one)
        assert wrong.value.field == "channel"

    def test_leaves_the_debtors_link_as_it_is(self, agreement: Agreement, one: Signatory) -> None:
        first = send(agreement, None)
        send(agreement, one)
        assert links.is_open(by_link.sent_of(first.link).link, SOON)
        by_link.withdraw_link(agreement=agreement, signatory=one, by=make.clerk(), at=SOON)
        assert links.is_open(by_link.sent_of(first.link).link, SOON)

    def test_is_refused_to_who_may_not_be_approached(
        self, agreement: Agreement, one: Signatory
    ) -> None:
        one.party.role = "contact"  # somebody corrected the part of this person meanwhile
        one.party.save()
        with pytest.raises(PolicyRefused):
            send(cast.again(agreement), cast.again(one))

    def test_is_refused_to_an_outsider(self, agreement: Agreement, one: Signatory) -> None:
        with pytest.raises(Outsider):
            send(agreement, one, by=make.outsider())


class TestSignByLink:
    def test_sends_the_code_to_the_own_number(self, sent: SigningLink) -> None:
        by_link.send_code(sent=sent, at=SOON)
        notice = Notice.objects.get(kind="one_time_code")
        assert (notice.channel, notice.address) == ("sms", "13900000009")
        assert notice.recipient == sent.link.person

    def test_is_in_force_once_everybody_has_signed(self, sent: SigningLink) -> None:
        agreement = sent.agreement
        signs(agreement, "debtor")
        signs(agreement, "creditor")
        signs(agreement, agreement.signatories.get(role="co_debtor"))
        assert by_link.sign_by_link(
            sent=ready(sent), name="孙国梁", content=cast.drawn(), at=SOON
        )  # fmt: skip
        agreement = cast.again(agreement)
        assert agreement.state == "signed"
        text = re.sub(r"\s+", "", text_of(bytes_of(agreement.document)))
        assert "孙国梁" in text
        assert OneTimeCode.objects.get().shown_to in text
        assert not Duty.objects.filter(kind__startswith="signing.", done_at=None).exists()
        assert cast.chain_holds(agreement.case)

    def test_waits_for_the_others_and_tells_the_desk_of_whom(self, sent: SigningLink) -> None:
        assert not by_link.sign_by_link(
            sent=ready(sent), name="孙国梁", content=b"", at=SOON
        )  # fmt: skip
        signature = sent.agreement.signatures.get()
        assert (signature.side, signature.way, signature.signatory) == (
            "guarantor", "link", sent.signatory,
        )  # fmt: skip
        assert "林志强" in Duty.objects.get(kind="signing.countersign").says["zh"]

    def test_is_refused_before_the_promise_was_confirmed(self, sent: SigningLink) -> None:
        by_link.send_code(sent=sent, at=SOON)
        by_link.enter_code(
            sent=sent, given=codes.code_of(sent.link.codes.all()[0]), at=SOON
        )  # fmt: skip
        with pytest.raises(PolicyRefused):
            by_link.sign_by_link(
                sent=by_link.sent_of(sent.link), name="孙国梁", content=cast.drawn(), at=SOON
            )

    def test_confirms_nobody_elses_term(self, sent: SigningLink) -> None:
        with pytest.raises(WrongInput):
            by_link.confirm_by_link(sent=sent, term="debt", at=SOON)

    def test_declines_and_then_binds_nobody(self, sent: SigningLink) -> None:
        by_link.decline_by_link(sent=sent, why="不想担保了", at=SOON)
        assert cast.again(sent.signatory).declined_why == "不想担保了"
        assert Duty.objects.filter(kind="signing.declined").exists()

    def test_is_not_declined_by_the_debtor(self, agreement: Agreement) -> None:
        with pytest.raises(WrongInput):
            by_link.decline_by_link(sent=send(agreement, None), why="", at=SOON)

    def test_is_refused_past_the_links_end_of_which_the_desk_is_told_once(
        self, sent: SigningLink
    ) -> None:
        over = AT + by_link.GOOD_FOR
        with pytest.raises(StateRefused):
            by_link.decline_by_link(sent=sent, why="", at=over)
        assert (by_link.expire_links(over), by_link.expire_links(over)) == (1, 0)
        assert "孙国梁" in Duty.objects.get(kind="signing.expired").says["zh"]
        assert Event.objects.filter(kind="signing.link_expired").count() == 1


class TestPages:
    def test_show_only_what_this_person_may_see(self, sent: SigningLink) -> None:
        client, token = Client(), links.token_of(sent.link)
        client.post(reverse("portal:messages", args=[token]), {"answer": TAIL})
        page = client.get(reverse("portal:sign", args=[token])).content.decode()
        debtor = sent.agreement.case.debtor
        assert "39,000.00" in page
        assert "孙国梁" in page
        for hidden in ("林志强", debtor.id_number, debtor.homes[0].text, "330106199202023456"):
            assert hidden not in page
        assert page.count('name="term"') == 1
        paper = client.get(reverse("portal:sign_paper", args=[token])).content
        text = re.sub(r"\s+", "", text_of(paper))
        for hidden in ("林志强", debtor.id_number, re.sub(r"\s+", "", debtor.homes[0].text)):
            assert hidden not in text

    def test_are_walked_to_the_own_copy(self, sent: SigningLink) -> None:
        agreement = sent.agreement
        for who in ("debtor", "creditor", agreement.signatories.get(role="co_debtor")):
            signs(agreement, who)
        client, token = Client(), links.token_of(sent.link)
        client.post(reverse("portal:messages", args=[token]), {"answer": TAIL})
        page = reverse("portal:sign", args=[token])
        assert sent.signatory
        client.post(page, {"act": "term", "term": sent.signatory.term})
        client.post(page, {"act": "send"})
        client.post(page, {"act": "code", "code": codes.code_of(OneTimeCode.objects.get())})
        client.post(page, {"act": "sign", "name": "孙国梁"})
        assert cast.again(agreement).state == "signed"
        paper = client.get(reverse("portal:sign_paper", args=[token])).content
        assert paper == bytes_of(cast.again(sent.signatory).copy)

    def test_let_the_guarantor_say_no(self, sent: SigningLink) -> None:
        client, token = Client(headers={"Accept-Language": "en"}), links.token_of(sent.link)
        client.post(reverse("portal:messages", args=[token]), {"answer": TAIL})
        page = reverse("portal:sign", args=[token])
        client.post(page, {"act": "say", "what": "decline", "text": ""})
        shown = client.get(page).content.decode()
        assert "You do not sign" in shown
        assert 'name="term"' not in shown

    def test_lead_the_desk_to_send_and_withdraw(self, agreement: Agreement, one: Signatory) -> None:
        client = Client()
        client.force_login(make.clerk())
        address = reverse("agreements:send_other_link", args=[agreement.number, one.pk])
        assert address in client.get(agreement.get_absolute_url()).content.decode()
        assert "孙国梁" in client.get(address).content.decode()
        assert client.post(address, {"channel": "email", "id_checked": "on"}).status_code == 302
        withdraw = reverse("agreements:withdraw_other_link", args=[agreement.number, one.pk])
        assert withdraw in client.get(agreement.get_absolute_url()).content.decode()
        assert client.post(withdraw).status_code == 302
        assert SigningLink.objects.get().link.revoked_at


class TestTheDoor:
    """Wrong, expired, withdrawn, used and foreign links answer alike: the same bytes, as many queries."""

    @pytest.fixture
    def tokens(self, agreement: Agreement, one: Signatory) -> dict[str, str]:
        debtors = send(agreement, None).link
        sent = send(agreement, one)
        used = by_link.sent_of(sent.link)
        by_link.sign_by_link(sent=ready(used), name="孙国梁", content=b"", at=SOON)
        expired, withdrawn = (
            links.link_for(case=agreement.case, person=one.party.person, at=AT, purpose="sign")
            for _n in range(2)
        )
        type(expired).objects.filter(pk=expired.pk).update(expires_at=AT)
        type(withdrawn).objects.filter(pk=withdrawn.pk).update(revoked_at=AT)
        return {
            "wrong": links.token_of(debtors)[:-1] + "_",
            "never": "ffff-" + "A" * 22,
            "expired": links.token_of(expired),
            "withdrawn": links.token_of(withdrawn),
            "used": links.token_of(sent.link),
            "foreign": links.token_of(debtors),
        }

    def asked(self, token: str, ask: Any) -> tuple[int, str, int]:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = ask(Client())
        text = answer.content.decode() + answer.headers.get("Location", "")
        plain = re.sub(r'value="[A-Za-z0-9]{64}"', "", text).replace(token, "T")
        return answer.status_code, plain, len(seen)

    def test_alike_before_anybody_answers(self, tokens: dict[str, str]) -> None:
        for name in ("portal:sign", "portal:sign_paper", "portal:messages"):
            found = {
                kind: self.asked(token, lambda c, t=token, n=name: c.get(reverse(n, args=[t])))
                for kind, token in tokens.items()
            }
            assert len(set(found.values())) == 1, (name, {k: v[::2] for k, v in found.items()})

    def test_alike_to_a_wrong_answer(self, tokens: dict[str, str]) -> None:
        found = {
            kind: self.asked(
                token,
                lambda c, t=token: c.post(reverse("portal:messages", args=[t]), {"answer": "9999"}),
            )
            for kind, token in tokens.items()
        }
        assert len(set(found.values())) == 1, {k: v[::2] for k, v in found.items()}

    def test_shuts_out_an_address_after_twenty_wrong_answers_and_no_other(
        self, sent: SigningLink
    ) -> None:
        token = links.token_of(sent.link)
        for _n in range(guessing.MOST_ELSEWHERE):
            assert not entering.enter("ffff-wrong", "0000", SOON, "192.0.2.1").link
        assert not entering.enter(token, "0000", SOON, "192.0.2.1").link  # the one try that it has
        assert not entering.enter(token, TAIL, SOON, "192.0.2.1").link
        assert entering.enter(token, TAIL, SOON, "192.0.2.2").link
        later = SOON + guessing.SPAN
        assert entering.enter(token, TAIL, later, "192.0.2.1").link

    def test_counts_no_right_answer(self, sent: SigningLink) -> None:
        token = links.token_of(sent.link)
        for _n in range(guessing.MOST_ELSEWHERE + 3):
            assert entering.enter(token, TAIL, SOON, "192.0.2.1").link

    def test_shuts_the_link_itself_after_five(self, sent: SigningLink) -> None:
        token = links.token_of(sent.link)
        for place in range(entering.MOST_TRIES):
            assert not entering.enter(token, "0000", SOON, f"192.0.2.{place}").link
        assert not entering.enter(token, TAIL, SOON, "192.0.2.99").link
        assert Event.objects.filter(kind="portal.shut").count() == 1
        assert entering.enter(token, TAIL, SOON + entering.SHUT_FOR, "192.0.2.99").link

    def test_shuts_out_guesses_at_codes_from_one_address(self, sent: SigningLink) -> None:
        for _n in range(guessing.MOST_ELSEWHERE):
            guessing.knock("code", "127.0.0.1", SOON)
        assert sent.signatory
        by_link.confirm_by_link(sent=sent, term=sent.signatory.term, at=SOON)
        by_link.send_code(sent=sent, at=SOON)
        client, token = Client(), links.token_of(sent.link)
        client.post(reverse("portal:messages", args=[token]), {"answer": TAIL})
        code = codes.code_of(OneTimeCode.objects.get())
        page = reverse("portal:sign", args=[token])
        assert client.post(page, {"act": "code", "code": code}).status_code == 422


def test_two_who_sign_at_the_same_moment_put_it_into_force_once(
    agreement: Agreement, monkeypatch: Any
) -> None:
    """The one who comes later finds it done and is told so, not refused."""
    others = list(agreement.signatories.order_by("pk"))
    for who in ("debtor", "creditor", others[0]):
        signs(agreement, who)
    both = signing.conclude

    def meanwhile(**given: Any) -> None:
        both(**given)  # the other request, which has won
        both(**given)

    monkeypatch.setattr(signing, "conclude", meanwhile)
    assert signs(agreement, others[1])
    assert Event.objects.filter(kind="agreement.signed").count() == 1
    assert cast.again(agreement).state == "signed"
