"""How figures of the rules, and what was done with a version, are shown."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from compliance.parts import part_name
from desk.showing import tongue_now
from desk.templatetags.doorstep import pill
from people.rights import may
from rulebook.actions import PUBLISH
from rulebook.models import PackVersion
from rulebook.shown import figure_in

register = template.Library()

DEEDS = {
    "rules.drafted": _("Draft begun"),
    "rules.pack_begun": _("Pack begun"),
    "rules.value_changed": _("Value changed"),
    "rules.value_ended": _("Value ended"),
    "rules.value_added": _("Line added"),
    "rules.value_dropped": _("Line taken out"),
    "rules.value_checked": _("Marked as checked"),
    "rules.source_added": _("Source added"),
    "rules.proposed": _("Proposed"),
    "rules.taken_back": _("Taken back"),
    "rules.withdrawn": _("Withdrawn"),
    "rules.published": _("Published"),
}


_STATES = {
    "draft": ("plain", "pencil"),
    "proposed": ("amber", "hourglass-split"),
    "published": ("green", "check-circle-fill"),
    "withdrawn": ("plain", "arrow-counterclockwise"),
}


@register.simple_tag
def version_pill(version: Any) -> SafeString:
    """The state of a version of the rules."""
    tone, picture = _STATES[str(version.state)]
    return pill(tone, version.get_state_display(), picture)


@register.simple_tag
def rules_waiting(user: Any) -> int:
    """How many changes of the rules this person could publish."""
    if not may(user, PUBLISH):
        return 0
    waiting = PackVersion.objects.filter(state=PackVersion.State.PROPOSED)
    return waiting.exclude(proposed_by=user).exclude(drafted_by=user).count()


@register.filter
def rule_figure(figure: Any, name: str = "") -> str:
    """A figure of a value in the reader's language."""
    return figure_in(name, figure, tongue_now())


@register.filter
def part_title(name: str, figure: Any = None) -> str:
    """What a figure of a value is called; a list of weekdays is no number of days."""
    return part_name(name, tongue_now(), figure)


@register.filter
def rule_deed(kind: str) -> Any:
    """What was done with a version, in words."""
    return DEEDS.get(kind, kind)


@register.simple_tag
def tongue_of(zh: str, en: str) -> str:
    """Of two titles the one in the reader's language."""
    return zh if tongue_now() == "zh" else en
