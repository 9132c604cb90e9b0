import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0002_find_closed_cases_by_their_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="legalhold",
            name="review_on",
            # Those that were set before a day was asked for are to be looked at now.
            field=models.DateField(default=timezone.localdate, verbose_name="looked at again by"),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Rest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.CharField(max_length=300, verbose_name="why")),
                ("stopped_at", models.DateTimeField(verbose_name="stopped at")),
                (
                    "resumed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="resumed at"),
                ),
                (
                    "resumed_why",
                    models.CharField(blank=True, max_length=300, verbose_name="why it goes on"),
                ),
                (
                    "resumed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("resumed_at", None)),
                        name="rest_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resumed_by", None),
                            models.Q(("resumed_by", models.F("stopped_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="rest_ended_by_a_second_person",
                    ),
                ],
            },
        ),
    ]
