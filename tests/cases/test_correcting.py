"""A number that the debtor corrects at the door."""

import pytest

from cases.actions.correcting import Outdated, correct_number, stamp_of
from cases.models import Case
from people.models import ContactPoint
from tests import make
from workflow.steps import PolicyRefused, RightRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-05 14:40")


@pytest.fixture
def point() -> ContactPoint:
    """A number of the debtor of a case to which the rules of the mainland apply."""
    case = make.prepared_case()
    Case.objects.filter(pk=case.pk).update(packs=["cn"])
    return case.debtor.contact_points.order_by("pk")[0]


def correct(point: ContactPoint, **more: object) -> None:
    given = {
        "case": Case.objects.get(), "point": point, "stamp": stamp_of(point), "value": "139 0000 1111",
        "proof": "债务人在上门时告知", "by": make.crew()[0], "at": AT, **more,
    }  # fmt: skip
    correct_number(**given)  # type: ignore[arg-type]


class TestCorrectNumber:
    def test_writes_it_with_its_source_and_what_shows_that(self, point: ContactPoint) -> None:
        correct(point)
        point.refresh_from_db()
        assert (point.value, point.source, point.source_proof) == (
            "139 0000 1111", "debtor", "债务人在上门时告知",
        )  # fmt: skip
        assert point.source_on is not None

    def test_is_refused_by_rule_without_what_shows_the_source(self, point: ContactPoint) -> None:
        with pytest.raises(PolicyRefused, match="CN-25"):
            correct(point, proof="")

    def test_overwrites_nobody_s_correction(self, point: ContactPoint) -> None:
        stamp = stamp_of(point)
        ContactPoint.objects.filter(pk=point.pk).update(value="138 7777 8888")
        point.refresh_from_db()
        with pytest.raises(Outdated):
            correct(point, stamp=stamp)
        point.refresh_from_db()
        assert point.value == "138 7777 8888"

    def test_wants_a_number(self, point: ContactPoint) -> None:
        with pytest.raises(WrongInput):
            correct(point, value="  ")

    def test_is_not_for_those_who_deal_with_no_debtor(self, point: ContactPoint) -> None:
        with pytest.raises(RightRefused):
            correct(point, by=make.compliance_officer())
