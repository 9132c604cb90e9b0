from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("door", "0004_make_room_for_sealed_notes")]

    operations = [
        SealColumn("door_item", "text"),
        SealColumn("door_item", "card"),
        SealColumn("door_upload", "caption"),
    ]
