"""What the messages about a visit would tell of a case now, for whoever looks at them before they go."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.outgoing import ask_sending
from compliance.aims import Aim
from documents.letterhead import moment
from notices.texts.placeholders import examples
from notices.texts.previewing import NothingToTell, Sample, tells
from people.models import User
from visits import policy
from visits.actions.announcing import told_in
from visits.actions.crewing import check_values
from visits.models import Visit
from visits.notice import compose
from visits.slip import TOLD


def of_notice(case: Any, at: datetime) -> Sample:
    """The visit that is planned, with all that its notice would hold."""
    visit = _planned(case)
    composed = compose(visit, at)
    may_announce = policy.may_announce(composed.missing)
    return Sample(
        told_in(composed),
        lambda _channel, _source: may_announce(visit, by=User.objects.system(), at=at),
    )


def of_cancelling(case: Any, at: datetime) -> Sample:
    """The visit that is planned, as if it were called off."""
    visit = _planned(case)
    return Sample({"visit_at": moment(visit.starts_at, visit.zone, case.zone)}, _asks(case, at))


def of_crew(case: Any, at: datetime) -> Sample:
    """The visit that is planned, with examples of who comes and who does not."""
    visit = _planned(case)
    names = {
        name: {tongue: examples(tongue)[name] for tongue in ("zh", "en")}
        for name in ("officer_in", "officer_out")
    }
    values = {"visit_at": moment(visit.starts_at, visit.zone, case.zone), **names}
    return Sample({**values, **check_values(visit)}, _asks(case, at))


def of_slip(case: Any, at: datetime) -> Sample:
    """The last visit that is over, with the number of its slip."""
    found = Visit.objects.filter(case=case, outcome__in=list(TOLD)).order_by("-finished_at").first()
    if found is None:
        raise NothingToTell(_("No visit of this case has ended with somebody met."))
    return Sample({"slip": f"{found.reference}-S"}, _asks(case, at))


def _planned(case: Any) -> Visit:
    found = (
        Visit.objects.filter(case=case, state__in=["planned", "announced", "noticed"])
        .select_related("case__debtor", "case__creditor", "case__agency", "case__mandate", "place")
        .order_by("starts_at")
        .first()
    )
    if found is None:
        raise NothingToTell(_("No visit is planned in this case."))
    return found


def _asks(case: Any, at: datetime) -> Any:
    return lambda channel, source: ask_sending(
        case, channel, source, at, aim=Aim.SERVING
    )  # fmt: skip


def register_all() -> None:
    """Say how each message is filled in; called once when the app is ready."""
    tells("visit_notice", of_notice)
    tells("visit_cancelled", of_cancelling)
    tells("visit_crew", of_crew)
    tells("visit_slip", of_slip)
