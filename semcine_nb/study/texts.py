"""Texts for participants, before and while they rate; each can be replaced in a Protocol."""

GUIDELINE = """\
Rate each cinemagraph by how interesting or appealing it is to you, as it is.

★ It does not appeal to you at all: you would delete it at once.
★★★★★ It appeals to you very much: you would share it at once.
★★ to ★★★★ Anything in between, as you feel.

There are no right answers, and others will see it differently. It plays for as long as you like.
"""

CONSENT = """\
You will see short looping pictures and say how much you like each, for about {minutes} minutes.

What is kept: your ratings, when you gave them and how long you looked, under a code instead of your name. It
is used to study what people like about such pictures, and may be published under that code.

Taking part is voluntary. You can stop at any time without giving a reason, and have everything under your
code erased by telling whoever invited you.
"""
