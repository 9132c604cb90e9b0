from django.db import migrations, models

import common.sealed


class Migration(migrations.Migration):
    dependencies = [("people", "0012_say_why_credentials_are_revoked")]

    operations = [
        migrations.RemoveIndex(model_name="person", name="person_id_number"),
        migrations.AlterField(
            model_name="person",
            name="id_number",
            field=common.sealed.SealedCharField(
                blank=True, find_by="exact", max_length=30, verbose_name="ID number"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                models.functions.Left("id_number", 31), name="person_found_by_id_number"
            ),
        ),
    ]
