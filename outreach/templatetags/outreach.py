"""How runs and their lines are shown."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from desk.templatetags.doorstep import masked, pill
from outreach.models import NoticeRun, NoticeRunLine

register = template.Library()

_RUNS = {
    "drafting": ("amber", "hourglass-split"),
    "ready": ("amber", "eye"),
    "asked": ("amber", "person-check"),
    "approved": ("green", "check2-circle"),
    "sending": ("amber", "send"),
    "stopping": ("amber", "stop-circle"),
    "finished": ("green", "check-circle-fill"),
    "stopped": ("red", "stop-circle-fill"),
    "discarded": ("plain", "x-circle"),
}
_ANSWERS = {
    "pending": ("plain", "hourglass-split"),
    "allowed": ("green", "check-circle-fill"),
    "later": ("amber", "clock"),
    "refused": ("red", "slash-circle-fill"),
}


@register.simple_tag
def run_pill(run: Any) -> SafeString:
    """The state of a run."""
    tone, picture = _RUNS[str(run.state)]
    return pill(tone, run.get_state_display(), picture)


@register.simple_tag
def answer_pill(line: NoticeRunLine) -> SafeString:
    """What the rules say of a line; of one that was left out, that it was."""
    if line.state == "dropped":
        return pill("plain", line.get_state_display(), "dash-circle")
    tone, picture = _ANSWERS[str(line.answer)]
    return pill(tone, line.get_answer_display(), picture)


@register.filter
def masked_to(line: NoticeRunLine) -> str:
    """Where the message goes, with all hidden but what tells two rows apart."""
    if line.channel == "letter" or not line.address:
        return ""
    return masked(line.address, "email" if "@" in line.address else "phone")


@register.filter
def channel_name(code: Any) -> str:
    """What a channel is called."""
    return str(dict(NoticeRun.By.choices).get(str(code), code))
