from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0013_let_an_organisation_have_words_of_its_own"),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("notice_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("case_id", models.BigIntegerField()),
                ("stamp", models.DateTimeField()),
                ("event_count", models.PositiveIntegerField()),
                ("handed", models.BooleanField(default=False)),
                ("taken", models.JSONField(null=True)),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
            },
        ),
        # A mark must outlive the worker, not the server: no write to the log, no wait for the disk.
        migrations.RunSQL(
            "alter table notices_handover set unlogged",
            "alter table notices_handover set logged",
        ),
    ]
