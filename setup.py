"""What pyproject.toml can't say: `rules/` ships inside the wheel, as `reviewer/builtin/`."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithRules(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:  # a checkout reads its own rules/
            self.copy_tree("rules", str(Path(self.build_lib) / "reviewer" / "builtin"))


setup(cmdclass={"build_py": WithRules})
