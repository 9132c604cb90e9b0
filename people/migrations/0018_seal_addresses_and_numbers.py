from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("people", "0017_make_room_for_sealed_addresses_and_numbers")]

    operations = [
        SealColumn("people_person", "employer"),
        SealColumn("people_address", "text"),
        SealColumn("people_contactpoint", "value", find_by="reach"),
    ]
