"""What was trained and may not be published yet."""

import hashlib
from pathlib import Path
from typing import Any

from .adapter_store import write_durably
from .avro.codec import AvroCodec
from .failures import RecordInvalid, SeclError


class Checkpoints:
    """An adapter's record by lineage and by the bytes of the batch it came of, written before it is published.

    After a crash between training and the commit the batch comes again, and the same adapter is published without
    training. The record names weights and optimizer state by hash; those are in the adapter store before it is
    written. The newest few of a lineage are kept.
    """

    def __init__(self, folder: Path, codec: AvroCodec, most: int = 8) -> None:
        """codec: of adapter records, in single-object encoding."""
        self._folder = folder
        self._codec = codec
        self._most = most

    def save(self, batch: bytes, record: dict[str, Any]) -> None:
        """Raises SeclError STORE_FAILED if the disk refuses."""
        path = self._path(batch, record["lineage"])
        try:
            write_durably(path, self._codec.encode(record))
            by_age = sorted(path.parent.glob("*.avro"), key=lambda file: file.stat().st_mtime_ns)
            for old in by_age[: -self._most]:
                old.unlink(missing_ok=True)
        except OSError as error:
            raise SeclError("STORE_FAILED", f"a checkpoint in {self._folder} could not be written: {error}",
                            "Check that the disk has room and that the folder may be written by you.") from error

    def find(self, batch: bytes, lineage: str) -> dict[str, Any] | None:
        """The record of exactly these bytes; None if there is none, or it is damaged: then it is trained again."""
        try:
            return self._codec.decode(self._path(batch, lineage).read_bytes())
        except (OSError, RecordInvalid):
            return None

    def _path(self, batch: bytes, lineage: str) -> Path:
        folder = hashlib.sha256(lineage.encode()).hexdigest()[:16]
        return self._folder / folder / f"{hashlib.sha256(batch).hexdigest()}.avro"
