"""Runs by carriers that send only what they have approved: composed with it, or told on the line what is missing."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from notices import channels, links, relay
from notices.models import ChannelAccount, Notice
from notices.texts.approved import keep_template
from notices.texts.filed import filed
from notices.texts.placeholders import names_in
from outreach import shown
from people.models import ContactPoint
from tests import make
from tests.notices.carrier import Scripted, account
from tests.outreach import cast

pytestmark = pytest.mark.django_db

WORDS = "请在方便时回电。"


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A carrier that wants a template."""
    found = Scripted()
    found.needs_template = True
    before = channels.carriers()
    for place in ("notices.channels.carriers", "notices.ways.carriers"):
        monkeypatch.setattr(place, lambda: {**before, "scripted": found})
    return found


def approve(of: ChannelAccount, wording: str = "letter", *, old: bool = False) -> None:
    """Our own text, as the carrier has approved it with gaps as it writes them."""
    text = filed(wording)["sms", "zh"].body
    gaps = list(dict.fromkeys(names_in(text)))
    for name in gaps:
        text = text.replace(f"{{{name}}}", f"${{{name}}}")
    keep_template(
        account=of, wording=wording, language="zh", number="SMS_154950909", signature="清水信用",
        text=f"旧：{text}" if old else text, parameters=[[name, f"{{{name}}}"] for name in gaps],
        by=make.compliance_officer(), at=cast.MONDAY,
    )  # fmt: skip


def reached_by_sms(count: int = 1, *, start: int = 300, email: bool = False) -> Any:
    """So many cases whose debtors have a number, and an e-mail address only where that is said."""
    made = cast.cases(count, start=start)
    for case in made:
        if not email:
            case.debtor.contact_points.all().delete()
        ContactPoint.objects.create(
            person=case.debtor, channel="sms", value=f"1380000{case.pk:04d}", source="contract"
        )
    return Case.objects.filter(pk__in=[case.pk for case in made])


class TestDraft:
    def test_goes_by_the_carrier_with_its_number_and_the_values_for_its_gaps(
        self, carrier: Scripted
    ) -> None:
        approve(account())
        run = cast.sent(cases=reached_by_sms(), text_zh=WORDS)
        notice = Notice.objects.get()
        assert (notice.channel, run.lines.get().channel) == ("sms", "sms")
        assert notice.approved is not None
        assert notice.approved.number == "SMS_154950909"
        assert ["text", WORDS] in notice.params

    def test_says_on_the_line_that_nothing_is_approved(self, carrier: Scripted) -> None:
        account()
        run = cast.drafted(cases=reached_by_sms(), channel="sms", text_zh=WORDS)
        line = run.lines.get()
        assert (line.answer, line.rules) == ("refused", ["no-template"])
        assert "no text is entered for this message" in shown.why_of(line)

    def test_says_on_the_line_that_what_was_approved_no_longer_holds(
        self, carrier: Scripted
    ) -> None:
        approve(account(), old=True)
        run = cast.drafted(cases=reached_by_sms(), channel="sms", text_zh=WORDS)
        assert run.lines.get().rules == ["other-template"]

    def test_takes_the_next_way_where_it_may_and_keeps_what_was_missing(
        self, carrier: Scripted
    ) -> None:
        account()
        line = cast.drafted(cases=reached_by_sms(email=True), text_zh=WORDS).lines.get()
        assert (line.channel, line.answer) == ("email", "allowed")
        assert line.about == {"passed_over": {"sms": "no-template"}}

    def test_costs_no_query_a_line(self, carrier: Scripted) -> None:
        approve(account())
        costs = []
        for start, count in ((400, 5), (500, 20)):
            cases = reached_by_sms(count, start=start)
            with CaptureQueriesContext(connection) as seen:
                run = cast.drafted(cases=cases, text_zh=WORDS)
            costs.append(len(seen))
            assert {line.channel for line in run.lines.all()} == {"sms"}
        assert costs[0] == costs[1]


class TestPage:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_shows_which_approved_text_it_goes_by(
        self, carrier: Scripted, clock: Any, language: str
    ) -> None:
        clock.set(cast.MONDAY)
        approve(account())
        line = cast.drafted(cases=reached_by_sms(), text_zh=WORDS).lines.get()
        assert "SMS_154950909" in self.page(line, language)

    def test_shows_the_channel_that_was_passed_over_and_why(
        self, carrier: Scripted, clock: Any
    ) -> None:
        clock.set(cast.MONDAY)
        account()
        line = cast.drafted(cases=reached_by_sms(email=True), text_zh=WORDS).lines.get()
        page = self.page(line, "en")
        assert "Not by SMS" in page
        assert "no text is entered for this message" in page

    def page(self, line: Any, language: str) -> str:
        client = Client(headers={"accept-language": language})
        client.force_login(make.clerk())
        return client.get(
            reverse("outreach:line", args=[line.run.number, line.pk])
        ).content.decode()


class TestBell:
    """Word of a message in the portal, to somebody who can be reached by SMS alone."""

    def drafted(self) -> Any:
        cases = reached_by_sms()
        debtor = cases[0].debtor
        debtor.id_number = "33010619880715284X"
        debtor.save(update_fields=["id_number"])
        return cast.drafted(cases=cases, channel="portal", text_zh=WORDS)

    def test_rings_with_the_text_that_the_carrier_has_approved(
        self, carrier: Scripted, clock: Any
    ) -> None:
        clock.set(cast.MONDAY)
        approve(account(), "portal_bell")
        run = self.drafted()
        assert run.lines.get().channel == "portal"
        cast.actions.send(run=run, by=run.drafted_by, at=cast.MONDAY)
        cast.worked(run)
        relay.send_due(cast.MONDAY)
        bell = Notice.objects.get(kind="portal_bell")
        assert (bell.channel, bell.state) == ("sms", "sent")
        [taken] = carrier.taken
        assert taken.template == "SMS_154950909"
        assert links.link_of(taken.params["portal_link"].split("/m/")[1].strip("/")) is not None

    def test_keeps_the_link_out_of_the_archive(self, carrier: Scripted, clock: Any) -> None:
        self.test_rings_with_the_text_that_the_carrier_has_approved(carrier, clock)
        bell = Notice.objects.get(kind="portal_bell")
        assert ["portal_link", links.PLACE] in bell.params

    def test_has_no_way_where_nobody_could_be_told(self, carrier: Scripted) -> None:
        account()
        assert self.drafted().lines.get().rules == ["no-way"]
