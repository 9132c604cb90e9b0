"""A run and its lines as a person sees them: counts, filters, one page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from desk.showing import tongue_now
from notices.models import Notice
from outreach.drafting import NOT_SO
from outreach.models import NoticeRun, NoticeRunLine
from people.models import User
from workflow.paging import page_between

PAGE = 50
S = NoticeRun.State

# tab -> label, which lines
TABS: dict[str, tuple[Any, Q]] = {
    "allowed": (_("Allowed"), Q(state="draft", answer="allowed")),
    "later": (pgettext_lazy("run", "Later"), Q(state="draft", answer="later")),
    "queued": (_("In the outbox"), Q(state="queued")),
    "stopped": (_("Stopped"), Q(state="stopped")),
    "refused": (_("Refused"), Q(answer="refused") & ~Q(state="dropped")),
    "dropped": (pgettext_lazy("run", "Left out"), Q(state="dropped")),
}
STAGES = [
    (_("Look"), {S.DRAFTING, S.READY}),
    (_("Approve"), {S.ASKED, S.APPROVED}),
    (_("Send"), {S.SENDING, S.STOPPING}),
]
GONE = ["sent", "delivered", "bounced", "doubtful", "failed"]
"""States of what was handed over or tried."""


@dataclass
class Figures:
    """How many lines stand where; each as a tab, and what became of those that were put into the outbox."""

    tabs: dict[str, int] = field(default_factory=dict)
    pending: int = 0
    notices: dict[str, int] = field(default_factory=dict)

    @property
    def to_go(self) -> int:
        """What sending would put into the outbox."""
        return self.tabs["allowed"] + self.tabs["later"]

    @property
    def settled(self) -> int:
        """What a worker that sends has done with."""
        return self.tabs["queued"] + self.tabs["stopped"] + self.tabs["refused"]

    @property
    def gone(self) -> int:
        """What has left the house."""
        return sum(self.notices.get(state, 0) for state in GONE)

    @property
    def waiting(self) -> int:
        """What is in the outbox and has not left."""
        return self.notices.get("queued", 0) + self.notices.get("sending", 0)

    @property
    def called_off(self) -> int:
        """What was in the outbox and will not go, for whatever reason."""
        return self.notices.get("suppressed", 0)


def figures_of(run: NoticeRun) -> Figures:
    """All the counts of a run in one query."""
    found = Figures(dict.fromkeys(TABS, 0))
    rows = run.lines.order_by().values_list("state", "answer", "notice__state")
    for state, answer, notice, count in rows.annotate(count=Count("pk")):
        if notice:
            found.notices[notice] = found.notices.get(notice, 0) + count
        if state == "draft":
            if answer == "pending":
                found.pending += count
            else:
                found.tabs[answer] += count
        else:
            found.tabs[state] += count
    return found


@dataclass(frozen=True)
class RuleCount:
    """How many lines of the tab a rule stands against, and the address that shows them alone."""

    rule: str
    says: str
    count: int
    url: str
    on: bool


def rules_of(run: NoticeRun, tab: str, chosen: str) -> list[RuleCount]:
    """The rules that stand against the lines of the tab, the most frequent first."""
    rows = (
        run.lines.filter(TABS[tab][1])
        .annotate(rule=Func(F("rules"), function="unnest"))
        .order_by()
        .values_list("rule")
        .annotate(count=Count("pk"))
    )
    ordered = sorted(rows, key=lambda row: (-row[1], row[0]))
    return [
        RuleCount(
            rule,
            says_of(rule),
            count,
            f"?show={tab}" if rule == chosen else f"?show={tab}&rule={rule}",
            rule == chosen,
        )
        for rule, count in ordered
    ]


def says_of(code: str) -> str:
    """What stands against a line where no rule of a pack says so; a rule by its own id."""
    return NOT_SO[code][tongue_now()] if code in NOT_SO else code


@dataclass
class Row:
    """One line of the list."""

    line: NoticeRunLine
    why: str


@dataclass
class LinePage:
    """Fifty lines, and the addresses of the neighbours ("" for none)."""

    rows: list[Row]
    newer: str = ""
    older: str = ""


def page_of(
    run: NoticeRun, user: User, tab: str, rule: str, *, after: int = 0, before: int = 0
) -> LinePage:
    """One page of the tab by key: the last costs what the first does."""
    lines: QuerySet[NoticeRunLine] = run.lines.visible_to(user).filter(TABS[tab][1])
    if rule:
        lines = lines.filter(rules__contains=[rule])
    lines = lines.select_related("case__debtor", "contact_point", "notice", "edited_by")
    some, is_newer, is_older = page_between(lines, "pk", most=PAGE, after=after, before=before)
    here = f"?show={tab}" + (f"&rule={rule}" if rule else "")
    return LinePage(
        [Row(line, why_of(line)) for line in some],
        newer=f"{here}&before={some[0].pk}" if some and is_newer else "",
        older=f"{here}&after={some[-1].pk}" if some and is_older else "",
    )


def why_of(line: NoticeRunLine) -> str:
    """Why it goes later or not at all, in the reader's language."""
    told = findings_of(line)
    if told:
        return " ".join(str(found["told"]) for found in told)
    return " ".join(says_of(code) for code in line.rules)


def passed_over(line: NoticeRunLine) -> list[tuple[str, str]]:
    """The channels whose carrier has not approved the message, each with what is missing, for a reader."""
    found = line.about.get("passed_over", {})
    return [(str(Notice.Channel(channel).label), says_of(code)) for channel, code in found.items()]


def findings_of(line: NoticeRunLine, *, all_of_them: bool = False) -> list[dict[str, Any]]:
    """What stands against it (or all that the rules found), each told in the reader's language."""
    found: Iterable[Any] = line.findings if all_of_them else line.blocking()
    tongue = tongue_now()
    return [{**one, "told": (one.get("says") or {}).get(tongue, "")} for one in found]


def stages(run: NoticeRun) -> list[tuple[Any, str]]:
    """Look, approve, send; a run that needs no second person goes over the middle one."""
    over = run.state in {S.FINISHED, S.STOPPED}
    now = next((n for n, (_label, states) in enumerate(STAGES) if run.state in states), len(STAGES))
    return [
        (label, "done" if over or n < now else "now" if n == now else "ahead")
        for n, (label, _states) in enumerate(STAGES)
    ]


def outcomes(figures: Figures) -> list[tuple[str, int]]:
    """What became of the messages that were put into the outbox, by state."""
    return [
        (str(label), figures.notices[state])
        for state, label in Notice.State.choices
        if figures.notices.get(state)
    ]
