"""What is known of adapters, as the adapters' topic has them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .failures import TrainingFailed
from .training.batch import TrainingBatch

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Version:
    """A version by what identifies it."""

    version: int
    batch_id: str | None
    sha256: str
    optimizer_sha256: str | None


class Lineages:
    """A fold over the adapters' topic."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[int, Version]] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Takes in a record of a version; the same one again changes nothing, another one under its number is told."""
        version = Version(record["version"], record.get("batchId"), record["sha256"], record.get("optimizerSha256"))
        known = self._versions.setdefault(record["lineage"], {}).setdefault(version.version, version)
        if (known.batch_id, known.sha256) != (version.batch_id, version.sha256):
            _log.error("the adapter %s/%d came a second time, with other contents: the first one counts. Trainers of "
                       "one topic must be of one group.", record["lineage"], version.version)

    def trained(self, batch: TrainingBatch) -> Version | None:
        """The version that came of a batch, if it has been published."""
        found = self._versions.get(batch.lineage, {}).get(batch.ordinal)
        return found if found is not None and found.batch_id == batch.batch_id else None

    def check(self, batch: TrainingBatch) -> None:
        """Raises TrainingFailed if a batch's place in its lineage is taken, or its parent is another one."""
        versions = self._versions.get(batch.lineage, {})
        newest = max(versions, default=0)
        if batch.ordinal <= newest:
            raise TrainingFailed(f"Batch {batch.batch_id} would be version {batch.ordinal} of {batch.lineage}, "
                                 f"which has come as far as {newest}.")
        if batch.parent_version == 0:
            return
        parent = versions.get(batch.parent_version)
        if parent is None:
            raise TrainingFailed(f"Batch {batch.batch_id} has the parent {batch.parent_version}, which does not exist.")
        if parent.sha256 != batch.parent_sha256:
            raise TrainingFailed(f"Batch {batch.batch_id} has other weights of its parent {parent.version}.")
        if batch.parent_optimizer_sha256 not in (None, parent.optimizer_sha256):
            raise TrainingFailed(f"Batch {batch.batch_id} has another optimizer state of its parent {parent.version}.")
