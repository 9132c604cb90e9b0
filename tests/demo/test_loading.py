"""The demo: what a newcomer sees, made by the real actions alone."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from agreements.models import Agreement
from cases.models import Case, Hold, ImportBatch, Refusal
from cases.models.case import Step
from court.models import Bundle
from demo.loading import load
from door.models import Item, Upload
from notices.models import Notice
from outreach.models import NoticeRun, NoticeRunLine
from quality.models import Finding, Sample
from retention.models import Term
from rulebook.models import PackVersion, WhatIf
from tests import make
from timeline.models import Event
from visits.models import Outlook, Visit
from workflow.models import Approval, Duty


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
class TestDemo:
    def test_shows_every_step_way_out_and_overlay_and_everything_holds(
        self, clock, mailbox, settings, tmp_path
    ) -> None:
        settings.MEDIA_ROOT = tmp_path  # so that no file of another test is counted
        now = make.moment("2026-11-24 11:30")
        clock.set(now)
        assert load(now) == 66

        assert set(Case.objects.values_list("state", flat=True)) == set(Step.values)
        assert set(Visit.objects.values_list("state", flat=True)) == set(Visit.State.values)
        assert set(Visit.objects.values_list("outcome", flat=True)) >= set(Visit.Outcome.values)
        assert set(Agreement.objects.values_list("state", flat=True)) >= {
            "offered", "signed", "kept", "broken", "superseded", "void",
        }  # fmt: skip
        assert set(Agreement.objects.values_list("plan", flat=True)) == set(Agreement.Plan.values)
        assert set(Hold.objects.values_list("reason", flat=True)) >= {
            reason for reason in Hold.Reason.values if reason != "other"
        }
        assert set(Hold.objects.values_list("scope", flat=True)) == set(Hold.Scope.values)
        assert set(Refusal.objects.values_list("how", flat=True)) == set(Refusal.How.values)
        assert set(Notice.objects.values_list("state", flat=True)) >= {
            "sent", "delivered", "bounced", "suppressed",
        }  # fmt: skip
        assert set(Approval.objects.values_list("kind", flat=True)) >= {
            "waiver", "exception", "early_closure", "lift_refusal", "notice_run",
        }  # fmt: skip
        in_force = Approval.objects.filter(kind="exception", state="granted", expires_at__gt=now)
        assert in_force.exists()
        assert Event.objects.filter(kind="policy.overridden").exists()
        assert Event.objects.filter(kind="visit.crew_lapses").exists()
        for kind in (
            "visit.checked",
            "visit.unexpected",
            "visit.asked_to_leave",
            "visit.slip_made",
        ):
            assert Event.objects.filter(kind=kind).exists(), kind
        assert Outlook.objects.filter(refused=True, alternative_at__gt=now).exists()
        assert Duty.objects.filter(done_at=None, role="clerk").exists()
        assert set(Item.objects.values_list("state", "question")) == {
            ("conflict", "contact"),
            ("applied", "dropped"),
        }
        assert set(Upload.objects.values_list("state", flat=True)) == {"quarantined", "refused"}
        assert set(ImportBatch.objects.values_list("state", flat=True)) == {"applied", "ready"}

        assert set(Bundle.objects.values_list("scope", "state")) == {
            ("whole", "ready"), ("redacted", "ready"),
        }  # fmt: skip
        assert set(PackVersion.objects.exclude(drafted_by=None).values_list("state", flat=True)) == {
            "draft", "proposed",
        }  # fmt: skip
        assert set(NoticeRun.objects.values_list("state", flat=True)) == {
            "finished", "asked", "ready",
        }  # fmt: skip
        assert Event.objects.filter(case__isnull=False, kind="run.included").count() == 12
        assert NoticeRunLine.objects.filter(answer="refused").exists()
        run = WhatIf.objects.get(version__name="story")
        assert run.state == "done"
        assert run.newly_refused > 0
        assert run.changed.count() == run.newly_refused

        assert Term.objects.get(record="case_file", erased_at__isnull=False).erasure.certificate
        assert Term.objects.filter(due_on__lte=now.date(), held_by=["suit"]).exists()
        soon = now.date() + timedelta(days=60)
        assert (
            Term.objects.standing()
            .filter(record="case_file", due_on__lte=soon, held_by=[])
            .exists()
        )

        for sample in Sample.objects.all():
            assert sample.lines.filter(reviews__isnull=False).exists()
        assert set(Sample.objects.values_list("team__name", flat=True)) == {"杭州一组", None}
        assert Finding.objects.exists()

        call_command("verify_timeline")
        call_command("check_invariants")
