"""Settings fail loudly, with what is missing in words."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRICT = {
    "DOORSTEP_ENV": "production",
    "DOORSTEP_HOSTS": "doorstep.example",
    "DOORSTEP_SECRET_KEY": secrets.token_urlsafe(64),
    "DOORSTEP_DATA_KEYS": secrets.token_urlsafe(64),
    "DATABASE_URL": "postgresql://none@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}


def check(**changed: str | None) -> subprocess.CompletedProcess[str]:
    """Run the deployment check with these settings, None taking one away."""
    env = {"PATH": os.environ["PATH"], **STRICT}
    for name, value in changed.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )


class TestProduction:
    def test_starts_clean_when_all_is_set(self) -> None:
        told = check()
        assert told.returncode == 0, told.stderr

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"DOORSTEP_SECRET_KEY": None}, "DOORSTEP_SECRET_KEY must be set"),
            ({"DOORSTEP_SECRET_KEY": "a" * 60}, "DOORSTEP_SECRET_KEY must be set"),
            ({"DOORSTEP_DATA_KEYS": "short"}, "Each of DOORSTEP_DATA_KEYS must be at least 43"),
            ({"DOORSTEP_DATA_KEYS": "a" * 60}, "Each of DOORSTEP_DATA_KEYS must be at least 43"),
            (
                {"DOORSTEP_DATA_KEYS": f"{secrets.token_urlsafe(64)},short"},
                "Each of DOORSTEP_DATA_KEYS must be at least 43",
            ),
            (
                {"DOORSTEP_DATA_KEYS": STRICT["DOORSTEP_SECRET_KEY"]},
                "none the DOORSTEP_SECRET_KEY",
            ),
            (
                {"DOORSTEP_DATA_KEYS": None, "DOORSTEP_ROLE": "web"},
                "DOORSTEP_DATA_KEYS must be set",
            ),
            (
                {"DOORSTEP_DATA_KEYS": None, "DOORSTEP_ROLE": "worker"},
                "DOORSTEP_DATA_KEYS must be set",
            ),
            ({"DOORSTEP_HOSTS": None}, "DOORSTEP_HOSTS must name the hosts"),
            ({"EMAIL_URL": None}, "EMAIL_URL must name the mail server"),
            ({"DATABASE_URL": "sqlite:///x"}, "must name a PostgreSQL database"),
            ({"DATABASE_URL": None}, "DATABASE_URL"),
            ({"REDIS_URL": None}, "REDIS_URL"),
            ({"DOORSTEP_CLOCK_FILE": "/tmp/clock"}, "DOORSTEP_CLOCK_FILE would move the clock"),  # noqa: S108
            ({"DOORSTEP_ENV": "staging"}, "it can be production, demo or test"),
            (
                {"DOORSTEP_TILES": "https://tiles.example/"},
                "DOORSTEP_TILES must hold {z}, {x} and {y}",
            ),
            (
                {"DOORSTEP_OIDC_ISSUER": "http://id.example"},
                "DOORSTEP_OIDC_ISSUER must begin with https",
            ),
            (
                {"DOORSTEP_OIDC_ISSUER": "https://id.example"},
                "DOORSTEP_OIDC_CLIENT must name this site",
            ),
            (
                {
                    "DOORSTEP_OIDC_ISSUER": "https://id.example",
                    "DOORSTEP_OIDC_CLIENT": "x",
                    "DOORSTEP_OIDC_SECRET": "secret",
                },
                "DOORSTEP_OIDC_SECRET must be the secret",
            ),
        ],
    )
    def test_refuses_to_start(self, changed: dict[str, str | None], words: str) -> None:
        told = check(**changed)
        assert told.returncode != 0
        assert words in told.stderr

    def test_lets_nobody_in_without_a_second_factor(self) -> None:
        wanted = "from config import settings as s; print(s.SECOND_FACTOR_REQUIRED, s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN)"
        told = subprocess.run(
            [sys.executable, "-c", wanted], cwd=ROOT, env={"PATH": os.environ["PATH"], **STRICT},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert told.stdout.split() == ["True", "False"]


class TestDemo:
    @pytest.mark.parametrize(
        ("wanted", "file"), [("SECRET_KEY", "secret-key"), ("DATA_KEYS[0]", "data-key")]
    )
    def test_makes_its_own_keys_once(self, tmp_path: Path, wanted: str, file: str) -> None:
        shown = [
            subprocess.run(
                [sys.executable, "-c", f"from config import settings as s; print(s.{wanted})"],
                cwd=ROOT,
                env={
                    "PATH": os.environ["PATH"],
                    "DOORSTEP_ENV": "demo",
                    "DOORSTEP_VAR": str(tmp_path / "var"),
                },
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for _ in range(2)
        ]
        assert shown[0] == shown[1]
        assert len(shown[0].strip()) >= 50
        assert (tmp_path / "var" / file).stat().st_mode & 0o777 == 0o600
