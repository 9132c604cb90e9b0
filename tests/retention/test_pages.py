"""Keeping and deleting in the browser: what is due, held, kept and deleted, and the page of one case."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Mandate
from people.models import User
from retention.actions.erasing import sweep
from retention.models import Erasure, LegalHold, Rest
from tests import make
from tests.retention.closed import BEFORE, CLOSED, DUE, closed_case, held
from workflow.models import Approval

pytestmark = pytest.mark.django_db
SOON = DUE - timedelta(days=30)


@pytest.fixture
def compliance(client: Client) -> Client:
    client.force_login(make.compliance_officer())
    return client


def swept(at: Any) -> None:
    sweep(at, by=User.objects.system())


def words(client: Client, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


class TestDue:
    def test_tells_what_goes_when_with_the_cited_rule(self, compliance: Client, clock: Any) -> None:
        case = closed_case()
        swept(CLOSED)
        clock.set(SOON)
        page = words(compliance, "retention:due")
        assert case.reference in page
        assert "CN-63" in page
        assert "68" in page
        assert case.reference not in words(compliance, "retention:due", query="?view=now")

    def test_says_plainly_that_deleting_was_stopped_and_by_whom(
        self, compliance: Client, clock: Any
    ) -> None:
        clock.set(SOON)
        compliance.post(reverse("retention:engine"), {"why": "核查规则包"})
        page = words(compliance, "retention:due")
        assert "目前不删除任何记录" in page
        assert "核查规则包" in page
        answer = compliance.post(reverse("retention:engine"), {"why": "已核查"})
        assert answer.status_code == 409, "never by the one who stopped it"
        compliance.force_login(make.administrator())
        compliance.post(reverse("retention:engine"), {"why": "已核查"})
        assert Rest.objects.get().resumed_why == "已核查"


class TestHolds:
    def test_are_set_renewed_and_lifted_by_two(self, compliance: Client, clock: Any) -> None:
        case = closed_case()
        swept(CLOSED)
        clock.set(SOON)
        day = (SOON + timedelta(days=100)).date().isoformat()
        compliance.post(
            reverse("retention:hold", args=[case.reference]),
            {"kind": "suit", "reason": "法院已受理", "review_on": day},
        )
        hold = LegalHold.objects.get()
        assert "法院已受理" in words(compliance, "retention:held")
        compliance.post(
            reverse("retention:renew", args=[case.reference, hold.pk]),
            {"why": "二审中", "review_on": day},
        )
        assert "二审中" in words(compliance, "retention:case", case.reference)
        compliance.post(
            reverse("retention:lift", args=[case.reference, hold.pk]), {"why": "已执行"}
        )
        approval = Approval.objects.get(kind="release_records")
        # The mandate ended years ago: nobody of the agency's team sees the case any more.
        compliance.force_login(make.compliance_officer(username="second"))
        compliance.post(
            reverse("desk:approval", args=[approval.pk]), {"granted": "yes", "answer": "同意"}
        )
        assert LegalHold.objects.get().lifted_why == "已执行"

    def test_keep_what_is_due_and_say_so(self, compliance: Client, clock: Any) -> None:
        case = closed_case()
        held(case)
        swept(DUE)
        clock.set(DUE)
        page = words(compliance, "retention:kept")
        assert case.reference in page
        assert "诉讼或仲裁" in page


class TestCasePage:
    def test_shows_beforehand_what_would_go_and_changes_nothing(
        self, compliance: Client, clock: Any
    ) -> None:
        case = closed_case()
        swept(CLOSED)
        clock.set(BEFORE)
        page = words(compliance, "retention:case", case.reference)
        assert "王海燕的证件" in page
        assert "CN-63" in page
        assert Erasure.objects.count() == 1, "that of the closing alone"
        swept(BEFORE)
        assert Erasure.objects.count() == 1

    def test_shows_the_certificate_of_what_was_deleted(
        self, compliance: Client, clock: Any
    ) -> None:
        case = closed_case()
        swept(DUE)
        clock.set(DUE)
        erasure = Erasure.objects.get()
        assert erasure.certificate
        for name, args in (("retention:deleted", ()), ("retention:case", (case.reference,))):
            page = words(compliance, name, *args)
            assert reverse("documents:document", args=[erasure.certificate.number]) in page
        assert case.reference in words(compliance, "retention:deleted")

    def test_is_led_to_from_the_case(self, compliance: Client) -> None:
        case = make.case()
        page = compliance.get(case.get_absolute_url()).content.decode()
        assert reverse("retention:case", args=[case.reference]) in page

    @pytest.mark.parametrize("who", [make.clerk, make.supervisor])
    def test_is_shut_to_those_without_the_right(self, client: Client, who: Any) -> None:
        case = closed_case()
        client.force_login(who())
        assert client.get(reverse("retention:case", args=[case.reference])).status_code == 403
        assert client.get(reverse("retention:due")).status_code == 403


class TestPressedTwice:
    def test_holds_stops_and_asks_once(self, compliance: Client, clock: Any) -> None:
        case = closed_case()
        swept(CLOSED)
        clock.set(SOON)
        day = (SOON + timedelta(days=100)).date().isoformat()
        hold = {"kind": "suit", "reason": "法院已受理", "review_on": day}
        for address, data in (
            (reverse("retention:hold", args=[case.reference]), hold),
            (reverse("retention:engine"), {"why": "核查规则包"}),
        ):
            for _ in range(2):
                answer = compliance.post(address, {**data, "guard_key": f"k{address}"})
                assert answer.status_code == 302
        assert LegalHold.objects.count() == Rest.objects.count() == 1
        assert Rest.objects.get().resumed_at is None


class TestAgencies:
    def test_that_certified_nothing_are_listed_once_the_mandate_has_ended(
        self, compliance: Client, clock: Any
    ) -> None:
        case = make.prepared_case()
        clock.set(CLOSED)
        assert case.reference not in words(compliance, "retention:kept", query="?view=agency")
        Mandate.objects.filter(pk=case.mandate_id).update(valid_until=date(2026, 3, 1))
        page = words(compliance, "retention:kept", query="?view=agency")
        assert case.reference in page
        assert reverse("agreements:close", args=[case.reference]) in page
