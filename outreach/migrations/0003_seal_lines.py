from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("outreach", "0002_make_room_for_sealed_lines")]

    operations = [
        SealColumn("outreach_noticerunline", "address"),
        SealColumn("outreach_noticerunline", "text"),
    ]
