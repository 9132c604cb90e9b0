"""Our words in the browser: what holds, a new version, its release, and how it reads for a real case."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.clock import HOUSE_ZONE, local_day
from notices.models import MessageVersion, Notice
from notices.texts import changing, faults, previewing
from notices.texts.changing import EDIT, RELEASE
from notices.texts.filed import Text
from notices.texts.pages import OF_PAGES, PAGES
from notices.texts.standing import Standing, standing
from notices.texts.wordings import (
    BY_LAWYER,
    CHANNELS,
    EVERY_CHANNEL,
    FRAME,
    LANGUAGES,
    MESSAGES,
    ON_PAGES,
    SUBJECTS,
    WORDINGS,
    Wording,
    channel_label,
)
from notices.views.places import MOST_WRITERS, Place, shown_at, signature_for, whose_of, writers
from notices.wording_forms import FallBackForm, LookForm, ReleaseForm, TextForm
from people.models import Organisation
from people.recent import recent_sign_in
from people.rights import may
from timeline.models import Event
from workflow.web import demand, handle

HISTORY = 50
_State = MessageVersion.State


@require_safe
def wordings(request: HttpRequest) -> HttpResponse:
    """Every message by every channel with the versions that hold, and what waits for release."""
    demand(request, RELEASE)
    over = _overview(request, MESSAGES)
    rows = [
        (wording, [_cell(wording, channel, over) for channel in CHANNELS])
        for wording in MESSAGES.values()
    ]
    channels = [channel_label(channel) for channel in CHANNELS]
    context = {**over.context, "rows": rows, "channels": channels}
    return TemplateResponse(request, "wording/wordings.html", context)


@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    """Every page of the debtor's side with the words that it shows, and what waits for release.

    Context: ``pages`` (each with its words and their versions), and as ``wordings``.
    """
    demand(request, RELEASE)
    over = _overview(request, ON_PAGES)
    rows = [
        (page, OF_PAGES[page.channel], [
            (slot, _cell(ON_PAGES[f"{page.name}.{slot.name}"], page.channel, over))
            for slot in page.slots
        ])
        for page in PAGES.values()
    ]  # fmt: skip
    return TemplateResponse(request, "wording/pages.html", {**over.context, "pages": rows})


@dataclass(frozen=True)
class Overview:
    """What holds for the house or one organisation, and what waits, for a list of texts."""

    whose: Organisation | None
    found: Mapping[tuple[str, str, str], Standing]
    pending: Collection[tuple[str, str]]
    context: dict[str, Any]


def _overview(request: HttpRequest, listed: Mapping[str, Wording]) -> Overview:
    whose = whose_of(request)
    key = whose.pk if whose else None
    found = standing(listed, EVERY_CHANNEL, LANGUAGES, at=clock.now(), organisation=key)
    waiting = list(
        MessageVersion.objects.filter(state=_State.PROPOSED, wording__in=listed)
        .select_related("proposed_by", "organisation").order_by("proposed_at", "pk")[:HISTORY]
    )  # fmt: skip
    pending = {(row.wording, row.channel) for row in waiting if row.organisation_id == key}
    released = MessageVersion.objects.filter(state=_State.RELEASED, wording__in=listed)
    context = {
        "whose": whose,
        "writers": writers(),
        "own": Organisation.objects.filter(pk__in=released.values("organisation")).order_by(
            "kind", "name", "pk"
        )[:MOST_WRITERS],
        "waiting": waiting,
    }
    return Overview(whose, found, pending, context)


def _cell(wording: Wording, column: str, over: Overview) -> dict[str, Any]:
    """One cell of the list: the lawyer's letter, which is paper too, stands under the letters."""
    channel = BY_LAWYER if wording.name == BY_LAWYER and column == "letter" else column
    here = channel in wording.channels
    return {
        "place": Place(wording, channel, whose=over.whose) if here else None,
        "label": channel_label(channel),
        "changed": [
            (lang, text.number, text.organisation is not None)
            for lang in LANGUAGES
            if here and (text := over.found[wording.name, channel, lang]).number
        ],
        "waits": (wording.name, channel) in over.pending,
    }


@require_safe
def place(request: HttpRequest, name: str, channel: str) -> HttpResponse:
    """One message by one channel: what holds in each language, what came before, what may be filled in."""
    demand(request, RELEASE)
    whose = whose_of(request)
    here = _place(name, channel, whose=whose)
    at, key = clock.now(), whose.pk if whose else None
    found = standing([name], [channel], LANGUAGES, at=at, organisation=key)
    rows = list(
        MessageVersion.objects.filter(wording=name, channel=channel, organisation=whose)
        .select_related("proposed_by", "decided_by").order_by("-pk")[:HISTORY]
    )  # fmt: skip
    texts = [
        {
            "language": language,
            "holds": found[name, channel, language],
            "shown": shown_at(found[name, channel, language].text, here, language, at),
            "versions": [row for row in rows if row.language == language],
            "waits": next(
                (r for r in rows if r.language == language and r.state == _State.PROPOSED), None
            ),
        }
        for language in LANGUAGES
    ]
    context = {
        "here": here,
        "texts": texts,
        "whose": whose,
        "writers": writers(),
        "may_edit": may(request.user, EDIT),
        "can_preview": previewing.is_told(name),
        **_offered(here),
    }
    return TemplateResponse(request, "wording/place.html", context)


def edit(request: HttpRequest, name: str, channel: str, language: str) -> HttpResponse:
    """Write a new version of the text, or look at how it would read before it is proposed."""
    demand(request, EDIT)
    whose, at = whose_of(request), clock.now()
    here = _place(name, channel, language, whose)
    holds = changing.now_standing(name, channel, language, at=at, organisation=whose)
    base = _base(request, here, language) or holds
    form = TextForm(
        request.POST or None, wording=here.wording, channel=channel,
        initial={
            "subject": base.text.subject, "body": base.text.body,
            "valid_on": local_day(at, HOUSE_ZONE),
        },
    )  # fmt: skip
    context = {
        "here": here, "language": language, "holds": holds, "base": base, "whose": whose,
        **_offered(here),
    }  # fmt: skip
    if request.method == "POST" and "look" in request.POST:
        return _looked(request, form, here, language, context)

    def do(given: dict[str, Any]) -> MessageVersion:
        return changing.propose_wording(
            wording=name, channel=channel, language=language, subject=given.get("subject", ""),
            body=given["body"], reason=given["reason"], valid_on=given["valid_on"],
            based_on=base.number, by=request.user, at=at, organisation=whose,
        )  # fmt: skip

    return handle(
        request, case=here, form=form, do=do, template="wording/edit.html", right=EDIT,
        done=_("It is proposed. Somebody else has to release it."),
        to=lambda made: made.get_absolute_url(), context=context,
    )  # fmt: skip


def fall_back(
    request: HttpRequest, name: str, channel: str, language: str, pk: int
) -> HttpResponse:
    """Give an organisation's own text up for the house's."""
    demand(request, EDIT)
    whose, at = get_object_or_404(Organisation, pk=min(pk, 2**62)), clock.now()
    here = _place(name, channel, language, whose)
    form = FallBackForm(
        request.POST or None, initial={"valid_on": local_day(at, HOUSE_ZONE)}
    )  # fmt: skip
    return handle(
        request, case=here, form=form, template="wording/fall_back.html", right=EDIT,
        do=lambda given: changing.propose_fall_back(
            wording=name, channel=channel, language=language, organisation=whose, by=request.user,
            at=at, **given,
        ),
        done=_("It is proposed. Somebody else has to release it."),
        to=lambda made: made.get_absolute_url(),
        context={
            "here": here, "language": language, "whose": whose,
            "holds": changing.now_standing(name, channel, language, at=at, organisation=whose),
            "house": changing.now_standing(name, channel, language, at=at),
        },
    )  # fmt: skip


@require_safe
def version(
    request: HttpRequest, name: str, channel: str, language: str, number: int
) -> HttpResponse:
    """One version: what it changes, who wrote and who released it."""
    demand(request, RELEASE)
    row = _row(name, channel, language, number)
    return TemplateResponse(request, "wording/version.html", _page(request, row))


@recent_sign_in
def release(
    request: HttpRequest, name: str, channel: str, language: str, number: int
) -> HttpResponse:
    """The second person's word."""
    row = _row(name, channel, language, number)
    return handle(
        request, case=row, form=ReleaseForm(request.POST or None),
        do=lambda given: changing.release_wording(
            version=row, answer=given["answer"], by=request.user, at=clock.now()
        ),
        template="wording/release.html", right=RELEASE,
        done=_("Released. The page shows it from its day on.")
        if row.of_page
        else _("Released. Messages are composed from it from its day on."),
        context={"row": row, "own": row.proposed_by_id == request.user.pk},
    )  # fmt: skip


@require_POST
def withdraw(
    request: HttpRequest, name: str, channel: str, language: str, number: int
) -> HttpResponse:
    """Give a proposal up."""
    row = _row(name, channel, language, number)
    demand(request, EDIT)
    return handle(
        request, case=row, template="wording/version.html", right=EDIT,
        do=lambda _given: changing.withdraw_wording(
            version=row, by=request.user, at=clock.now()
        ),
        done=_("It was withdrawn and will never be used."), context=_page(request, row),
    )  # fmt: skip


@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """How a message would read and whether it would go, for a case that this person may see."""
    demand(request, RELEASE)
    told = [name for name in WORDINGS if previewing.is_told(name)]
    given = {"wording": told[0], "language": "zh", **request.GET.dict()}
    tried = _tried(request)
    if tried:  # it can be seen only in its own language, and but for the frame in its own message
        given["language"] = tried.language
        given["wording"] = given["wording"] if tried.wording == FRAME else tried.wording
    form = LookForm(given if "case" in request.GET else None, told=told, initial=given)
    context: dict[str, Any] = {"form": form, "tried": tried}
    status = 200
    if form.is_bound and form.is_valid():
        context.update(_seen(request, form, tried))
    if form.is_bound and form.errors:
        status = 422
    return TemplateResponse(request, "wording/preview.html", context, status=status)


# ---------------------------------------------------------------- what the pages show


def _place(
    name: str, channel: str, language: str = "zh", whose: Organisation | None = None
) -> Place:
    wording = WORDINGS.get(name)
    if wording is None or channel not in wording.channels or language not in LANGUAGES:
        raise Http404
    return Place(wording, channel, whose=whose)


def _row(name: str, channel: str, language: str, number: int) -> MessageVersion:
    if number > 1_000_000 or name not in WORDINGS:
        raise Http404
    rows = MessageVersion.objects.select_related("proposed_by", "decided_by", "organisation")
    found: MessageVersion = get_object_or_404(
        rows, wording=name, channel=channel, language=language, number=number
    )
    return found


def _offered(here: Place) -> dict[str, Any]:
    """What may be filled in and what must be, for whoever writes."""
    required = here.wording.required(here.channel)
    offered = here.wording.offered(here.channel)
    return {
        "offered": [(one, one.name in required) for one in offered],
        "has_subject": here.channel in SUBJECTS,
    }


def _base(request: HttpRequest, here: Place, language: str) -> Standing | None:
    """The older version from which the new one is made, where one was chosen."""
    wanted = request.GET.get("from", "")
    if not wanted.isdecimal() or len(wanted) > 6:
        return None
    return _standing_of(here.wording.name, here.channel, language, int(wanted))


def _standing_of(name: str, channel: str, language: str, number: int) -> Standing:
    """That version of the text; number 0 is the one that came with the program."""
    from notices.texts.filed import filed

    if number == 0:
        return Standing(name, channel, language, 0, filed(name)[channel, language])
    row = _row(name, channel, language, number)
    return Standing(name, channel, language, number, row.text, row.organisation_id)


def _looked(
    request: HttpRequest, form: TextForm, here: Place, language: str, context: dict[str, Any]
) -> HttpResponse:
    """The text as it would read, with what is to be mended; nothing is kept."""
    form.is_valid()
    text = Text(
        body=form.cleaned_data.get("body", ""), subject=form.cleaned_data.get("subject", "")
    )
    on = local_day(clock.now(), HOUSE_ZONE)
    found = faults.faults(text, here.wording, here.channel, language, on=on)
    for fault in found:
        part = fault.part if fault.part in form.fields else "body"
        if fault.says not in form.errors.get(part, []):
            form.add_error(part, fault.says)
    shown = shown_at(text, here, language, clock.now())
    context = {
        **context, "form": form, "looked": None if found else shown, "guard_key": uuid.uuid4().hex,
        "warned": faults.warnings(text, here.channel, language) if here.wording.page else [],
    }  # fmt: skip
    return TemplateResponse(
        request, "wording/edit.html", context, status=422 if form.errors else 200
    )


def _page(request: HttpRequest, row: MessageVersion) -> dict[str, Any]:
    here = Place(WORDINGS[row.wording], row.channel, whose=row.organisation)
    others = [
        0,
        *MessageVersion.objects.filter(
            wording=row.wording, channel=row.channel, language=row.language
        ).exclude(pk=row.pk).order_by("number").values_list("number", flat=True),
    ]  # fmt: skip
    wanted = request.GET.get("against", "")
    against = int(wanted) if wanted.isdecimal() and len(wanted) < 7 else row.based_on
    if against not in others:
        raise Http404
    old = _standing_of(row.wording, row.channel, row.language, against)
    user = request.user
    on = local_day(clock.now(), HOUSE_ZONE)
    return {
        "row": row,
        "here": here,
        "old": old,
        "others": others,
        "against": against,
        "shown": shown_at(row.text, here, row.language, clock.now()),
        "faults": _stands_against(row, here, on) if row.state == _State.PROPOSED else [],
        "may_edit": may(user, EDIT),
        "may_release": may(user, RELEASE) and row.proposed_by_id != user.pk,
        "holds": changing.now_standing(
            row.wording, row.channel, row.language, at=clock.now(), organisation=row.organisation
        ).number == row.number,
        "can_preview": previewing.is_told(row.wording) or row.wording == FRAME,
        "guard_key": uuid.uuid4().hex,
        "trail": _trail(row),
    }  # fmt: skip


def _stands_against(row: MessageVersion, here: Place, on: date) -> list[str]:
    found = faults.faults(row.text, here.wording, row.channel, row.language, on=on)
    warned = faults.warnings(row.text, row.channel, row.language, signature_for(row.channel))
    return [*(fault.says for fault in found), *warned]


def _trail(row: MessageVersion) -> list[Event]:
    return list(
        Event.objects.filter(
            case=None, kind__startswith="wording.", data__wording=row.wording,
            data__channel=row.channel, data__language=row.language, data__version=row.number,
        ).order_by("number")
    )  # fmt: skip


def _tried(request: HttpRequest) -> MessageVersion | None:
    """The version that is to be shown in the place of the one that holds."""
    wanted = request.GET.get("try", "")
    if not wanted:
        return None
    name, _slash, rest = wanted.partition("/")
    channel, _slash, rest = rest.partition("/")
    language, _slash, number = rest.partition("/")
    if not number.isdecimal() or len(number) > 6:
        raise Http404
    return _row(name, channel, language, int(number))


def _seen(request: HttpRequest, form: LookForm, tried: MessageVersion | None) -> dict[str, Any]:
    """Each channel's message for the case, or why there is none."""
    given, at = form.cleaned_data, clock.now()
    cases: Any = Notice._meta.get_field("case").related_model
    case = (
        cases.objects.visible_to(request.user)
        .select_related("debtor", "creditor", "agency", "mandate", "team")
        .prefetch_related("debtor__addresses", "debtor__contact_points")
        .filter(reference=given["case"]).first()
    )  # fmt: skip
    if case is None:
        form.add_error("case", _("You can see no case with this reference."))
        return {}
    instead = None
    if tried:
        instead = Standing(
            tried.wording, tried.channel, tried.language, tried.number, tried.text,
            tried.organisation_id,
        )  # fmt: skip
    try:
        found = previewing.previews(
            wording=given["wording"], case=case, language=given["language"], at=at, instead=instead
        )
    except previewing.NothingToTell as nothing:
        return {"case": case, "nothing": nothing.why}
    except previewing.AnothersWords as others:
        form.add_error("case", others.why)
        return {}
    return {"case": case, "previews": found, "at": at}
