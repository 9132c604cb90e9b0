"""The debtor hears that somebody who is asked to sign, too, has signed or does not; of whom and why, not a word."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from agreements.models import Agreement, Signatory
from agreements.policy import has_signed, signatories_of
from cases.outgoing import may_go
from cases.reaching import reach
from compliance.aims import Aim
from notices.kinds import Kind, Later, register
from notices.models import Notice
from notices.outbox import write
from people.models import User
from workflow.duties import raise_duty
from workflow.reasons import because

AT_THE_TABLE = timedelta(hours=1)
"""How long a signature on the screen waits: who sits beside has seen it, and often all sign within the hour."""
SIGNED, DECLINED = "other_signed", "other_declined"
SAYS = {
    SIGNED: {"en": "somebody else has signed", "zh": "另有签署人已签署"},
    DECLINED: {"en": "somebody else does not sign", "zh": "另有签署人拒绝签署"},
}


def tell_debtor(
    wording: str,
    *,
    agreement: Agreement,
    signatory: Signatory,
    by: User,
    at: datetime,
    after: timedelta = timedelta(),
) -> None:
    """Write to the debtor that somebody has signed or does not, inside a running change of the case.

    By the gentlest way that the rules let be used; where there is none, the desk gets the duty to say it. Whoever was
    the last to sign is told of by the copy.
    """
    case, number = agreement.case, agreement.number
    key = f"signing_word:{wording}:{signatory.pk}:{at.isoformat()}"
    reached = reach(case, at + after, aim=Aim.SERVING)
    if reached is None or reached.goes_at is None:
        raise_duty(
            case=case, kind="signing.tell", at=at, due_at=at + timedelta(days=1), key=key,
            role=User.Role.CLERK,
            says={
                "en": f"Tell the debtor, who cannot be written to now: of {number} {SAYS[wording]['en']}.",
                "zh": f"目前无法书面联系债务人，请当面或以其同意的方式告知：协议 {number} {SAYS[wording]['zh']}。",
            },
        )  # fmt: skip
        return
    way = reached.way
    write(
        wording=wording, case=case, channel=way.channel, recipient=case.debtor, address=way.address,
        contact_point=way.point, language=case.debtor.language, values={"agreement": number},
        due_at=reached.goes_at, dedupe_key=key, at=at, by=by,
        about={"word_of": signatory.pk, "agreement": agreement.pk, "declined": wording == DECLINED},
    )  # fmt: skip


def word_may_go(notice: Notice, at: datetime) -> str | Later:
    """Why it is no news any more, or must not go: all have signed, the terms are others, the person thought again."""
    agreement = Agreement.objects.filter(pk=notice.about.get("agreement")).first()
    if agreement is None or agreement.state != Agreement.State.OFFERED:
        return because(lambda: _("These terms wait for no signature any more."))
    one = next((x for x in signatories_of(agreement) if x.pk == notice.about.get("word_of")), None)
    so = one and (one.declined_at is not None if notice.about["declined"] else has_signed(one))
    return may_go(notice, at) if so else because(lambda: _("It is no longer so."))


def register_all() -> None:
    """Make the kind known; called once when the app is ready."""
    register(Kind(Notice.Kind.SIGNING_WORD.value, recheck=word_may_go))
