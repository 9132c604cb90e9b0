"""Statements of the accounts into which debtors pay, and what became of each of their lines."""

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agreements.models import Dispute, Payment
from banking.formats import NAMES
from banking.layouts import layouts
from banking.models.providers import ProviderAccount
from banking.providers import label_of
from cases.models import Case
from common.sealed import SealedCharField
from documents.models import Document
from people.models import Organisation, Team, User


class StatementQuerySet(models.QuerySet["Statement"]):
    """What pages ask of statements."""

    def visible_to(self, user: User) -> "StatementQuerySet":
        """The own team's, or all for those who answer for all."""
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return self
        return self.filter(team_id=user.team_id) if user.team_id else self.none()


class LineQuerySet(models.QuerySet["StatementLine"]):
    """What pages ask of lines."""

    def visible_to(self, user: User) -> "LineQuerySet":
        """The own team's, or all for those who answer for all."""
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return self
        return self.filter(team_id=user.team_id) if user.team_id else self.none()


class Statement(models.Model):
    """One file of a bank, as it was taken in: all of its lines, or it would not be here."""

    number = models.CharField(_("statement"), max_length=30, unique=True)
    creditor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # No index of its own for the team: it begins two below.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    layout = models.CharField(_("bank"), max_length=20)
    account = models.CharField(_("account"), max_length=40)
    first_at = models.DateTimeField(_("first line"))
    last_at = models.DateTimeField(_("last line"))
    line_count = models.PositiveIntegerField(_("lines"))
    known_count = models.PositiveIntegerField(_("known before"))
    taken_in_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_in_at = models.DateTimeField(_("taken in at"))

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("bank statement"), _("bank statements")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "sha256"], name="statement_file_once"),
        ]
        indexes = [models.Index(fields=["team", "-id"], name="statement_of_team")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The statement's page."""
        return reverse("banking:statement", args=[self.number])

    @property
    def bank(self) -> str:
        """The name of the bank, in the reader's language."""
        known = layouts().get(self.layout)
        return known.named(get_language() or "zh") if known else NAMES.get(self.layout, self.layout)


class StatementLine(models.Model):
    """One movement of the account; what the bank or provider says of it is never changed, only what became of it.

    ``key`` tells it from all others of its account, so that a later file or a repeated call brings nothing twice.
    A return is money that went back: ``names`` is the key of the movement that it undoes, where it names one.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To review")
        BOOKED = "booked", _("Booked")
        ASIDE = "aside", _("Set aside")
        OUT = "out", _("Money out")
        RETURNED = "returned", _("Payment taken back")
        DISPUTED = "disputed", _("Payment under doubt")

    class Match(models.TextChoices):
        CERTAIN = "certain", _("Certain")
        LIKELY = "likely", _("Likely")
        NONE = "none", _("No match")

    class Why(models.TextChoices):
        ALL_FITS = "all_fits", _("Reference, amount and account fit.")
        AMOUNT_DIFFERS = "amount_differs", _("The reference fits; this amount is not due.")
        TOO_MUCH = "too_much", _("The reference fits; it is more than is owed.")
        ACCOUNT_UNSAID = "account_unsaid", _("Reference and amount fit; the file names no account.")
        CURRENCY = "currency", _("The reference fits; the currency does not.")
        PAYER_AND_AMOUNT = "payer_and_amount", _("Payer and amount fit; no reference.")
        SEVERAL = "several", _("It fits more than one case.")
        NOBODY = "nobody", _("It fits no open case of this team.")
        MAYBE_KNOWN = (
            "maybe_known",
            _("It fits; the same amount was booked there that day from elsewhere."),
        )
        NOT_BOOKED = "not_booked", _("It fits, but could not be booked by itself.")
        TAKEN_BACK = "taken_back", _("Its payment was taken back.")
        NOT_WHOLE = (
            "not_whole",
            _("It fits; the provider says that not all of it comes from the payer."),
        )
        OURS_BACK = "ours_back", _("Money of the creditor's own that came back, no payment.")
        NAMES_IT = "names_it", _("It names the very payment that went back.")
        PART_BACK = "part_back", _("Only a part of a payment went back.")
        DISPUTED = "disputed", _("The payer disputes the payment.")
        WHOSE_BACK = "whose_back", _("Money that went back; it names no payment beyond doubt.")
        NOT_REVERSED = "not_reversed", _("It names its payment, but that could not be taken back.")

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="lines"
    )
    provider = models.ForeignKey(  # who told of it, where it stands in no statement
        ProviderAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="lines"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    row = models.PositiveIntegerField(_("row"), default=0)
    account = models.CharField(_("account"), max_length=40)
    key = models.CharField(max_length=120)
    serial = models.CharField(_("bank's number"), max_length=100, blank=True)
    moved_at = models.DateTimeField(_("on"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    payer = models.CharField(_("payer"), max_length=120, blank=True)
    payer_account = SealedCharField(
        _("payer's account"), max_length=60, blank=True, find_by="exact"
    )
    remark = models.CharField(_("remark"), max_length=400, blank=True)
    is_return = models.BooleanField(_("money that went back"), default=False, db_default=False)
    names = models.CharField(_("what it undoes"), max_length=120, blank=True, db_default="")
    returned = models.ForeignKey(  # the payment that it takes back, or seems to
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(  # of a dispute, as the provider says how it ended
        _("outcome"), max_length=4, choices=Dispute.Outcome, blank=True, default="", db_default=""
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    match = models.CharField(_("match"), max_length=10, choices=Match, default=Match.NONE)
    why = models.CharField(_("why"), max_length=20, choices=Why, blank=True)
    case = models.ForeignKey(  # which it fits, or on which it was booked
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="statement_line"
    )
    seen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField(_("dealt with at"), null=True, blank=True)
    aside_why = models.CharField(_("why it was set aside"), max_length=200, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("line of a statement"), _("lines of a statement")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["open", "booked", "aside", "out", "returned", "disputed"]
                ),
                name="line_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(match__in=["certain", "likely", "none"]), name="line_match_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    why__in=[
                        "",
                        "all_fits",
                        "amount_differs",
                        "too_much",
                        "account_unsaid",
                        "currency",
                        "payer_and_amount",
                        "several",
                        "nobody",
                        "maybe_known",
                        "not_booked",
                        "taken_back",
                        "not_whole",
                        "ours_back",
                        "names_it",
                        "part_back",
                        "disputed",
                        "whose_back",
                        "not_reversed",
                    ]
                ),
                name="line_why_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(match="certain")
                | models.Q(case__isnull=False)
                | models.Q(is_return=True),
                name="line_certain_names_its_case",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="line_is_positive"),
            models.CheckConstraint(
                condition=models.Q(state="booked", payment__isnull=False)
                | (~models.Q(state="booked") & models.Q(payment=None)),
                name="line_booked_with_its_payment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="aside") | ~models.Q(aside_why=""),
                name="line_aside_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(statement__isnull=False, provider=None)
                | models.Q(statement=None, provider__isnull=False),
                name="line_from_one_source",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["returned", "disputed"])
                | models.Q(is_return=True, returned__isnull=False),
                name="line_returned_with_its_payment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="booked") | models.Q(is_return=False),
                name="line_booked_came_in",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", "won", "lost"]), name="line_outcome_known"
            ),
            models.UniqueConstraint(
                fields=["returned"],
                condition=models.Q(state="returned"),
                name="line_returned_once",
            ),
            models.UniqueConstraint(fields=["team", "account", "key"], name="line_once"),
            # Two teams may have taken in the same account: what one booked the other cannot.
            models.UniqueConstraint(
                fields=["account", "key"],
                condition=models.Q(state="booked"),
                name="line_booked_once",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "state", "-id"], name="line_of_team_by_state"),
            models.Index(fields=["state", "-id"], name="line_by_state"),
            models.Index(
                fields=["id"],
                name="line_to_book",
                condition=models.Q(state="open", match="certain"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement} {self.row}" if self.statement else f"{self.provider} {self.key}"

    def get_absolute_url(self) -> str:
        """The line's page."""
        return reverse("banking:line", args=[self.pk])

    @property
    def creditor(self) -> Organisation:
        """Whose account it came into."""
        found: Organisation = (self.statement or self.provider).creditor
        return found

    @property
    def said_by(self) -> str:
        """Where it stands: the statement's number, or the provider's name."""
        return self.statement.number if self.statement else str(label_of(self.provider.provider))
