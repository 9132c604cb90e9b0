"""The photographs of officers: taken in by an administrator, shown to whoever is to be visited."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from documents.blocks import Portraits
from people.cards import token_of
from people.models import OfficerPhoto, User
from people.photos import SIZE, NotAPhoto, portrait
from tests import make, walk
from tests.test_bad_input import file_of
from visits.notice import compose, paper_of


def taken(width: int = 900, height: int = 600, kind: str = "JPEG", **how: Any) -> bytes:
    """A picture as a camera gives it."""
    picture = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 110)).save(picture, kind, **how)
    return picture.getvalue()


class TestPortrait:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_is_small_and_of_one_size(self, kind: str) -> None:
        with Image.open(io.BytesIO(portrait(taken(kind=kind)))) as picture:
            assert (picture.format, picture.size) == ("JPEG", SIZE)

    def test_keeps_nothing_of_where_it_was_taken(self) -> None:
        exif = Image.Exif()
        exif[0x010F] = "Camera of somebody"
        with Image.open(io.BytesIO(portrait(taken(exif=exif.tobytes())))) as picture:
            assert dict(picture.getexif()) == {}

    @pytest.mark.parametrize("kind", ["exe", "html", "svg", "empty", "broken", "bomb"])
    def test_is_made_of_nothing_else(self, kind: str) -> None:
        with pytest.raises(NotAPhoto):
            portrait(file_of(kind).read())


def sent(officer: User, file: SimpleUploadedFile) -> Any:
    """The answer of the administration's page of that officer to this file."""
    client = Client()
    client.force_login(make.administrator())
    address = f"/administration/people/user/{officer.pk}/change/"
    page = client.get(address)
    form = page.context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields if name != "password"}
    for formset in page.context["inline_admin_formsets"]:
        data |= {
            f"{formset.formset.prefix}-{part}": value
            for part, value in (("TOTAL_FORMS", 1), ("INITIAL_FORMS", 0))
        }
    data["credentials-TOTAL_FORMS"] = 0
    return client.post(address, {**data, "photo-0-file": file})


@pytest.mark.django_db
class TestTakenIn:
    def officer(self) -> User:
        officer = make.user(username="new-officer", role="officer", full_name="钱峰")
        assert not OfficerPhoto.objects.exists()
        return officer

    def test_is_kept_for_the_officer(self) -> None:
        officer = self.officer()
        answer = sent(officer, SimpleUploadedFile("face.jpg", taken()))
        assert answer.status_code == 302, answer.context["errors"]
        assert OfficerPhoto.objects.get().officer == officer

    def test_says_what_is_wrong_with_a_file_that_is_no_picture(self) -> None:
        answer = sent(self.officer(), file_of("exe"))
        assert answer.status_code == 200
        assert "无法识别为可用的图片" in answer.content.decode()
        assert not OfficerPhoto.objects.exists()


@pytest.mark.django_db
class TestShown:
    def test_in_the_notice_with_name_and_badge(self) -> None:
        visit = walk.planned()
        for officer in make.crew():
            OfficerPhoto.objects.create(officer=officer, jpeg=portrait(taken()))
        paper = paper_of(compose(visit, walk.NOTICED_AT))
        faces = next(block for block in paper.blocks if isinstance(block, Portraits))
        assert [below["zh"] for _uri, below in faces.people] == ["李伟 021", "王芳 034"]
        assert all(uri.startswith("data:image/jpeg;base64,") for uri, _below in faces.people)

    def test_in_no_notice_where_there_is_none(self) -> None:
        paper = paper_of(compose(walk.planned(), walk.NOTICED_AT))
        assert not [block for block in paper.blocks if isinstance(block, Portraits)]

    def test_on_the_card_that_the_qr_code_leads_to(self) -> None:
        officer = make.crew()[0]
        address = reverse("portal:officer", args=[token_of(officer)])
        assert "data:image/jpeg" not in Client().get(address).content.decode()
        OfficerPhoto.objects.create(officer=officer, jpeg=portrait(taken()))
        assert "data:image/jpeg" in Client().get(address).content.decode()
