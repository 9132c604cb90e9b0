"""Who sees which bundles: by role, by case, and by what is in them."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import lawyers_letters as letters
from cases.models import Case
from court import actions
from court.models import Bundle
from people.models import User
from tests import make
from tests.court.cast import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    """One of which the lawyers were asked to write."""
    made = make.prepared_case()
    letters.draft_letter(
        case=made, firm=make.law_firm(), text="王海燕女士：请您与我们联系。", by=make.clerk(), at=AT
    )
    return made


def asked(case: Case, by: User) -> Bundle:
    return actions.ask_bundle(case=case, scope="whole", reason="法院", by=by, at=AT)


def seen_by(user: User) -> list[str]:
    return list(Bundle.objects.visible_to(user).order_by("pk").values_list("number", flat=True))


class TestSight:
    def test_of_counsel_ends_before_restricted_files(self, case: Case) -> None:
        """Who asks decides what is in it: compliance sees restricted papers, a lawyer does not."""
        whole, plain = asked(case, make.compliance_officer()), asked(case, make.counsel())
        assert (whole.with_restricted, plain.with_restricted) == (True, False)
        assert seen_by(make.counsel()) == [plain.number]
        assert seen_by(make.supervisor()) == [whole.number, plain.number]
        assert seen_by(make.compliance_officer()) == [whole.number, plain.number]
        client = Client()
        client.force_login(make.counsel())
        page = reverse("court:bundle", args=[whole.number])
        assert client.get(page).status_code == 404
        assert client.get(page.replace(whole.number, plain.number)).status_code == 200

    def test_is_none_for_other_roles_teams_and_firms(self, case: Case) -> None:
        asked(case, make.compliance_officer())
        asked(case, make.counsel())
        others = [
            make.clerk(), make.officer(), make.administrator(),
            make.supervisor(username="far", in_team=make.team(name="成都一组")),
            make.user(username="other-counsel", role="counsel", in_team=make.team(name="别的律师组")),
        ]  # fmt: skip
        assert [seen_by(user) for user in others] == [[]] * len(others)

    def test_is_none_for_whom_the_case_keeps_something_from(self, case: Case) -> None:
        asked(case, make.compliance_officer())
        boss = make.supervisor()
        Case.objects.filter(pk=case.pk).update(kept_from=[boss.pk])
        assert seen_by(boss) == []
        assert len(seen_by(make.supervisor(username="other"))) == 1
