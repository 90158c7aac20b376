"""The built-in rules prove themselves."""

import pytest

from reviewer import policy
from reviewer.model import Decision
from reviewer.policy import proof
from reviewer.rules import Rule

RULESET = policy.load_base().ruleset
RESULTS = proof.run_tests(RULESET)


@pytest.mark.parametrize("rule", RULESET.rules, ids=lambda rule: rule.name)
def test_every_case_of_the_rule_holds(rule: Rule) -> None:
    failed = [result for result in RESULTS if result.rule == rule.name and not result.passed]

    assert [(result.case, result.line, result.problems) for result in failed] == []


def test_every_rule_says_why_and_what_to_do() -> None:
    assert [rule.name for rule in RULESET.rules if not rule.stance.reason or not rule.stance.instead] == []


def test_every_owner_is_a_group_that_can_sign() -> None:
    groups = set(policy.load_base().approvals.groups)

    assert {rule.stance.owner for rule in RULESET.rules} <= groups


def test_no_entry_of_a_blocking_rule_can_be_deleted_without_a_case_noticing() -> None:
    """Every entry of what blocks is proven by itself."""
    assert [rule.name for rule in RULESET.rules if rule.decision is Decision.BLOCK]
    assert [(survivor.rule, survivor.entry) for survivor in proof.mutate(RULESET)] == []
