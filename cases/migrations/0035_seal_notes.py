from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("cases", "0034_make_room_for_sealed_notes")]

    operations = [
        SealColumn("cases_contactattempt", "remark"),
        SealColumn("cases_circumstance", "about"),
        SealColumn("cases_circumstance", "remark"),
        SealColumn("cases_circumstance", "ended_why"),
        SealColumn("cases_hold", "remark"),
        SealColumn("cases_hold", "ended_why"),
        SealColumn("cases_refusal", "remark"),
        SealColumn("cases_assessment", "assets"),
        SealColumn("cases_lawyersletter", "text"),
        SealColumn("cases_importrow", "raw"),
        SealColumn("cases_importrow", "values"),
        SealColumn("cases_importrow", "problems"),
        SealColumn("cases_importrow", "changes"),
    ]
