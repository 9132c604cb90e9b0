from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("agreements", "0025_make_room_for_sealed_terms")]

    operations = [SealColumn("agreements_agreement", "terms")]
