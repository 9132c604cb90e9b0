from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_index_by_digest"),
        ("workflow", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="approval",
            name="evidence_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("consent", "The debtor's written consent"),
                    ("court_order", "Court order"),
                    ("contract", "Contract clause"),
                    ("medical", "Medical note"),
                    ("opinion", "Opinion of compliance"),
                    ("other", "Other evidence"),
                ],
                max_length=12,
                verbose_name="kind of evidence",
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=models.Q(("kind", "exception")),
                fields=["-id"],
                name="approval_exceptions",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "evidence_kind__in",
                        ["", "consent", "court_order", "contract", "medical", "opinion", "other"],
                    )
                ),
                name="approval_evidence_known",
            ),
        ),
    ]
