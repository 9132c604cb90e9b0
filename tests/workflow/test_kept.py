"""Statements that are composed once: they find what a query composed anew finds, or refuse."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from people.models import User
from tests import make
from workflow.duties import raise_duty
from workflow.kept import NotFoundAgain, kept
from workflow.models import Duty

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


@kept
def seen(role: str, *, reference: str, **sight: Any) -> QuerySet[Case]:
    reader = User(role=role, **sight)
    return Case.objects.visible_to(reader).filter(reference=reference).select_related("debtor")


@kept
def due(*, case: int, until: datetime) -> QuerySet[Duty, Any]:
    return Duty.objects.filter(case=case, due_at__lte=until).order_by("due_at").values("says")


class TestKept:
    def test_finds_with_each_value_what_belongs_to_it(self) -> None:
        one, two = make.case(), make.case(reference="HZ-2026-0002", external_reference="X-2")
        reader = make.clerk()
        for case in (one, two, one):
            found = seen(reader.role, reference=case.reference, **reader.sight)
            assert found == [case]

    def test_hands_over_whole_objects_with_what_was_joined(self) -> None:
        case, reader = make.case(), make.clerk()
        with CaptureQueriesContext(connection) as asked:
            found = seen(reader.role, reference=case.reference, **reader.sight)[0]
            assert found.debtor.name == case.debtor.name
            assert found.principal == case.principal
            assert found.packs == case.packs
        assert len(asked) == 1

    def test_converts_what_a_query_converts(self) -> None:
        case = make.case()
        raise_duty(case=case, kind="x", says={"en": "x"}, due_at=AT, key="x", at=AT)
        assert due(case=case.pk, until=AT) == [{"says": {"en": "x"}}]
        assert due(case=case.pk, until=AT - timedelta(microseconds=1)) == []

    def test_finds_by_a_number_that_is_never_negative(self) -> None:
        @kept
        def at_version(*, version: int) -> QuerySet[Case]:
            return Case.objects.filter(version=version)

        case = make.case()
        assert at_version(version=case.version) == [case]
        assert at_version(version=case.version + 1) == []

    def test_shows_nobody_another_team_s_cases(self) -> None:
        case, outsider = make.case(), make.outsider()
        assert seen(make.clerk().role, reference=case.reference, **make.clerk().sight)
        assert seen(outsider.role, reference=case.reference, **outsider.sight) == []

    def test_shows_nothing_to_those_without_a_team_and_all_to_those_who_answer_for_all(
        self,
    ) -> None:
        case = make.case()
        nobody = User(role=User.Role.CLERK)
        chief = make.compliance_officer()
        assert seen(nobody.role, reference=case.reference, **nobody.sight) == []
        assert seen(chief.role, reference=case.reference, **chief.sight) == [case]

    @pytest.mark.parametrize(
        "text", ["'; drop table cases_case; --", "%", "\ue0000\ue001", "–", ""]
    )
    def test_takes_any_text_as_a_value(self, text: str) -> None:
        make.case()
        reader = make.clerk()
        assert seen(reader.role, reference=text, **reader.sight) == []

    def test_refuses_a_value_that_was_reckoned_with(self) -> None:
        @kept
        def late(*, case: int, at: datetime) -> QuerySet[Duty]:
            return Duty.objects.filter(case=case, due_at__lt=at - timedelta(days=1))

        with pytest.raises(NotFoundAgain, match="at"):
            late(case=1, at=AT)

    def test_refuses_to_prefetch_since_those_queries_would_keep_the_first_values(self) -> None:
        @kept
        def with_duties(*, case: int) -> QuerySet[Case]:
            return Case.objects.filter(pk=case).prefetch_related("duties")

        with pytest.raises(NotFoundAgain):
            with_duties(case=1)
