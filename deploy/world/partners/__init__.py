"""A simulator of the outside world: state registry, treasury, hospital records and post.

Each of them hears what `contracts.topics` says it hears, and answers in its own topic; they speak
only events and know nothing of the services. It is a simulator: it decides by small rules
(`rules`), keeps its own books in the database `partners`, and refuses to be a model of the real
systems. In production it does not run; the real systems write the same topics.

    python -m deploy.world.partners

To show a rejection, submit a profile with a last name of `registry.json`, a policy of that file
(unknown, expired, not linked to the person), or a number with a wrong check digit. What hospitals
and the register of vaccinations know of whom is in `records.json`; people with its last names are
unknown, differ, have hundreds of entries or are answered badly.
"""
