"""The project's record schemas, as the folder `schemas` has them."""

import json
from pathlib import Path
from typing import Any

from ..failures import SeclError

# Types of other files that a schema refers to by name, with their files.
_REFERRED = {"stream.secl.TrainingSample": "training-sample"}


def read_schema(folder: Path, name: str) -> dict[str, Any]:
    """A schema `NAME.avsc` with the schemas it refers to written into it, so that it stands on its own.

    Raises SeclError SCHEMA_INVALID if a file is missing or no JSON.
    """
    return _written_out(_read(folder / f"{name}.avsc"), folder)


def read_history(folder: Path, name: str) -> list[dict[str, Any]]:
    """Older versions of a schema, `history/NAME.vN.avsc`, whose data stays readable."""
    files = sorted((folder / "history").glob(f"{name}.v*.avsc"))
    return [_written_out(_read(file), folder) for file in files]


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SeclError(
            "SCHEMA_INVALID",
            f"{path} could not be read: {error}",
            "Name the folder of the project's schemas with --schemas.",
        ) from error


def _written_out(schema: Any, folder: Path) -> Any:
    written: set[str] = set()

    def walk(node: Any) -> Any:
        if isinstance(node, str) and node in _REFERRED and node not in written:
            written.add(node)
            return walk(_read(folder / f"{_REFERRED[node]}.avsc"))
        if isinstance(node, dict):
            return {key: walk(value) if key in ("type", "items", "values", "fields") else value
                    for key, value in node.items()}
        return [walk(item) for item in node] if isinstance(node, list) else node

    return walk(schema)
