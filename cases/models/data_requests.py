"""What a person asks of whoever processes their data, and what became of it (PIPL arts. 44 to 50)."""

from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from cases.models.case import Case
from common.sealed import SealedCharField
from documents.models import Document
from people.models import Person, User


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """What pages and actions ask of requests."""

    def visible_to(self, user: User) -> "DataRequestQuerySet":
        """Those of the cases that the user sees."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def waiting(self) -> "DataRequestQuerySet":
        """Those that nobody has answered."""
        return self.filter(state__in=[DataRequest.State.RECEIVED, DataRequest.State.IDENTIFIED])


class DataRequest(models.Model):
    """One request of one person: received, the person identified, answered by compliance within its days."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("Access or copy")
        CORRECTION = "correction", _("Correction")
        DELETION = "deletion", _("Deletion")
        OBJECTION = "objection", _("Objection to the processing")
        WITHDRAWAL = "withdrawal", _("Withdrawal of consent")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        IDENTIFIED = "identified", _("Identity proven")
        GRANTED = "granted", _("Granted")
        PARTLY = "partly", _("Granted in part")
        REFUSED = "refused", _("Refused")

    class How(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        PHONE = "phone", _("By telephone")
        LETTER = "letter", _("By letter")
        EMAIL = "email", _("By e-mail")
        PORTAL = "portal", _("On the page for debtors")

    class Identity(models.TextChoices):
        PAPER = "paper", _("Identity paper seen")
        CALL_BACK = "call_back", _("Called back on a number from the contract")
        PORTAL = "portal", _("Signed in on the page for debtors")
        PROXY = "proxy", _("A representative's written authority and paper seen")

    class Field(models.TextChoices):
        """What of a person's own data can be corrected on request."""

        NAME = "name", _("Name")
        NAME_EN = "name_en", _("Name in Latin letters")
        ID_NUMBER = "id_number", _("ID number")
        EMPLOYER = "employer", _("Employer")

    number = models.CharField(_("number"), max_length=20, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="data_requests")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what is asked"), max_length=10, choices=Kind)
    how = models.CharField(_("how it came"), max_length=10, choices=How)
    words = models.TextField(_("what was asked"))
    field = models.CharField(_("what is to be corrected"), max_length=10, choices=Field, blank=True)
    # Sealed: an ID number may stand in either.
    wanted = SealedCharField(_("to be corrected to"), max_length=120, blank=True)
    held = SealedCharField(_("as it stood before"), max_length=120, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True)
    state = FSMField(
        _("state"), max_length=10, choices=State, default=State.RECEIVED, protected=True
    )
    identity = models.CharField(
        _("how the identity was proven"), max_length=10, choices=Identity, blank=True
    )
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(_("answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    grounds = models.TextField(_("grounds"), blank=True)
    # Of a deletion: which classes went, which stay until when and by which rule; kinds and rules alone.
    told = models.JSONField(_("what became of the data"), default=dict, encoder=DjangoJSONEncoder)
    answer = models.ForeignKey(  # the letter that answers
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    copy_pdf = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    copy_json = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["access", "correction", "deletion", "objection", "withdrawal"]
                ),
                name="data_request_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["received", "identified", "granted", "partly", "refused"]
                ),
                name="data_request_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(how__in=["in_person", "phone", "letter", "email", "portal"]),
                name="data_request_how_known",
            ),
            models.CheckConstraint(
                condition=models.Q(identity__in=["", "paper", "call_back", "portal", "proxy"]),
                name="data_request_identity_known",
            ),
            models.CheckConstraint(
                condition=models.Q(field__in=["", "name", "name_en", "id_number", "employer"]),
                name="data_request_field_known",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by=None)
                | ~models.Q(answered_by=models.F("received_by")),
                name="data_request_answered_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="data_request_waiting",
                condition=models.Q(state__in=["received", "identified"]),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The request's page."""
        return reverse("privacy:request", args=[self.number])

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has answered it."""
        return self.state in {self.State.RECEIVED, self.State.IDENTIFIED}

    @transition(field=state, source=State.RECEIVED, target=State.IDENTIFIED)
    def identify(self, *, identity: str) -> None:
        """It is known who asks."""
        self.identity = identity

    @transition(field=state, source=State.IDENTIFIED, target=State.GRANTED)
    def grant(self, **answer: Any) -> None:
        """All of it is done."""
        self._answer(**answer)

    @transition(field=state, source=State.IDENTIFIED, target=State.PARTLY)
    def grant_partly(self, **answer: Any) -> None:
        """Some of it is done; of the rest the grounds and the rules say why not."""
        self._answer(**answer)

    @transition(field=state, source=[State.RECEIVED, State.IDENTIFIED], target=State.REFUSED)
    def refuse(self, **answer: Any) -> None:
        """It is not done, with grounds."""
        self._answer(**answer)

    def _answer(self, *, by: User, at: datetime, grounds: str, told: dict[str, Any]) -> None:
        self.answered_by, self.answered_at = by, at
        self.grounds, self.told = grounds, told
