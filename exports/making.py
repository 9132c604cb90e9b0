"""What stands in a file: a case's timeline as paper or for machines, a list of cases for a spreadsheet."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.exceptions import granted
from cases.models import Case
from common.cells import escaped
from common.clock import local
from desk.papers import timeline_pdf
from desk.told import GROUPS
from desk.told_of_looking import masked
from exports import marking
from exports.models import Export
from people.masking import mask, mask_in, mask_place, people_of
from timeline.models import Event

Value = Any


class Mask:
    """What of one case's events is hidden in a masked file: what its pages mask, and the people's words in any text."""

    def __init__(self, case: Case) -> None:
        self.people = people_of(case)

    def over(self, event: Event) -> Event:
        """The event as a masked paper tells it."""
        hidden = copy(event)
        hidden.data = self._over(masked(event, {}))
        hidden.findings = self._over(event.findings)
        return hidden

    def fields_of(self, event: Event) -> tuple[dict[str, Value], list[Value], list[str]]:
        """Details and findings that stay as they are, and the names of those that are left out.

        What is masked would no longer fit its commitment; what is left out does not stand in the way of the check.
        """
        hidden = self.over(event)
        gone = [f"data.{name}" for name, said in event.data.items() if hidden.data[name] != said]
        found: list[Value] = []
        for number, (said, shown) in enumerate(zip(event.findings, hidden.findings, strict=True)):
            if shown != said:
                gone.append(f"findings.{number}")
            found.append(said if shown == said else None)
        data = {name: said for name, said in event.data.items() if f"data.{name}" not in gone}
        return data, found, sorted(gone)

    def _over(self, value: Value) -> Value:
        if isinstance(value, dict):
            return {name: self._over(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._over(part) for part in value]
        if isinstance(value, str):
            for person in self.people:
                value = mask_in(value, person)
        return value


def content_of(export: Export, at: datetime) -> bytes:
    """The whole file, with its mark, in the language in which it was asked for."""
    with override("en" if export.language == "en" else "zh-hans"):
        return MAKERS[export.kind](export, at)


# ---------------------------------------------------------------- the timeline


def _timeline(export: Export, at: datetime) -> bytes:
    cases = Case.objects.select_related("debtor", "creditor", "agency")
    case = cases.get(pk=export.case_id)
    group = GROUPS.get(export.group) if export.form == Export.Form.PDF else None
    rows = Event.objects.filter(case=case).order_by("number")
    events = list(rows.filter(group.query) if group else rows)
    hide = None if export.in_full else Mask(case)
    if export.form == Export.Form.JSON:
        return _as_json(export, case, events, hide, at)
    told = [hide.over(event) for event in events] if hide else events
    return timeline_pdf(
        case, told, export.asked_by, at, only=str(group.label) if group else "",
        masked=hide is not None, mark=marking.mark(export, at),
    )  # fmt: skip


def _as_json(
    export: Export, case: Case, events: Sequence[Event], hide: Mask | None, at: datetime
) -> bytes:
    """All that is needed to verify the chain elsewhere; of a masked one too."""
    return json.dumps(
        {
            "export": marking.facts(export, at),
            "case": case.reference,
            "exported_at": at.isoformat(),
            "size": case.event_count,
            "head": case.head,
            "exceptions": [
                {
                    "rule": row.subject,
                    "evidence_kind": row.evidence_kind,
                    "evidence": row.evidence.number if row.evidence else None,
                    "evidence_sha256": row.evidence.sha256 if row.evidence else None,
                    "reason": None if hide else row.reason,
                    "requested_by": str(row.requested_by),
                    "requested_at": row.requested_at.isoformat(),
                    "decided_by": str(row.decided_by),
                    "decided_at": row.decided_at.isoformat() if row.decided_at else None,
                    "until": row.expires_at.isoformat(),
                }
                for row in granted(case)
            ],
            "events": [_event(event, hide) for event in events],
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def _event(event: Event, hide: Mask | None) -> dict[str, Value]:
    data, findings, gone = (
        hide.fields_of(event) if hide else (event.data, event.findings, list[str]())
    )
    return {
        "number": event.number, "kind": event.kind, "occurred_at": event.occurred_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(), "actor_id": event.actor_id,
        "actor": event.actor_name, "data": data, "findings": findings,
        "salts": {name: salt for name, salt in event.salts.items() if name not in gone},
        "commitments": event.commitments, "masked": gone, "previous": event.previous,
        "digest": event.digest,
    }  # fmt: skip


# ---------------------------------------------------------------- lists of cases

Cell = Callable[[Any, bool], Any]


def _name(case: Any, full: bool) -> str:
    return str(case.debtor_name) if full else mask(case.debtor_name)


def _id_number(case: Any, full: bool) -> str:
    number = case.debtor.id_number
    return str(number) if full else mask(number, "id")


def _phones(case: Any, full: bool) -> str:
    found = [one.value for one in case.debtor.contact_points.all() if one.channel == "phone"]
    return " / ".join(value if full else mask(value, "phone") for value in found)


def _homes(case: Any, full: bool) -> str:
    found = [one for one in case.debtor.addresses.all() if one.kind == "home"]
    return " / ".join(str(one) if full else mask_place(one) for one in found)


def _due(case: Any, _full: bool) -> str:
    due = case.next_due_at
    return f"{local(due, case.debtor.zone):%Y-%m-%d %H:%M}" if due else ""


def _columns() -> list[tuple[str, Cell]]:
    return [
        (_("Reference"), lambda case, _full: case.reference),
        (_("Debtor"), _name),
        (_("ID number"), _id_number),
        (_("Telephone"), _phones),
        (_("Home"), _homes),
        (_("Creditor"), lambda case, _full: str(case.creditor)),
        (_("Step"), lambda case, _full: case.get_state_display()),
        (_("Principal"), lambda case, _full: case.principal),
        (_("Interest"), lambda case, _full: case.interest),
        (_("Fees"), lambda case, _full: case.fees),
        (_("Balance"), lambda case, _full: case.balance),
        (_("Due"), _due),
        (_("Officer"), lambda case, _full: str(case.officer or "")),
    ]


def _cases(export: Export, at: datetime) -> bytes:
    """A first row with the mark, then the headings, then a row for each case."""
    named = export.of_cases.values("case")
    cases: Iterable[Case] = (
        Case.objects.filter(pk__in=named)
        .select_related("debtor", "creditor", "officer")
        .prefetch_related("debtor__contact_points", "debtor__addresses")
        .order_by("reference")
    )
    text, columns = io.StringIO(), _columns()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([marking.mark(export, at)])
    writer.writerow([heading for heading, _cell in columns])
    for case in cases:
        writer.writerow(
            [
                escaped(said) if isinstance(said, str) else said
                for said in (cell(case, export.in_full) for _heading, cell in columns)
            ]
        )
    return f"\ufeff{text.getvalue()}".encode()


MAKERS: dict[str, Callable[[Export, datetime], bytes]] = {
    Export.Kind.TIMELINE: _timeline,
    Export.Kind.CASES: _cases,
}
