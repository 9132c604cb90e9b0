"""What two people release: records that a hold keeps, or that stayed since no term was known for them."""

from collections.abc import Sequence
from datetime import datetime

from people.models import User
from retention.actions.deciding import deciding
from retention.actions.holding import lifting
from workflow.models import Approval
from workflow.steps import Step


def releasing(approval: Approval, by: User, at: datetime) -> Sequence[Step]:
    """What follows when it is granted, by what it is about."""
    return (deciding if "terms_on" in approval.details else lifting)(approval, by, at)
