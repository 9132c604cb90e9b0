"""A case that went through everything, years after its end: nothing of its people is left, and the chain still holds."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from agreements.actions import closing
from cases.models import Case, ClaimPaper
from court import actions
from people.models import User
from retention.actions.erasing import sweep
from tests import make, walk
from tests.agreements import cast
from tests.court.cast import checked
from timeline.chain import Verified, verify
from visits.actions import recording
from workflow.duties import raise_duty

pytestmark = pytest.mark.django_db(transaction=True)
AT = make.moment("2026-04-16 10:00")
LATE = make.moment("2046-04-17 10:00")
NAME = "王海燕"


@pytest.fixture
def ended() -> Case:
    """Announced, visited, talked over, signed, paid in full and closed."""
    visit = walk.talked()
    recording.add_evidence(
        visit=visit, filename="门外.png", content=cast.drawn(), inside=False, caption="王海燕家门外",
        by=make.crew()[0], at=make.moment("2026-03-05 14:51"),
    )  # fmt: skip
    recording.finish_visit(
        visit=visit, outcome="agreement", why="", by=make.crew()[0],
        at=make.moment("2026-03-05 14:52"),
    )  # fmt: skip
    paid = cast.paid_up(cast.signed(cast.again(visit.case), channel="").case)
    closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
    held = ClaimPaper.objects.get(case=paid, original_held=True)
    closing.return_paper(paper=held, returned_to=NAME, by=make.clerk(), at=AT)
    closing.write_report(case=cast.again(paid), by=make.clerk(), at=AT)
    closing.close_case(case=cast.again(paid), by=make.clerk(), at=AT)
    Case.objects.filter(pk=paid.pk).update(packs=["cn"])  # the stories' pack names no terms
    return cast.again(paid)


def test_nothing_of_its_people_is_left(ended: Case, everything_that_says: Any) -> None:
    id_number = ended.debtor.id_number
    files = [paper.file.path for paper in ended.documents.all()]
    sweep(LATE, by=User.objects.system())
    words = (NAME, id_number, "我想还，但要分期。", "去年十月停工")
    assert {word: everything_that_says(word) for word in words} == {word: [] for word in words}
    assert not [path for path in files if Path(path).exists()]
    assert isinstance(verify(cast.again(ended)), Verified)


def test_nothing_is_left_to_be_done(ended: Case) -> None:
    raise_duty(
        case=ended, kind="CN-16", says={"zh": "请提交最终报告。"}, due_at=AT, key="late", at=AT
    )
    sweep(LATE, by=User.objects.system())
    assert not ended.duties.filter(done_at=None).exists()
    assert cast.again(ended).next_due_at is None


def test_its_pages_still_open(ended: Case, client: Client) -> None:
    sweep(LATE, by=User.objects.system())
    client.force_login(make.supervisor())
    page = ended.get_absolute_url()
    for tab in ("overview", "debt", "people", "visits", "agreement", "notices", "documents"):
        assert client.get(f"{page}?tab={tab}").status_code == 200, tab
    assert client.get(f"{page}timeline/").status_code == 200


def test_its_bundle_says_that_the_papers_were_deleted_and_holds(ended: Case) -> None:
    from tests.court.cast import built

    sweep(LATE, by=User.objects.system())
    bundle = built(cast.again(ended))
    found, told = checked(actions.file_of(bundle))
    assert found == []
    assert told["erased_events"] > 5
    assert told["withheld"] > 5
