from django.db import migrations

import common.sealed


class Migration(migrations.Migration):
    dependencies = [("agreements", "0020_say_for_which_debt")]

    operations = [
        migrations.AlterField(
            model_name="refund",
            name="to_account",
            field=common.sealed.SealedCharField(max_length=60, verbose_name="into account"),
        ),
    ]
