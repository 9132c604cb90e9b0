"""How events of the officers' safety and of their register are told: sentences, and the codes in them by their names."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from people.models import OfficerCredential
from visits.models import Alarm, Position

SENTENCES: dict[str, Any] = {
    "safety.checked_in": _("%(officer)s is well."),
    "safety.asked": _("No check-in came; the officers were asked whether they are well."),
    "safety.escalated": _("Nobody has taken up the alarm; told: %(told)s."),
    "safety.settled": _("The alarm is settled: %(ended)s."),
    "safety.taken_up": _("The alarm “%(alarm)s” was taken up. %(said)s"),
    "sos.called": _("%(officer)s called for help."),
    "sos.called_again": _("%(officer)s called for help again."),
    "position.kept": _("The place of %(officer)s was kept: %(position)s."),
    "incident.closed": _("The incident was closed: %(done)s"),
    "visit.crew_good": _("All officers of the visit may go again."),
    "officer.photographed": _("Another photograph of %(officer)s was kept."),
    "officer.credential_entered": _(
        "%(credential)s %(number)s of %(officer)s was entered, valid from %(valid_from)s until"
        " %(valid_until)s."
    ),
    "officer.credential_revoked": _(
        "%(credential)s %(number)s of %(officer)s was revoked: %(why)s"
    ),
}
CODED: dict[str, Any] = {
    "ended": Alarm.End,
    "alarm": Alarm.Kind,
    "position": Position.Kind,
    "credential": OfficerCredential.Kind,
}
NAMED: dict[str, tuple[Any, str]] = {name: (choices, name) for name, choices in CODED.items()}
