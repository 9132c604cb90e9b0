from django.db import migrations

from common.resealing import SealColumn


class Migration(migrations.Migration):
    atomic = False  # each batch stands by itself; what is stopped goes on where it was

    dependencies = [("visits", "0014_make_room_for_sealed_notes")]

    operations = [
        SealColumn("visits_talkrecord", "met"),
        SealColumn("visits_talkrecord", "reason_words"),
        SealColumn("visits_talkrecord", "offer_words"),
        SealColumn("visits_talkrecord", "statement"),
        SealColumn("visits_talkrecord", "left"),
        SealColumn("visits_talkrecord", "received"),
        SealColumn("visits_talkrecord", "third_parties"),
        SealColumn("visits_shown", "reaction"),
        SealColumn("visits_consent", "by_whom"),
        SealColumn("visits_consent", "remark"),
        SealColumn("visits_evidence", "caption"),
        SealColumn("visits_incident", "what"),
        SealColumn("visits_incident", "done"),
        SealColumn("visits_alarm", "said"),
    ]
