from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("visits", "0017_make_room_for_sealed_words")]

    operations = [
        SealColumn("visits_visit", "purpose"),
        SealColumn("visits_visit", "intended_outcome"),
        SealColumn("visits_visit", "why"),
    ]
