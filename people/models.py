"""Who works here, for whom, and whom they deal with."""

from datetime import date

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.positions import LENGTH, Point, point_of
from common.sealed import SealedCharField, front
from people.absences import Absence  # noqa: F401 - a table of this app
from people.account_changes import AccountChange  # noqa: F401 - likewise
from people.photos import uri_of
from people.sight import Sight

KNOWN_CREDITORS = ["", "bank", "consumer_finance", "micro_loan", "assignee", "private"]


class Organisation(models.Model):
    """A creditor, an agency that a creditor has hired, or a law firm that writes for one of them."""

    class Kind(models.TextChoices):
        CREDITOR = "creditor", _("Creditor")
        AGENCY = "agency", _("Agency")
        LAW_FIRM = "law_firm", _("Law firm")

    class CreditorType(models.TextChoices):
        BANK = "bank", _("Bank or card issuer")
        CONSUMER_FINANCE = "consumer_finance", _("Consumer finance company")
        MICRO_LOAN = "micro_loan", _("Micro-loan company")
        ASSIGNEE = "assignee", _("Assignee of the debt")
        PRIVATE = "private", _("Private lender or company")

    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    creditor_type = models.CharField(
        _("kind of creditor"), max_length=20, choices=CreditorType, blank=True
    )
    natural_person = models.BooleanField(_("a natural person"), default=False, db_default=False)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    licence = models.CharField(_("business licence number"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    complaint_phone = models.CharField(_("complaint line"), max_length=30, blank=True)
    regulator_phone = models.CharField(_("regulator's line"), max_length=30, blank=True)
    bank_name = models.CharField(_("bank for repayment"), max_length=80, blank=True)
    bank_account = models.CharField(_("account for repayment"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, default="CN")
    packs = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("rule packs"),
        default=list,
        blank=True,
        help_text=_(
            "Empty: the packs of the debtor's place. A list holds in the own country alone."
        ),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("organisation"), _("organisations")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["creditor", "agency", "law_firm"]),
                name="organisation_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(creditor_type__in=KNOWN_CREDITORS),
                name="organisation_creditor_type_known",
            ),
        ]

    def __str__(self) -> str:
        return self.named(get_language() or "zh")

    def named(self, language: str) -> str:
        """The name in that language, as far as there is one."""
        return self.name if language.startswith("zh") else self.name_en or self.name


class Team(models.Model):
    """The people who share a list of cases; access follows the team."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=60)
    city = models.CharField(_("city"), max_length=40, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("team"), _("teams")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="team_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class People(UserManager["User"]):
    """Users, and the one who stands for the system itself."""

    def system(self) -> "User":
        """The user in whose name the system acts; it can never sign in."""
        user, made = self.get_or_create(
            username="system", defaults={"role": User.Role.SYSTEM, "is_active": False}
        )
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user


KNOWN_ROLES = [
    "clerk", "officer", "supervisor", "compliance", "administrator", "counsel", "auditor",
    "operator", "system",
]  # fmt: skip
"""What the database takes for a role; a test compares it with the choices."""


class User(Sight, AbstractUser):
    """A member of staff, or the system."""

    class Role(models.TextChoices):
        CLERK = "clerk", _("Clerk")
        OFFICER = "officer", _("Field officer")
        SUPERVISOR = "supervisor", _("Supervisor")
        COMPLIANCE = "compliance", _("Compliance")
        ADMINISTRATOR = "administrator", _("Administrator")
        COUNSEL = "counsel", _("Lawyer")
        AUDITOR = "auditor", _("Auditor")
        OPERATOR = "operator", _("Operator")
        SYSTEM = "system", _("System")

    class Language(models.TextChoices):
        CHINESE = "zh", _("Chinese")
        ENGLISH = "en", _("English")

    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.CLERK)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="members"
    )
    full_name = models.CharField(_("full name"), max_length=80, blank=True)
    badge = models.CharField(_("badge number"), max_length=20, blank=True)
    phone = models.CharField(_("work telephone"), max_length=30, blank=True)
    password_given_at = models.DateTimeField(  # empty where the person has chosen the password
        _("when somebody else set the password"), null=True, blank=True, editable=False
    )

    objects = People()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=KNOWN_ROLES),
                name="user_role_known",
            ),
            models.UniqueConstraint(
                fields=["badge"], condition=~models.Q(badge=""), name="user_badge_once"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """The administration's pages are for administrators; nothing else asks this."""
        return self.is_active and self.role == self.Role.ADMINISTRATOR

    def has_module_perms(self, app_label: str) -> bool:
        """As above, for a whole app."""
        return self.is_active and self.role == self.Role.ADMINISTRATOR


class OfficerCredential(models.Model):
    """What entitles an officer to stand at a door, from when until when."""

    class Kind(models.TextChoices):
        PERMIT = "permit", _("Visiting permit")
        TRAINING = "training", _("Training and examination")
        # What some places ask for beside them: ``compliance.circumstances.CERTIFICATES``.
        RECOVERY_AGENT = "recovery_agent", _("Debt recovery agent certificate")
        BACKGROUND_CHECK = "background_check", _("Verification by the police")
        POLICE_APPROVAL = "police_approval", _("Approval by the police")
        LISTED = "listed", _("Entry in the published list of collectors")
        AUTHORISATION = "authorisation", _("Letter of authorisation")

    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="credentials")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    number = models.CharField(_("number"), max_length=40)
    issued_by = models.CharField(_("issued by"), max_length=80)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_why = models.CharField(_("why it was revoked"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("credential"), _("credentials")
        ordering = ["officer_id", "kind", "-valid_until", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "permit",
                        "training",
                        "recovery_agent",
                        "background_check",
                        "police_approval",
                        "listed",
                        "authorisation",
                    ]
                ),
                name="credential_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")),
                name="credential_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def valid_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.revoked_at is None and self.valid_from <= day <= self.valid_until


class HousePaper(models.Model):
    """A paper that a creditor or an agency must hold, from when until when; never edited, only withdrawn.

    The kinds are those of ``compliance.circumstances.HOUSE_PAPERS``.
    """

    class Kind(models.TextChoices):
        LICENCE = "licence", _("Collection licence")
        REGISTER_ENTRY = "register_entry", _("Entry in the published list of agents")
        BOARD_POLICY = "board_policy", _("Policy approved by the board")
        IMPACT_ASSESSMENT = "impact_assessment", _("Assessment of the impact on personal data")
        PROCESSING_CONTRACT = "processing_contract", _("Contract on entrusted processing of data")
        GRIEVANCE_CONTACT = "grievance_contact", _("Contact for grievances")
        AGENCY_REVIEW = "agency_review", _("Yearly review of the agency")
        SCOPE_REVIEW = "scope_review", _("Review of the agency's business scope")
        TRANSFER_RECORD = "transfer_record", _("Record of passing data on to the new creditor")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="house_papers"
    )
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    number = models.CharField(_("number"), max_length=60)
    issued_by = models.CharField(_("issued or signed by"), max_length=120)
    kept_at = models.CharField(_("where it is kept"), max_length=120, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"))
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=200, blank=True)

    class Meta:
        ordering = ["organisation_id", "kind", "-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "licence",
                        "register_entry",
                        "board_policy",
                        "impact_assessment",
                        "processing_contract",
                        "grievance_contact",
                        "agency_review",
                        "scope_review",
                        "transfer_record",
                    ]
                ),
                name="house_paper_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="house_paper_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "number"], name="house_paper_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def valid_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        runs = self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        return self.withdrawn_at is None and runs


class OfficerPhoto(models.Model):
    """What an officer looks like: on the notice of a visit, and on the card that a QR code leads to.

    Apart from the user, so that no page reads it that does not show it.
    """

    officer = models.OneToOneField(User, on_delete=models.CASCADE, related_name="photo")
    jpeg = models.BinaryField(_("photograph"))

    class Meta:
        verbose_name, verbose_name_plural = _("photograph"), _("photographs")

    def __str__(self) -> str:
        return str(self.officer)

    @property
    def uri(self) -> str:
        """The picture as a page or a paper takes it."""
        return uri_of(bytes(self.jpeg))


class Person(models.Model):
    """A debtor, co-debtor, guarantor or contact person."""

    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in Latin letters"), max_length=80, blank=True)
    id_number = SealedCharField(_("ID number"), max_length=30, blank=True, find_by="exact")
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=4, choices=User.Language, default=User.Language.CHINESE
    )
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    # Where the debtor lives, as ISO 3166 has it; empty: the creditor's country, no part of it.
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("state, province or part"), max_length=3, blank=True)
    locality = models.CharField(_("town with rules of its own"), max_length=60, blank=True)
    employer = SealedCharField(_("employer"), max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(language__in=["zh", "en"]), name="person_language_known"
            )
        ]
        indexes = [models.Index(front("id_number"), name="person_found_by_id_number")]

    def __str__(self) -> str:
        return self.name

    @property
    def homes(self) -> "models.QuerySet[Address]":
        """The homes on file, those in the country where the person lives first."""
        here = models.Q(country="") | models.Q(country=self.country)
        return self.addresses.filter(kind=Address.Kind.HOME).order_by(
            models.Case(models.When(here, then=0), default=1), "pk"
        )


class Source(models.TextChoices):
    """Where an address or number came from; only six sources are lawful (CN-25)."""

    CONTRACT = "contract", _("The contract")
    DEBTOR = "debtor", _("Left by the debtor")
    AUTHORISED = "authorised", _("Authorised by the debtor")
    PUBLIC = "public", _("Lawful public channel")
    RESERVED_CONTACT = "reserved_contact", _("Told by the reserved contact")
    BUREAU = "bureau", _("Body queried with authorisation")
    UNKNOWN = "unknown", _("Not known")


SOURCES = [choice.value for choice in Source]
# Such as "call of 5 March with the debtor, recorded", or the number of a letter.
PROOF_LENGTH = 200


class Address(models.Model):
    """A place where a person may be found or written to."""

    class Kind(models.TextChoices):
        HOME = "home", _("Home")
        AGREED = "agreed", _("Agreed place")
        CREDITOR_OFFICE = "creditor_office", _("Creditor's office")
        WORK = "work", _("Workplace")
        HOSPITAL = "hospital", _("Hospital")
        SCHOOL = "school", _("School")
        PUBLIC = "public", _("Public place")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(_("kind of place"), max_length=20, choices=Kind, default=Kind.HOME)
    city = models.CharField(_("city"), max_length=40, blank=True)
    district = models.CharField(_("district"), max_length=40, blank=True)
    text = SealedCharField(_("address"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    position = SealedCharField(  # common.positions; "": nobody has said it
        _("latitude and longitude"), max_length=LENGTH, blank=True, default="", db_default=""
    )
    # Only where the place lies elsewhere than where the person lives.
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("state, province or part"), max_length=3, blank=True)
    zone = models.CharField(_("time zone"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=20, choices=Source, default=Source.UNKNOWN)
    source_on = models.DateField(_("obtained on"), null=True, blank=True)
    source_proof = models.CharField(
        _("what shows the source"), max_length=PROOF_LENGTH, blank=True, default="", db_default=""
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    consented = models.BooleanField(_("debtor agreed to visits here"), default=False)

    class Meta:
        ordering = ["person_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "home",
                        "agreed",
                        "creditor_office",
                        "work",
                        "hospital",
                        "school",
                        "public",
                    ]
                ),
                name="address_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=SOURCES), name="address_source_known"
            ),
        ]

    def __str__(self) -> str:
        parts = [self.city, self.district, self.text]
        if self.text.isascii():  # written the other way round, with commas between
            return ", ".join(part for part in reversed(parts) if part)
        return "".join(parts)

    @property
    def point(self) -> Point | None:
        """Where it lies, in degrees; None where nobody has said it."""
        return point_of(self.position)


class ContactPoint(models.Model):
    """A number or account under which a person can be reached."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Telephone")
        SMS = "sms", _("SMS")
        EMAIL = "email", _("E-mail")
        WECHAT = "wechat", _("WeChat")
        WECOM = "wecom", _("WeCom")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contact_points")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    value = SealedCharField(_("number or account"), max_length=120, find_by="reach")
    source = models.CharField(_("source"), max_length=20, choices=Source, default=Source.UNKNOWN)
    source_on = models.DateField(_("obtained on"), null=True, blank=True)
    source_proof = models.CharField(
        _("what shows the source"), max_length=PROOF_LENGTH, blank=True, default="", db_default=""
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    consented = models.BooleanField(_("debtor agreed to be reached here"), default=False)
    do_not_contact = models.BooleanField(_("do not contact"), default=False)
    dead_at = models.DateTimeField(_("found dead at"), null=True, blank=True)

    class Meta:
        ordering = ["person_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["phone", "sms", "email", "wechat", "wecom"]),
                name="contact_point_channel_known",
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=SOURCES), name="contact_point_source_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.value)
