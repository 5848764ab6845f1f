"""Bytes by their hash, in the layout of src/adapters/files/file-adapter-store.ts."""

import contextlib
import hashlib
import os
import re
from pathlib import Path
from uuid import uuid4

from .failures import SeclError

_SHA256 = re.compile(r"[0-9a-f]{64}")


class AdapterStore:
    """One file a hash, `HASH.bin`: there whole or not at all. Several processes may use the folder at once."""

    def __init__(self, folder: Path) -> None:
        """folder: made with the first bytes."""
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keeps bytes, durable when it returns, and returns their SHA-256.

        Raises SeclError STORE_FAILED if the disk refuses.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._folder / f"{sha256}.bin"
        try:
            # Reading it again costs little beside training, and repairs a file that was damaged.
            if not path.is_file() or path.read_bytes() != data:
                write_durably(path, data)
        except OSError as error:
            raise _failed(self._folder, error) from error
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """What was kept under a hash; a name that is no hash is never looked up.

        Raises SeclError ADAPTER_REFUSED if the file is damaged, STORE_FAILED if the disk refuses.
        """
        if _SHA256.fullmatch(sha256) is None:
            return None
        path = self._folder / f"{sha256}.bin"
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed(self._folder, error) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise SeclError("ADAPTER_REFUSED", f"{path} is damaged: its SHA-256 is not its name",
                            "Delete it; it is fetched or made again where that is possible.")
        return data


def write_durably(path: Path, data: bytes) -> None:
    """Writes under another name, syncs, renames, and syncs the folder: whole or not at all after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = path.with_name(f"{path.name}.{uuid4()}.partial")
    try:
        with staging.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        staging.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            staging.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _failed(folder: Path, error: OSError) -> SeclError:
    return SeclError("STORE_FAILED", f"the adapter store {folder} failed: {error}",
                     "Check that the disk has room and that the folder may be read and written by you.")
