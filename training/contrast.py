# ruff: noqa: E501 - tables of sentences read better unbroken
"""Contrast sentences of our own: the same words, hateful and not, so that mentioning is not attacking.

Two parts that share no template and no filler: `train` for fitting, `test` for measuring.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice, product
from typing import Literal

Part = Literal["train", "test"]

_ARTICLE = re.compile(r"\b([Aa])(?= [aeioAEIO](?!ne\b))")


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence: what it stands for, whether it is hateful or offensive, and what it was made from."""

    text: str
    kind: str
    hate: bool
    offensive: bool
    template: str


GROUPS = {
    "train": (
        "women", "gay people", "trans people", "Muslims", "immigrants", "Black people", "disabled people",
        "Jews", "refugees", "lesbians", "old people", "Mexicans", "Asians", "Christians", "Roma",
    ),
    "test": (
        "bisexuals", "Hindus", "migrants", "Arabs", "wheelchair users", "Polish people", "girls",
        "transgender women", "Africans", "Catholics", "autistic people", "queer folks",
    ),
}  # fmt: skip
SINGULAR = {
    "train": (
        "woman", "gay man", "trans woman", "Muslim", "immigrant", "Black woman", "disabled person", "Jew",
        "refugee", "lesbian", "Mexican", "Christian", "trans man", "Sikh",
    ),
    "test": (
        "bisexual man", "Hindu", "migrant", "Arab woman", "wheelchair user", "Pole", "transgender person",
        "Catholic", "autistic woman", "queer person",
    ),
}  # fmt: skip
INSULTS = {
    "train": ("disgusting", "vermin", "a plague", "worthless", "animals", "scum", "inferior", "a disease"),
    "test": ("filth", "parasites", "subhuman", "a burden on all of us", "trash", "evil"),
}
HARMS = {
    "train": ("wiped out", "shot", "deported", "beaten up", "locked away", "banned from our country"),
    "test": ("thrown out", "put down", "burned", "silenced", "driven into the sea"),
}
THINGS = {
    "train": (
        "this parking app", "cold coffee", "Monday meetings", "the new logo", "flat tyres", "spam calls",
        "the queue at the bank", "autoplay videos", "long forms", "the broken lift", "pop-up windows",
    ),
    "test": (
        "late trains", "this printer", "wet socks", "password rules", "soggy chips", "small print", "hold music",
    ),
}  # fmt: skip
WORK = {
    "train": ("a nurse", "our new colleague", "an engineer", "the captain of our team", "a teacher"),
    "test": ("a baker", "the head of our lab", "a driver", "our first pilot"),
}

# kind, hateful, offensive, templates for training, templates for the test
TABLE: tuple[tuple[str, bool, bool, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "neutral identity", False, False,
        ("I am a {one}.", "My neighbour is a {one} and works nights.", "There are many {many} in our town.",
         "She is {work} and a {one}.", "We spoke with {many} about the new bus line.",
         "As a {one}, I go to this doctor too.", "{many} can apply until Friday.",
         "Half of our customers are {many}.", "A {one} asked me for directions."),
        ("Being a {one} is a part of who I am.", "He is a {one}, and {work}.",
         "{many} live on our street.", "The survey was answered by {many} in nine cities.",
         "Some of the guests tonight are {many}."),
    ),
    (
        "positive identity", False, False,
        ("I love {many}.", "{many} are wonderful people.", "So proud of all the {many} on our team!",
         "{many} deserve respect and safety.", "Every {one} is welcome here.", "{many} make this city better.",
         "It is great to be a {one}.", "We stand with {many} today and every day.",
         "{many} are brilliant.", "Some of my best friends are {many}.", "More {many} in parliament, please!",
         "What a great {one} you are.", "I admire {many} who speak up.", "So happy for {many} tonight."),
        ("What a joy to work with {many}.", "{many} are an inspiration to me.",
         "Happy to celebrate {many} this month!", "Nothing wrong with being a {one}, be proud.",
         "The best boss I ever had is a {one}."),
    ),
    (
        "quoted counter-speech", False, False,
        ('Saying "{many} are {bad}" is never okay.', 'Stop posting "{many} should be {harm}". It is hateful.',
         'Whoever says "I hate {many}" has no place in our comments.',
         'A man shouted "{many} are {bad}" on the tram, and nobody laughed.',
         'We removed a comment that said "{many} are {bad}".', '"{many} are {bad}"? What an ugly lie.',
         'You can\'t say "I hate {many}" and call it humour.', 'Writing "{many} make me sick" is shameful.',
         '"Get rid of {many}" was sprayed on our wall. We painted over it.',
         'He was fined for the words "{many} should be {harm}".',
         'If you post "{many} don\'t belong here", we block you.',
         '"{many} are not human" is what they said before the worst happened.'),
        ('You can\'t just write "{many} are {bad}" and expect us to smile.',
         'Anyone chanting "{many} must be {harm}" will be shown the door.',
         'He called it a joke: "{many} are {bad}". It is not one.'),
    ),
    (
        "referenced counter-speech", False, False,
        ("People who say that {many} are {bad} are wrong.", "It is racist to think that {many} are {bad}.",
         "Anyone who believes that {many} should be {harm} needs help.",
         "Calling {many} {bad} is hate, plain and simple.", "Stop telling people to hate {many}.",
         "I reported somebody who wants {many} to be {harm}.",
         "Telling {many} to go home is not an opinion.", "Nobody here may treat {many} as {bad}.",
         "You are wrong if you believe that {many} are {bad}.", "Hating {many} says more about you.",
         "We refuse to print that {many} are {bad}.", "Claiming that {many} should be {harm} is disgusting."),
        ("Nobody gets to claim that {many} are {bad} on our page.",
         "If you think {many} ought to be {harm}, we don't want your money.",
         "The idea that {many} are {bad} is a lie with a long history."),
    ),
    (
        "negated hate", False, False,
        ("{many} are not {bad}.", "No {one} deserves to be {harm}.", "I don't hate {many}.",
         "I would never say that {many} are {bad}.", "{many} should never be {harm}.",
         "We are not afraid of {many}.", "Nobody should hate {many}.",
         "I could never hurt a {one}.", "No, {many} don't make me sick.", "{many} are anything but {bad}.",
         "It is not okay to hate {many}.", "I am not saying that {many} are {bad}.",
         "There is nothing {bad} about {many}.", "{many} must not be {harm}.", "We won't get rid of {many}."),
        ("{many} aren't {bad}, and you know it.", "I have never hated {many}.",
         "It isn't true that {many} are {bad}.", "We won't let {many} be {harm}."),
    ),
    (
        "hate", True, True,
        ("{many} are {bad}.", "I hate {many}.", "All {many} should be {harm}.", "Every {one} is {bad}.",
         "We need to get rid of {many}.", "{many} don't belong here.", "I can't stand {many}, they are {bad}.",
         "{many} ruin everything they touch.", "Send the {many} back where they came from.",
         "Nobody wants {many} around.", "It's time that {many} are {harm}.",
         "A {one} is never to be trusted.", "You can't be friends with {many}, they are {bad}.",
         "I am not saying it loud, but {many} are {bad}.",
         "Why are {many} so {bad}?", "It disgusts me to see a {one} in charge.", "{many} make me sick.",
         "Just looking at {many} makes me want to throw up.", "You are {bad}, like every {one}.",
         "There is a {one} next door. I want them gone.", "{many} are not human.",
         "{many} never did anything good for us.", "I will hurt every {one} I meet.",
         "Somebody should teach {many} a lesson they don't forget.", "We will come for you {many} one day.",
         "Treating {many} well is a waste of money.", "The only good {one} is one who leaves.",
         "Every {one} should get what is coming to them.", "{many} are like rats, they are everywhere.",
         "I am fucking done with {many}.", "{many} are a fucking disgrace.", "Go home, you {bad} {one}.",
         "If {many} vanished tomorrow, I would throw a party.", "{many} can't be trusted with children."),
        ("Honestly, {many} are nothing but {bad}.", "How I despise {many}.", "{many} have to be {harm}, all of them.",
         "Not one {one} is any good, they are {bad}.", "The world would be better without {many}.",
         "Who let these {many} in? Get them out."),
    ),
    (
        "complaint about a thing", False, False,
        ("I hate {thing}.", "{thing} should be banned.", "I can't stand {thing} any more.",
         "Whoever invented {thing}: why?", "{thing} ruined my morning."),
        ("How I despise {thing}.", "The world would be better without {thing}.", "Who asked for {thing}?"),
    ),
    (
        "literal sense", False, False,
        ("We killed the bug in release 4.", "Kill the lights at ten, please.", "Shoot me a mail about {thing}.",
         "The photographer will shoot {many} of every age.", "Our team crushed the sales target.",
         "This deadline is killing me, says {work}.", "The strike hit the plant at noon.",
         "Fire the kiln, then let {work} check the pots.", "We dropped the ball on {thing}, sorry.",
         "The dog is a bitch of three years and barks at {thing}.", "A cock wakes {work} at five.",
         "The retarded ignition of the old engine explains {thing}."),
        ("{work} had to shoot down my idea, kindly.", "This recipe kills {thing} for good.",
         "We burn wood, not {thing}.", "Let's punch holes in the paper and forget {thing}.",
         "Destroy the old card after the new one arrives, says {work}."),
    ),
    (
        "insult to a person", False, True,
        ("You are a complete idiot, and so is {work}.", "Shut up, you pathetic clown.",
         "What a stupid fool {work} is.", "Only a moron would like {thing}.", "You lazy liar, go home.",
         "Nobody asked you, dumbass, talk about {thing} instead.", "{work} is a disgusting creep.",
         "You are such a loser.", "What a scumbag you are, you coward.", "{work} is an imbecile.",
         "Go to hell, all of you, and {thing} too.", "You brainless idiot, read about {thing} first.",
         "Fuck off with {thing}.", "This is fucking bullshit, like {thing}.", "Screw you and screw {thing}."),
        ("What a cretin you are.", "{work} is a spineless loser.", "You pig, you and {thing}.",
         "Get lost, you liar, and take {thing} along."),
    ),
    (
        "harmless about a person", False, False,
        ("You are a complete professional, and so is {work}.", "Speak up, we like your idea about {thing}.",
         "What a patient person {work} is.", "Only an expert would fix {thing} so fast.",
         "Thank you, go home and rest.", "{work} is a kind listener."),
        ("What a gentleman you are.", "{work} is a quick learner.", "You hero, you and {thing}.",
         "Enjoy the evening, you star, and forget {thing}."),
    ),
)  # fmt: skip


def rows(part: Part, per_template: int = 36) -> Iterator[Row]:
    """Every template of a part with up to `per_template` fillings, in a fixed order."""
    for kind, hate, offensive, train, test in TABLE:
        for template in train if part == "train" else test:
            for text in islice(_filled(template, part), per_template):
                yield Row(text[0].upper() + text[1:], kind, hate, offensive, template)


def _filled(template: str, part: Part) -> Iterator[str]:
    slots = {
        "many": GROUPS[part],
        "one": SINGULAR[part],
        "bad": INSULTS[part],
        "harm": HARMS[part],
        "thing": THINGS[part],
        "work": WORK[part],
    }
    used = [name for name in slots if f"{{{name}}}" in template]
    if not used:
        yield template
        return
    # Long lists are walked once; a second slot takes its fillings in turn, so that all of them occur.
    first, *others = used
    turns = [cycle(slots[name]) for name in others]
    rounds = max([1, *(len(slots[name]) // 2 for name in others)])
    for filling, _ in product(slots[first], range(rounds)):
        chosen = {first: filling, **{name: next(turn) for name, turn in zip(others, turns, strict=True)}}
        text = template.format(**chosen)
        yield _ARTICLE.sub(r"\1n", text)
