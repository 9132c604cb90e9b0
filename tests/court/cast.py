"""Bundles for the tests, and their own program as a module taken out of them."""

import types
import zipfile
from pathlib import Path
from typing import Any

from cases.models import Case
from court import actions, running
from court.models import Bundle
from tests import make
from workflow.approvals import decide_approval

AT = make.moment("2026-03-05 16:00")


def built(case: Case, **given: Any) -> Bundle:
    """A bundle of the case, put together."""
    given = {"scope": "whole", "reason": "杭州市西湖区人民法院", **given}
    made = actions.ask_bundle(case=case, by=make.compliance_officer(), at=AT, **given)
    agreed(made)
    running.build_waiting(made.pk, at=AT)
    made = Bundle.objects.get(pk=made.pk)
    assert made.state == "ready", made.why
    return made


def agreed(bundle: Bundle) -> None:
    """A second person lets it be taken out, where one is needed."""
    approval = bundle.export.approval if bundle.export else None
    if approval:
        team = bundle.case.team
        by = make.supervisor(in_team=team, username=f"supervisor-{team.pk}")
        decide_approval(approval=approval, granted=True, answer="同意", by=by, at=bundle.asked_at)


def program(place: Path) -> Any:
    """verify.py as it lies in the bundle."""
    module = types.ModuleType("verify")
    with zipfile.ZipFile(place) as zip_:
        exec(compile(zip_.read("verify.py"), "verify.py", "exec"), module.__dict__)  # noqa: S102
    return module


def checked(place: Path) -> Any:
    """What the bundle's own program says of it."""
    verify = program(place)
    return verify.check(verify.opened(str(place)))
