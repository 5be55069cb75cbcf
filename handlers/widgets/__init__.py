"""How each kind of question is answered in a chat: its buttons, and what may be sent instead.

A widget knows a question and the walk it is asked on, and nothing of visits, storage or who else asks: whoever shows it
(a trial of a form, a visit's checklist) keeps what it holds between two taps and writes what it comes to.
``asked`` is the vocabulary, ``kinds`` finds the widget of a question; the others are one family of kinds each.
"""
