"""Step 3: the officers arrive, say who they are, and show by what right they come."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.models import ClaimPaper
from common.clock import local
from people.models import Person, User
from visits import policy
from visits.actions.planning import UNWANTED
from visits.models import Consent, Shown, Visit, VisitOfficer
from visits.models.record import credential_of
from visits.policy import permit_on
from workflow.steps import StateRefused, Step, WrongInput, carry_out

CONDUCT = "conduct_visit"
EARLY = timedelta(minutes=15)  # the debtor was told a time; so much sooner is still that time
HERE_BEFORE = timedelta(hours=1)  # whoever checks in sooner is not at the place for this visit


def check_in(*, visit: Visit, officer: User, by: User, at: datetime) -> None:
    """One officer is at the place; the visit begins only when all who were named are."""
    part = _part(visit, officer)
    if visit.state != Visit.State.NOTICED:
        raise StateRefused(visit, "visit.start")
    if part.checked_in_at:
        return
    if not visit.starts_at - HERE_BEFORE <= at < visit.ends_at:
        raise WrongInput(
            _("You can check in from %(from)s until the time of the visit is over.")
            % {"from": f"{local(visit.starts_at - HERE_BEFORE, visit.zone):%Y-%m-%d %H:%M}"}
        )
    _note(
        visit, "officer.checked_in", by, at, {"officer": f"{officer} {officer.badge}".strip()},
        lambda *_args: VisitOfficer.objects.filter(pk=part.pk).update(checked_in_at=at),
    )  # fmt: skip


def is_unwanted(visit: Visit) -> bool:
    """Whether somebody asked that nobody comes, and nobody has asked the debtor about it yet."""
    return bool(visit.case.duties.filter(kind=UNWANTED, done_at=None).exists())


def begin_visit(*, visit: Visit, by: User, at: datetime) -> None:
    """Both are here, the hour is lawful and the notice old enough: the visit begins."""
    if at < visit.starts_at - EARLY:
        raise WrongInput(
            _("The debtor was told %(time)s. You may ring from %(from)s.")
            % {
                "time": f"{local(visit.starts_at, visit.zone):%Y-%m-%d %H:%M}",
                "from": f"{local(visit.starts_at - EARLY, visit.zone):%H:%M}",
            }
        )
    if at >= visit.ends_at:
        raise WrongInput(_("The time that the debtor was told is over. Plan another visit."))
    if is_unwanted(visit):
        raise WrongInput(
            _(
                "Somebody asked that nobody comes. Do not ring: your supervisor first asks the debtor"
                " and settles it."
            )
        )
    only_the_crew(visit, by)
    carry_out(
        Step(
            subject=visit,
            event="visit.started",
            right=CONDUCT,
            policy=policy.may_start,
            transition="start",
            args={"at": at},
            data={"reference": visit.reference},
        ),
        Step(
            subject=visit.case,
            event="case.credentials_presented",
            transition="present_credentials",
            args={"at": at},
        ),
        by=by,
        at=at,
    )


def identify_debtor(
    *, visit: Visit, name_said: str, second_fact: str, by: User, at: datetime,
    somebody_else: bool = False,
) -> None:  # fmt: skip
    """The person named themselves and one more fact fits; nothing of the debt was said.

    ``somebody_else``: another person had answered about the recording, so this one is asked anew.

    ``second_fact`` is the last four characters of the ID number, or the date of birth as
    ``YYYY-MM-DD``. Raises ``WrongInput`` when it does not fit.
    """
    names, facts = what_identifies(visit.case.debtor)
    if name_as_compared(name_said) not in names or fact_as_compared(second_fact) not in facts:
        raise WrongInput(
            _("This does not fit. Do not say more; if it is somebody else, use “someone else”."),
            "second_fact",
        )

    def mark(fresh: Visit, _by: User, _at: datetime) -> None:
        Visit.objects.filter(pk=fresh.pk).update(identified_at=at)
        fresh.identified_at = at
        if somebody_else:
            lapse_recording(fresh, at)

    said: dict[str, Any] = {"facts": ["name", "second"]}
    if somebody_else:
        said["recording_asked_of"] = "somebody_else"
    _note(visit, "debtor.identified", by, at, said, mark)


def lapse_recording(visit: Visit, at: datetime) -> None:
    """What somebody who was not identified said to the recording holds for nobody else."""
    Consent.objects.filter(
        visit=visit, kind=Consent.Kind.RECORDING, by_whom="", lapsed_at=None, at__lte=at
    ).update(lapsed_at=at)


def what_identifies(debtor: Person) -> tuple[set[str], list[str]]:
    """The names and the second facts of which one each has to be said, as they are compared."""
    facts = [debtor.id_number[-4:].upper()] if len(debtor.id_number) >= 4 else []
    if debtor.born_on:
        facts += [debtor.born_on.isoformat(), debtor.born_on.strftime("%Y%m%d")]
    return {name_as_compared(name) for name in (debtor.name, debtor.name_en) if name}, facts


def name_as_compared(name: str) -> str:
    """A name without white space and in one case."""
    return "".join(name.split()).casefold()


def fact_as_compared(fact: str) -> str:
    """A second fact without white space and in capitals."""
    return "".join(fact.split()).upper()


def show_credential(
    *, visit: Visit, officer: User, by: User, at: datetime, reaction: str = ""
) -> None:
    """One officer has shown permit and authorisation."""
    part = _part(visit, officer)
    item = credential_of(str(officer), officer.badge)
    permit = permit_on(officer, local(at, visit.zone).date())

    def tick(fresh: Visit, _by: User, _at: datetime) -> None:
        if permit is None and _revoked(officer):
            raise WrongInput(
                _("The permit of this officer was revoked. Break the visit off and leave.")
            )
        if fresh.identified_at is None:
            raise WrongInput(_("First make sure that it is the debtor who stands before you."))
        first = VisitOfficer.objects.filter(pk=part.pk, shown_at=None)
        if not first.update(shown_at=at, credential=permit):
            raise WrongInput(_("This was ticked as shown already."))
        Shown(visit=fresh, part=part, item=item, at=at, reaction=reaction[:300]).save()

    number = permit.number if permit else ""
    _note(
        visit, "credentials.shown", by, at,
        {"item": item, "officer": str(officer), "badge": officer.badge, "number": number,
         "reaction": reaction}, tick,
    )  # fmt: skip


def _revoked(officer: User) -> bool:
    """Whether the last permit that the officer had was taken away."""
    last = officer.credentials.filter(kind="permit").order_by("-valid_until", "-pk").first()
    return last is not None and last.revoked_at is not None


def show_paper(
    *, visit: Visit, paper: ClaimPaper, by: User, at: datetime, reaction: str = ""
) -> None:
    """One paper of the claim was shown and explained; only to the debtor, after the credentials."""
    item = str(paper.get_kind_display())

    def tick(fresh: Visit, _by: User, _at: datetime) -> None:
        if Shown.objects.filter(visit=fresh, paper=paper).exists():
            raise WrongInput(_("This was ticked as shown already."))
        Shown(visit=fresh, paper=paper, item=item, at=at, reaction=reaction[:300]).save()

    if paper.case_id != visit.case_id:
        raise WrongInput(_("This paper belongs to another case."))
    _note(
        visit, "paper.shown", by, at, {"item": item, "kind": paper.kind, "reaction": reaction}, tick,
        asked=policy.may_show_papers,
    )  # fmt: skip


def ask_consent(
    *, visit: Visit, kind: str, given: bool, by_whom: str, by: User, at: datetime, remark: str = ""
) -> None:
    """One question and its answer, with the reason if one was given; a later answer replaces an earlier one.

    A yes may be taken back at any time. A yes to coming in is put to the rules: it counts only from somebody entitled, here the debtor
    who was identified.
    """
    if kind not in Consent.Kind.values:
        raise WrongInput(_("There is no such question."))
    last = visit.consents.filter(kind=kind, lapsed_at=None).order_by("-pk").first()
    withdrawn = bool(last and last.given and not given)
    event = "consent.given" if given else "consent.withdrawn" if withdrawn else "consent.refused"

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        Consent(
            visit=fresh, kind=kind, given=given, by_whom=by_whom[:80], at=at, remark=remark[:200]
        ).save()

    goes_in = kind == Consent.Kind.ENTRY and given
    _note(
        visit, event, by, at,
        {"kind": kind, "by_whom": by_whom, **({"remark": remark} if remark else {})}, keep, asked=policy.may_enter if goes_in else None,
    )  # fmt: skip


def open_talk(*, visit: Visit, by: User, at: datetime) -> None:
    """Everything was shown, recording was asked about, and the debtor is willing to talk."""
    willing = visit.consents.filter(kind=Consent.Kind.TALK).order_by("-pk").first()
    if not (willing and willing.given):
        raise WrongInput(_("Ask first whether the debtor is willing to talk now."))
    only_the_crew(visit, by)
    carry_out(
        Step(
            subject=visit,
            event="talk.opened",
            right=CONDUCT,
            policy=policy.may_open_talk,
            data=lambda fresh: {"reference": fresh.reference, **_sums(fresh.case)},
        ),
        Step(subject=visit.case, event="case.talk_opened", transition="open_talk", args={"at": at}),
        by=by,
        at=at,
    )


def _sums(case: Any) -> dict[str, Any]:
    """What is said to be owed as the talk begins: the sums that stand on the officer's screen."""
    return {name: getattr(case, name) for name in ("principal", "interest", "fees", "balance")}


def only_the_crew(visit: Visit, by: User) -> None:
    """At a door act those who were named to the debtor; a supervisor may help from afar."""
    if by.role == User.Role.OFFICER and not visit.crew.filter(officer=by, active=True).exists():
        raise WrongInput(_("You are not one of the officers who were named for this visit."))


def _part(visit: Visit, officer: User) -> VisitOfficer:
    part = visit.crew.filter(officer=officer, active=True).first()
    if part is None:
        raise WrongInput(_("This officer was not named for the visit."))
    return part


def _note(
    visit: Visit, event: str, by: User, at: datetime, data: dict[str, Any], then: Any,
    asked: Any = None,
) -> None:  # fmt: skip
    """A fact of a visit that is under way (or, for arriving, about to be)."""
    only_the_crew(visit, by)

    def when_under_way(fresh: Visit, who: User, when: datetime) -> None:
        allowed = {Visit.State.STARTED}
        if event == "officer.checked_in":
            allowed = {Visit.State.NOTICED}
        elif event == "consent.withdrawn":  # at any time, also when the officers are gone
            allowed = {Visit.State.STARTED, Visit.State.FINISHED, Visit.State.ABORTED}
        if fresh.state not in allowed:
            raise StateRefused(fresh, event)
        then(fresh, who, when)

    carry_out(
        Step(
            subject=visit, event=event, right=CONDUCT, policy=asked, data=data,
            then=when_under_way,
        ),
        by=by,
        at=at,
    )  # fmt: skip
