"""A simulator of an acquirer: a page where a person pays with a card, and what the bank then says.

It pays nothing by itself. A person on its page (`/pay/…`) pays, declines, leaves, pays twice, too
late, or another amount; it calls back what happened, signed, until somebody answers, and gives
money back when it is asked to. Everything wanted of it has an id of whoever wants it: twice is
once. It knows only its own line (`lines`), no service; in production a real acquirer takes its
place.

    python -m deploy.world.acquirer
"""
