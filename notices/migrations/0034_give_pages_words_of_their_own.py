"""The debtor's pages have words of their own, whose names tell the page and the place on it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0033_tell_staff_of_cases"),
        ("people", "0019_keep_absences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="messageversion",
            name="message_version_place_known",
        ),
        migrations.AlterField(
            model_name="messageversion",
            name="wording",
            field=models.CharField(max_length=40, verbose_name="message"),
        ),
        migrations.AddConstraint(
            model_name="messageversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "channel__in",
                        [
                            "email",
                            "letter",
                            "sms",
                            "wecom",
                            "wechat",
                            "portal",
                            "lawyers_letter",
                            "page",
                            "door",
                        ],
                    ),
                    ("language__in", ["zh", "en"]),
                ),
                name="message_version_place_known",
            ),
        ),
    ]
