"""Everything a person sees is really put into Chinese, and set as Chinese is set."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
HALF_WIDTH = re.compile("[\u4e00-\u9fff\uff00-\uffef][,;:?!](?! [a-z])|[,;][\u4e00-\u9fff]")
LEAVE_OUT = [".venv", "var", "node_modules", "tests", "benchmarks"]


def left(kind: str) -> list[str]:
    """The messages of that kind in the catalogue."""
    found = subprocess.run(
        ["msgattrib", f"--{kind}", "--no-obsolete", str(CATALOGUE)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [line for line in found.splitlines() if line.startswith("msgid ") and line != 'msgid ""']


def messages(catalogue: str) -> set[str]:
    """Every message of a catalogue, whether or not it is put into another language."""
    whole = re.sub(r'"\n"', "", catalogue)
    return {
        found[1]
        for found in re.finditer(r'^msgid(?:_plural)? "(.*)"$', whole, re.MULTILINE)
        if not whole[: found.start()].endswith("#~ ")
    }


class TestCatalogue:
    def test_leaves_no_message_in_english(self) -> None:
        assert left("untranslated") == []

    def test_leaves_no_message_half_done(self) -> None:
        assert left("only-fuzzy") == []

    @pytest.mark.timeout(120)
    def test_holds_every_message_of_the_pages(self, tmp_path: Path) -> None:
        copy = tmp_path / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEAVE_OUT, ".git", "*.mo"))
        (copy / "locale/zh_Hans/LC_MESSAGES/django.po").unlink()
        subprocess.run(
            [ROOT / ".venv/bin/django-admin", "makemessages", "-l", "zh_Hans", "-v0"],
            cwd=copy, check=True,
        )  # fmt: skip
        fresh = (copy / "locale/zh_Hans/LC_MESSAGES/django.po").read_text()
        assert messages(fresh) - messages(CATALOGUE.read_text()) == set()


class TestChinese:
    @pytest.mark.parametrize("ending", ["py", "toml", "html", "txt", "po"])
    def test_is_set_with_full_width_punctuation(self, ending: str) -> None:
        files = [
            path
            for path in ROOT.rglob(f"*.{ending}")
            if not {*LEAVE_OUT, "imports"} & set(path.relative_to(ROOT).parts)
        ]
        assert files
        amateur = [
            f"{path.relative_to(ROOT)}: {line.strip()[:80]}"
            for path in files
            for line in path.read_text().splitlines()
            if HALF_WIDTH.search(line) and "Write 合同" not in line and "Write 消费贷" not in line
        ]
        assert amateur == []
