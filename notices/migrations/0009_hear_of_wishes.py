"""What a carrier tells may be that the person wants nothing more by this way."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0008_link_to_the_portal")]

    operations = [
        migrations.AddField(
            model_name="carrierreceipt",
            name="unwanted",
            field=models.BooleanField(
                default=False, verbose_name="does not want to be reached there"
            ),
        ),
    ]
