"""Who is at my door? The page of a visit's code: right at every moment, and silent about everything else."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.holding import hold_case
from cases.models import Hold
from notices.models import Notice
from people.models import OfficerCredential, User
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits import guessing, tokens
from visits.actions import arriving, checking, planning, refusing
from visits.actions.crewing import swap_officer
from visits.models import Visit, VisitToken
from visits.tokens import Check
from workflow.models import Duty
from workflow.steps import WrongInput

pytestmark = pytest.mark.django_db

DEBT = re.compile(
    r"债|欠|逾期|催|贷款|借款|还款|\b(debt|loan|overdue|owe|owed|repay|arrears|balance)\b",
    re.IGNORECASE,
)
SECRETS = ["王海燕", "Wang Haiyan", "西湖银行", "West Lake", "HZ-2026", "40,000", "文三路"]
AT_DOOR = make.moment("2026-03-05 14:31")
ENGLISH, CHINESE = {"Accept-Language": "en"}, {"Accept-Language": "zh-CN,zh;q=0.9"}


@pytest.fixture
def at(clock: Any) -> Any:
    """Set the clocks of Hangzhou."""
    return lambda text: clock.set(text.replace(" ", "T"), zone="Asia/Shanghai")


def check(visit: Visit) -> Check:
    found = tokens.check_of(visit)
    assert found is not None
    return found


def page(visit: Visit | Check, client: Client | None = None, **more: Any) -> Any:
    found = visit if isinstance(visit, Check) else check(visit)
    return (client or Client()).get(found.path, headers=more.pop("headers", ENGLISH), **more)


def state(visit: Visit | Check) -> str:
    return str(page(visit).context["standing"].state)


def enter(code: str, badge: str = "", address: str = "203.0.113.9") -> Any:
    return Client(REMOTE_ADDR=address).post(
        reverse("portal:visit_code"), {"code": code, "badge": badge}, headers=ENGLISH
    )


def press(visit: Visit | Check, name: str) -> Any:
    found = visit if isinstance(visit, Check) else check(visit)
    return Client().post(reverse(f"portal:visit_{name}", args=[found.token]), headers=ENGLISH)


def text_of(answer: Any) -> str:
    html = re.sub(r"<(script|style|head)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def told(visit: Visit, kind: str) -> list[dict[str, Any]]:
    return list(
        Event.objects.filter(case=visit.case, kind=kind)
        .order_by("number")
        .values_list("data", flat=True)
    )


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


class TestToken:
    def test_is_not_in_the_database_and_neither_is_the_code(self) -> None:
        visit = walk.announced()
        row, found = VisitToken.objects.get(), check(visit)
        kept = str(row.__dict__)
        assert found.token not in kept
        assert not re.search(rf"\b{found.code}\b", kept)
        assert len(found.token) == 22  # 128 bits
        assert re.fullmatch(r"\d{6}", found.code)

    def test_is_good_from_the_notice_to_six_hours_after_the_visit(self, at: Any) -> None:
        visit = walk.planned()
        found = check(visit)
        at("2026-03-02 09:40")
        assert page(found).status_code == 404
        visit = walk.noticed(case=None, reference="HZ-2026-0911", external_reference="N-1",
                             who=make.debtor(name="李雷", id_number="330102199001011232"),
                             starts_at=make.moment("2026-03-05 17:00"))  # fmt: skip
        found = check(visit)
        for moment, status in [
            ("2026-03-02 10:00", 200), ("2026-03-05 23:59", 200), ("2026-03-06 00:00", 404),
        ]:  # fmt: skip
            at(moment)
            assert page(found).status_code == status, moment

    def test_survives_a_change_of_the_houses_key(self, at: Any, settings: Any) -> None:
        visit = walk.noticed()
        before = check(visit)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another" * 10
        at("2026-03-05 14:31")
        assert check(visit) == before
        assert page(before).status_code == 200
        assert enter(before.code).status_code == 302

    def test_gives_no_two_visits_one_code(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = walk.announced()
        monkeypatch.setattr(tokens, "_code", lambda _nonce, turn, _key: f"{turn:06d}")
        VisitToken.objects.filter(visit=first).delete()
        tokens.reserve(first, AT_DOOR)
        second = walk.planned(
            case=make.prepared_case(reference="HZ-2026-0912", external_reference="N-2"),
            starts_at=make.moment("2026-03-06 10:00"),
        )
        assert (check(first).code, check(second).code) == ("000000", "000001")

    @pytest.mark.parametrize("how", ["cancelled", "moved", "re-crewed", "refused"])
    def test_is_withdrawn_when_the_visit_is(self, at: Any, how: str) -> None:
        visit = walk.noticed()
        old = check(visit)
        at("2026-03-03 09:00")
        now = make.moment("2026-03-03 09:00")
        if how == "cancelled":
            planning.cancel_visit(visit=visit, why="改用电话", by=make.clerk(), at=now)
        elif how == "moved":
            planning.move_visit(
                visit=visit, place=visit.place, starts_at=make.moment("2026-03-07 10:00"),
                ends_at=make.moment("2026-03-07 11:00"), officers=make.crew(), by=make.clerk(), at=now,
            )  # fmt: skip
        elif how == "re-crewed":
            into = make.officer(badge="055", full_name="赵强")
            swap_officer(visit=visit, out=make.crew()[1], into=into, by=make.supervisor(), at=now)
        else:
            refusing.record_refusal(
                case=visit.case, how="by_telephone", remark="", by=make.clerk(), at=now
            )
        assert page(old).status_code == 404
        assert enter(old.code).status_code == 404

    def test_that_follows_a_swap_is_good_at_once_and_told_to_the_debtor(self, at: Any) -> None:
        visit = walk.noticed()
        old = check(visit)
        into = make.officer(badge="055", full_name="赵强")
        at("2026-03-04 09:00")
        swap_officer(
            visit=visit, out=make.crew()[1], into=into, by=make.supervisor(),
            at=make.moment("2026-03-04 09:00"),
        )  # fmt: skip
        new = check(visit)
        assert new.code != old.code
        names = text_of(page(new))
        assert "赵强" in names
        assert "王芳" not in names
        sent = "".join(
            Notice.objects.filter(visit=visit, kind="letter").values_list("body", flat=True)
        )
        asked = str(
            Duty.objects.filter(case=visit.case, kind="visit.tell_crew").values_list(
                "says", flat=True
            )
        )
        assert new.spoken in sent + asked
        assert old.spoken not in sent + asked


class TestPage:
    def test_is_valid_within_the_time_that_was_told_and_not_outside(self, at: Any) -> None:
        visit = walk.noticed()
        for moment, expected in [
            ("2026-03-05 14:14", "early"), ("2026-03-05 14:15", "valid"), ("2026-03-05 15:29", "valid"),
            ("2026-03-05 15:30", "over"),
        ]:  # fmt: skip
            at(moment)
            assert state(visit) == expected, moment

    def test_stays_valid_while_the_officers_are_there(self, at: Any) -> None:
        visit = walk.talking()
        at("2026-03-05 14:50")
        assert state(visit) == "valid"

    @pytest.mark.parametrize("headers", [ENGLISH, CHINESE])
    def test_tells_who_comes_and_nothing_of_why(self, at: Any, headers: dict[str, str]) -> None:
        visit = walk.at_the_door()
        at("2026-03-05 14:32")
        answer = page(visit, headers=headers)
        text = text_of(answer)
        for name in ("李伟", "021", "王芳", "034", "清水信用服务", "14:30", "15:30"):
            assert name in text, name
        assert ("Valid now" in text) == (headers is ENGLISH)
        assert ("此刻有效" in text) == (headers is CHINESE)
        whole = answer.content.decode() + str(answer.headers)
        assert not DEBT.search(whole)
        for secret in SECRETS:
            assert secret not in whole, secret

    def test_names_for_whom_only_once_the_debtor_was_identified(self, at: Any) -> None:
        visit = walk.at_the_door()
        at("2026-03-05 14:33")
        assert "西湖银行" not in text_of(page(visit))
        arriving.identify_debtor(
            visit=visit, name_said="王海燕", second_fact="2427", by=make.crew()[0], at=AT_DOOR
        )
        assert "西湖银行" in text_of(page(visit))
        refusing.refuse_at_door(visit=again(visit), remark="", by=make.crew()[0], at=AT_DOOR)
        assert "西湖银行" not in text_of(page(visit))

    def test_leaves_out_a_firm_whose_name_would_tell(self, at: Any) -> None:
        visit = walk.at_the_door()
        house = visit.case.agency
        house.name, house.name_en = "清水催收公司", "Clear Water Debt Collection"
        house.save()
        at("2026-03-05 14:33")
        answer = page(visit)
        assert not DEBT.search(answer.content.decode())
        assert "named in your letter" in text_of(answer)

    def test_of_an_officer_whose_permit_ended_says_so_from_midnight(self, at: Any) -> None:
        visit = walk.noticed()
        OfficerCredential.objects.filter(number="WF-034").update(valid_until=date(2026, 3, 4))
        for moment, expected in [
            ("2026-03-04 23:59", [True, True]),
            ("2026-03-05 00:00", [True, False]),
        ]:
            at(moment)
            faces = page(visit).context["standing"].faces
            assert [face.valid for face in faces] == expected, moment
        at("2026-03-05 14:31")
        assert state(visit) == "no"

    def test_is_not_valid_while_the_case_is_on_hold(self, at: Any) -> None:
        visit = walk.at_the_door()
        at("2026-03-05 14:33")
        assert state(visit) == "valid"
        hold_case(
            case=again(visit.case), reason=Hold.Reason.HARDSHIP, scope=Hold.Scope.ALL,
            starts_on=date(2026, 3, 5), review_on=date(2026, 3, 10), until=date(2026, 3, 12), remark="",
            by=make.clerk(), at=AT_DOOR,
        )  # fmt: skip
        assert state(visit) in {"no", "over"}
        assert "Credential valid today" in text_of(page(visit))

    def test_is_not_valid_before_the_notice_has_taken_effect(self, at: Any) -> None:
        visit = walk.announced()
        at("2026-03-05 14:31")
        assert state(visit) == "no"

    def test_is_not_valid_once_an_officer_left_the_house(self, at: Any) -> None:
        visit = walk.at_the_door()
        User.objects.filter(badge="021").update(is_active=False)
        at("2026-03-05 14:33")
        assert state(visit) == "no"

    def test_is_kept_by_nobody_on_the_way_and_tells_no_other_site(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        answer = page(visit)
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "<script" not in answer.content.decode()


class TestNotGood:
    def test_looks_the_same_whatever_is_wrong_with_it(self, at: Any) -> None:
        visit = walk.noticed()
        good = check(visit)
        planning.cancel_visit(
            visit=visit, why="", by=make.clerk(), at=make.moment("2026-03-03 09:00")
        )
        expired = walk.noticed(
            case=make.prepared_case(reference="HZ-2026-0913", external_reference="N-3"),
            starts_at=make.moment("2026-03-06 09:00"),
        )
        late = check(expired)
        at("2026-03-09 09:00")
        never = "A" * 22
        pages = [
            Client().get(reverse("portal:visit", args=[t])) for t in (good.token, late.token, never)
        ]
        assert {answer.status_code for answer in pages} == {404}
        plain = {
            re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()).replace(
                token, "#"
            )
            for answer, token in zip(pages, (good.token, late.token, never), strict=True)
        }
        assert len(plain) == 1
        codes = [enter(code) for code in (good.code, late.code, "000000", "", "１２３", "x" * 400)]
        assert {answer.status_code for answer in codes} == {404}
        assert len({len(answer.content) for answer in [*codes]}) == 1
        posts = [
            Client().post(reverse(f"portal:visit_{name}", args=[token]))
            for name in ("leave", "unexpected") for token in (good.token, late.token, never)
        ]  # fmt: skip
        assert {(answer.status_code, len(answer.content)) for answer in posts} <= {
            (404, len(answer.content)) for answer in posts
        }
        assert len({len(answer.content) for answer in posts[:3]}) == 1

    def test_asks_the_database_the_same(self, at: Any, django_assert_num_queries: Any) -> None:
        visit = walk.noticed()
        good = check(visit)
        planning.cancel_visit(
            visit=visit, why="", by=make.clerk(), at=make.moment("2026-03-03 09:00")
        )
        at("2026-03-05 14:31")
        for token in (good.token, "A" * 22):
            with django_assert_num_queries(2):
                Client().get(reverse("portal:visit", args=[token]))
        for code in (good.code, "000000"):
            with django_assert_num_queries(3):
                enter(code)


class TestCode:
    def test_leads_to_the_same_page(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        found = check(visit)
        for said in (
            found.code,
            found.spoken,
            found.code.translate({48 + n: 0xFF10 + n for n in range(10)}),
        ):
            answer = enter(said)
            assert (answer.status_code, answer.url) == (302, found.path)

    def test_of_one_address_is_shut_after_eight_wrong_ones_and_nobody_elses(
        self, at: Any, clock: Any
    ) -> None:
        visit = walk.noticed()
        found = check(visit)
        at("2026-03-05 14:15")
        for _try in range(8):
            assert enter("000000").status_code == 404
        assert enter(found.code).status_code == 404
        assert enter(found.code, address="198.51.100.7").status_code == 302
        assert page(found).status_code == 200  # the QR code is never shut
        at("2026-03-05 14:30")
        assert enter(found.code).status_code == 302

    def test_that_is_right_is_not_held_against_anybody(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        found = check(visit)
        assert {enter(found.code).status_code for _time in range(20)} == {302}

    def test_needs_a_badge_once_forty_were_wrong_that_day(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        found = check(visit)
        for number in range(40):
            enter("000000", address=f"198.51.100.{number}")
        assert enter(found.code).status_code == 404
        assert enter(found.code, badge="999").status_code == 404
        assert enter(found.code, badge="021").status_code == 302

    def test_is_not_found_by_guessing_from_everywhere(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = check(walk.noticed())
        moment = make.moment("2026-03-05 14:31")
        assert guessing.MOST_WITHOUT_BADGE * 300 / 10**6 < 0.02  # hits a day, of 300 visits ahead
        monkeypatch.setattr(guessing, "MOST_WITHOUT_BADGE", 5)
        monkeypatch.setattr(guessing, "MOST_OF_ALL", 20)
        for number in range(60):  # benchmarks/visit_page.py tries ten thousand
            guesses = [("000000", ""), (found.code, ""), (found.code, "021")]
            code, badge = guesses[0] if number < 5 else guesses[1] if number < 20 else guesses[2]
            row = guessing.try_code(code, badge, f"198.51.100.{number}", moment)
            assert row is None, number

    def test_counts_a_whole_house_of_newer_addresses_as_one(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        for number in range(8):
            enter("000000", address=f"2001:db8:1:2::{number:x}")
        assert enter(check(visit).code, address="2001:db8:1:2::ffff").status_code == 404
        assert enter(check(visit).code, address="2001:db8:1:3::1").status_code == 302

    def test_is_counted_by_the_address_that_the_proxy_wrote(self, at: Any, settings: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        settings.ADDRESS_HEADER = "HTTP_X_FORWARDED_FOR"
        url = reverse("portal:visit_code")
        for number in range(8):  # what the guesser writes there himself counts for nothing
            Client().post(
                url,
                {"code": "000000"},
                headers={"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.5"},
            )
        right = {"code": check(visit).code}
        assert (
            Client().post(url, right, headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 404
        )
        assert (
            Client().post(url, right, headers={"X-Forwarded-For": "203.0.113.6"}).status_code == 302
        )

    def test_leaves_no_address_behind(self, at: Any) -> None:
        at("2026-03-05 14:31")
        enter("000000", address="203.0.113.77")
        assert "203.0.113" not in str(list(guessing.CodeTries.objects.values()))
        assert guessing.forget(make.moment("2026-03-07 00:00")) == 2


class TestTimeline:
    def test_tells_that_somebody_asked_and_nothing_of_who(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        page(visit, HTTP_USER_AGENT="Phone 9", REMOTE_ADDR="203.0.113.9")
        (event,) = told(visit, "visit.checked")
        assert event == {"reference": visit.reference, "times": 1}
        assert isinstance(verify(again(visit.case)), Verified)

    def test_counts_many_within_a_minute_and_loses_none(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        for _time in range(25):
            page(visit)
        assert [event["times"] for event in told(visit, "visit.checked")] == [1]
        checking.tell_untold(at=make.moment("2026-03-05 14:40"))
        checking.tell_untold(at=make.moment("2026-03-05 14:41"))
        assert [event["times"] for event in told(visit, "visit.checked")] == [1, 24]

    def test_is_not_told_of_wrong_ones(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-05 14:31")
        before = again(visit.case).event_count
        Client().get(reverse("portal:visit", args=["A" * 22]))
        enter("000000")
        assert again(visit.case).event_count == before

    def test_gives_a_visit_from_before_its_token_once(self, at: Any) -> None:
        visit = walk.noticed()
        VisitToken.objects.all().delete()
        now = make.moment("2026-03-05 09:00")
        assert (checking.give_missing(at=now), checking.give_missing(at=now)) == (1, 0)
        at("2026-03-05 14:31")
        assert state(visit) == "valid"


class TestLeave:
    def test_ends_a_visit_under_way_as_if_it_had_been_said(self, at: Any) -> None:
        visit = walk.at_the_door()
        at("2026-03-05 14:33")
        assert press(visit, "leave").status_code == 302
        visit = again(visit)
        assert (visit.state, visit.outcome) == ("finished", "asked_to_leave")
        case = again(visit.case)
        assert (case.state, case.refused_until) == ("preparation", date(2026, 4, 4))
        assert len(told(visit, "visit.refused")) == 1
        assert told(visit, "visit.asked_to_leave") == [{"reference": visit.reference}]
        duties = Duty.objects.filter(
            case=case, kind__startswith="visit.asked_to_leave", done_at=None
        )
        assert sorted(duties.values_list("role", flat=True)) == ["officer", "supervisor"]
        text = text_of(page(visit))
        assert "14:33 they were told to leave" in text
        assert "I want them to leave" not in text

    def test_counts_once_however_often_it_is_pressed(self, at: Any) -> None:
        visit = walk.at_the_door()
        at("2026-03-05 14:33")
        assert {press(visit, "leave").status_code for _time in range(3)} == {302}
        assert len(told(visit, "visit.refused")) == 1

    def test_before_the_visit_lets_a_person_ask_the_debtor_and_nobody_ring(self, at: Any) -> None:
        visit = walk.departed()
        at("2026-03-05 09:00")
        assert press(visit, "leave").status_code == 302
        press(visit, "leave")
        assert again(visit).state == "noticed"
        assert again(visit.case).refused_until is None
        (duty,) = Duty.objects.filter(case=visit.case, kind="visit.unwanted")
        assert duty.role == "supervisor"
        assert abs(duty.due_at - make.moment("2026-03-05 13:00")) < timedelta(minutes=1)
        assert len(told(visit, "visit.unwanted")) == 1
        assert "Somebody of us will ask first" in text_of(page(visit))
        by = make.crew()[0]
        for officer in make.crew():
            arriving.check_in(visit=visit, officer=officer, by=by, at=AT_DOOR)
        with pytest.raises(WrongInput, match="Do not ring"):
            arriving.begin_visit(visit=visit, by=by, at=AT_DOOR)
        duty.done(by=make.supervisor(), at=AT_DOOR)
        duty.save()
        arriving.begin_visit(visit=again(visit), by=by, at=AT_DOOR)
        assert again(visit).state == "started"

    def test_before_the_visit_makes_the_page_say_that_nobody_may_be_there(self, at: Any) -> None:
        """The page says what the beginning of a visit would be told, at every moment."""
        visit = walk.noticed()
        at("2026-03-05 14:20")
        assert state(visit) == "valid"
        press(visit, "leave")
        assert state(visit) == "no"
        said = text_of(page(visit))
        assert "Valid now" not in said
        assert "until then nobody may ring" in said
        assert "I do not want this visit" not in said
        Duty.objects.filter(kind="visit.unwanted").update(done_at=AT_DOOR)
        assert state(visit) == "valid"
        assert "until then nobody may ring" not in text_of(page(visit))

    def test_after_the_visit_changes_nothing(self, at: Any) -> None:
        visit = walk.at_the_door()
        refusing.nobody_in(visit=visit, remark="", by=make.crew()[0], at=AT_DOOR)
        at("2026-03-05 14:40")
        before = again(visit.case).event_count
        assert press(visit, "leave").status_code == 302
        assert again(visit.case).event_count == before

    def test_is_no_link_that_a_machine_could_follow(self, at: Any) -> None:
        visit = walk.at_the_door()
        at("2026-03-05 14:33")
        found = check(visit)
        for name in ("leave", "unexpected"):
            url = reverse(f"portal:visit_{name}", args=[found.token])
            assert Client().get(url).status_code == 405
            assert Client(enforce_csrf_checks=True).post(url).status_code == 403
        assert again(visit).state == "started"


class TestUnexpected:
    def test_calls_a_supervisor_with_a_clock_and_tells_the_reader_what_to_do(self, at: Any) -> None:
        visit = walk.noticed()
        at("2026-03-03 09:00")
        assert press(visit, "unexpected").status_code == 302
        press(visit, "unexpected")
        (duty,) = Duty.objects.filter(case=visit.case, kind="visit.unexpected")
        assert duty.role == "supervisor"
        assert abs(duty.due_at - make.moment("2026-03-03 13:00")) < timedelta(minutes=1)
        assert "did not expect it" in duty.says["en"]
        assert "事先并不知情" in duty.says["zh"]
        assert len(told(visit, "visit.unexpected")) == 1
        text = text_of(page(visit))
        assert "you did not expect this" in text
        assert visit.case.agency.phone in text

    def test_at_the_door_is_to_be_looked_into_within_five_minutes(self, at: Any) -> None:
        visit = walk.at_the_door()
        at("2026-03-05 14:33")
        press(visit, "unexpected")
        duty = Duty.objects.get(case=visit.case, kind="visit.unexpected")
        assert abs(duty.due_at - make.moment("2026-03-05 14:38")) < timedelta(minutes=1)


class TestPhone:
    """The officers hold out the code before they know who stands there, and with each credential."""

    def test_shows_the_code_drawn_in_the_page_so_that_it_needs_no_signal(
        self, at: Any, client: Client
    ) -> None:
        visit = walk.asked()
        at("2026-03-05 14:33")
        client.force_login(make.crew()[0])
        door = reverse("visits:door", args=[visit.reference])
        for screen in ("who", "credentials"):
            answer = client.get(door)
            html = answer.content.decode()
            assert answer.context["question"] == screen
            assert check(visit).spoken in html
            assert 'class="qr-code"' in html
            assert "qr.svg" not in html
            if screen == "who":
                arriving.identify_debtor(
                    visit=visit,
                    name_said="王海燕",
                    second_fact="2427",
                    by=make.crew()[0],
                    at=AT_DOOR,
                )

    def test_has_it_in_the_letter_and_the_email_too(self) -> None:
        from visits.notice import compose, paper_of

        visit = walk.noticed()
        notice = compose(visit, AT_DOOR)
        told_text = str(notice.text["zh"])
        assert check(visit).spoken in told_text
        assert check(visit).address in told_text
        assert check(visit).spoken in str(paper_of(notice).blocks)


class TestSomebodyElse:
    """S7: the debtor's father scans the code that the officers hold out."""

    def test_sees_who_they_are_and_nothing_of_a_debt(self, at: Any) -> None:
        visit = walk.at_the_door()
        at("2026-03-05 14:33")
        first = page(visit, headers=CHINESE)
        refusing.someone_else(visit=visit, remark="", by=make.crew()[0], at=AT_DOOR)
        for answer in (first, page(visit, headers=CHINESE)):
            whole = answer.content.decode()
            assert "李伟" in whole
            assert not DEBT.search(whole)
            for secret in SECRETS:
                assert secret not in whole, secret
        assert len(told(visit, "visit.checked")) == 1
        assert len(told(visit, "third_party.present")) == 1
