"""The oldest versions that pyproject.toml allows, as constraints for pip: `make oldest` runs all tests with them."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def oldest() -> dict[str, str]:
    """The lowest version of each distribution that is named with one: of what is used, and of what tests it."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    lines = chain(project["dependencies"], *project["optional-dependencies"].values())
    named = [re.fullmatch(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", line) for line in lines]
    return {found[1]: found[2] for found in named if found}


if __name__ == "__main__":
    print("\n".join(f"{name}=={version}" for name, version in oldest().items()))
