"""The demo shows an export of each fate."""

from collections import Counter
from dataclasses import fields
from datetime import timedelta

import pytest

from cases.models import Case
from demo.cast import Cast
from demo.taking_out import ask_and_answer
from exports.models import Export
from tests import make
from tests.exports.cast import AT
from workflow.steps import note

pytestmark = pytest.mark.django_db


def test_the_demo_shows_exports_that_wait_are_ready_refused_and_over() -> None:
    case = make.prepared_case()
    for n in range(13):
        note(case, event="case.noted", by=make.clerk(), at=AT, data={"n": n})
    assert Case.objects.get(pk=case.pk).event_count > 12
    people = {"supervisor": make.supervisor(), "compliance": make.compliance_officer()}
    cast = Cast(**{field.name: people if field.name == "users" else {} for field in fields(Cast)})
    ask_and_answer(cast, AT + timedelta(days=20))
    states = Counter(Export.objects.values_list("state", flat=True))
    assert states == {"expired": 1, "denied": 1, "ready": 1, "asked": 2}
