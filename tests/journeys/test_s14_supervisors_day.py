"""S14: a supervisor's day: the same seed draws the same ten of 143 visits, blocks and overrides alone, no self-approval.

Looks at what is masked, and the figures with the list behind each, are told in tests of their own.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from cases.actions import excepting
from cases.models import Case
from exports import running
from exports.models import Export
from people.models import User
from quality.actions import sampling
from quality.models import Review, Sample
from tests import make
from tests.quality.cast import answers, browser
from timeline.models import Event
from visits.models import Visit, VisitOfficer
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.models import Duty
from workflow.steps import note

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

NOW = make.moment("2026-04-01 09:00")
CLOSED, CASES, SEED = 143, 13, 20260401


@pytest.fixture
def march(clock: Any) -> list[Visit]:
    """143 visits of March that are over, as rows alone; three of them went ahead by an exception."""
    clock.set(NOW)
    officers = make.crew()
    cases = [
        make.case(
            reference=f"HZ-2026-{300 + n:04d}", external_reference=f"M-{n}",
            who=make.debtor(name=f"王{n}", id_number=""),
        )
        for n in range(CASES)
    ]  # fmt: skip
    first = make.moment("2026-03-02 09:00")
    visits = []
    for n in range(CLOSED):
        case, began = cases[n % CASES], first + timedelta(hours=4 * n)
        visits.append(
            Visit(
                case=case, reference=f"V-M{n:03d}", place=case.debtor.addresses.get(),
                place_kind="home", starts_at=began, ends_at=began + timedelta(hours=1),
                purpose="商谈", intended_outcome="分期", state="finished",
                outcome=["talked", "nobody_in", "agreement", "refused"][n % 4],
                planned_by=make.clerk(), planned_at=began - timedelta(minutes=30),
                served_at=began - timedelta(hours=24 + n % 100), started_at=began,
                finished_at=began + timedelta(minutes=40),
            )
        )  # fmt: skip
    Visit.objects.bulk_create(visits)
    VisitOfficer.objects.bulk_create(
        VisitOfficer(
            visit=visit, officer=officer, slot=(visit.starts_at, visit.ends_at),
            attested_at=visit.finished_at,
        )
        for visit in visits for officer in officers
    )  # fmt: skip
    for visit in (visits[7], visits[70], visits[133]):
        note(
            Case.objects.get(pk=visit.case_id), event="policy.overridden", by=make.supervisor(),
            at=visit.starts_at, data={"asked": "visit.start"},
        )  # fmt: skip
    return visits


class TestTheSample:
    def test_is_the_same_ten_for_the_same_seed(self, march: list[Visit]) -> None:
        desk = browser(make.supervisor())
        page = reverse("quality:samples")
        for n in range(2):
            sent = {"month": "2026-03", "size": "10", "seed": str(SEED), "guard_key": f"k{n}"}
            assert desk.post(page, sent).status_code == 302
        one, two = Sample.objects.order_by("pk")
        assert one.population == CLOSED
        assert one.population_sha256 == two.population_sha256
        drawn = [list(each.lines.values_list("visit__reference", flat=True)) for each in (one, two)]
        assert drawn[0] == drawn[1]
        assert len(drawn[0]) == 10
        assert drawn[0][:3] == ["V-M007", "V-M070", "V-M133"]
        assert set(one.lines.filter(drawn="override").values_list("visit__reference", flat=True)) == {
            "V-M007", "V-M070", "V-M133",
        }  # fmt: skip
        assert one.lines.filter(twice=True).count() == 2
        other = sampling.draw(
            month=date(2026, 3, 1), size=10, seed=SEED + 1, by=make.supervisor(), at=NOW
        )
        assert list(other.lines.values_list("visit__reference", flat=True)) != drawn[0]
        shown = desk.get(one.get_absolute_url()).content.decode()
        assert all(reference in shown for reference in drawn[0])

    def test_is_looked_into_blind_by_a_second_person_and_given_out(
        self, march: list[Visit]
    ) -> None:
        sample = sampling.draw(
            month=date(2026, 3, 1), size=10, seed=SEED, by=make.supervisor(), at=NOW
        )
        line = sample.lines.filter(twice=True)[0]
        given = {f"{code}_score": one["score"] for code, one in answers(manner="0").items()}
        first, second = browser(make.supervisor()), browser(make.compliance_officer())
        said = {**given, "manner_comment": "第一位的话"}
        assert first.post(line.get_absolute_url(), said).status_code == 302
        assert "第一位的话" not in second.get(line.get_absolute_url()).content.decode()
        agreed = {f"{code}_score": one["score"] for code, one in answers().items()}
        assert second.post(line.get_absolute_url(), agreed).status_code == 302
        assert "第一位的话" in second.get(line.get_absolute_url()).content.decode()
        assert Duty.objects.filter(kind="quality.settle", done_at=None).count() == 1
        task = {"what": "补做沟通培训", "owner": str(make.crew()[0].pk), "due_on": "2026-04-10"}
        page = reverse("quality:find", args=[sample.number, line.place])
        assert first.post(page, task).status_code == 302
        duty = Duty.objects.get(kind="quality.finding")
        assert "李伟" in duty.says["zh"]
        assert duty.due_at == make.moment("2026-04-11 00:00")
        assert Review.objects.count() == 2


class TestTheTimeline:
    @pytest.fixture
    def case(self, march: list[Visit]) -> Case:
        """One case whose timeline has 63 events, with a block and an override among them."""
        case = Case.objects.get(pk=march[7].case_id)
        for n in range(63 - case.event_count):
            kind = "policy.refused" if n == 5 else "case.noted"
            note(
                Case.objects.get(pk=case.pk), event=kind, by=make.clerk(),
                at=NOW - timedelta(hours=70 - n), data={"asked": "visit.plan"},
            )  # fmt: skip
        return Case.objects.get(pk=case.pk)

    def test_shows_blocks_and_overrides_alone_and_takes_them_out_as_pdf(self, case: Case) -> None:
        assert case.event_count == 63
        desk = browser(make.supervisor())
        page = desk.get(reverse("desk:timeline", args=[case.reference]) + "?group=refusals")
        assert sorted({told.kind for told in page.context["events"]}) == [
            "policy.overridden", "policy.refused",
        ]  # fmt: skip
        address = reverse("exports:ask_timeline", args=[case.reference]) + "?group=refusals"
        assert address in page.content.decode()
        form = desk.get(address).context["form"]
        assert form.initial["group"] == "refusals"
        asked = {"form": "pdf", "group": "refusals", "how": "masked", "reason": "三月抽查"}
        export = desk.post(address, {**asked, "guard_key": "k"}).url
        made = Export.objects.get()
        running.make_waiting(made.pk, at=NOW)
        assert "Fetch the file" in desk.get(export).content.decode()
        paper = desk.post(reverse("exports:fetch", args=[made.number]), {"guard_key": "f"})
        assert b"".join(paper.streaming_content).startswith(b"%PDF")
        told = Event.objects.get(case=case, kind="export.fetched")
        assert (told.actor, made.group) == (make.supervisor(), "refusals")

    def test_is_a_404_to_a_clerk_of_another_team(self, case: Case) -> None:
        stranger = User.objects.create_user(
            username="stranger", role="clerk", team=make.team(name="成都一组", city="成都")
        )
        address = reverse("desk:timeline", args=[case.reference])
        assert browser(stranger).get(address).status_code == 404


class TestTheRestOfTheDay:
    def test_nobody_approves_what_they_asked_for(self, march: list[Visit]) -> None:
        by = make.compliance_officer()
        asked = excepting.ask_exception(
            case=Case.objects.get(pk=march[0].case_id), rule="ST-15", reason="债务人书面要求",
            evidence_kind="consent", filename="letter.pdf", content=make.PDF,
            until=NOW + timedelta(days=3), by=by, at=NOW,
        )  # fmt: skip
        with pytest.raises(SecondPersonNeeded):
            decide_approval(approval=asked, granted=True, answer="同意", by=by, at=NOW)
