"""The clock's work on visits: what the rules would say of those ahead, and whose time went by."""

from celery import shared_task

from common import clock
from people.models import User
from visits.actions.announcing import unbook_hopeless
from visits.actions.checking import give_missing, tell_untold
from visits.actions.crewing import flag_lapses
from visits.actions.missing import tell_missed, tell_overrun
from visits.actions.safety import ask_after_officers, climb_alarms
from visits.actions.slipping import make_due_slips
from visits.guessing import forget
from visits.judging import judge_made
from visits.looking import look_ahead
from visits.tokens import free_codes


@shared_task
def look_at_visits_ahead() -> None:
    """Look at what was not looked at today; harmless when run twice, late, or at once."""
    look_ahead(clock.now())


@shared_task
def judge_visits_made() -> None:
    """Ask the rules again of each visit that is over; harmless when run twice, late, or at once."""
    judge_made(clock.now())


@shared_task
def sweep_missed() -> None:
    """Tell of every visit that nobody began, ended or can announce in time; harmless when run twice or late."""
    at, system = clock.now(), User.objects.system()
    unbook_hopeless(at=at, by=system)
    tell_missed(at=at, by=system)
    tell_overrun(at=at, by=system)


@shared_task
def sweep_crews() -> None:
    """Flag the visits with an officer who may not go; harmless when run twice, late, or at once."""
    flag_lapses(at=clock.now(), by=User.objects.system())


@shared_task
def sweep_safety() -> None:
    """Ask after officers who owe a sign of life, and let alarms climb; harmless when run twice or late."""
    at, system = clock.now(), User.objects.system()
    ask_after_officers(at=at, by=system)
    climb_alarms(at=at, by=system)


@shared_task
def sweep_slips() -> None:
    """Make the slips of visits that are over and have none; harmless when run twice, late, or at once."""
    make_due_slips(at=clock.now(), by=User.objects.system())


@shared_task
def sweep_checks() -> None:
    """Tell of what was asked by visits' codes, and keep codes and counts tidy; harmless when run twice or late."""
    at = clock.now()
    tell_untold(at=at)
    give_missing(at=at)
    free_codes(at)
    forget(at)
