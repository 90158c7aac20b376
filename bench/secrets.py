"""Secrets in posts: see `_secret_posts.py`.

The scripts of this folder have it first on their path, so the standard library's module of the same name
would be this one: imported, it steps aside.
"""

import importlib.util
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    from _secret_posts import run

    run()
else:
    spec = importlib.util.spec_from_file_location(__name__, Path(os.__file__).with_name("secrets.py"))
    assert spec
    assert spec.loader
    sys.modules[__name__] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[__name__])
