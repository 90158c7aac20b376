"""One module per outside system: parse their words, render ours.

`reading` turns bytes into values and values into refusals that point at the place; `drafts` holds
our own form of a draft, shared by the API, the web form, the bulk reader and the chat hook.
"""
