"""S12: the evening ends an hour sooner from July on; who is concerned is seen before anybody decides."""

import re
import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import User
from rulebook.models import PackVersion, WhatIf
from tests import make
from timeline.models import Event
from visits.actions.planning import plan_visit
from visits.models import Visit
from workflow.steps import PolicyRefused

PLANNED_AT = make.moment("2026-06-19 09:30")
NOW = make.moment("2026-06-20 10:00")
EVENINGS, DAYTIMES = 37, 175
GENTLER = 3  # contacts that were tried before each visit, each of them a decision
HOURS = ["08:00", "09:30", "11:00", "13:00", "14:30", "16:00", "18:00"]  # the last ends at 19:00


@pytest.fixture
def house(clock: Any, worker: Any, shelf: Any) -> list[list[User]]:
    """Three crews with 212 visits before them in July, each put to the rules when it was planned."""
    clock.set(PLANNED_AT)
    crews = [
        [make.officer(badge=f"{n}01", full_name=one), make.officer(badge=f"{n}02", full_name=two)]
        for n, (one, two) in enumerate(
            [("李伟", "王芳"), ("赵磊", "孙丽"), ("刘洋", "唐悦")], start=1
        )
    ]
    days = [date(2026, 7, 1) + timedelta(days=n) for n in range(31)]
    days = [day for day in days if day.isoweekday() != 7]
    evenings = [(day, "19:00", crew) for crew in crews for day in days][:EVENINGS]
    daytimes = [(day, hour, crew) for hour in HOURS for crew in crews for day in days][:DAYTIMES]
    daytimes[-1] = (
        days[0],
        "18:00",
        crews[2],
    )  # up to the very minute at which the evening will end
    for number, (day, hour, crew) in enumerate([*evenings, *daytimes]):
        plan(number, f"{day} {hour}", crew)
    assert Visit.objects.count() == EVENINGS + DAYTIMES
    clock.set(NOW)
    return crews


def plan(
    number: int, begins: str, crew: list[User], *, minutes: int = 60, at: datetime = PLANNED_AT
) -> Visit:
    """One debtor, one case, one visit."""
    case = make.prepared_case(
        reference=f"HZ-2026-{number + 1000}", external_reference=f"S12-{number}",
        who=make.debtor(name=f"王{number}", id_number=""), at=at - timedelta(hours=12),
    )  # fmt: skip
    start = make.moment(begins)
    return plan_visit(
        case=case, place=case.debtor.addresses.get(), starts_at=start,
        ends_at=start + timedelta(minutes=minutes), officers=crew, purpose="商谈还款安排",
        intended_outcome="达成分期还款", by=make.clerk(), at=at,
    )  # fmt: skip


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def figures(page: str) -> dict[str, int]:
    """The counts that the page shows, by their names."""

    return {name: int(n) for name, n in re.findall(r'data-count="(\w+)">([\d,]+)', page)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.worker
@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.timeout(600)
class TestARuleChangeWhatIf:
    def test_is_seen_before_it_is_made_and_alters_nothing_that_was_decided(
        self, house: list[list[User]], clock: Any
    ) -> None:
        decided = list(Event.objects.order_by("pk").values_list("pk", "digest"))
        compliance = browser(make.compliance_officer())

        version = self.draft(compliance)
        page = self.look(compliance, version)
        shown = figures(page)
        assert shown["visits"] == EVENINGS + DAYTIMES
        assert shown["newly_refused"] == EVENINGS
        assert shown["unchanged"] == DAYTIMES
        assert shown["newly_allowed"] == 0
        assert shown["past_refused"] == EVENINGS
        assert shown["past_same"] == DAYTIMES + GENTLER * (EVENINGS + DAYTIMES)
        first = version.runs.get().changed.order_by("starts_at", "pk")[0]
        assert first.officers == "李伟 101, 王芳 102"
        assert [finding["rule"] for finding in first.findings] == ["ST-01"]
        assert first.starts_at == make.moment("2026-07-01 19:00")
        assert first.earliest == make.moment("2026-07-02 08:00")
        assert "李伟 101, 王芳 102" in page
        assert "Thu 2 Jul 2026, 08:00" in page
        assert list(Event.objects.filter(pk__lte=decided[-1][0]).order_by("pk").values_list("pk", "digest")) == decided  # fmt: skip

        self.propose_and_publish(compliance, version)
        self.boundary(house, version, clock)
        self.differences(compliance, version)

    def draft(self, compliance: Client) -> PackVersion:
        """A person who knows no Python chooses the value, the figure and the day."""
        begun = compliance.post(
            reverse("rulebook:draft", args=["story"]),
            {"in_force_from": "2026-07-01", "reason": "晚间上门打扰居民休息", "guard_key": "a"},
        )
        version = PackVersion.objects.get(state="draft")
        assert begun.url == reverse("rulebook:values", args=[version.reference])
        chosen = compliance.get(begun.url)
        assert "Visits must begin and end between" in text(chosen)
        place = reverse("rulebook:value", args=[version.reference, "hours", 1])
        form = compliance.get(place).context["form"]
        given = {
            name: form.get_initial_for_field(field, name) for name, field in form.fields.items()
        }
        given |= {"since": "2026-07-01", "opens": "08:00", "closes": "19:00", "guard_key": "b"}
        answer = compliance.post(place, given)
        assert answer.status_code == 302, answer.context["form"].errors
        version.refresh_from_db()
        page = text(compliance.get(version.get_absolute_url()))
        assert "<del>20:00</del>" in page
        assert "<ins>19:00</ins>" in page
        return version

    def look(self, compliance: Client, version: PackVersion) -> str:
        """A worker works it out; the page tells how far it is."""
        pressed = compliance.post(reverse("rulebook:what_if", args=[version.reference]), {"guard_key": "c"})  # fmt: skip
        assert pressed.status_code == 302
        until = time.monotonic() + 90
        while WhatIf.objects.get(version=version).state == "running":
            progress = compliance.get(reverse("rulebook:progress", args=[version.reference]))
            assert progress.status_code == 200
            assert time.monotonic() < until
            time.sleep(0.2)
        assert WhatIf.objects.get(version=version).state == "done"
        return text(compliance.get(version.get_absolute_url()))

    def propose_and_publish(self, compliance: Client, version: PackVersion) -> None:
        """Nobody publishes what they have drafted; a supervisor does, on the record."""
        compliance.post(reverse("rulebook:propose", args=[version.reference]), {"guard_key": "d"})
        publish = reverse("rulebook:publish", args=[version.reference])
        own = compliance.post(publish, {"answer": "好", "guard_key": "e"})
        assert own.status_code == 409
        assert "Somebody else has to decide" in text(own)
        supervisor = browser(make.supervisor())
        assert supervisor.post(publish, {"answer": "同意", "guard_key": "f"}).status_code == 302
        version.refresh_from_db()
        assert version.state == "published"
        told = Event.objects.get(kind="rules.published")
        assert (told.actor, told.data["digest"]) == (make.supervisor(), version.digest)

    def boundary(self, house: list[list[User]], version: PackVersion, clock: Any) -> None:
        """The last evening of June is judged by the old version, the first of July by the new."""
        at = NOW + timedelta(hours=1)
        clock.set(at)
        last = plan(500, "2026-06-30 19:30", house[0], minutes=30, at=at)
        assert self.decision(last)["packs"] == {"story": "2026.1"}
        with pytest.raises(PolicyRefused) as refused:
            plan(501, "2026-07-01 19:30", house[2], minutes=30, at=at)
        (finding,) = refused.value.findings
        assert (finding.rule, finding.pack_version) == ("ST-01", "2026.2")
        assert refused.value.earliest == make.moment("2026-07-02 08:00")
        later = plan(502, "2026-07-31 18:00", house[2], at=at)
        assert self.decision(later)["digests"] == {"story": version.digest}

    def decision(self, visit: Visit) -> Any:
        """What the timeline keeps of the decision by which it was planned."""
        return Event.objects.get(case=visit.case, kind="visit.planned").data["decision"]

    def differences(self, compliance: Client, version: PackVersion) -> None:
        """What changed can be read on a page and printed."""
        page = text(compliance.get(reverse("rulebook:diff", args=[version.reference])))
        assert "story 2026.1 → 2026.2" in page
        assert "<ins>19:00</ins>" in page
        printed = compliance.get(reverse("rulebook:diff_pdf", args=[version.reference]))
        assert printed["Content-Type"] == "application/pdf"
        assert printed.content.startswith(b"%PDF-")
