from django.db import migrations

import common.sealed


class Migration(migrations.Migration):
    dependencies = [("banking", "0003_hear_payment_providers")]

    operations = [
        migrations.AlterField(
            model_name="statementline",
            name="payer_account",
            field=common.sealed.SealedCharField(
                blank=True, find_by="exact", max_length=60, verbose_name="payer's account"
            ),
        ),
    ]
