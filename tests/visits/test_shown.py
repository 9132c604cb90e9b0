"""What was shown is told in the reader's language, whatever language the officer's phone had."""

import pytest
from django.utils import translation

from desk.told import sentence
from tests import make, walk
from visits.actions import arriving
from visits.models import Shown, Visit

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-05 14:32")


def shown_in_chinese() -> Visit:
    visit = walk.at_the_door()
    by = make.crew()[0]
    with translation.override("zh-hans"):
        arriving.identify_debtor(visit=visit, name_said="王海燕", second_fact="2427", by=by, at=AT)
        for officer in make.crew():
            arriving.show_credential(visit=visit, officer=officer, by=by, at=AT)
        arriving.ask_consent(visit=visit, kind="talk", given=True, by_whom="王海燕", by=by, at=AT)
        arriving.show_paper(visit=visit, paper=visit.case.papers.get(kind="contract"), by=by, at=AT)
    return visit


class TestShown:
    def test_stands_on_the_timeline_in_english_for_an_english_reader(self) -> None:
        visit = shown_in_chinese()
        credential = visit.case.events.filter(kind="credentials.shown").first()
        paper = visit.case.events.get(kind="paper.shown")
        with translation.override("en"):
            assert sentence(credential).startswith("Shown: Credential of ")
            assert sentence(paper) == "Shown: Loan contract."
        with translation.override("zh-hans"):
            assert sentence(paper) == "已出示：借款合同。"

    def test_is_called_so_on_the_page_of_the_visit_too(self) -> None:
        visit = shown_in_chinese()
        with translation.override("en"):
            named = [row.what for row in Shown.objects.filter(visit=visit).order_by("pk")]
        assert named[0].startswith("Credential of ")
        assert named[-1] == "Loan contract"

    def test_of_older_events_keeps_the_name_of_then(self) -> None:
        visit = shown_in_chinese()
        event = visit.case.events.get(kind="paper.shown")
        del event.data["kind"]
        assert "借款合同" in sentence(event)
