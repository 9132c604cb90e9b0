"""A batch knows its headings, who took it over, and why a file was not read."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_allow_only_lawful_steps"),
        ("documents", "0003_keep_files_as_they_are"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(
            model_name="importbatch",
            name="touched_at",
        ),
        migrations.RemoveField(
            model_name="importrow",
            name="case",
        ),
        migrations.AddField(
            model_name="importbatch",
            name="columns",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="headings",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="started_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="stop_asked",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="taken_over_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="taking over was asked for at"
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="taken_over_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="importrow",
            name="corrected_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importrow",
            name="values",
            field=models.JSONField(default=list),
        ),
        migrations.RemoveField(
            model_name="importbatch",
            name="problem",
        ),
        migrations.AddField(
            model_name="importbatch",
            name="problem",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="batch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="cases.importbatch",
            ),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="raw",
            field=models.JSONField(default=list),
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(fields=["team", "-id"], name="import_of_team"),
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(
                condition=models.Q(("state__in", ["reading", "applying"])),
                fields=["id"],
                name="import_under_way",
            ),
        ),
    ]
