"""Pauses: placed by one, lifted by two; what they hold back, and what waits to go on."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from reviewer import workflow
from reviewer.errors import Invalid, Problem, Refusal, RuleError
from reviewer.model import Actor, Event, Hold, Json
from reviewer.service.checking import Checking
from reviewer.service.drafts import new_id
from reviewer.store import Store, Tx
from reviewer.workflow import holds

Clock = Callable[[], datetime]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Reach:
    """A permit that a pause met: of which draft, for which account, and who had it."""

    jti: str
    draft: str
    account: str
    audience: str


@dataclass(frozen=True)
class Placed:
    """A pause, the permits that it took back, and what no server can reach: released and in use."""

    hold: Hold
    revoked: tuple[Reach, ...]
    out_of_reach: tuple[Reach, ...]


class Pauses:
    """The use cases of a pause."""

    def __init__(self, store: Store, checking: Checking, clock: Clock) -> None:
        self._store, self._checking, self._clock = store, checking, clock

    def present(self, actor: Actor) -> tuple[Hold, ...]:
        """The pauses that stand for the actor's brand."""
        with self._store.read() as tx:
            return tuple(h for h in tx.brand(actor.brand).holds if h.lifted_at is None)

    def place(self, actor: Actor, scope: str, reason: str, *, topic: str = "") -> Placed:
        """Pause a scope: new permits are refused, outstanding ones fail, and are listed.

        `topic` is a rule (Vale YAML); a topic's outstanding permits are taken back one by one, because
        they don't carry its epoch. Raises Invalid for a rule that can't be trusted.
        """

        def run(tx: Tx) -> Placed:
            brand, now = tx.brand(actor.brand), self._clock()
            hold = holds.place(brand, actor, new_id(), scope, reason, now, topic=topic)
            if topic:
                self._check_rule(topic)
            tx.add_hold(brand.slug, hold)
            paused = tx.brand(brand.slug)
            revoked: list[Reach] = []
            used: list[Reach] = []
            for draft_id, permit in tx.permits(brand.slug):
                if not permit.alive(now) and (permit.redeemed_at is None or permit.revoked_at):
                    continue
                review = tx.review(draft_id)
                held = self._checking.bare_case(review, paused, now)
                signed = permit.standing_sha256 or permit.content_sha256
                if signed not in review.draft.by_digest or not workflow.concerns(held, hold, signed):
                    continue
                reported = permit.jti in {p.jti for p in review.publications}
                if permit.alive(now):
                    tx.revoke_permit(permit.jti, actor.id, now)
                    revoked.append(Reach(permit.jti, draft_id, permit.account, permit.audience))
                elif not reported:
                    used.append(Reach(permit.jti, draft_id, permit.account, permit.audience))
            met = {"revoked": [r.jti for r in revoked], "out_of_reach": [r.jti for r in used]}
            tx.append(_event(actor, "hold.placed", hold, now, **met))
            return Placed(hold, tuple(revoked), tuple(used))

        return self._logged(actor, "hold.place_refused", scope, run)

    def lift(self, actor: Actor, hold_id: str) -> Hold:
        """Agree that a pause may end; the second person ends it, and nothing goes out by that."""

        def run(tx: Tx) -> Hold:
            now = self._clock()
            hold = holds.lift(tx.brand(actor.brand), actor, hold_id, now)
            tx.add_lift(actor.brand, hold)
            tx.append(_event(actor, "hold.lifted" if hold.lifted_at else "hold.lift_agreed", hold, now))
            return hold

        return self._logged(actor, "hold.lift_refused", hold_id, run)

    def _check_rule(self, topic: str) -> None:
        try:
            self._checking.topic(topic)
        except RuleError as error:
            raise Invalid(
                "This topic's rule can't be trusted, so nothing was paused: mend it, or pause the brand.",
                [Problem("/topic", str(error), "rule")],
            ) from error

    def _logged(self, actor: Actor, refused: str, subject: str, run: Callable[[Tx], Result]) -> Result:
        try:
            return self._store.write(run)
        except Refusal as refusal:
            event = Event(
                self._clock(),
                actor.brand,
                actor.id,
                refused,
                ("hold", subject),
                detail={"code": refusal.code},
            )
            self._store.write(lambda tx: tx.append(event))
            raise


def topic_of(words: Iterable[str]) -> str:
    """The rule of a topic that is some words or phrases; raises Invalid where there are none."""
    tokens = [" ".join(word.split()) for word in words if word.strip()]
    if not tokens:
        raise Invalid(
            "Say which words make the topic, one or more.", [Problem("/topic", "No words.", "empty")]
        )
    case = f"About {tokens[0]}."
    place = f"1:7:Topic.Pause:'{tokens[0]}' is paused."
    lines = [
        "extends: existence",
        "message: \"'%s' is paused.\"",
        "level: error",
        "ignorecase: true",
        "tokens:",
        *(f"  - {json.dumps(re.escape(token))}" for token in tokens),
        "policy:",
        "  id: PAU-001",
        "  decision: block",
        "  owner: comms",
        "  reason: A pause is on for this topic.",
        "tests:",
        "  - name: fires",
        f"    input: {json.dumps(case)}",
        f"    want: {json.dumps(place)}",
        "  - name: near miss",
        '    input: "-"',
        '    want: ""',
    ]
    return "\n".join(lines) + "\n"


def _event(actor: Actor, action: str, hold: Hold, now: datetime, **more: Json) -> Event:
    return Event(now, actor.brand, actor.id, action, ("hold", hold.id), detail={"scope": hold.scope, **more})
