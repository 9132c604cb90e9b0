"""What may have begun a limitation period anew, with its proof: a log that is never edited."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from people.models import User


class Interruption(models.Model):
    """One act that begins the period of a claim anew, or that does not, and why.

    ``was`` and ``ends_on`` are the end of the period before and after it; ``why_not`` says why it moved nothing
    (``compliance.limitation.WHY_NOT``). ``number`` names the agreement or payment that it follows from.
    """

    class Kind(models.TextChoices):
        DEMAND = "demand", _("Demand")
        AGREEMENT = "agreement", _("Signed agreement")
        PAYMENT = "payment", _("Part payment")
        PROMISE = "promise", _("Promise to pay")
        SECURITY = "security", _("Security given")
        EXTENSION = "extension", _("Request for more time")
        SUIT = "suit", _("Suit")
        ARBITRATION = "arbitration", _("Arbitration")
        EQUIVALENT = "equivalent", _("Like a suit (mediation, payment order)")

    class Way(models.TextChoices):
        BY_HAND = "by_hand", _("Handed over")
        POST = "post", _("By post")
        DATA_MESSAGE = "data_message", _("SMS, e-mail or other message")

    class Signer(models.TextChoices):
        DEBTOR = "debtor", _("The debtor")
        RELATIVE = "relative", _("A grown-up relative of the household")
        AUTHORISED = "authorised", _("Somebody authorised")
        NOBODY = "nobody", _("Nobody")

    debt = models.ForeignKey("cases.Debt", on_delete=models.PROTECT, related_name="interruptions")
    kind = models.CharField(_("what happened"), max_length=12, choices=Kind)
    on = models.DateField(_("on"))
    ended_on = models.DateField(_("procedure ended on"), null=True, blank=True)
    way = models.CharField(_("how it came"), max_length=14, choices=Way, blank=True, default="")
    signer = models.CharField(
        _("signed for by"), max_length=12, choices=Signer, blank=True, default=""
    )
    arrived = models.BooleanField(_("shown to have arrived"), default=False)
    sealed = models.BooleanField(_("in a sealed envelope"), default=False)
    number = models.CharField(_("agreement or receipt"), max_length=40, blank=True, default="")
    remark = models.CharField(_("note"), max_length=200, blank=True, default="")
    proof = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    was = models.DateField(_("end before"))
    ends_on = models.DateField(_("end after"))
    why_not = models.CharField(max_length=12, blank=True, default="")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        ordering = ["debt_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "demand",
                        "agreement",
                        "payment",
                        "promise",
                        "security",
                        "extension",
                        "suit",
                        "arbitration",
                        "equivalent",
                    ]
                ),
                name="interruption_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(way__in=["", "by_hand", "post", "data_message"]),
                name="interruption_way_known",
            ),
            models.CheckConstraint(
                condition=models.Q(signer__in=["", "debtor", "relative", "authorised", "nobody"]),
                name="interruption_signer_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
