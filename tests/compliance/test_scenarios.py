"""Every scenario file, sentence by sentence, and that no rule goes without one."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from compliance import packs
from compliance.ask import ask, earliest
from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import RULES, Answer, Context, Judge
from compliance.verdict import Finding, Verdict
from tests.compliance.given import at, read

FOLDER = Path(__file__).parent / "scenarios"


def scenarios() -> Iterator[dict[str, Any]]:
    for file in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(file.read_text())
        for one in table["scenario"]:
            yield {**table.get("always", {}), **one, "file": file.stem}


ALL = list(scenarios())


def decide(one: dict[str, Any]) -> Verdict:
    facts = read(one["action"], {"packs": one["packs"], **one.get("facts", {})})
    assert facts.at is not None
    return ask(one["action"], facts, on=facts.at.date())


@pytest.mark.parametrize("one", ALL, ids=[f"{s['file']}: {s['name']}" for s in ALL])
def test_scenario(one: dict[str, Any]) -> None:
    verdict = decide(one)
    assert ids(verdict.blocks) == sorted(one.get("refused_by", [])), said(verdict)
    assert ids(verdict.warnings) == sorted(one.get("warned_by", [])), said(verdict)
    if "due_by" in one:
        assert ids(verdict.duties) == sorted(one["due_by"]), said(verdict)
    assert ids(verdict.overrides) == sorted(one.get("excepted", [])), said(verdict)
    if "earliest" in one:
        zone = verdict.facts.zone
        expected = None if one["earliest"] == "never" else at(one["earliest"].isoformat(), zone)
        assert verdict.earliest == expected
    for text in one.get("says", []):
        assert any(
            text in words
            for found in verdict.findings
            for words in (*found.says.values(), *found.remedy.values())
        ), said(verdict)


def test_every_automatic_rule_is_seen_to_stop_and_to_let_pass() -> None:
    stopped = {(one["packs"][0], one["about"]) for one in ALL if one["about"] in hit(one)}
    passed = {(one["packs"][0], one["about"]) for one in ALL if one["about"] not in hit(one)}
    for name in packs.names():
        asked = {(name, entry.id) for entry in packs.describe(name) if entry.rule}
        assert asked <= stopped, sorted(asked - stopped)
        assert asked <= passed, sorted(asked - passed)


def test_every_value_is_seen_to_stop_and_to_let_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several values of one row each by itself, by what its own function answers."""
    seen: dict[tuple[str, str, str, date, frozenset[str]], set[bool]] = {}

    def watched(judge: Judge) -> Judge:
        def judged(facts: Facts, entry: Entry, context: Context) -> Answer:
            answer = judge(facts, entry, context)
            seen.setdefault(key(entry), set()).add(bool(answer))
            return answer

        return judged

    for name, rule in list(RULES.items()):
        monkeypatch.setitem(RULES, name, replace(rule, judge=watched(rule.judge)))
    for one in ALL:
        decide(one)
    for name in packs.names():
        for entry in packs.describe(name):
            if entry.rule:
                assert seen.get(key(entry)) == {True, False}, (name, entry.id, entry.rule)


def key(entry: Entry) -> tuple[str, str, str, date, frozenset[str]]:
    return (entry.pack, entry.id, entry.rule, entry.since, entry.actions)


def test_the_earliest_moment_of_every_refused_scenario_is_lawful() -> None:
    for one in ALL:
        verdict = decide(one)
        if verdict.earliest:
            again = earliest(verdict.action, verdict.facts, after=verdict.earliest)
            assert again == verdict.earliest, one["name"]


def hit(one: dict[str, Any]) -> list[str]:
    return [
        *one.get("refused_by", []),
        *one.get("warned_by", []),
        *one.get("due_by", []),
        *one.get("excepted", []),
    ]


def ids(findings: list[Finding]) -> list[str]:
    return sorted(finding.rule for finding in findings)


def said(verdict: Verdict) -> str:
    return "\n".join(f"{found.rule}: {found.says['en']}" for found in verdict.findings)
