"""Vale packages from disk: a folder or a zip -> rule files by name, `<Pack>/<Rule>.yml`."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar

from reviewer.errors import RuleError
from reviewer.rules.loading import APPROVALS, OVERLAY, VOCABULARY
from reviewer.rules.reading import LARGEST

T = TypeVar("T")

MOST_FILES = 5_000
LARGEST_PACKAGE = 32 * 1024 * 1024
"""Bytes of all rule files of one package, unpacked."""


def opened(path: Path) -> dict[str, bytes]:
    """The rule files and vocabularies of a package; RuleError where there are none, or too many.

    A rule file stands in a folder, which is its pack; whatever lies around the packs (`styles/`, the
    package's own name, `.vale.ini`) is left out. An `approvals.yml` in a package counts for nothing.
    """
    if path.is_dir():
        found = _named((file.relative_to(path).as_posix(), file) for file in sorted(path.rglob("*")))
        files = {
            name: _limited(file.read_bytes(), str(file)) for name, file in found.items() if file.is_file()
        }
    elif path.suffix == ".zip":
        files = _unzipped(path.read_bytes(), str(path))
    else:
        raise RuleError("This is neither a folder nor a .zip file with a Vale package.", path=str(path))
    if not any(name.endswith((".yml", ".yaml")) for name in files):
        raise RuleError("No rules here: a package holds <Pack>/<Rule>.yml files.", path=str(path))
    return files


def _unzipped(data: bytes, path: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            named = _named((info.filename, info) for info in archive.infolist() if not info.is_dir())
            if sum(info.file_size for info in named.values()) > LARGEST_PACKAGE:
                raise RuleError(
                    f"The package unpacks to more than {LARGEST_PACKAGE >> 20} MB: add its packs one by one.",
                    path=path,
                )
            files = {}
            for name, info in named.items():
                with archive.open(info) as member:  # never more than is allowed, whatever the header says
                    files[name] = _limited(member.read(LARGEST + 1), f"{path}/{info.filename}")
            return files
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise RuleError(f"This zip file can't be read ({error}).", path=path) from error


def _named(members: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Members by the name that they get here; what is no rule and no vocabulary is left out."""
    named: dict[str, T] = {}
    for name, member in members:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if len(parts) < 2 or any(part.startswith(".") or part == "__MACOSX" for part in parts):
            continue
        leaf = parts[-1]
        if leaf in VOCABULARY:
            named[f"vocabulary/{parts[-2]}/{leaf}"] = member
        elif leaf.endswith((".yml", ".yaml")) and leaf != APPROVALS:
            named[f"{parts[-2]}/{leaf}"] = member
        if len(named) > MOST_FILES:
            raise RuleError(f"More than {MOST_FILES:,} rule files: add the packs one by one.", path=name)
    return named


def _limited(data: bytes, path: str) -> bytes:
    if len(data) > LARGEST:
        raise RuleError(f"The file is larger than {LARGEST:,} bytes: split the rule.", path=path)
    return data


def packs(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The packs that a package brings, in order."""
    return tuple(
        sorted({name.split("/")[0] for name in files if name.endswith((".yml", ".yaml")) and "/" in name})
    )


def overlaid(files: Mapping[str, bytes], overlay: bytes, pack: str) -> dict[str, bytes]:
    """The files with an overlay for one pack: decisions, owners and reasons of the brand."""
    return {**files, f"{pack}/{OVERLAY}": overlay}
