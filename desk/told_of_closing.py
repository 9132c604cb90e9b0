"""How it is told what becomes of a plan, of limitation, and of the papers and records that a case leaves behind."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from cases.models import BureauReport, ClaimPaper, DataReturn, Interruption

CODED: dict[str, Any] = {
    "void_reason": ClaimPaper.VoidReason,
    "time_stamp": {"given": _("given by the authority"), "missing": _("the authority gave none")},
}


def without_stamp(data: dict[str, Any]) -> str:
    """What is added to a sentence where a time-stamp authority was asked and gave no stamp."""
    if data.get("time_stamp") != "missing":
        return ""
    return " " + gettext("The time-stamp authority gave no stamp: its time is that of this house.")


SENTENCES: dict[str, Any] = {
    "acceleration.unpaid": _(
        "The whole sum was not paid by %(due_on)s: %(balance)s is open. The supervisor is told."
    ),
    "agreement.accelerated": _("The whole sum of %(amount)s was asked for, due on %(due_on)s."),
    "agreement.acceleration_withdrawn": _("The demand for the whole sum was withdrawn: %(why)s"),
    "bureau.announced": _(
        "The debtor was told that the debt may be reported to the credit bureau."
    ),
    "bureau.reported": _("The debt was reported to the credit bureau on %(reported_on)s."),
    "limitation.recorded": _(
        "%(interruption)s of %(day)s was entered in the limitation log of %(contract)s."
    ),
    "limitation.restarted": _(
        "The limitation period of %(contract)s begins anew (Civil Code art. 195): it ends on"
        " %(ends_on)s, no longer on %(was)s."
    ),
    "limitation.restored": _(
        "The limitation period of %(contract)s ends on %(ends_on)s again, not on %(was)s: the payment"
        " was taken back."
    ),
    "certificate.issued": _("The settlement certificate was issued."),
    "limitation.warned": _(
        "The limitation period of %(contract)s ends on %(ends_on)s, in %(left)s days; the supervisor is told."
    ),
    "original.taken_in": _(
        "The original of %(paper)s was taken in from %(from)s, kept at %(place)s."
    ),
    "original.voided": _("The original of %(paper)s was declared void: %(void_reason)s."),
    "original.moved": _("The original of %(paper)s is kept at %(place)s now: %(why)s"),
    "guarantor.released": _("%(name)s was released from the guarantee."),
    "bureau.updated": _("%(bureau)s was told on %(day)s: %(bureau_what)s."),
    "bureau.answered": _("%(bureau)s answered on %(day)s: %(bureau_answer)s."),
    "agency_data.certified": _(
        "The agency's data of the debtor: %(data_how)s; the certificate is kept."
    ),
    "records.held": _("Records are held, nothing is deleted: %(held_for)s. %(why)s"),
    "records.hold_renewed": _(
        "The hold on records stands on, looked at again by %(review_on)s: %(held_for)s. %(why)s"
    ),
    "records.terms_decided": _(
        "No term was known for the records; those of %(terms_on)s count: %(why)s"
    ),
    "records.review_due": _("The hold on records is to be looked at again: %(held_for)s."),
    "mandate.ended": _("The mandate %(mandate)s of %(agency)s ended on %(until)s."),
    "mandate.renewed": _("The case has a mandate in force again: %(mandate)s, until %(until)s."),
    "records.released": _("Records are held no longer: %(held_for)s. %(why)s"),
    "records.kept": _("Records whose term has run out were kept, since they are held."),
    "records.erased": _(
        "Records whose term has run out were deleted; certificate %(certificate)s."
    ),
}
HELD_FOR = {  # the kinds of holds of the retention app, which stands above this one
    "complaint": _("Complaint"),
    "suit": _("Suit or arbitration"),
    "police": _("Order or inquiry of the police"),
    "dispute": _("Dispute over the debt"),
    "data_request": _("Request about personal data"),
    "house": _("Other reason of the house"),
}
NAMED: dict[str, tuple[Any, str]] = {
    "interruption": (Interruption.Kind, "cause"),
    "renewal": ({"": _("Another reason"), **dict(Agreement.Cause.choices)}, "renewal"),
    "bureau_what": (BureauReport.What, "what"),
    "bureau_answer": (BureauReport.Answer, "answer"),
    "data_how": (DataReturn.How, "how"),
    "void_reason": (ClaimPaper.VoidReason, "void_reason"),
    "held_for": (HELD_FOR, "kind"),
}

CAUSES = {
    "place": _("The debtor's place has changed."),
    "agency": _("It has changed who collects."),
    "creditor": _("The creditor's list, or a pack, has changed."),
}
