"""What the timeline says of what was shown, asked and kept at a door, and of the phones there."""

from typing import Any

from django.utils.translation import gettext_lazy as _

AT_THE_DOOR: dict[str, Any] = {
    "contact_point.corrected": _("The debtor corrected a number or account at the door."),
    "visit.pack_taken": _("A phone took along what is needed for the visit."),
    "door.set_aside": _("What a phone at the door says was kept aside: %(why)s"),
    "door.taken": _("What a phone at the door said was taken as it happened."),
    "door.statement": _("What a phone at the door said was kept as a statement: %(why)s"),
    "door.file_dropped": _(
        "A file from the door was not taken in and was dropped on the phone: %(filename)s. %(why)s"
    ),
    "item.shown": _("Shown: %(shown)s."),
    "consent.asked": _("Asked: %(consent)s."),
    "consent.given": _("Agreed to: %(consent)s."),
    "consent.refused": _("Did not agree to: %(consent)s."),
    "consent.withdrawn": _("Took back the consent to: %(consent)s."),
    "evidence.quarantined": _("A file was kept apart, unseen: %(why)s"),
    "evidence.released": _("A file was let out of quarantine: %(why)s"),
    "evidence.stays_apart": _("A file stays in quarantine: %(why)s"),
    "evidence.added": _("Evidence was added."),
    "third_party.present": _("Somebody else was present; nothing was disclosed."),
}
