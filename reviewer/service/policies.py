"""A brand's own rules: new policy versions, each immutable and named by its contents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reviewer import policy
from reviewer.errors import Conflict, RuleError
from reviewer.model import Event
from reviewer.policy import packages
from reviewer.rules.loading import OVERLAY, gathered
from reviewer.service.people import OPERATOR
from reviewer.store import Store, Tx


@dataclass(frozen=True)
class Added:
    """What a package brought: its packs, how many rules run, and which were left out and why."""

    sha256: str
    packs: tuple[str, ...]
    rules: int
    refused: tuple[RuleError, ...]


class Policies:
    """Changes to what is in force for a brand. A running server takes a new version at its next check."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def add(self, brand: str, package: Mapping[str, bytes]) -> Added:
        """Put a package over a brand's rules as a new policy version.

        Raises:
            RuleError: a file can't be trusted; nothing was changed.
            Conflict: the package would replace built-in rules, or the brand's rules changed meanwhile.
        """
        base = gathered(policy.folder())
        packs = packages.packs(package)
        taken = sorted(set(packs) & set(packages.packs(base)))
        if taken:
            raise Conflict(f"{', '.join(taken)} is built in already: rename the pack, and add it again.")
        with self._store.read() as tx:
            present = tx.policy_overlay(brand)
        files = {
            name: data
            for name, data in present.files.items()
            if name.split("/")[0] not in packs
            or name.endswith(f"/{OVERLAY}")  # the brand's own decisions stay
        }
        version = replace(present, files={**files, **package})
        ruleset = policy.load_files({**base, **version.files}, approvals=version.approvals).ruleset

        def activate(tx: Tx) -> None:
            if tx.policy_overlay(brand).sha256 != present.sha256:
                raise Conflict("The brand's rules changed while these were read: add the package again.")
            now = self._clock()
            tx.activate_policy(brand, version, now)
            tx.append(
                Event(
                    now,
                    brand,
                    OPERATOR,
                    "policy.activated",
                    ("policy", version.sha256),
                    detail={"packs": list(packs), "before": present.sha256},
                )
            )

        self._store.write(activate)
        own = [rule for rule in ruleset.rules if rule.path in package]
        refused = tuple(error for error in ruleset.refused if error.path in package)
        return Added(version.sha256, packs, len(own), refused)
