"""What has to be done before a case is closed."""

from common.money import ZERO
from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import Answer, Context, known, rule
from compliance.strict import MORE_OF
from compliance.words import named

DONE = ("certificate_issued", "papers_returned", "report_written")


@rule(answers=("case.close",), needs=("balance", *DONE), says={"": ("missing", "balance")})
def all_settled(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nothing is owed, and the debtor has what a settled debtor is to be given."""
    balance = known(facts.balance)
    missing = [] if balance <= ZERO else ["balance"]
    missing += [name for name in DONE if not getattr(facts, name)]
    if not missing:
        return None
    return context.refuse(value, missing=named("closing", missing), balance=balance)


@rule(
    answers=("original.void",),
    needs=("void_reason", "void_evidence"),
    takes={"proof_for": list},
    strict={"proof_for": MORE_OF},
    says={"": ("void_reason",)},
)
def void_is_proven(facts: Facts, value: Entry, context: Context) -> Answer:
    """For some of the reasons an original is declared void only with a paper that shows them."""
    reason = known(facts.void_reason)
    if reason not in value["proof_for"] or facts.void_evidence:
        return None
    return context.refuse(value, void_reason=named("void_reason", [reason]))
