"""A lawyer's letter: drafted at the desk, released by a lawyer under the firm's own head, then posted."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.actions.still_open import while_open
from cases.lawyers_paper import paper_of
from cases.models import Case, LawyersLetter
from cases.policy import asks
from compliance.aims import Aim
from compliance.verdict import Verdict
from documents.models import Document
from documents.render import render_paper
from documents.storing import store
from notices.models import Notice
from notices.outbox import queue
from notices.texts.wordings import BY_LAWYER
from notices.ways import by_channel
from people.models import Organisation, User
from people.rights import may
from workflow.duties import fulfil, raise_duty
from workflow.steps import (
    Outsider,
    Policy,
    StateRefused,
    Step,
    WrongInput,
    begin,
    carry_out,
)
from workflow.wording import ask_words

DRAFT, REVIEW = "draft_lawyers_letter", "review_lawyers_letter"
REVIEWED_WITHIN, MENDED_WITHIN = timedelta(days=2), timedelta(days=2)
MOST = 6000
S = LawyersLetter.State


def draft_letter(
    *, case: Case, firm: Organisation, text: str, by: User, at: datetime
) -> LawyersLetter:
    """Draft a lawyer's letter and send it in to the firm; the rules are asked, words and all.

    Raises ``WrongInput`` where the firm is none or another letter is still being looked at.
    """
    text = _checked(text)
    if firm.kind != Organisation.Kind.LAW_FIRM or not firm.licence:
        raise WrongInput(_("Choose a law firm whose licence is on file."), "firm")
    if case.lawyers_letters.filter(state__in=[S.WAITING, S.RETURNED]).exists():
        raise WrongInput(_("Another lawyer's letter of this case is still being worked on."))
    letter = LawyersLetter(
        case=case, firm=firm, text=text, drafted_by=by, drafted_at=at, sent_in_at=at,
        number=f"{case.reference}-L{case.lawyers_letters.count() + 1}",
        language="en" if case.debtor.language == "en" else "zh",
    )  # fmt: skip
    begin(
        letter,
        event="lawyers_letter.drafted",
        right=DRAFT,
        policy=_may_write(case, text),
        data={"number": letter.number, "firm": firm.name},
        then=while_open("lawyers_letter.drafted", _ask_lawyer),
        by=by,
        at=at,
    )
    return letter


def edit_letter(*, letter: LawyersLetter, text: str, by: User, at: datetime) -> None:
    """The lawyer puts the words right while the letter lies with the firm."""
    _change(
        letter, "edit", "lawyers_letter.edited", REVIEW, by, at, args={"text": _checked(text)},
        policy=_may_write(letter.case, text),
    )  # fmt: skip


def send_in_again(*, letter: LawyersLetter, text: str, by: User, at: datetime) -> None:
    """The desk has mended what was sent back, and the lawyer is asked once more."""

    def after(fresh: LawyersLetter, _by: User, _at: datetime) -> None:
        fulfil(case=fresh.case, kind=_mend(fresh), by=by, at=at)
        _ask_lawyer(fresh, by, at)

    _change(
        letter, "send_in", "lawyers_letter.sent_in", DRAFT, by, at, then=after,
        args={"text": _checked(text), "at": at}, policy=_may_write(letter.case, text),
    )  # fmt: skip


def send_back(*, letter: LawyersLetter, reason: str, by: User, at: datetime) -> None:
    """The lawyer does not put the firm's name to it, and says why; the clerk has to see to it."""

    def after(fresh: LawyersLetter, _by: User, _at: datetime) -> None:
        fulfil(case=fresh.case, kind=_review(fresh), by=by, at=at)
        raise_duty(
            case=fresh.case, kind=_mend(fresh), role=User.Role.CLERK, due_at=at + MENDED_WITHIN,
            key=f"{_mend(fresh)}:{at.isoformat()}", at=at,
            says={
                "en": f"The lawyer has sent {fresh.number} back: {reason}",
                "zh": f"律师退回了律师函 {fresh.number}：{reason}",
            },
        )  # fmt: skip

    _change(
        letter, "send_back", "lawyers_letter.sent_back", REVIEW, by, at, then=after,
        args={"lawyer": by, "reason": reason, "at": at}, data={"why": reason},
    )  # fmt: skip


def withdraw_letter(*, letter: LawyersLetter, reason: str, by: User, at: datetime) -> None:
    """The desk does not want it any more; one that was released is stopped on its notice's own page."""

    def after(fresh: LawyersLetter, _by: User, _at: datetime) -> None:
        for kind in (_review(fresh), _mend(fresh)):
            fulfil(case=fresh.case, kind=kind, by=by, at=at)

    _change(
        letter, "withdraw", "lawyers_letter.withdrawn", DRAFT, by, at, then=after,
        args={"reason": reason}, data={"why": reason},
    )  # fmt: skip


def release_letter(*, letter: LawyersLetter, by: User, at: datetime) -> Notice:
    """The lawyer puts the firm's name to it: it becomes a paper of its own and may be posted.

    The rules are asked again, words and all. Raises ``WrongInput`` where the debtor has no address
    from a lawful source.
    """
    letter = LawyersLetter.objects.select_related(
        "case__debtor", "case__creditor", "case__agency", "firm"
    ).get(pk=letter.pk)
    way = by_channel(letter.case, BY_LAWYER, at)
    if way is None:
        raise WrongInput(
            _("There is no home address from a lawful source for a letter. Add one under “People”.")
        )
    if letter.state != S.WAITING:  # said before a paper is drawn for nothing
        raise StateRefused(letter, "release")
    content = render_paper(paper_of(letter, lawyer=by, at=at), letter.language)
    args: dict[str, Any] = {"lawyer": by, "at": at}
    made: list[Notice] = []

    def keep_paper() -> None:
        args["document"] = store(
            case=letter.case, kind=Document.Kind.LETTER, made_here=True, content=content,
            filename=f"{letter.number}.pdf", title=_("Lawyer's letter"), by=by, at=at,
        )  # fmt: skip

    def put_in_outbox(fresh: LawyersLetter, _by: User, _at: datetime) -> None:
        fulfil(case=fresh.case, kind=_review(fresh), by=by, at=at)
        fresh.notice = queue(
            case=fresh.case, kind=Notice.Kind.LETTER, channel=BY_LAWYER,
            recipient=letter.case.debtor, address=way.address, contact_point=way.point,
            language=letter.language, subject=str(letter.firm), body=letter.text,
            document=args["document"], due_at=at, at=at, by=by, dedupe_key=f"lawyer:{fresh.pk}",
        )  # fmt: skip
        fresh.save(update_fields=["notice"])
        made.append(fresh.notice)

    _change(
        letter, "release", "lawyers_letter.released", REVIEW, by, at, args=args, first=keep_paper,
        policy=_may_write(letter.case, letter.text), then=put_in_outbox,
        data=lambda fresh: {
            "number": fresh.number, "firm": letter.firm.name,
            "document": fresh.document.number, "document_sha256": fresh.document.sha256,
        },
    )  # fmt: skip
    return made[0]


# ---------------------------------------------------------------- what they have in common


def _change(
    letter: LawyersLetter,
    transition: str,
    event: str,
    right: str,
    by: User,
    at: datetime,
    *,
    args: Mapping[str, Any],
    data: Any = None,
    policy: Policy | None = None,
    first: Callable[[], None] | None = None,
    then: Callable[[Any, User, datetime], None] | None = None,
) -> None:
    theirs = by.team.organisation_id if by.team else None
    if right == REVIEW and may(by, REVIEW) and theirs != letter.firm_id:
        raise Outsider  # a lawyer of another firm, whatever else theirs writes in the case
    told = data if callable(data) else {"number": letter.number, **(data or {})}
    carry_out(
        Step(
            subject=letter, event=event, right=right, policy=policy, transition=transition,
            args=args, first=first, data=told, then=while_open(event, then),
        ),
        by=by,
        at=at,
    )  # fmt: skip


def _may_write(case: Case, text: str) -> Policy:
    """Whether such a letter may go with these words; no other day makes forbidden words lawful."""

    def policy(subject: Any, /, *, by: User, at: datetime) -> Verdict:
        words = ask_words(case, text, action="text.send", at=at)
        if not words.allowed:
            return words
        way = by_channel(case, BY_LAWYER, at)
        may_send = asks(
            "notice.send",
            channel=BY_LAWYER,
            aim=Aim.COLLECTING.value,
            contact_sources=(way.source,) if way else None,
        )
        return may_send(subject, by=by, at=at)

    return policy


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise WrongInput(_("Write what the letter says."), "text")
    if len(text) > MOST:
        raise WrongInput(
            _("At most %(most)d characters fit into a letter.") % {"most": MOST}, "text"
        )
    return text


def _review(letter: LawyersLetter) -> str:
    return f"lawyers_letter.review:{letter.pk}"


def _mend(letter: LawyersLetter) -> str:
    return f"lawyers_letter.mend:{letter.pk}"


def _ask_lawyer(fresh: LawyersLetter, _by: User, at: datetime) -> None:
    """Give the firm's lawyers the duty to look at it."""
    raise_duty(
        case=fresh.case, kind=_review(fresh), role=User.Role.COUNSEL, due_at=at + REVIEWED_WITHIN,
        key=f"{_review(fresh)}:{at.isoformat()}", at=at,
        says={
            "en": f"Look at the lawyer's letter {fresh.number}: release it, or send it back.",
            "zh": f"审阅律师函 {fresh.number}：放行或退回。",
        },
    )  # fmt: skip
