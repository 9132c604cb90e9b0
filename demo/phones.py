"""A phone of the demo that had no signal at the door: what it sends later, and what then has to be settled."""

import hashlib
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from cases.actions.correcting import stamp_of
from cases.actions.preparing import update_contact_point
from demo import files
from demo.visiting import Visiting
from door.packs import take_pack
from door.syncing import take_items
from door.uploading import Announced, begin_upload, take_piece

AHEAD = timedelta(seconds=12)
"""How far the phone's clock is ahead."""


class Phone:
    """The phone of one of the crew of one case."""

    def __init__(self, story: Visiting) -> None:
        self.story, self.stamp = story, ""
        self.device = uuid.uuid5(uuid.NAMESPACE_URL, f"door:demo:{story.number}")

    def take(self, at: datetime) -> None:
        """The pack is fetched before they set out."""
        s = self.story
        take_pack(visit=s._now(), device=self.device, by=s.crew[0], at=at)
        self.stamp = stamp_of(self._number())

    def office_edits(self, at: datetime) -> None:
        """Meanwhile the desk corrects the number that the debtor corrects at the door too."""
        s = self.story
        value = f"138{s.number:04d}6688"
        update_contact_point(
            case=s.fresh(), point=self._number(), changes={"value": value}, by=s.clerk, at=at
        )

    def send(self, at: datetime) -> None:
        """There is a signal again: the number that the debtor gave, and a photo that nobody agreed to."""
        s, said_at = self.story, at - timedelta(minutes=30)
        said = {
            "id": str(uuid.uuid5(self.device, "contact")), "seq": 1, "visit": s.visit.reference,
            "pack": None, "question": "contact",
            "data": {
                "id": [str(self._number().pk)], "stamp": [self.stamp],
                "value": [f"139{s.number:04d}2233"],
            },
            "at": (said_at + AHEAD).isoformat(),
            "position": None,
        }  # fmt: skip
        by, clock = s.crew[0], at + AHEAD
        take_items([json.dumps(said)], device=self.device, device_clock=clock, by=by, at=at)
        self._upload("photo", "客厅.png", files.signature(s.number), at, inside=True)

    def drop(self, at: datetime) -> None:
        """A film of which the office takes no such kind of file; the officer drops it from the phone."""
        s = self.story
        self._upload(
            "file", "楼道.mov", b"\x00\x00\x00\x14ftypqt  " + bytes(2_000), at, inside=False
        )
        said = {
            "id": str(uuid.uuid5(self.device, "dropped")), "seq": 2, "visit": s.visit.reference,
            "pack": None, "question": "dropped", "data": {"id": [str(uuid.uuid5(self.device, "file"))]},
            "at": (at + AHEAD).isoformat(), "position": None,
        }  # fmt: skip
        take_items(
            [json.dumps(said)], device=self.device, device_clock=at + AHEAD, by=s.crew[0], at=at
        )

    def _upload(
        self, kind: str, filename: str, content: bytes, at: datetime, *, inside: bool
    ) -> None:
        s = self.story
        announced = Announced(
            item=uuid.uuid5(self.device, kind), device=self.device, visit=s.visit.reference,
            filename=filename, sha256=hashlib.sha256(content).hexdigest(), kind=kind,
            length=len(content), caption=filename.partition(".")[0], inside=inside,
            taken_at=at - timedelta(minutes=30) + AHEAD, begins_at=None, ends_at=None,
        )  # fmt: skip
        upload = begin_upload(
            announced, visit=s._now(), device_clock=at + AHEAD, by=s.crew[0], at=at
        )
        take_piece(upload=upload, offset=0, content=content, checksum="", at=at)

    def _number(self) -> Any:
        return self.story.case.debtor.contact_points.filter(channel="phone").order_by("pk")[0]


def has_no_signal(story: Visiting) -> None:
    """The crew of this visit stand where there is no signal, and send what they kept on the way back."""
    phone = Phone(story)
    story.at_the_door += [
        (-50, phone.take),
        (12, phone.office_edits),
        (45, phone.send),
        (48, phone.drop),
    ]
