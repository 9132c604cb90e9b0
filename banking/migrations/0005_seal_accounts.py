from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("banking", "0004_make_room_for_sealed_accounts")]

    operations = [SealColumn("banking_statementline", "payer_account", find_by="exact")]
