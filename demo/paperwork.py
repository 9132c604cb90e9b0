"""What the demo keeps on paper: an agreement signed by hand, a reading aloud that was recorded, an original that is gone."""

import io
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from agreements.actions import reading, signing, voiding
from agreements.models import Agreement
from demo import files
from demo.stories import Story
from visits.actions import recording
from visits.models import Visit
from workflow.approvals import decide_approval

PAGE = (1240, 1754)  # A4 at 150 points to the inch
FONT = Path(settings.BASE_DIR) / "static" / "fonts" / "NotoSerifSC-Regular.ttf"


def signs_on_paper(s: Story, days: int, hour: int) -> None:
    """The debtor comes to the office, reads the printed agreement and signs it with the clerk; the scan is kept."""

    def sign(at: datetime) -> None:
        agreement = _now(s)
        for clause in agreement.clauses:
            signing.confirm_term(agreement=agreement, term=clause["key"], by=s.clerk, at=at)
        signing.sign_on_paper(
            agreement=_now(s), name=s.case.debtor_name, signed_for=str(s.clerk),
            content=scan(s, at), filename=f"{agreement.number}-纸质签署件.png",
            place="档案室 B 柜 1 层", id_checked=True, by=s.clerk, at=at,
        )  # fmt: skip
        s.pays_by_habit()

    s.on(days, hour, 50, sign)


def scan(s: Story, at: datetime) -> bytes:
    """The last page of the printed agreement as a scanner sees it: both names and both signatures."""
    page = Image.new("L", PAGE, 250)
    pen = ImageDraw.Draw(page)
    for size, top, text in (
        (44, 140, "还款协议（签署页）"),
        (26, 230, f"协议编号 {_now(s).number}   演示样张 · Specimen"),
        (26, 320, "双方已阅读并确认本协议全部条款，自双方签字之日起生效。"),
        (26, 620, f"债务人：{s.case.debtor_name}"),
        (26, 1020, f"债权人代表：{s.clerk}"),
        (26, 1420, f"{at:%Y年%m月%d日}"),
    ):
        pen.text((140, top), text, font=ImageFont.truetype(str(FONT), size), fill=20)
    for top, seed in ((640, s.number), (1040, s.number + 7)):
        drawn = Image.open(io.BytesIO(files.signature(seed))).convert("RGBA")
        page.paste(60, (460, top), drawn.getchannel("A"))
        pen.line([(460, top + 210), (1100, top + 210)], fill=40, width=2)
    kept = io.BytesIO()
    page.save(kept, "PNG")
    return kept.getvalue()


def reads_aloud(s: Story) -> None:
    """At the door the terms are read aloud before the signing, and the debtor agreed to the recording."""

    def read(at: datetime) -> None:
        kept = recording.add_evidence(
            visit=Visit.objects.get(pk=s.visit.pk), filename="宣读协议录音.wav",
            caption="逐条宣读协议条款", inside=False, content=files.sound(),
            begins_at=at - timedelta(minutes=4), ends_at=at, by=s.crew[0], at=at,
        )  # fmt: skip
        reading.record_reading(agreement=_now(s), recording=kept, by=s.crew[0], at=at)

    s.at_the_door.append((22, read))


def cannot_give_back(s: Story, days: int) -> None:
    """An original was spoilt by water in the archive; the supervisor has it declared void."""

    def void(at: datetime) -> None:
        asked = voiding.request_void(
            paper=s.fresh().papers.get(kind="disbursement"), void_reason="destroyed",
            reason="档案室水管渗漏，该凭证浸水后字迹无法辨认，已拍照并清点同柜其他凭证", by=s.clerk, at=at,
            filename="浸水情况说明.pdf", content=files.paper("浸水情况说明", "Note on water damage"),
        )  # fmt: skip
        decide_approval(
            approval=asked, granted=True, answer="情况属实，同意作废", by=s.supervisor,
            at=at + timedelta(minutes=40),
        )  # fmt: skip

    s.on(days, 10, 35, void)


def _now(s: Story) -> Agreement:
    return Agreement.objects.get(pk=s.agreement.pk)
