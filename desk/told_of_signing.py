"""How it is told that terms were written, confirmed and signed, by whom and by which way."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "agreement.drawn_up": _("An agreement was drawn up."),
    "agreement.redrafted": _("The terms of the agreement were changed."),
    "agreement.offered": _("The terms were given to the debtor to read."),
    "agreement.side_signed": _("Signed by %(name)s."),
    "agreement.signed_on_paper": _("Both sides signed on paper. The original is kept: %(place)s."),
    "agreement.signed": _("Both sides signed."),
    "agreement.superseded": _("A newer version replaced the agreement."),
    "agreement.voided": _("The agreement is void."),
    "term.confirmed": _("The debtor confirmed the term “%(item)s”."),
    "agreement.read_aloud": _("The terms are read aloud on the recording %(document)s."),
    "lawyer.asked": _("A lawyer was asked to confirm."),
    "lawyer.confirmed": _("A lawyer has confirmed."),
    "lawyer.declined": _("The lawyer does not confirm the terms: %(remark)s"),
    "signing.link_sent": _("A link to read and sign was sent."),
    "signing.link_withdrawn": _("The link to sign was withdrawn."),
    "signing.opened": _("The terms were opened by the link."),
    "signing.answered": _("An answer came in the place of a signature."),
    "signing.link_expired": _("A link to sign ended unsigned."),
    "signing.code_sent": _("A one-time code was sent to %(to)s."),
    "signatory.asked": _("Asked to sign, too: %(name)s."),
    "signatory.left_out": _("No longer asked to sign: %(name)s."),
    "signatory.declined": _("%(name)s declined to sign."),
    "signatory.bound": _("%(name)s is bound by the agreement and has a copy of it."),
    "signatory.term_confirmed": _("%(name)s confirmed “%(item)s”."),
    "agreement.gone_on_without": _(
        "A new version goes on without %(name)s; it replaces %(replaced)s."
    ),
    "signing.code_entered": _("The one-time code was entered correctly."),
}
