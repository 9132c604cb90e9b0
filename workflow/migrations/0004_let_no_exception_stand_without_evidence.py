from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0003_call_the_evidence_held_other")]

    operations = [
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "exception"), _negated=True),
                    models.Q(
                        models.Q(("evidence_kind", ""), _negated=True),
                        ("evidence__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="approval_exception_rests_on_evidence",
            ),
        ),
    ]
