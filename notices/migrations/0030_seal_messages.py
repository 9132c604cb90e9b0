from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("notices", "0029_make_room_for_sealed_messages")]

    operations = [
        SealColumn("notices_notice", "address"),
        SealColumn("notices_notice", "body"),
    ]
