"""How long a call lasted, whether the matter was spoken about, and its recording."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_name_models_for_people"),
        ("documents", "0005_restrict_some"),
        ("people", "0009_know_wecom"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="contactattempt",
            name="effective",
            field=models.BooleanField(
                blank=True, null=True, verbose_name="the matter was spoken about"
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="recording",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.document",
                verbose_name="recording",
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="recording_agreed",
            field=models.BooleanField(
                blank=True, null=True, verbose_name="the person agreed to being recorded"
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="seconds",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="duration in seconds"
            ),
        ),
        migrations.AddConstraint(
            model_name="contactattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel", "phone"),
                    models.Q(
                        ("effective", None),
                        ("recording", None),
                        ("recording_agreed", None),
                        ("seconds", None),
                    ),
                    _connector="OR",
                ),
                name="contact_call_alone_lasts",
            ),
        ),
    ]
