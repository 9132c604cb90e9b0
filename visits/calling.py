"""What is written to those who are told of an alarm: who is out there, since when, and what to do."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from documents.letterhead import moment
from notices import to_staff
from notices.models import StaffMessage
from people.models import User
from visits.models import Alarm, AlarmCall
from visits.safety import police_of
from workflow.reasons import because, tongue_now


def write_to(alarm: Alarm, people: Sequence[User], level: int, at: datetime) -> None:
    """An e-mail to each of these, once for each level; it tells nothing of the debtor or the debt."""
    crew = [part.officer for part in alarm.visit.crew.filter(active=True).select_related("officer")]
    to_staff.write_to_each(
        people, kind=StaffMessage.Kind.ALARM, at=at, say=lambda: _said(alarm, crew),
        key=lambda person: _key(alarm.pk, person.pk, level),
    )  # fmt: skip


def _said(alarm: Alarm, crew: Sequence[User]) -> tuple[str, str]:
    """The subject and the text."""
    visit = alarm.visit
    since = moment(alarm.since, visit.zone, alarm.case.zone)[tongue_now()]
    police = police_of(visit)
    if alarm.kind == Alarm.Kind.SOS:
        head = _("SOS at visit %(visit)s") % {"visit": visit.reference}
        what = _("%(officer)s called for help: %(since)s.") % {
            "officer": _named(alarm.officer) if alarm.officer else "",
            "since": since,
        }
    else:
        head = _("No check-in at visit %(visit)s") % {"visit": visit.reference}
        what = _("The officers have not said that they are well. Alarm since: %(since)s.") % {
            "since": since
        }
    lines = [head, "", what]
    lines += [
        _("Officer %(officer)s, telephone: %(phone)s")
        % {"officer": _named(officer), "phone": officer.phone or _("not known")}
        for officer in crew
    ]
    if police:
        lines.append(_("Police there: %(phone)s") % {"phone": police})
    lines.append(_("Call them now, then take up the alarm here:"))
    lines.append(settings.PUBLIC_URL + reverse("visits:alarm", args=[alarm.pk]))
    return head, "\n".join(lines)


def call_off(alarm: Alarm) -> None:
    """The alarm has ended: whoever was not reached yet is not called any more."""
    to_staff.call_off(
        [_key(call.alarm_id, call.person_id, call.level) for call in alarm.calls.filter(level__gt=0)],
        why=because(lambda: _("The alarm had ended before.")),
    )  # fmt: skip


def mails_of(calls: Iterable[AlarmCall]) -> dict[int, StaffMessage]:
    """What was written to those who were told, by the key of the call; none where nothing was."""
    keys = {_key(call.alarm_id, call.person_id, call.level): call.pk for call in calls}
    found = StaffMessage.objects.filter(dedupe_key__in=list(keys))
    return {keys[message.dedupe_key]: message for message in found}


def _named(officer: User) -> str:
    return f"{officer} {officer.badge}".strip()


def _key(alarm: int, person: int, level: int) -> str:
    return f"alarm:{alarm}:{person}:{level}"
