"""Every original that is held or went back has its custody from the day on which it was taken in."""

from typing import Any

from django.db import migrations


def log(apps: Any, _editor: Any) -> None:
    papers, custody = apps.get_model("cases", "ClaimPaper"), apps.get_model("cases", "Custody")
    for paper in papers.objects.filter(original_held=True, custody=None).iterator():
        custody.objects.create(
            paper=paper, kind="taken_in", at=paper.checked_at, place=paper.kept_at,
            recorded_by_id=paper.checked_by_id,
        )  # fmt: skip
        if paper.returned_at:
            custody.objects.create(
                paper=paper, kind="returned", at=paper.returned_at, person=paper.returned_to,
                receipt_id=paper.receipt_id, recorded_by_id=paper.checked_by_id,
            )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_know_what_a_case_leaves")]

    operations = [migrations.RunPython(log, migrations.RunPython.noop)]
