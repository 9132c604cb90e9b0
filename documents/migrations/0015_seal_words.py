from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("documents", "0014_make_room_for_sealed_words")]

    operations = [
        SealColumn("documents_document", "title"),
        SealColumn("documents_document", "filename"),
    ]
