"""The register of officers: what they hold, entered and revoked, with what follows at once."""

import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from PIL import Image

from people.cards import card_of, token_of
from people.models import OfficerCredential, OfficerPhoto, User
from people.rights import may
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits import badges, registry
from visits.actions import arriving, credentialing, crewing
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, WrongInput

pytestmark = pytest.mark.django_db

NOW = make.moment("2026-03-03 10:00")
TODAY = date(2026, 3, 3)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def permit_of(officer: User) -> OfficerCredential:
    return officer.credentials.get(kind="permit")


def enter(officer: User, **given: Any) -> OfficerCredential:
    said: dict[str, Any] = {
        "kind": "permit", "number": "WF-NEW", "issued_by": "外访资格管理中心",
        "valid_from": date(2026, 3, 1), "valid_until": date(2027, 2, 28),
        "by": make.supervisor(), "at": NOW, **given,
    }  # fmt: skip
    return credentialing.enter_credential(officer=officer, **said)


def revoke(officer: User, **given: Any) -> int:
    said: dict[str, Any] = {"why": "证件遗失", "by": make.supervisor(), "at": NOW, **given}
    return credentialing.revoke_credential(credential=permit_of(officer), **said)


def face(width: int = 600, height: int = 800) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 110)).save(picture, "JPEG")
    return picture.getvalue()


class TestRights:
    def test_let_supervisors_compliance_and_administrators_read(self) -> None:
        read = {
            role
            for role in User.Role.values
            if may(User(role=role, is_active=True), "see_officers")
        }
        assert read == {"supervisor", "compliance", "administrator", "system"}

    def test_let_supervisors_and_administrators_keep_it(self) -> None:
        kept = {
            role
            for role in User.Role.values
            if may(User(role=role, is_active=True), "manage_people")
        }
        assert kept == {"supervisor", "administrator", "system"}


class TestStanding:
    @pytest.mark.parametrize(
        ("until", "left", "state"),
        [
            (date(2026, 3, 2), -1, "lapsed"),
            (date(2026, 3, 3), 0, "soon"),
            (date(2026, 4, 2), 30, "soon"),
            (date(2026, 4, 3), 31, "good"),
        ],
    )
    def test_says_how_many_days_are_left(self, until: date, left: int, state: str) -> None:
        officer = make.officer(valid_until=until)
        permit = registry.standing(list(officer.credentials.all()), TODAY)[0]
        assert (permit.days_left, permit.state) == (left, state)

    def test_filters_those_that_lapse_within_thirty_days_and_those_who_may_not_go(self) -> None:
        for badge, until in (
            ("101", date(2026, 3, 2)), ("102", date(2026, 4, 2)), ("103", date(2026, 4, 3)),
        ):  # fmt: skip
            make.officer(badge=badge, full_name=badge, valid_until=until)
        seen = registry.with_standing(registry.officers_seen(make.supervisor()), TODAY)
        assert [one.badge for one in registry.lapsing(seen, TODAY)] == ["102"]
        assert [one.badge for one in registry.not_in_force(seen, TODAY)] == ["101"]
        revoke(User.objects.get(badge="103"))
        assert {one.badge for one in registry.not_in_force(seen, TODAY)} == {"101", "103"}

    def test_names_the_mandates_under_which_they_may_go(self) -> None:
        officer = walk.noticed().crew.first().officer
        assert [one.number for one in registry.mandates_of(officer, TODAY)] == [
            str(make.mandate().number)
        ]


class TestEnterCredential:
    def test_is_kept_and_told_on_the_houses_timeline(self) -> None:
        officer = make.crew()[0]
        enter(officer, kind="background_check", number="BC-1")
        event = Event.objects.get(case=None, kind="officer.credential_entered")
        assert event.data["officer"] == "李伟 021"
        assert (event.data["credential"], event.data["number"]) == ("background_check", "BC-1")
        assert isinstance(verify(None), Verified)

    def test_in_place_of_another_revokes_that_with_the_reason(self) -> None:
        officer = make.crew()[0]
        old = permit_of(officer)
        new = enter(officer, replaces=old)
        assert again(old).revoked_at == NOW
        assert again(old).revoked_why == "Replaced by WF-NEW."
        assert card_of(token_of(officer), NOW).permit == new  # type: ignore[union-attr]

    def test_settles_what_was_flagged_because_of_the_one_before(self) -> None:
        visit, officer = walk.noticed(), make.crew()[1]
        revoke(officer)
        assert Duty.objects.filter(kind="visit.crew_lapses", done_at=None).count() == 1
        enter(officer)
        assert not Duty.objects.filter(kind="visit.crew_lapses", done_at=None).exists()
        assert Event.objects.get(kind="visit.crew_good").case == visit.case

    def test_is_refused_where_it_makes_no_sense(self) -> None:
        first, second = make.crew()
        with pytest.raises(WrongInput, match="ends before"):
            enter(first, valid_until=date(2026, 2, 1))
        with pytest.raises(WrongInput, match="entered already"):
            enter(first, number=permit_of(first).number.lower())
        for replaces in (permit_of(second), first.credentials.get(kind="training")):
            with pytest.raises(WrongInput, match="same kind"):
                enter(first, replaces=replaces)

    def test_is_refused_to_others_and_to_outsiders(self) -> None:
        officer = make.crew()[0]
        for by in (make.clerk(), make.compliance_officer(), officer):
            with pytest.raises(RightRefused):
                enter(officer, by=by)
        with pytest.raises(Outsider):
            enter(officer, by=make.supervisor(in_team=make.team(name="成都一组"), username="far"))
        enter(officer, by=make.administrator())


class TestRevokeCredential:
    def test_shuts_the_card_at_once(self) -> None:
        officer = make.crew()[0]
        assert card_of(token_of(officer), NOW).valid  # type: ignore[union-attr]
        revoke(officer)
        assert not card_of(token_of(officer), NOW).valid  # type: ignore[union-attr]

    def test_flags_the_visits_ahead_at_once(self) -> None:
        visit = walk.noticed()
        assert revoke(make.crew()[1]) == 1
        duty = Duty.objects.get(case=visit.case, kind="visit.crew_lapses")
        assert "The permit of 王芳 034 was revoked" in duty.says["en"]
        told = Event.objects.get(case=None, kind="officer.credential_revoked").data
        assert (told["officer"], told["why"]) == ("王芳 034", "证件遗失")

    def test_stops_the_visit_before_it_begins(self) -> None:
        visit = walk.departed()
        at = make.moment("2026-03-05 14:31")
        for officer in make.crew():
            arriving.check_in(visit=visit, officer=officer, by=officer, at=at)
        revoke(make.crew()[1], at=at)
        with pytest.raises(PolicyRefused) as refused:
            arriving.begin_visit(visit=visit, by=make.crew()[0], at=at)
        assert "ST-10" in {found.rule for found in refused.value.findings}

    def test_stops_the_next_step_at_a_door(self) -> None:
        visit, by = walk.at_the_door(), make.crew()[0]
        at = make.moment("2026-03-05 14:36")
        arriving.identify_debtor(visit=visit, name_said="王海燕", second_fact="2427", by=by, at=at)
        arriving.show_credential(visit=visit, officer=make.crew()[0], by=by, at=at)
        revoke(make.crew()[1], at=at)
        with pytest.raises(WrongInput, match="was revoked"):
            arriving.show_credential(visit=visit, officer=make.crew()[1], by=by, at=at)
        with pytest.raises(PolicyRefused) as refused:
            arriving.show_paper(visit=visit, paper=visit.case.papers.first(), by=by, at=at)
        assert "ST-10" in {found.rule for found in refused.value.findings}

    def test_counts_once_and_needs_a_reason(self) -> None:
        officer = make.crew()[0]
        with pytest.raises(WrongInput, match="Write why"):
            revoke(officer, why=" ")
        revoke(officer)
        with pytest.raises(WrongInput, match="revoked already"):
            revoke(officer)
        assert Event.objects.filter(kind="officer.credential_revoked").count() == 1

    def test_is_refused_to_others_and_to_outsiders(self) -> None:
        officer = make.crew()[0]
        with pytest.raises(RightRefused):
            revoke(officer, by=make.compliance_officer())
        with pytest.raises(Outsider):
            revoke(officer, by=make.supervisor(in_team=make.team(name="成都一组"), username="far"))
        assert permit_of(officer).revoked_at is None


class TestProposals:
    def test_put_whoever_is_in_the_district_that_day_first_and_say_why(self) -> None:
        visit = walk.noticed()
        place = visit.place
        place.city, place.district = "杭州", "西湖区"
        place.save()
        for badge, name in (("041", "赵磊"), ("042", "孙丽")):
            make.officer(badge=badge, full_name=name, valid_until=date(2027, 12, 31))
        third = make.officer(badge="043", full_name="钱峰", valid_until=date(2027, 12, 31))
        other = walk.planned(
            reference="HZ-2026-0150", external_reference="XH-9", address=make.home(),
            officers=[third, User.objects.get(badge="042")],
            starts_at=make.moment("2026-03-05 10:00"),
            who=make.debtor(name="李建军", id_number="330106198001012410"),
        )  # fmt: skip
        type(other.place).objects.filter(pk=other.place_id).update(city="杭州", district="西湖区")
        found = crewing.proposals(visit, NOW)
        assert [one.officer.badge for one in found] == ["042", "043", "041"]
        assert "at another door in 西湖区 that day" in found[0].says["en"]
        assert "free 14:30–15:30" in found[2].says["en"]
        assert "permit until 2027-12-31" in found[2].says["en"]


class TestBadge:
    def test_says_who_for_whom_until_when_and_where_to_complain(self) -> None:
        badge = badges.badge_of(make.crew()[0], NOW)
        assert badge is not None
        assert (badge.name, badge.number, badge.permit) == ("李伟", "021", "WF-021")
        assert badge.house["en"] == "Clear Water Credit Services"
        assert badge.complaints == "0571-8800 0001"
        assert badge.check == reverse("portal:officer", args=[token_of(make.crew()[0])])
        assert badges.badge_pdf(badge)[:5] == b"%PDF-"

    def test_is_made_for_nobody_without_a_permit_in_force(self) -> None:
        officer = make.crew()[0]
        revoke(officer)
        assert badges.badge_of(officer, NOW) is None


class TestPages:
    @pytest.fixture
    def desk(self, clock: Any) -> Callable[[User], Client]:
        def signed_in(who: User) -> Client:
            clock.set(NOW)
            client = Client()
            client.force_login(who)
            client.cookies["django_language"] = "en"
            return client

        return signed_in

    def test_show_the_list_and_one_officer(self, desk: Any) -> None:
        officer = make.crew()[0]
        client = desk(make.supervisor())
        page = client.get(reverse("visits:officers")).content.decode()
        assert reverse("visits:officer", args=[officer.username]) in page
        assert "days left" in page
        one = client.get(reverse("visits:officer", args=[officer.username]))
        assert one.status_code == 200
        assert "WF-021" in one.content.decode()
        for view in ("lapsing", "out", "nonsense"):
            assert client.get(reverse("visits:officers") + f"?view={view}").status_code == 200
        assert client.get(reverse("visits:officers") + "?after=\x00~9").status_code == 200

    def test_take_a_photograph_in_and_refuse_what_is_none(self, desk: Any) -> None:
        officer = make.officer(badge="077", full_name="钱峰")
        client = desk(make.supervisor())
        address = reverse("visits:change_photo", args=[officer.username])
        bad = client.post(address, {"file": SimpleUploadedFile("a.png", b"nothing")})
        assert bad.status_code == 422
        good = client.post(address, {"guard_key": "k", "file": SimpleUploadedFile("a.jpg", face())})
        assert good.status_code == 302
        assert OfficerPhoto.objects.get().officer == officer
        assert Event.objects.filter(case=None, kind="officer.photographed").count() == 1
        picture = client.get(reverse("visits:officer_photo", args=[officer.username]))
        assert picture["Content-Type"] == "image/jpeg"

    def test_enter_replace_and_revoke(self, desk: Any) -> None:
        officer = make.crew()[0]
        client = desk(make.supervisor())
        old = permit_of(officer)
        address = reverse("visits:enter_credential", args=[officer.username])
        form = client.get(f"{address}?replaces={old.pk}").context["form"]
        assert form.initial["kind"] == "permit"
        given = {
            "kind": "permit", "number": "WF-9", "issued_by": "中心", "valid_from": "2026-03-01",
            "valid_until": "2027-02-28", "replaces": old.pk, "guard_key": "k",
        }  # fmt: skip
        assert client.post(address, given).status_code == 302
        assert client.post(address, given).status_code == 302  # pressed twice
        new = officer.credentials.get(number="WF-9")
        gone = reverse("visits:revoke_credential", args=[officer.username, new.pk])
        answer = client.post(gone, {"why": "调查期间", "guard_key": "r"}, follow=True)
        assert "It is revoked." in answer.content.decode()
        assert "调查期间" in answer.content.decode()
        told = client.get(reverse("visits:officer", args=[officer.username])).content.decode()
        assert "was revoked: 调查期间" in told

    def test_give_the_badge_as_a_paper(self, desk: Any) -> None:
        officer = make.crew()[0]
        client = desk(make.compliance_officer())
        paper = client.get(reverse("visits:badge", args=[officer.username]))
        assert paper["Content-Type"] == "application/pdf"
        revoke(officer)
        assert client.get(reverse("visits:badge", args=[officer.username])).status_code == 302

    def test_are_shut_to_others(self, desk: Any) -> None:
        officer = make.crew()[0]
        far = make.supervisor(in_team=make.team(name="成都一组"), username="far")
        names = ["officer", "change_photo", "enter_credential"]
        for who, status in ((make.clerk(), 403), (officer, 403), (far, 404)):
            client = desk(who)
            for name in names:
                address = reverse(f"visits:{name}", args=[officer.username])
                assert client.get(address).status_code == status
                assert client.post(address, {"guard_key": "k"}).status_code in {status, 405}
        client = desk(make.compliance_officer())
        assert client.get(reverse("visits:officer", args=[officer.username])).status_code == 200
        address = reverse("visits:enter_credential", args=[officer.username])
        assert client.get(address).status_code == 403

    def test_cost_the_same_for_two_officers_and_for_twelve(self, desk: Any) -> None:
        make.crew()
        client = desk(make.supervisor())

        def cost() -> int:
            client.get(reverse("visits:officers"))
            with CaptureQueriesContext(connection) as seen:
                client.get(reverse("visits:officers")).content  # noqa: B018
            return len(seen)

        few = cost()
        for number in range(10):
            make.officer(badge=f"5{number:02d}", full_name=f"外{number}")
        assert cost() == few

    def test_swap_an_officer_in_one_press(self, desk: Any) -> None:
        visit = walk.noticed()
        into = make.officer(badge="042", full_name="孙丽", valid_until=date(2027, 12, 31))
        revoke(make.crew()[1])
        client = desk(make.supervisor())
        address = reverse("visits:swap", args=[visit.reference])
        page = client.get(address).content.decode()
        assert "Send 孙丽 instead of 王芳" in page
        answer = client.post(address, {"out": make.crew()[1].pk, "into": into.pk, "guard_key": "k"})
        assert answer.status_code == 302
        assert visit.crew.filter(active=True, officer=into).exists()
