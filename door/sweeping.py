"""What is done when no phone speaks: answers that waited are tried again, or given to a supervisor."""

from datetime import datetime, timedelta

from django.db.models import F

from door.models import Item, Upload
from door.syncing import carry_on, give_up
from door.uploading import WrongDigest, finish_upload

WAIT = timedelta(hours=2)
"""How long an answer waits for what comes before it, until somebody is asked."""
AT_ONCE = 200


def sweep_all(*, at: datetime) -> None:
    """Level-triggered: all that waits by now, whenever this ran last."""
    waiting = Item.objects.filter(state=Item.State.KEPT, settled="")
    for visit in waiting.order_by("visit").values_list("visit", flat=True).distinct()[:AT_ONCE]:
        carry_on(visit, at)
    for item in waiting.filter(received_at__lte=at - WAIT).select_related("visit__case")[:AT_ONCE]:
        give_up(item, at)
    whole = Upload.objects.filter(
        state=Upload.State.RECEIVING, offset=F("length"), begun_at__lte=at - timedelta(minutes=5)
    )
    for upload in whole[:AT_ONCE]:
        try:
            finish_upload(upload, at)
        except WrongDigest:  # the phone begins anew when it asks next
            continue
