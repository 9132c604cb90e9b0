"""The pages of our words: who sees them, what is said, how a text reads for a real case."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notices.models import ApprovedTemplate, MessageVersion, Notice
from notices.texts.changing import propose_wording, release_wording
from notices.texts.filed import filed
from people.models import User
from tests import make, walk
from tests.agreements import cast as agreements
from tests.notices.carrier import account
from tests.notices.cast import queued

pytestmark = pytest.mark.django_db

NOW = make.moment("2026-03-06 10:00")
LIST = "wording:wordings"
SMS = ["reminder_after", "sms"]
QUIET = "{debtor_name}您好，我们是{writer_for}。如有疑问，请致电{writer_phone}。"


@pytest.fixture(autouse=True)
def friday(clock: Any) -> None:
    clock.set(NOW)


def signed_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def compliance() -> Client:
    return signed_in(make.compliance_officer())


def form(**given: Any) -> dict[str, Any]:
    return {
        "body": QUIET, "reason": "更短", "valid_on": "2026-03-03", "guard_key": "k", **given,
    }  # fmt: skip


def proposed(place: tuple[str, str, str] = ("reminder_after", "sms", "zh"), body: str = QUIET) -> MessageVersion:  # fmt: skip
    return propose_wording(
        wording=place[0], channel=place[1], language=place[2], subject="", body=body,
        reason="更短", valid_on=date(2026, 3, 3), based_on=0, by=make.compliance_officer(), at=NOW,
    )  # fmt: skip


class TestList:
    def test_is_in_the_menu_of_compliance_and_supervisors_alone(self) -> None:
        address = f'href="{reverse(LIST)}"'
        for user in (make.compliance_officer(), make.supervisor()):
            assert address in signed_in(user).get("/").content.decode()
        assert address not in signed_in(make.clerk()).get("/").content.decode()

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_shows_every_message_and_what_waits(self, language: str) -> None:
        version = proposed()
        page = signed_in(make.supervisor(), language).get(reverse(LIST)).content.decode()
        assert page.count(version.get_absolute_url()) == 2
        assert reverse("wording:place", args=["frame", "letter"]) in page

    def test_is_refused_to_others(self) -> None:
        for user in (make.clerk(), make.administrator(), make.crew()[0]):
            assert signed_in(user).get(reverse(LIST)).status_code == 403

    def test_costs_the_same_for_one_version_and_for_many(self) -> None:
        client = compliance()
        proposed()
        with CaptureQueriesContext(connection) as one:
            client.get(reverse(LIST))
        for name in ("settlement", "reminder_due", "visit_notice", "agreement_copy"):
            proposed((name, "sms", "zh"), QUIET + ("{visit_at}" if "visit" in name else "谢谢。"))
        with CaptureQueriesContext(connection) as many:
            client.get(reverse(LIST))
        assert len(many) == len(one)


class TestPlace:
    def test_shows_both_languages_the_placeholders_and_the_parts(self) -> None:
        page = compliance().get(reverse("wording:place", args=SMS)).content.decode()
        assert "Chinese" in page
        assert "English" in page
        assert "{writer_phone}" in page
        assert "must be told" in page
        assert "as UCS-2" in page
        assert "as GSM 7-bit" in page

    @pytest.mark.parametrize("args", [["x", "sms"], ["frame", "sms"], ["settlement", "fax"]])
    def test_is_not_there_for_what_there_is_not(self, args: list[str]) -> None:
        assert compliance().get(reverse("wording:place", args=args)).status_code == 404


class TestEdit:
    address = staticmethod(lambda: reverse("wording:edit", args=[*SMS, "zh"]))

    def test_proposes_a_new_version(self) -> None:
        answer = compliance().post(self.address(), form())
        version = MessageVersion.objects.get()
        assert (answer.status_code, answer.url) == (302, version.get_absolute_url())
        assert version.body == QUIET

    def test_names_the_words_and_the_lawful_wording_beside_the_text(self) -> None:
        answer = compliance().post(self.address(), form(body=QUIET + "再不还款我们就上门找你单位"))
        assert answer.status_code == 422
        said = " ".join(answer.context["form"].errors["body"])
        assert "再不还款我们就上门" in said
        assert "Write instead, for example" in said
        assert not MessageVersion.objects.exists()

    def test_shows_how_it_would_read_and_keeps_nothing(self) -> None:
        answer = compliance().post(self.address(), form(body=QUIET + "谢谢。" * 60, look="1"))
        assert answer.status_code == 200
        page = answer.content.decode()
        assert "So it would read" in page
        assert "王海燕您好" in page
        assert "hardly read to the end" in page
        assert not MessageVersion.objects.exists()

    def test_says_while_looking_what_has_to_be_mended(self) -> None:
        answer = compliance().post(self.address(), form(body="{iban}", look="1"))
        assert answer.status_code == 422
        assert "{iban} is not known here" in " ".join(answer.context["form"].errors["body"])

    def test_begins_with_an_older_text_where_one_was_chosen(self) -> None:
        proposed()
        MessageVersion.objects.filter().update(state="withdrawn")
        page = compliance().get(self.address() + "?from=1")
        assert page.context["form"].initial["body"] == QUIET
        page = compliance().get(self.address() + "?from=0")
        assert page.context["form"].initial["body"] == filed("reminder_after")["sms", "zh"].body

    def test_is_refused_to_a_supervisor(self) -> None:
        assert signed_in(make.supervisor()).get(self.address()).status_code == 403

    def test_counts_once_however_often_it_is_pressed(self) -> None:
        client = compliance()
        client.post(self.address(), form())
        assert client.post(self.address(), form()).status_code == 302
        assert MessageVersion.objects.count() == 1


class TestVersion:
    def test_shows_what_went_and_what_came(self) -> None:
        version = proposed(body=QUIET + "祝好。")
        page = compliance().get(version.get_absolute_url()).content.decode()
        assert "<del>" in page
        assert "<ins>" in page
        assert "waits for a second person" in page

    def test_is_compared_with_any_other(self) -> None:
        version = proposed()
        release_wording(version=version, answer="同意", by=make.supervisor(), at=NOW)
        second = proposed(body=QUIET + "谢谢。")
        page = compliance().get(second.get_absolute_url() + "?against=1").content.decode()
        assert "<ins>谢谢。</ins>" in page
        assert compliance().get(second.get_absolute_url() + "?against=9").status_code == 404

    def test_is_released_by_a_supervisor_with_an_answer(self) -> None:
        version = proposed()
        client = signed_in(make.supervisor())
        args = [version.wording, version.channel, version.language, version.number]
        assert reverse("wording:release", args=args) in (
            client.get(version.get_absolute_url()).content.decode()
        )
        answer = client.post(
            reverse("wording:release", args=args), {"answer": "同意", "guard_key": "k"}
        )
        assert answer.status_code == 302
        assert MessageVersion.objects.get().state == "released"

    def test_is_not_released_by_whoever_proposed_it(self) -> None:
        version = proposed()
        args = [version.wording, version.channel, version.language, version.number]
        answer = compliance().post(
            reverse("wording:release", args=args), {"answer": "同意", "guard_key": "k"}
        )
        assert answer.status_code == 409
        assert "Somebody else has to decide" in answer.content.decode()

    def test_is_withdrawn(self) -> None:
        version = proposed()
        args = [version.wording, version.channel, version.language, version.number]
        compliance().post(reverse("wording:withdraw", args=args), {"guard_key": "k"})
        assert MessageVersion.objects.get().state == "withdrawn"

    def test_keeps_what_looks_like_markup_as_text(self) -> None:
        page = compliance().get(proposed(body=QUIET + "<b>&").get_absolute_url())
        assert "<b>&amp;" not in page.content.decode()
        assert "&lt;b&gt;&amp;" in page.content.decode()


class TestPreview:
    address = staticmethod(lambda: reverse("wording:preview"))

    def look(self, client: Client, **given: str) -> Any:
        return client.get(self.address(), {"wording": "reminder_after", "language": "zh", **given})

    def test_shows_each_channel_masked_and_what_stands_against_it(self) -> None:
        case = agreements.signed(make.prepared_case()).case
        page = self.look(compliance(), case=case.reference)
        text = page.content.decode()
        assert page.status_code == 200
        assert "王**" in text
        assert "王海燕" not in text
        assert [one.channel for one in page.context["previews"]] == [
            "email", "letter", "sms", "wecom", "wechat", "portal",
        ]  # fmt: skip
        sms = page.context["previews"][2]
        assert not sms.goes
        assert "There is no account at a carrier" in sms.stops[0]

    def test_keeps_and_sends_nothing(self) -> None:
        case = agreements.signed(make.prepared_case()).case
        before = Notice.objects.count(), case.events.count()
        self.look(compliance(), case=case.reference)
        assert (Notice.objects.count(), case.events.count()) == before

    def test_names_the_rule_that_would_stop_it(self, clock: Any) -> None:
        case = agreements.signed(make.prepared_case()).case
        clock.set(make.moment("2026-03-06 23:30"))
        mail = self.look(compliance(), case=case.reference).context["previews"][0]
        assert not mail.goes
        assert mail.findings
        assert mail.earliest is not None

    def test_says_that_the_case_has_nothing_to_tell(self) -> None:
        case = make.prepared_case()
        page = self.look(compliance(), case=case.reference).content.decode()
        assert "no instalment that is still open" in page

    def test_shows_a_version_in_the_place_of_the_one_that_holds(self) -> None:
        case = agreements.signed(make.prepared_case()).case
        version = proposed(body=QUIET + "谢谢。")
        tried = f"{version.wording}/{version.channel}/{version.language}/{version.number}"
        page = self.look(compliance(), case=case.reference, **{"try": tried, "language": "en"})
        assert [one.channel for one in page.context["previews"]] == ["sms"]
        assert page.context["previews"][0].body.endswith("谢谢。")

    def test_knows_no_case_that_one_may_not_see(self) -> None:
        case = make.prepared_case()
        far = make.supervisor(
            username="far", in_team=make.team(name="上海", of=make.agency(slug="far"))
        )
        page = self.look(signed_in(far), case=case.reference)
        assert "You can see no case" in page.content.decode()
        assert "previews" not in page.context

    @pytest.mark.parametrize("wording", ["visit_notice", "visit_cancelled", "visit_crew"])
    def test_masks_the_address_at_which_the_visit_takes_place(self, wording: str) -> None:
        visit = walk.planned(starts_at=make.moment("2026-03-10 14:30"), at=NOW)
        page = self.look(compliance(), case=visit.case.reference, wording=wording)
        assert page.context["previews"]
        assert str(visit.place) not in page.content.decode()

    @pytest.mark.parametrize("given", [{"wording": "x"}, {"language": "fr"}, {"case": ""}])
    def test_says_what_is_to_be_mended(self, given: dict[str, str]) -> None:
        assert self.look(compliance(), **{"case": "X", **given}).status_code == 422


class TestApproved:
    def test_is_entered_and_compared_with_our_text(self) -> None:
        of = account()
        ours = filed("settlement")["sms", "zh"].body
        text = ours.replace("{debtor_name}", "${name}").replace("{writer_for}", "${who}")
        answer = compliance().post(
            reverse("wording:enter"),
            {
                "account": of.pk, "wording": "settlement", "language": "zh", "number": "SMS_1",
                "signature": "清水信用", "text": text.replace("{writer_phone}", "${phone}"),
                "parameters": "name = {debtor_name}\nwho = {writer_for}\nphone = {writer_phone}",
                "guard_key": "k",
            },
        )  # fmt: skip
        assert answer.status_code == 302
        assert ApprovedTemplate.objects.get().parameters[0] == ["name", "{debtor_name}"]
        page = compliance().get(reverse("wording:approved")).content.decode()
        assert "SMS_1" in page
        assert "same as our text" in page

    def test_says_which_gap_is_not_filled(self) -> None:
        answer = compliance().post(
            reverse("wording:enter"),
            {
                "account": account().pk, "wording": "settlement", "language": "zh",
                "number": "SMS_1", "text": "您好${name}", "parameters": "x = 1", "guard_key": "k",
            },
        )  # fmt: skip
        assert answer.status_code == 422
        assert "Say what fills name" in answer.content.decode()


class TestNoticePage:
    def test_names_the_version_that_it_was_made_from(self) -> None:
        notice = queued(
            make.case(),
            made_from=[
                {"wording": "settlement", "channel": "email", "language": "zh", "version": 3}
            ],
        )
        page = compliance().get(notice.get_absolute_url()).content.decode()
        assert reverse("wording:version", args=["settlement", "email", "zh", 3]) in page
        assert "Settlement certificate Chinese 3" in page
