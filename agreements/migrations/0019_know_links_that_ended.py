"""Know which links ended unsigned and were told of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0018_take_cash_at_the_door"),
    ]

    operations = [
        migrations.AddField(
            model_name="signinglink",
            name="expired_told_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
