"""The audit of libraries fails for a known hole, and says so where it could not look."""

import json
import stat
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
HOLE = {"name": "pillow", "version": "9.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["9.1"]}]}
BLIND = {"name": "weasyprint", "skip_reason": "not found on PyPI and could not be audited"}


@pytest.fixture
def audit(tmp_path: Path) -> Any:
    """The step's own program, in a place where pip-audit answers as it is told."""
    loader = SourceFileLoader("audit", str(ROOT / ".ci" / "audit"))
    made: Any = module_from_spec(spec_from_loader("audit", loader))  # type: ignore[arg-type]
    loader.exec_module(made)
    made.ROOT = tmp_path
    return made


def answers(audit: Any, said: str, code: int = 0, probe: Any = None) -> None:
    """``said`` of the locks, ``probe`` of the hole that everybody knows."""
    program = audit.ROOT / ".venv" / "bin" / "pip-audit"
    program.parent.mkdir(parents=True)
    known = json.dumps({"dependencies": [HOLE]}) if probe is None else probe
    program.write_text(
        f"#!/bin/sh\ncase \"$*\" in *probe*) cat <<'END'\n{known}\nEND\n;; *) cat <<'END'\n{said}\nEND\n;; esac\nexit {code}\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


class TestAudit:
    def test_fails_for_a_known_hole_and_names_it(self, audit: Any, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
        answers(audit, json.dumps({"dependencies": [CLEAN, HOLE]}), 1)
        assert audit.main() == 1
        assert "pillow 9.0: PYSEC-1, mended in 9.1" in capsys.readouterr().out

    def test_passes_where_there_is_none(self, audit: Any, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
        answers(audit, json.dumps({"dependencies": [CLEAN, BLIND]}))
        assert audit.main() == 0
        told = capsys.readouterr().out
        assert "1 libraries looked up" in told
        assert "NOT AUDITED: weasyprint" in told

    @pytest.mark.parametrize(
        "probe",
        [
            "",
            "no network",
            json.dumps({"dependencies": [BLIND]}),
            json.dumps({"dependencies": [CLEAN]}),
        ],
    )
    def test_says_that_nothing_was_audited_and_fails_nothing_where_no_service_sees(
        self, audit: Any, probe: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        answers(audit, json.dumps({"dependencies": [CLEAN]}), 1, probe)
        assert audit.main() == 0
        assert capsys.readouterr().out.startswith("NOT AUDITED: no advisory service")

    def test_is_a_step_of_what_runs_before_a_change_lands(self) -> None:
        assert 'step "known holes in libraries" .ci/audit' in (ROOT / ".ci" / "run").read_text()
