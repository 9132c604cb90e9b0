from django.db import migrations

from common.resealing_words import SealWords


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("workflow", "0013_make_room_for_sealed_words")]

    operations = [SealWords("workflow_approval", "details")]
