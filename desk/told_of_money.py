"""How it is told what becomes of money: what was too much, what went back, and cash from doors."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "payment.exceeded": _(
        "%(amount)s of payment %(number)s was more than was owed; it is owed back."
    ),
    "cash.numbers_given": _("A phone took %(numbers)s along for receipts."),
    "cash.number_spoiled": _("Number %(number)s was spoiled: %(why)s"),
    "cash.numbers_unused": _("These numbers were not used: %(numbers)s."),
    "cash.taken": _("%(first)s and %(second)s took %(amount)s in cash, receipt %(number)s."),
    "cash.deposited": _(
        "%(amount)s of receipt %(number)s was paid into %(bank)s (%(slip_number)s)."
    ),
    "cash.overdue": _(
        "The cash of receipt %(number)s (%(amount)s) was not paid in when it was due; the supervisor is told."
    ),
    "cash.difference_accepted": _(
        "A difference of %(difference)s of receipt %(number)s was accepted: %(why)s"
    ),
    "payment.disputed": _(
        "%(amount)s of payment %(number)s is disputed by its payer (%(dispute)s)."
    ),
    "payment.dispute_ended": _(
        "The dispute %(dispute)s over %(amount)s of payment %(number)s ended."
    ),
    "refund.granted": _("The refund of %(amount)s to %(to)s was granted."),
    "refund.paid": _("%(amount)s was paid back to %(to)s (%(bank_reference)s)."),
}
