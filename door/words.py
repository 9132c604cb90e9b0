"""What the phone says by itself, in the reader's language; the screens' own words are in the screens."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """The words by their keys; ``{name}`` stands for what the phone fills in."""
    return {
        "kept": _("Kept on this phone."),
        "sent_of": _("{sent} of {kept} sent"),
        "send_now": _("Send now"),
        "no_signal": _("No signal. All is kept on this phone and goes out when there is one."),
        "signed_out": _("Sign in again to send what is kept on this phone."),
        "pack_old": _(
            "What this phone took along is no longer good. Fetch it anew before you begin."
        ),
        "pack_forged": _("What this phone took along is not signed by the house. It is not used."),
        "too_soon": _("You may ring from {from}."),
        "too_late": _("The time that was announced is over. Plan another visit at the desk."),
        "not_all_here": _("All who were named have to be here first."),
        "lapsed": _("The permit of {officer} is not good at this time."),
        "does_not_fit": _(
            "This does not fit. Do not say more; if it is somebody else, use “someone else”."
        ),
        "to_settle": _("Kept; the office has to look at it: {why}"),
        "storage_full": _(
            "This phone has no room left. What is kept stays; free some space before you go on."
        ),
        "quarantined": _("Kept apart: there was no consent to it."),
    }
