"""A brand's own rules: new policy versions, each immutable and named by its contents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reviewer import policy
from reviewer.errors import Conflict, NotAllowed, RuleError
from reviewer.model import Event
from reviewer.policy import packages
from reviewer.rules.loading import OVERLAY, gathered
from reviewer.service.people import OPERATOR
from reviewer.store import PolicyVersion, Store, Tx


@dataclass(frozen=True)
class Added:
    """What a package brought: its packs, how many rules run, and which were left out and why."""

    sha256: str
    packs: tuple[str, ...]
    rules: int
    refused: tuple[RuleError, ...]


class Policies:
    """Packages into what is in force for a brand. A running server takes a new version at its next check."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def change(self, brand: str, package: Mapping[str, bytes]) -> dict[str, object]:
        """The change of rules that a package is, for a proposal: its files, and the pack's older ones.

        Raises Conflict for a package that would replace built-in rules.
        """
        packs = self._packs(package)
        with self._store.read() as tx:
            present = tx.policy_overlay(brand)
        return {
            "put": {name: data.decode() for name, data in package.items()},
            "remove": sorted(set(present.files) - set(_besides(present, packs)) - set(package)),
        }

    def add(self, brand: str, package: Mapping[str, bytes]) -> Added:
        """Put a package over a brand's rules as a new policy version, while no two people sign for it.

        Raises:
            RuleError: a file can't be trusted; nothing was changed.
            Conflict: the package would replace built-in rules, or the brand's rules changed meanwhile.
            NotAllowed: two people sign for the brand, so its rules change by proposal.
        """
        base, packs = gathered(policy.folder()), self._packs(package)
        with self._store.read() as tx:
            if tx.founded(brand):
                raise NotAllowed("Two people sign for this brand, so its rules change by proposal.")
            present = tx.policy_overlay(brand)
        version = replace(present, files={**_besides(present, packs), **package})
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

    def _packs(self, package: Mapping[str, bytes]) -> tuple[str, ...]:
        packs = packages.packs(package)
        taken = sorted(set(packs) & set(packages.packs(gathered(policy.folder()))))
        if taken:
            raise Conflict(f"{', '.join(taken)} is built in already: rename the pack, and add it again.")
        return packs


def _besides(present: PolicyVersion, packs: tuple[str, ...]) -> dict[str, bytes]:
    """The brand's files but for those of these packs; its own decisions about them stay."""
    return {
        name: data
        for name, data in present.files.items()
        if name.split("/")[0] not in packs or name.endswith(f"/{OVERLAY}")
    }
