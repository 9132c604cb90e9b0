"""What the debtor can tell: each makes the hold or the task that the packs know, and can be followed here.

The addresses carry numbers alone: what somebody is ill with is nobody's business who looks at a phone's history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from cases.actions.statements import SAID, record_statement
from cases.models import Circumstance
from cases.models.circumstances import OF_THE_DEBT
from common.clock import local_day
from common.money import show
from compliance.circumstances import VULNERABLE
from documents.storing import MOST_BYTES
from portal.own import Own, own_page, tried
from timeline.models import Event
from visits.actions.befalling import record_circumstance
from workflow.models import Duty
from workflow.web import plain

BOTH = ("GET", "HEAD", "POST")
MOST = 40
ITEMS: Sequence[tuple[str, Any]] = (
    ("principal", gettext_lazy("Principal")),
    ("interest", gettext_lazy("Interest")),
    ("fees", gettext_lazy("Fees")),
    ("payments", gettext_lazy("A payment is missing")),
)
ADD = gettext_lazy("Would you like to add something? You need not.")


@dataclass(frozen=True)
class Say:
    """One thing that can be told: ``kind`` is a circumstance of the packs, else ``what`` a statement."""

    label: Any
    then: str  # the name of the words that say what happens next, before it is sent
    what: str = ""
    kind: str = ""
    about: str = ""
    asks: Any = ADD
    needs_words: bool = False
    takes_file: bool = False
    items: bool = False


STOPS, ANSWERED = "tell_one.stops", "tell_one.answered"
SAYS: dict[int, Say] = {
    1: Say(gettext_lazy("I have paid already"), ANSWERED, "paid", takes_file=True, needs_words=True,
           asks=gettext_lazy("When, how much, and to whom?")),
    2: Say(gettext_lazy("This is not mine"), STOPS, kind="dispute", about="not mine", takes_file=True,
           asks=gettext_lazy("What makes you say so?")),
    3: Say(gettext_lazy("The sum is wrong"), STOPS, kind="dispute", items=True, takes_file=True,
           asks=gettext_lazy("What is wrong with it?")),
    4: Say(gettext_lazy("I am in hospital"), STOPS, kind="hospitalised", takes_file=True),
    5: Say(gettext_lazy("Somebody close to me has died"), STOPS, kind="bereaved"),
    6: Say(gettext_lazy("I have lost my work"), ANSWERED, "out_of_work", takes_file=True),
    7: Say(gettext_lazy("I care for somebody"), ANSWERED, "caring"),
    8: Say(gettext_lazy("I am afraid at home"), STOPS, kind="domestic_violence"),
    9: Say(gettext_lazy("I have a lawyer"), STOPS, kind="attorney", needs_words=True, takes_file=True,
           asks=gettext_lazy("Name and telephone number of your lawyer")),
    10: Say(gettext_lazy("An adviser helps me with a plan"), STOPS, kind="adviser", needs_words=True,
            asks=gettext_lazy("Name and telephone number of your adviser")),
    11: Say(gettext_lazy("Please call me"), ANSWERED, "call",
            asks=gettext_lazy("When is a good time? You need not say.")),
    12: Say(gettext_lazy("Something else"), ANSWERED, "other", needs_words=True, takes_file=True,
            asks=gettext_lazy("What would you like to tell or ask?")),
}  # fmt: skip
OF_STATEMENT = {
    **{one.what: one.label for one in SAYS.values() if one.what},
    "new_plan": gettext_lazy("I need another plan"),
    "offer": gettext_lazy("What I can pay"),
}
OF_CIRCUMSTANCE = {one.kind: one.label for one in SAYS.values() if one.kind != "dispute"}


@own_page("tell")
def tell(own: Own) -> HttpResponseBase:
    """All that can be told. Context: ``says`` (number and label)."""
    return own.page(
        "portal/own/tell.html", says=[(number, one.label) for number, one in SAYS.items()]
    )


@own_page("tell", methods=BOTH)
def tell_one(own: Own, number: int) -> HttpResponseBase:
    """One thing to tell: what happens next, a few words, a file where it helps. Context: ``say``, ``number``, ``items``."""
    if number not in SAYS:
        raise Http404
    say, wrong = SAYS[number], ""
    if own.sends:
        wrong = _told(own, say)
        if not wrong:
            return own.on("answers")
    return own.page(
        "portal/own/tell_one.html", status=422 if wrong else 200, wrong=wrong, say=say, number=number,
        items=ITEMS if say.items else (), text=own.request.POST.get("text", ""),
    )  # fmt: skip


@own_page("answers")
def answers(own: Own) -> HttpResponseBase:
    """What was told here, what it stopped and until when, and by when it is answered. Context: ``rows``."""
    return own.page("portal/own/answers.html", rows=_rows(own))


def words_in(post: QueryDict) -> str:
    """What was written in the field ``text``, without what cannot be printed."""
    return "".join(c for c in post.get("text", "") if c.isprintable() or c in "\r\n")[:1000].strip()


def _told(own: Own, say: Say) -> str:
    """Carry out what was told; what is to be mended in words, or ""."""
    post, file = own.request.POST, own.request.FILES.get("file")
    text = words_in(post)
    if say.needs_words and not text:
        return _("Please write a few words, so that we can answer.")
    if file is not None and (file.size or 0) > MOST_BYTES:
        return _("This file is too large. Please choose a smaller one.")
    item = plain(post.get("item", ""))[:20]
    if say.items and item not in dict(ITEMS):
        return _("Choose which part of the sum is wrong.")
    given: dict[str, Any] = {"by": own.by, "at": own.at}
    if file is not None:
        given |= {"filename": file.name or "file", "content": file.read()}
    if say.kind:
        return tried(own, lambda: _circumstance(own, say, text, item, given))
    return tried(
        own, lambda: record_statement(case=own.case, what=say.what, text=text, **given)
    )  # fmt: skip


def _circumstance(own: Own, say: Say, text: str, item: str, given: dict[str, Any]) -> None:
    record_circumstance(
        case=own.case, kind=say.kind, since=local_day(own.at, own.case.zone),
        source=Circumstance.Source.DEBTOR, about=item or say.about, remark=text, **given,
    )  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One thing that was told, and how it stands: answered, or by when; what it stopped, and until when."""

    at: datetime
    label: Any
    about: Any = ""
    text: str = ""
    document: str = ""
    due_at: datetime | None = None
    done_at: datetime | None = None
    stops: Any = ""
    until: date | None = None


def _rows(own: Own) -> list[Row]:
    """The newest first. Of what is nobody else's business only that something personal was told."""
    statements = Event.objects.filter(case=own.case, kind=SAID).order_by("-number")[:MOST]
    told = own.case.circumstances.filter(source=Circumstance.Source.DEBTOR).select_related("hold")
    duties = {
        duty.key: duty
        for duty in Duty.objects.filter(case=own.case).filter(
            kind__regex=r"^(debtor\.said|circumstance)\."
        )
    }
    rows = [_of_statement(event, duties) for event in statements]
    rows += [_of_circumstance(one, duties) for one in told.order_by("-pk")[:MOST]]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _of_statement(event: Event, duties: dict[str, Duty]) -> Row:
    data = event.data
    what = str(data.get("what", ""))
    duty = duties.get(f"{SAID}:{event.case_id}:{what}:{event.occurred_at.isoformat()}")
    return Row(
        event.occurred_at, OF_STATEMENT.get(what, what), about=_plan_of(data), text=str(data.get("remark", "")),
        document=str(data.get("document", "")), due_at=duty.due_at if duty else None,
        done_at=duty.done_at if duty else None,
    )  # fmt: skip


def _plan_of(data: Mapping[str, Any]) -> str:
    """The plan that was offered, in words; "" of what is no offer."""
    if "plan" not in data:
        return ""
    kind = dict(Agreement.Plan.choices).get(data["plan"], "")
    return _("%(kind)s, %(count)s × at most %(most)s, %(total)s in all") % {
        "kind": kind, "count": data.get("count", ""), "most": show(Decimal(data["most"])),
        "total": show(Decimal(data["total"])),
    }  # fmt: skip


def _of_circumstance(one: Circumstance, duties: dict[str, Duty]) -> Row:
    duty, hold = duties.get(f"circumstance:{one.pk}"), one.hold
    personal = one.kind in VULNERABLE
    label: Any = _("Something personal") if personal else OF_CIRCUMSTANCE.get(one.kind, str(one))
    about: Any = ""
    if one.kind in OF_THE_DEBT:
        label = SAYS[2].label if one.about == SAYS[2].about else SAYS[3].label
        about = dict(ITEMS).get(one.about, "")
    running = hold is not None and hold.ended_at is None
    return Row(
        one.recorded_at, label, about=about, text="" if personal else one.remark,
        due_at=duty.due_at if duty else None,
        done_at=one.ended_at or (duty.done_at if duty else None),
        stops=hold.get_scope_display() if running and hold else "",
        until=hold.until if running and hold else None,
    )  # fmt: skip
