"""Say in which country, and in which part of it, creditors, debtors and addresses are."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_keep_house_papers")]

    operations = [
        migrations.AddField(
            "organisation",
            "country",
            models.CharField(default="CN", max_length=2, verbose_name="country"),
        ),
        migrations.AlterField(
            "organisation",
            "packs",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                default=list,
                help_text="Empty: the packs of the debtor's place. A list holds in the own country alone.",
                size=None,
                verbose_name="rule packs",
            ),
        ),
        *(
            migrations.AddField(
                model,
                name,
                models.CharField(blank=True, default="", max_length=length, verbose_name=label),
                preserve_default=False,
            )
            for model, name, length, label in (
                ("person", "country", 2, "country"),
                ("person", "region", 3, "state, province or part"),
                ("person", "locality", 60, "town with rules of its own"),
                ("address", "country", 2, "country"),
                ("address", "region", 3, "state, province or part"),
                ("address", "zone", 40, "time zone"),
            )
        ),
    ]
