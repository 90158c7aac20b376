"""The web: pages for people, the JSON API for tools, hooks for chat, in one Flask application.

`create_app(build(load()))` makes it.
"""

from reviewer.web.factory import Demo, DemoPerson, create_app

__all__ = ["Demo", "DemoPerson", "create_app"]
