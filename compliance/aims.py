"""What somebody is contacted for: to collect, or for what goes on while collection rests."""

from enum import StrEnum


class Aim(StrEnum):
    """The codes of the fact ``aim``; whoever asks and gives none is taken to collect."""

    COLLECTING = "collecting"
    REMINDING = "reminding"  # of an instalment that was agreed
    ANSWERING = "answering"  # what the debtor asked or asked for
    COMPLAINT = "complaint"  # that a complaint has come in, and what came of it
    SERVING = "serving"  # papers and notices that are owed to the debtor
