from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0029_know_since_when_a_step_is_reached"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE cases_case SET reached_at = (step_dates ->> state)::timestamptz"
            " WHERE step_dates ->> state IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
