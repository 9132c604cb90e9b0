from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("people", "0013_make_room_for_sealed_id_numbers")]

    operations = [SealColumn("people_person", "id_number", find_by="exact")]
