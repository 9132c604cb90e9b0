"""Let officers hold what other places ask for beside permit and training."""

from django.db import migrations, models

KINDS = [
    ("permit", "Visiting permit"),
    ("training", "Training and examination"),
    ("recovery_agent", "Debt recovery agent certificate"),
    ("background_check", "Verification by the police"),
    ("police_approval", "Approval by the police"),
    ("listed", "Entry in the published list of collectors"),
    ("authorisation", "Letter of authorisation"),
]


class Migration(migrations.Migration):
    dependencies = [("people", "0004_know_natural_persons")]

    operations = [
        migrations.AlterField(
            "officercredential",
            "kind",
            models.CharField(choices=KINDS, max_length=20, verbose_name="kind"),
        ),
        migrations.RemoveConstraint("officercredential", "credential_kind_known"),
        migrations.AddConstraint(
            "officercredential",
            models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _ in KINDS])),
                name="credential_kind_known",
            ),
        ),
    ]
