"""How complaints and what was looked into are told on a timeline; the app itself stands above this one."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SENTENCES: dict[str, Any] = {
    "complaint.received": _("A complaint came in: %(complaint)s, %(complained_about)s. Everything else rests."),
    "complaint.named": _("It was said who is complained of in %(complaint)s."),
    "complaint.confirmed": _("The debtor is told that the complaint %(complaint)s has come in."),
    "complaint.reviewed": _("Somebody who had no part in it answered the questions about %(complaint)s."),
    "complaint.decided": _("The complaint %(complaint)s was answered: %(complaint_came_to)s."),
    "quality.reviewed": _("Visit %(visit)s was looked into for sample %(sample)s, look %(look)s."),
    "quality.settled": _("It was said what holds of visit %(visit)s in sample %(sample)s."),
    "quality.found": _("%(owner)s has something to do until %(until)s: %(what)s"),
    "quality.mended": _("Done: %(what)s. %(how)s"),
}  # fmt: skip
ABOUT = {
    "manner": _("Tone and manners"),
    "threat": _("Threats or pressure"),
    "privacy": _("Others learned of the debt"),
    "frequency": _("Too often, or at a wrong hour"),
    "debt": _("The debt or the sum"),
    "other": pgettext_lazy("complaint", "Something else"),
}
CAME_TO = {
    "upheld": _("Upheld"),
    "partly": _("Upheld in part"),
    "not_upheld": _("Not upheld"),
}
NAMED: dict[str, tuple[Any, str]] = {
    "complained_about": (ABOUT, "of_what"),
    "complaint_came_to": (CAME_TO, "came_to"),
}
HOW_IN = {
    "phone": _("By telephone"),
    "letter": _("By letter"),
    "email": _("By e-mail"),
    "at_door": pgettext_lazy("complaint", "At the door"),
    "link": _("By the link on a paper or message"),
}
CODED = {"of_what": ABOUT, "came_to": CAME_TO, "how_in": HOW_IN}
