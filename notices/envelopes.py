"""A notice as the adapter of its carrier wants it."""

import hashlib

from django.utils.translation import gettext as _

from notices import links
from notices.channels import Attachment, Message, Undelivered
from notices.models import Notice
from notices.texts.approved import wants_template
from notices.wording import writer_of
from workflow.reasons import because


def message_of(notice: Notice) -> Message:
    """The notice as the adapter wants it, its file checked against the digest it was stored with."""
    attachments: tuple[Attachment, ...] = ()
    document = notice.document
    if document:
        try:
            with document.file.open("rb") as file:
                content = file.read()
        except OSError as error:
            raise Undelivered(
                because(lambda: _("The file %(name)s is not there.") % {"name": document.filename}),
                permanent=True,
            ) from error
        if hashlib.sha256(content).hexdigest() != document.sha256:
            raise Undelivered(
                because(
                    lambda: (
                        _("The file %(name)s is not what it was when it was made.")
                        % {"name": document.filename}
                    )
                ),
                permanent=True,
            )
        attachments = (Attachment(document.filename, document.mime, content),)
    writer = writer_of(notice.case)
    _check_template(notice)
    return Message(
        key=notice.dedupe_key,
        reference=notice.reference,
        to=notice.address,
        subject=notice.subject,
        text=links.with_link(notice),
        language=notice.language,
        sender=writer.name_en if notice.language == "en" and writer.name_en else writer.name,
        reply_to=writer.email,
        template=notice.approved.number if notice.approved else "",
        params=links.values_with_link(notice),
        attachments=attachments,
    )


def _check_template(notice: Notice) -> None:
    """What was composed for the texts that one carrier has approved is not sent by another."""
    if not wants_template(notice.account):
        return
    if notice.approved is None or notice.approved.account_id != notice.account_id:
        raise Undelivered(
            because(
                lambda: _("The carrier sends only what it has approved, and this was not composed for it. Write it anew.")
            ),
            permanent=True,
        )  # fmt: skip
