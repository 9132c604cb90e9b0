"""A legal hold whose review day has come raises a duty for compliance, and never ends by itself."""

from datetime import date

import pytest

from people.models import User
from retention.actions.holding import raise_reviews, renew_legal_hold
from retention.models import LegalHold
from tests import make
from tests.retention.closed import closed_case, held, lifted
from timeline.models import Event
from workflow.models import Duty

pytestmark = pytest.mark.django_db
HELD = make.moment("2030-06-03 10:00")


@pytest.fixture
def hold() -> LegalHold:
    return held(closed_case(), HELD)


def on_the_day(hold: LegalHold, hour: str = "09:00") -> int:
    return raise_reviews(make.moment(f"{hold.review_on} {hour}"), by=User.objects.system())


class TestRaiseReviews:
    def test_raises_it_for_compliance_on_the_day_and_not_before(self, hold: LegalHold) -> None:
        assert raise_reviews(HELD, by=User.objects.system()) == 0
        assert on_the_day(hold) == 1
        duty = Duty.objects.get(kind="records.review")
        assert (duty.role, duty.case_id) == ("compliance", hold.case_id)
        assert "复核档案保全" in duty.says["zh"]
        assert "Look again" in duty.says["en"]
        told = Event.objects.get(kind="records.review_due").data
        assert told["review_on"] == str(hold.review_on)

    def test_raises_it_once_and_leaves_the_hold_standing(self, hold: LegalHold) -> None:
        on_the_day(hold)
        assert on_the_day(hold, "10:00") == 0
        assert raise_reviews(make.moment("2033-01-01 09:00"), by=User.objects.system()) == 0
        hold.refresh_from_db()
        assert hold.lifted_at is None

    def test_is_done_by_renewing_and_comes_again_on_the_next_day(self, hold: LegalHold) -> None:
        on_the_day(hold)
        at = make.moment(f"{hold.review_on} 11:00")
        renewed = renew_legal_hold(
            hold=hold, why="案件仍在审理", review_on=date(hold.review_on.year + 1, 1, 15),
            by=make.compliance_officer(), at=at,
        )  # fmt: skip
        assert not Duty.objects.filter(kind="records.review", done_at=None).exists()
        assert raise_reviews(at, by=User.objects.system()) == 0
        renewed.refresh_from_db()
        assert on_the_day(renewed) == 1

    def test_is_done_by_lifting(self, hold: LegalHold) -> None:
        on_the_day(hold)
        lifted(hold, make.moment(f"{hold.review_on} 12:00"))
        assert not Duty.objects.filter(kind="records.review", done_at=None).exists()
