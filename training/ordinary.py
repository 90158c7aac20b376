# ruff: noqa: E501 - tables of sentences read better unbroken
"""Ordinary posts of our own: what brands say all day and what no policy minds. Negatives for `policy`."""

import random
from collections.abc import Iterator

SLOTS = {
    "place": "our shop|the library|the north entrance|hall 3|our stand|the town square|the old mill|our office"
    "|the museum|room 204|the harbour|our garden centre|the campus|the workshop",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|tomorrow|12 March|4 June|next week|today",
    "time": "9 am|10:30|noon|14:00|5 pm|18:30|half past seven|8 in the evening",
    "person": "Ada|Jonas|Priya|Marek|Lucia|Tom|Ines|Kofi|Hanna|Owen|Yusuf|Mei|our CEO|our head of design"
    "|our new apprentice|the warehouse team|our support team",
    "topic": "water use in farming|accessible design|the history of bridges|data protection|food safety"
    "|how bread rises|choosing a bike frame|battery recycling|apprenticeships|night trains|open standards"
    "|healthy soils|reading aloud|supply chains|careers in engineering|nutrition in schools",
    "thing": "annual report|photo album|recipe|podcast|blog post|short film|interview|newsletter|timetable"
    "|map|user guide|research paper|white paper|case study|menu|programme",
    "product": "winter coat|rye bread|city bike|garden chair|laptop bag|coffee grinder|rain jacket|desk lamp"
    "|wall paint|tea set|hiking boot|invoice app|solar panel|oat drink|chocolate bar",
    "event": "conference|open day|webinar|panel|summer party|workshop|job fair|reading|concert|guided tour"
    "|charity run|training|book club|forum|volunteering day",
    "place2": "Lyon|Kraków|Bristol|Nairobi|Chicago|São Paulo|Osaka|Leeds|Malmö|Ghent|Pune|Toronto|Geneva",
    "tag": "#OpenDay|#TeamWork|#Innovation|#Energy|#Jobs|#Health|#Sustainability|#Education|#Engineering"
    "|#FoodSafety|#Design|#WorldWaterDay|#WomenInScience|#Careers|#Research",
    "feeling": "a good day|quite a view|a long night|a quiet morning|a fine turnout|great questions|cold fingers"
    "|muddy boots|a full house|many good talks",
    "link": "https://t.co/ab12|http://bit.ly/x7|https://example.org/more|www.example.org",
    "name": "@user|@visitor|@jo_writes|@anna|@city_lib",
    "detail": "bring a friend|registration is open|doors open half an hour earlier|there is a lift"
    "|the talk will be recorded|parking is behind the building|tea is on the stove|dogs may come along"
    "|subtitles are available|seats are numbered|the café stays open",
    "work": "mend the roof|pack the orders|paint the fence|sort the returns|plan the routes|bake for the fair"
    "|count the bees|test the pumps|translate the guide|repair 40 bikes",
    "trouble": "delivery|login|refund form|charger|ticket|booking|order|parcel|router|invoice",
}

TEMPLATES = """
{person} will speak about {topic} at the {event} in {place2}. {link}
Join us at {place} on {day} at {time} for our {event}; {detail}.
RT {name}: great {event} on {topic} today. {tag}
New {thing}: what we learned about {topic}. {link} {tag}
Our {thing} is online. Have a look: {link}
{name} Thanks for the mention! {tag}
{name} Thank you for visiting {place}, glad that you liked the {event}.
{name} Hi, sorry to hear about your {trouble}. Could you send us a direct message, so that we can look into it?
{name} Sorry for the wait. Your {trouble} is on its way, please check the status here: {link}
{name} Hello! The {product} is available in three sizes. You find all details at {link}
{name} Good question. {person} has written it up here: {link}
{name} You can reach us by phone from Monday to Friday, {time} to 6 pm.
{name} We're happy to help. Which {product} do you have, and what happens when you press the button?
{person} tells how the team came to {work}. Read the {thing}: {link}
Today we {work}. It was {feeling}.
On {day} {place} opens at {time}; {detail}.
Please note: {place} is closed on {day}. We are back the day after.
We're hiring in {place2}: come and {work} with us. {link} {tag}
Meet {person}, who helps us to {work}.
What does {topic} mean for you? Tell us in the comments.
How do you like your {product}: plain, or with a story?
The new {product} comes in blue and green. You find it in {place} from {day}.
A look behind the scenes: {person} and colleagues {work}. {feeling}!
Congratulations to {person}, who finished the training today.
Watch: {person} on {topic} and the next ten years of research. {link}
Live from {place2}: the panel on {topic} starts at {time}. {tag}
We are proud to support the {event} in {place2} again. {tag} {link}
{person}: "What interests me in {topic} are the people." More in our {thing}: {link}
Did you know? Our {thing} explains {topic} in five minutes. {link}
Thank you to all volunteers who came to {work} on {day}. {feeling}!
Morning in {place2}: coffee, {feeling} and a talk on {topic}.
{day} is {tag} day. Our colleagues in {place2} {work}.
Tip from {person}: rinse the {product} with cold water before first use.
Lost at {place}: one blue scarf. Ask at the desk until {time}.
Our {event} on {day} is full, but {detail}.
The lift at {place} is out of service until {day}. The ramp is open.
Photo: {person} at {place}, {time}. {feeling}.
Here is the {thing} from yesterday's {event}: {link}
We've moved! From {day} you find us at {place}.
What a {event}. {feeling}, and the {product} was gone by {time}.
Interested in {topic}? {person} is at {place} on {day}; {detail}.
Reading for the train: our {thing} on {topic}. {link}
Registration for the {event} closes on {day}. The programme is at {link}
Next stop {place2}! We show the {product} at the {event}, stand 14.
{person} has joined us from {place2} and will {work}.
Rain in {place2}. The {event} moves to {place}, same time, {time}.
Learn how to {work} in two hours, with {person}, at {place}.
A question we hear often: can I wash the {product}? Yes, at thirty degrees.
{tag} {person} talks with students in {place2} about {topic}.
For our neighbours near {place}: on {day} we {work}, and it may be loud until {time}.
""".strip().splitlines()


def posts(count: int, seed: int) -> Iterator[str]:
    """`count` different posts, the same ones for the same seed."""
    dice = random.Random(seed)
    choices = {name: options.split("|") for name, options in SLOTS.items()}
    seen: set[str] = set()
    while len(seen) < count:
        text = dice.choice(TEMPLATES).format(**{name: dice.choice(some) for name, some in choices.items()})
        text = text[0].upper() + text[1:]
        if text not in seen:
            seen.add(text)
            yield text
