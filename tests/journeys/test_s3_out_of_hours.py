"""S3: a visit at half past eight in the evening is refused everywhere alike; one tap books the lawful slot."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from api.models import ApiKey, new_key
from cases.models import Case
from people.models import User
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.models import Visit
from workflow.steps import PolicyRefused

NOW = "2026-03-02 10:00"
EVENING = make.moment("2026-03-05 20:30")
MORNING = make.moment("2026-03-06 08:00")


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set(NOW.replace(" ", "T"), zone="Asia/Shanghai")
    make.crew()
    return make.prepared_case(reference="HZ-2026-0151", external_reference="XH-5525")


def form(**given: Any) -> dict[str, Any]:
    place = Case.objects.get().debtor.addresses.get()
    return {
        "starts_at": "2026-03-05T20:30", "minutes": "60", "place": place.pk,
        "officers": [officer.pk for officer in make.crew()], "purpose": "商谈还款安排",
        "intended_outcome": "达成分期还款", "guard_key": "s3", "guard_version": "", **given,
    }  # fmt: skip


def finding_of(refused: PolicyRefused) -> dict[str, Any]:
    (finding,) = refused.findings
    return finding.as_dict()


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.journey
class TestOnAPhoneOfAnotherZone:
    def test_is_refused_with_all_that_helps_and_one_tap_books_it(
        self, case: Case, open_page: Any, sign_in: Any
    ) -> None:
        phone = open_page(
            width=390, height=844, language="en", has_touch=True, is_mobile=True,
            timezone_id="America/Los_Angeles",
        )  # fmt: skip
        sign_in(phone, make.crew()[0])
        phone.goto(reverse("visits:plan", args=[case.reference]))
        phone.get_by_label("Begins").fill("2026-03-05T20:30")
        phone.get_by_role("checkbox", name="李伟").check()
        phone.get_by_role("checkbox", name="王芳").check()
        phone.get_by_role("button", name="Plan the visit").tap()

        card = phone.locator(".refusal")
        said = card.inner_text()
        assert "Thu 5 Mar 2026, 20:30–21:30, local time (Beijing time)" in said
        assert "ST-01" in said
        assert "House rules for visits, rule 1" in said
        assert "Fri 6 Mar 2026, 08:00" in said
        assert not Visit.objects.exists()

        card.get_by_role("button", name="Take Fri 6 Mar 2026, 08:00").tap()
        phone.wait_for_url("**/visits/V-*/")
        visit = Visit.objects.get()
        assert visit.starts_at == MORNING
        assert visit.ends_at == MORNING + timedelta(minutes=60)

        told = Event.objects.get(kind="policy.refused")
        assert told.findings[0]["rule"] == "ST-01"
        assert told.data["earliest"] == MORNING.isoformat()
        fresh = Case.objects.get()
        assert verify(fresh) == Verified(fresh.event_count, fresh.head)

    def test_is_told_while_the_slot_is_still_being_chosen(
        self, case: Case, open_page: Any, sign_in: Any
    ) -> None:
        phone = open_page(width=390, height=844, timezone_id="America/Los_Angeles")
        sign_in(phone, make.crew()[0])
        phone.goto(reverse("visits:plan", args=[case.reference]) + "?from=2026-03-05T20:30")
        phone.get_by_role("checkbox", name="李伟").check()
        phone.get_by_role("checkbox", name="王芳").check()
        answer = phone.locator("#answer-area")
        answer.get_by_role("button", name="Take Fri 6 Mar, 08:00").wait_for()
        assert "ST-01" in answer.inner_text()
        assert not Event.objects.filter(kind="policy.refused").exists()  # nothing was asked for yet
        answer.get_by_role("button", name="Take Fri 6 Mar, 08:00").click()
        phone.wait_for_url("**/visits/V-*/")
        assert Visit.objects.get().starts_at == MORNING


@pytest.mark.django_db
@pytest.mark.journey
class TestEveryWayAlike:
    def test_action_page_and_api_give_the_same_finding(self, case: Case, client: Client) -> None:
        with pytest.raises(PolicyRefused) as by_action:
            walk.planned(case=case, starts_at=EVENING, at=make.moment(NOW))
        assert by_action.value.earliest == MORNING

        client.force_login(make.clerk())
        page = client.post(reverse("visits:plan", args=[case.reference]), form())
        assert page.status_code == 409
        by_page = page.context["refusal"]

        key, digest = new_key()
        ApiKey.objects.create(
            user=make.clerk(), name="planner", digest=digest, created_at=make.moment(NOW)
        )
        answer = Client().post(
            reverse("api:visits", args=[case.reference]),
            json.dumps(
                {
                    "place": case.debtor.addresses.get().pk,
                    "starts_at": "2026-03-05T20:30",
                    "ends_at": "2026-03-05T21:30",
                    "officers": ["021", "034"],
                    "purpose": "商谈还款安排",
                    "intended_outcome": "达成分期还款",
                }
            ),
            content_type="application/json",
            headers={"authorization": f"Bearer {key}"},
        )
        assert answer.status_code == 409
        by_api = answer.json()

        expected = finding_of(by_action.value)
        assert finding_of(by_page) == expected
        assert by_api["findings"] == [json.loads(json.dumps(expected))]
        assert by_page.earliest == MORNING
        assert by_api["earliest"] == MORNING.isoformat()
        assert Event.objects.filter(case=case, kind="policy.refused").count() == 3
        assert not Visit.objects.exists()

    def test_the_administration_cannot_go_round_the_rules(self, case: Case, client: Client) -> None:
        visit = walk.planned(case=case, starts_at=MORNING, at=make.moment(NOW))
        boss = make.administrator()
        User.objects.filter(pk=boss.pk).update(is_staff=True)
        client.force_login(boss)
        listed = client.get(reverse("admin:visits_visit_changelist"))
        assert listed.status_code == 200
        assert visit.reference in listed.content.decode()
        change = reverse("admin:visits_visit_change", args=[visit.pk])
        assert client.get(change).status_code == 200  # to be read
        assert client.post(change, {"starts_at_0": "2026-03-05"}).status_code == 403
        assert client.get(reverse("admin:visits_visit_add")).status_code == 403
        assert client.post(reverse("admin:visits_visit_delete", args=[visit.pk])).status_code == 403
        assert Visit.objects.get(pk=visit.pk).starts_at == MORNING
