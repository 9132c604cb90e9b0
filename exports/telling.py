"""What is written to staff about an export: to those who may agree, and to whoever asked."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from exports.models import Export, ExportCase
from notices import to_staff
from notices.models import StaffMessage
from people.models import User
from people.rights import RIGHTS
from workflow.reasons import because


def deciders(export: Export) -> list[User]:
    """Those who may agree: of the team or for the whole house, without the asker and those from whom it is kept."""
    everywhere = Q(role__in=[User.Role.COMPLIANCE, User.Role.ADMINISTRATOR])
    own = Q(team=export.team_id) if export.team_id else Q(pk=None)
    people = User.objects.filter(
        everywhere | own, is_active=True, role__in=RIGHTS["approve_export"]
    )
    kept: set[int] = set()
    for names in ExportCase.objects.filter(export=export).values_list("case__kept_from", flat=True):
        kept |= set(names or ())
    return list(people.exclude(pk__in=[export.asked_by_id, *kept]).order_by("pk"))


def tell_deciders(export: Export, at: datetime) -> None:
    """An e-mail to each who may agree, inside a running change; it tells nothing of anybody's data."""
    to_staff.write_to_each(
        deciders(export), kind=StaffMessage.Kind.EXPORT, at=at, say=lambda: _asked(export),
        key=lambda person: f"export:{export.pk}:{person.pk}",
    )  # fmt: skip


def tell_asker(export: Export, at: datetime) -> None:
    """An e-mail to whoever asked: what became of it."""
    to_staff.write_to_each(
        [export.asked_by], kind=StaffMessage.Kind.EXPORT, at=at, say=lambda: _became(export),
        key=lambda person: f"export:{export.pk}:{person.pk}:{export.state}",
    )  # fmt: skip


def decided_meanwhile(row: StaffMessage) -> str:
    """Why an e-mail that asks for a decision need not go any more; "" while it waits for one."""
    _kind, export, *rest = row.dedupe_key.split(":")
    if len(rest) > 1 or Export.objects.filter(pk=int(export), state=Export.State.ASKED).exists():
        return ""
    return because(lambda: _("The export was decided on or taken back meanwhile."))


def _asked(export: Export) -> tuple[str, str]:
    told = {"number": export.number, "name": export.asked_by, "what": export.get_kind_display()}
    head = _("Export to decide on: %(number)s") % told
    lines = [
        head, "", _("%(name)s asks to take data out of the house: %(what)s.") % told,
        _("Decide here:"), _address(export),
    ]  # fmt: skip
    return head, "\n".join(lines)


def _became(export: Export) -> tuple[str, str]:
    told = {"number": export.number, "state": export.get_state_display()}
    head = _("Export %(number)s: %(state)s") % told
    return head, "\n".join([head, "", _address(export)])


def _address(export: Export) -> str:
    return str(settings.PUBLIC_URL + reverse("exports:export", args=[export.number]))
