"""How our words are shown: what is filled in stands out, and what changed is marked."""

import re
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from looking.session import shown
from notices.accounts import name_of
from notices.channels import carriers
from notices.codes import CODE_PLACE
from notices.links import PLACE
from notices.models import AccountRecord, ChannelAccount, MessageVersion, Notice
from notices.texts.changing import RELEASE
from notices.texts.comparing import pieces
from notices.texts.placeholders import PLACEHOLDERS
from notices.texts.wordings import EVERY_CHANNEL, WORDINGS, channel_label
from people.masking import GROUP_OF, mask
from people.rights import may

register = template.Library()

DEEDS = {
    "wording.proposed": pgettext_lazy("version of a text", "Proposed"),
    "wording.released": pgettext_lazy("version of a text", "Released"),
    "wording.withdrawn": pgettext_lazy("version of a text", "Withdrawn"),
}
_SIGN = re.compile(r"(\{[a-z][a-z0-9_]*\})")


@register.filter
def signs(text: str) -> SafeString:
    """A text with its placeholders marked, each with what it stands for."""
    return format_html_join(
        "", "{}",
        (
            (format_html('<span class="sign" title="{}">{}</span>', known.label, part),)
            if (known := PLACEHOLDERS.get(part[1:-1])) and part.startswith("{")
            else (part,)
            for part in _SIGN.split(str(text))
        ),
    )  # fmt: skip


@register.simple_tag
def compared(old: str, new: str) -> SafeString:
    """Both texts in one: struck out what went, underlined what came."""
    tags = {"same": "{}", "gone": "<del>{}</del>", "new": "<ins>{}</ins>"}
    return format_html_join(
        "", "{}", ((format_html(tags[piece.kind], piece.text),) for piece in pieces(old, new))
    )


@register.filter
def wording_name(name: str) -> Any:
    """What a message is called."""
    return WORDINGS[name].label if name in WORDINGS else name


@register.filter
def channel_name(name: str) -> Any:
    """The channel in words."""
    return channel_label(name) if name in EVERY_CHANNEL or name in Notice.Channel.values else name


@register.filter
def carrier_name(account: ChannelAccount) -> str:
    """Whose account it is, for which channel, at which carrier."""
    return name_of(account)


@register.filter
def setting_labels(record: AccountRecord) -> str:
    """What of an account was set or changed, by the labels of its form."""
    carrier = carriers().get(record.account.provider)
    labels = {one.name: str(one.label) for one in carrier.fields} if carrier else {}
    labels["per_minute"] = str(ChannelAccount._meta.get_field("per_minute").verbose_name)
    return _(", ").join(labels.get(name, name) for name in record.names)


@register.filter
def as_kept(text: str) -> str:
    """The text of a message as it is kept: what is put in only as it leaves, and kept nowhere, is said to be so."""
    return text.replace(PLACE, _("[the link, put in as it leaves]")).replace(
        CODE_PLACE, _("[the code, put in as it leaves]")
    )


@register.simple_tag(takes_context=True)
def notice_way(context: Any, notice: Notice) -> str:
    """Where a message goes, masked unless this session sees such data of the case in full."""
    kind = "address" if notice.is_carried else "email" if notice.channel == "email" else "phone"
    if GROUP_OF[kind] in shown(context.get("request"), notice.case.reference):
        return str(notice.address)
    return mask(notice.address, kind)


@register.filter
def language_name(code: str) -> Any:
    """The language in words."""
    names = {
        "zh": pgettext_lazy("language", "Chinese"),
        "en": pgettext_lazy("language", "English"),
        "both": pgettext_lazy("language", "Chinese and English"),
    }
    return names.get(code, code)


@register.filter
def wording_deed(kind: str) -> Any:
    """What was done with a version, in words."""
    return DEEDS.get(kind, kind)


@register.simple_tag
def wordings_waiting(user: Any) -> int:
    """How many new texts this person could release."""
    if not may(user, RELEASE):
        return 0
    waiting = MessageVersion.objects.filter(state=MessageVersion.State.PROPOSED)
    return waiting.exclude(proposed_by=user).count()
