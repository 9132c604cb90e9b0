"""What the phone asks for at the door: who it is, its visits, a pack, and to take in what happened."""

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from common import clock
from door import signing
from door.packs import facts_of, stamped, take_pack
from door.reading import drift_of
from door.speaking import body_of, clock_of, device_in, spoken, told
from door.syncing import take_items
from people.models import User
from visits.models import Visit
from visits.screens import visits_at_doors
from visits.views.planning import seen_visit
from workflow.steps import WrongInput

MOST_ITEMS = 200
OVER = {Visit.State.FINISHED, Visit.State.ABORTED, Visit.State.CANCELLED}


@spoken("GET")
def hello(request: HttpRequest) -> HttpResponse:
    """Who is signed in, the key of this person's store on this phone, and what time it is; writes nothing."""
    at, user = clock.now(), request.user
    device = device_in(request.GET.get("device"))
    return told(
        {
            "user": {"name": str(user), "badge": user.badge, "username": user.get_username()},
            "csrf": get_token(request),
            "key": base64.b64encode(signing.store_key(user, device)).decode(),
            "session_until": request.session.get_expiry_date(modification=at).isoformat(),
            "language": get_language(),
        },
        at,
    )


@spoken("GET")
def visits(request: HttpRequest) -> HttpResponse:
    """The visits of today and the next days, with what tells whether one has changed."""
    at, user = clock.now(), request.user
    listed = list(stamped(visits_at_doors(user, at)))
    return told({"visits": [_listed(visit, user) for visit in listed]}, at)


def _listed(visit: Visit, user: User) -> dict[str, Any]:
    place = str(visit.place)
    crew = [part for part in visit.crew.all() if part.active]
    return {
        "reference": visit.reference,
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "zone": visit.zone,
        "state": visit.state,
        "state_label": str(visit.get_state_display()),
        "debtor": str(visit.case.debtor),
        "place": place,
        "map": "geo:0,0?" + urlencode({"q": place}),
        "crew": [{"badge": part.officer.badge, "name": str(part.officer)} for part in crew],
        "mine": any(part.officer_id == user.pk for part in crew),
        "stamp": visit.stamp or "",
        "page": reverse("visits:door", args=[visit.reference]),
    }


@spoken("POST")
def pack(request: HttpRequest, reference: str) -> HttpResponse:
    """The visit's pack, signed; for its crew alone."""
    visit = seen_visit(request, reference)
    device = device_in(body_of(request).get("device"))
    signed = take_pack(visit=visit, device=device, by=request.user, at=clock.now())
    return JsonResponse(signed.as_dict())


@spoken("GET")
def still(request: HttpRequest, reference: str) -> HttpResponse:
    """Nothing while the visit is under way; what is on record, and a card that says to leave, once it is over."""
    visit = seen_visit(request, reference)
    said = {}
    if visit.state in OVER:
        card = render_to_string("visits/door/ended.html", {"visit": visit, "bare": True}, request)
        said = {"facts": facts_of(visit), "html": card}
    return told(said, clock.now())


@spoken("POST")
def items(request: HttpRequest) -> HttpResponse:
    """Take in what happened at doors; each item once, however often it is sent."""
    at, body = clock.now(), body_of(request)
    texts = body.get("items")
    if not isinstance(texts, list) or len(texts) > MOST_ITEMS:
        raise WrongInput(_("Send at most 200 items at a time."))
    results, facts = take_items(
        texts, device=device_in(body.get("device")), device_clock=clock_of(request),
        by=request.user, at=at,
    )  # fmt: skip
    drift = drift_of(clock_of(request), at)
    said = {"results": [one.as_dict() for one in results], "facts": facts, "drift": drift}
    return told(said, at)


@never_cache
@spoken("GET")
def key(request: HttpRequest) -> HttpResponse:
    """What packs are checked against, as a JSON Web Key."""
    return JsonResponse(signing.public_key())
