"""Rule files -> RuleSet: Vale's YAML, one rule a file, validated whole and named by a digest.

A file is `<Pack>/<Rule>.yml`. Its keys are Vale's (`extends`, `message`, `level`, `link`, `scope`,
`limit`, and those of the check that it extends), plus two of ours:

policy:                    what a finding means here; without it the file counts as a third party's
  id: INC-014              stable, and one rule's only
  decision: warn           block | needs_approval | warn | suggest
  owner: marketing         the group that agrees where the decision is needs_approval
  reason: …                mandatory, for the author: why this matters
  instead: …               what to write instead
  area: inclusive/gendered one or several; `garm` likewise (categories of that framework)
  channels: [x, linkedin]  default: all; `kinds` (post, reply, comment, quote, edit) likewise
  fields: [text]           default: all of text, alt, first_comment, link, content_warning, settings
  reads: [hashtags]        what is not hidden from the patterns: of urls, handles, hashtags (default: none)
  view: light              typed | light (default: plain quotes, spaces and letters) | skeleton
  status: stable           shadow | test | stable | off
  expires: 2027-01-31      the first day on which it is silent again
tests:                     at least one that fires and one that is silent, for a stable rule
  - name: fires
    input: Our chairman will be there.
    want: "1:5:Inclusive.Gendered:Say 'chair' instead of 'chairman'."
    fixed: Our chair will be there.      # must be silent
  (also `contains` and `absent`, lists of pieces of the findings; `todo: true`, a case known to fail;
   and the surroundings `channel`, `kind`, `media` (alternative texts), `first_comment`, `link`, `lists`)

`<Pack>/policy.yml` is an overlay: `defaults:` and `rules: {<Rule>: {…}}` with keys of `policy:`, over
whatever the rule files say. A pack without any is taken as its author meant it: level error → warn,
the rest → suggest; the message is the reason, marketing the owner.
"""

from reviewer.rules.loading import RuleSet, load
from reviewer.rules.model import Case, Rule, Stance

__all__ = ["Case", "Rule", "RuleSet", "Stance", "load"]
