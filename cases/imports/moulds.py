"""The first event of a hundred thousand chains, cast from one mould.

``timeline.chain.record`` writes one event at a time and asks the database for the one before. A
new case has none before it, and all events of a batch differ in a few fields only; so the rest is
spelt out once. ``tests/cases/imports`` holds what comes out against ``commit_to`` and
``digest_of``, byte for byte.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from people.models import User
from timeline.chain import canonical

_SALT_BYTES = 8


class FirstEvents:
    """Casts event number 1 of a case: ``fixed`` data are the same in all, ``varying`` are not."""

    def __init__(
        self,
        *,
        kind: str,
        by: User,
        at: datetime,
        fixed: Mapping[str, object],
        varying: Sequence[str],
    ) -> None:
        self.varying = tuple(varying)
        self.fixed = {name: canonical(value) for name, value in fixed.items()}
        self.names = sorted([*self.fixed, *self.varying])
        stamp = at.astimezone(UTC).isoformat()
        opening = canonical(["", 1, kind, stamp, stamp, by.pk, str(by)])
        self.opening = opening[:-1] + ',{"data.'
        self.members = [f'{name}":"' for name in self.names]

    def cast(self, varying: Mapping[str, str]) -> tuple[str, str, str, str]:
        """Data, salts and commitments as JSON, and the digest; values come in canonical spelling."""
        known = {**self.fixed, **varying}
        drawn = os.urandom(_SALT_BYTES * len(self.names)).hex()
        data, salts, commitments = [], [], []
        place = 0
        for name, member in zip(self.names, self.members, strict=True):
            value = known[name]
            salt = drawn[place : place + 2 * _SALT_BYTES]
            place += 2 * _SALT_BYTES
            data.append(f'"{name}":{value}')
            salts.append(f"{member}{salt}")
            committed = sha256(f"{salt}|data.{name}|{value}".encode()).hexdigest()
            commitments.append(f"{member}{committed}")
        sealed = '","data.'.join(commitments)
        digest = sha256(f'{self.opening}{sealed}"}}]'.encode()).hexdigest()
        salted = '","data.'.join(salts)
        return (
            "{" + ",".join(data) + "}",
            f'{{"data.{salted}"}}',
            f'{{"data.{sealed}"}}',
            digest,
        )
