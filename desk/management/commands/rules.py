"""`manage.py rules`: try the rules, replay what they decided, list what they say."""

import json
from argparse import ArgumentParser
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from cases.models import Case
from common import clock
from common.clock import HOUSE_ZONE, day_begins, from_local, zone_named
from compliance.packs import PackUnreadable, describe, load, names
from compliance.reading import gist
from desk.asking import ACTIONS, Answer, answered, of_case, of_nobody, zone_asked
from desk.asking_forms import first_guess
from desk.explaining import as_json, lines
from people.models import Address, User
from timeline.replaying import Replayed, decisions, replayed

TONGUES = {"en": "en", "zh": "zh-hans"}


class Command(BaseCommand):
    """`manage.py rules explain|replay|list`."""

    help = "Try the rules, replay stored decisions, list the values of the packs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The three sub-commands."""
        parts = parser.add_subparsers(dest="part", required=True)
        explain = parts.add_parser(
            "explain", help="what the rules say of a case or of made-up facts"
        )
        _explain_arguments(explain)
        again = parts.add_parser("replay", help="make every stored decision again and compare")
        again.add_argument("--since", type=date.fromisoformat, required=True, metavar="DAY")
        again.add_argument(
            "--until", type=date.fromisoformat, metavar="DAY", help="the last day included"
        )
        listed = parts.add_parser("list", help="the values of the packs")
        listed.add_argument("packs", nargs="*", help="all, if none is named")
        listed.add_argument(
            "--on", type=date.fromisoformat, metavar="DAY", help="those in force on it"
        )
        for part in (explain, listed):
            part.add_argument("--json", action="store_true", help="for a machine")
            part.add_argument("--language", choices=TONGUES, default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one that is asked for."""
        with override(TONGUES[options.get("language") or "en"]):
            {"explain": self._explain, "replay": self._replay, "list": self._list}[options["part"]](
                options
            )

    def _explain(self, options: dict[str, Any]) -> None:
        try:
            answer = _answer(options, clock.now())
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        if options["json"]:
            self.stdout.write(json.dumps(as_json(answer), ensure_ascii=False, indent=1))
            return
        for line in lines(answer):
            self.stdout.write(line)

    def _replay(self, options: dict[str, Any]) -> None:
        since = day_begins(options["since"], HOUSE_ZONE)
        until = options["until"] and day_begins(options["until"] + timedelta(days=1), HOUSE_ZONE)
        counts: Counter[str] = Counter()
        for event in decisions(since, until):
            found = replayed(event)
            counts[found.outcome] += 1
            if not found.holds:
                for line in _told(found):
                    self.stdout.write(line)
        total = counts.total()
        self.stdout.write(f"{total:,} decisions made again.")
        for outcome, says in _OUTCOMES.items():
            self.stdout.write(f"{counts[outcome]:>9,}  {says}")
        wrong = total - counts["same"] - counts["same_answer"]
        if wrong:
            raise CommandError(f"{wrong:,} decisions do not give the same answer.")

    def _list(self, options: dict[str, Any]) -> None:
        rows = []
        tongue = "zh" if options["language"] == "zh" else "en"
        for name in options["packs"] or names():
            try:
                entries = describe(name)
            except PackUnreadable as unreadable:
                raise CommandError(str(unreadable)) from unreadable
            rows += [
                {
                    "pack": name, "version": load(name).version, "id": entry.id, "rule": entry.rule,
                    "force": str(entry.force), "severity": str(entry.severity) if entry.rule else "",
                    "since": entry.since.isoformat(),
                    "until": entry.until.isoformat() if entry.until else None,
                    "checked_by": entry.checked_by, "says": gist(entry).get(tongue, entry.note),
                    "source": entry.citation.text[tongue],
                }
                for entry in entries
                if options["on"] is None or entry.in_force_on(options["on"])
            ]  # fmt: skip
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            checked = row["checked_by"] or "unchecked"
            self.stdout.write(
                f"{row['pack']:<12} {row['id']:<10} {row['since']} {row['force']:<15} {row['severity']:<13}"
                f" {checked:<10} {row['says']} [{row['source']}]"
            )


_OUTCOMES = {
    "same": "the same answer, by the very versions of then",
    "same_answer": "the same answer, though a version of then is kept nowhere",
    "changed": "another answer, and a version of then is kept nowhere",
    "different": "another answer by the very versions of then",
    "unreadable": "cannot be read any more",
}


def _told(found: Replayed) -> list[str]:
    event = found.event
    reference = event.case.reference if event.case else "-"
    head = f"{reference} event {event.number} ({event.data['decision'].get('action', '?')}): {found.outcome}"
    said = [f"{head} {', '.join(found.missing)} {found.why}".rstrip()]
    for difference in found.differences:
        said.append(f"  {difference.part}: {difference.stored!r}")
        said.append(f"    now: {difference.now!r}")
    return said


def _explain_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "case", nargs="?", help="a case's reference; without one the facts are made up"
    )
    parser.add_argument("--action", choices=ACTIONS, default="visit.plan")
    parser.add_argument("--start", metavar="2026-03-05T14:30", help="by the clocks of the place")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--place", choices=Address.Kind.values, help="the kind of place")
    parser.add_argument("--address", default="", help="words of the debtor's address that is meant")
    parser.add_argument("--consent", choices=["yes", "no"], help="of the debtor to the place")
    parser.add_argument("--officers", default="", help="badges of the case's officers, or how many")
    parser.add_argument("--purpose", default="—")
    parser.add_argument("--channel", default="phone", help="of a contact")
    parser.add_argument("--served", metavar="2026-03-02T10:00", help="when the notice took effect")
    made_up = parser.add_argument_group("without a case")
    made_up.add_argument("--packs", default="", help="names, with commas between")
    made_up.add_argument("--zone", default=HOUSE_ZONE)
    made_up.add_argument("--creditor-type", default="bank")
    made_up.add_argument("--collector", choices=["own", "agency"], default="agency")
    made_up.add_argument("--role", default="debtor", help="of the person approached")
    made_up.add_argument("--hold", default="", help="the reason of a hold")
    made_up.add_argument("--last-visit", metavar="2026-03-02T10:00")
    made_up.add_argument(
        "--refused", metavar="2026-03-02T10:00", help="when the debtor refused visits"
    )


def _answer(options: dict[str, Any], now: datetime) -> Answer:
    case = None
    if options["case"]:
        case = (
            Case.objects.select_related("debtor", "creditor")
            .filter(reference=options["case"])
            .first()
        )
        if case is None:
            raise ValueError(f"There is no case {options['case']}.")
    place = _place(case, options) if case else None
    zone = zone_asked(case, options["action"], place) if case else options["zone"]
    if zone_named(zone) is None:
        raise ValueError(f"There is no time zone {zone}.")
    starts_at = _moment(options["start"], zone) or first_guess(zone, now)
    common = {
        "action": options["action"], "starts_at": starts_at, "now": now,
        "minutes": options["minutes"], "channel": options["channel"],
        "served_at": _moment(options["served"], zone),
        "place_consent": {"yes": True, "no": False}.get(options["consent"] or ""),
    }  # fmt: skip
    if case:
        return answered(
            of_case(
                case, **common, place=place, officers=_officers(case, options["officers"]),
                place_kind=options["place"] or (place.kind if place else ""),
                source=place.source if place else "", purpose=options["purpose"],
                intended_outcome=options["purpose"],
            )
        )  # fmt: skip
    packs = tuple(name for name in options["packs"].split(",") if name) or tuple(names())
    return answered(
        of_nobody(
            **common, packs=packs, zone=zone, creditor_type=options["creditor_type"],
            collector=options["collector"], place_kind=options["place"] or "home",
            target_role=options["role"], hold=options["hold"],
            crew=int(options["officers"] or 2), purpose=options["purpose"],
            last_visit=_moment(options["last_visit"], zone),
            refused_at=_moment(options["refused"], zone),
        )
    )  # fmt: skip


def _place(case: Case, options: dict[str, Any]) -> Address | None:
    """The debtor's address of that kind, or one that holds those words; the home, if nothing is said."""
    places = case.debtor.addresses.order_by("pk")
    words = options["address"]
    if words:
        found = next((one for one in places if words.casefold() in str(one).casefold()), None)
        if found is None:
            raise ValueError(f"The debtor has no address with {words}.")
        return found
    kind = options["place"] or Address.Kind.HOME
    return (
        case.debtor.homes.first() if kind == Address.Kind.HOME else places.filter(kind=kind).first()
    )


def _officers(case: Case, badges: str) -> list[User]:
    """The officers of these badges; the first so many of the case's team, or two, if none is named."""
    team = User.objects.filter(team=case.team_id, role=User.Role.OFFICER, is_active=True)
    wanted = [badge for badge in badges.split(",") if badge]
    found = list(team.filter(badge__in=wanted)) if wanted else []
    if found or len(wanted) > 1:
        return found
    return list(team.order_by("badge")[: int(badges) if badges.isdecimal() else 2])


def _moment(text: str | None, zone: str) -> datetime | None:
    return from_local(datetime.fromisoformat(text), zone) if text else None
