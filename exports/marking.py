"""The mark on what has left the house: which export it is, who asked, who agreed, and when."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from common.clock import HOUSE_ZONE, local
from exports.models import Export


def mark(export: Export, at: datetime | None = None, language: str = "") -> str:
    """One line, unless said otherwise in the language in which it was asked for; ``at`` is when the file is made, where it matters."""
    with override("en" if (language or export.language) == "en" else "zh-hans"):
        told = {"number": export.number, "name": export.asked_by, "at": _moment(export.asked_at)}
        parts = [_("Export %(number)s") % told, _("asked for by %(name)s, %(at)s") % told]
        approval = export.approval
        if approval and approval.decided_at:
            parts.append(
                _("agreed to by %(name)s, %(at)s")
                % {"name": approval.decided_by, "at": _moment(approval.decided_at)}
            )
        else:
            parts.append(_("masked, taken by one person"))
        if at:
            parts.append(_("made %(at)s") % {"at": _moment(at)})
        return " · ".join(parts)


def facts(export: Export, at: datetime | None = None) -> dict[str, Any]:
    """The same for machines."""
    approval = export.approval
    agreed = approval if approval and approval.decided_at else None
    return {
        "number": export.number, "reason": export.reason, "unmasked": export.in_full,
        "asked_by": str(export.asked_by), "asked_at": export.asked_at.isoformat(),
        "agreed_by": str(agreed.decided_by) if agreed else None,
        "agreed_at": agreed.decided_at.isoformat() if agreed and agreed.decided_at else None,
        **({"made_at": at.isoformat()} if at else {}),
    }  # fmt: skip


def _moment(moment: datetime) -> str:
    return f"{local(moment, HOUSE_ZONE):%Y-%m-%d %H:%M}"
