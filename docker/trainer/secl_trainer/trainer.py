"""Turns training batches into adapters."""

import time
from collections.abc import Callable
from typing import Any

import torch

from . import __version__
from .adapter_store import AdapterStore
from .failures import SeclError, TrainingFailed
from .model.frozen_cache import FrozenCache
from .model.load_model import LoadedModel
from .model.training_pass import TrainingPass
from .training.adam import fresh_state
from .training.adapter_bytes import decode_adapter, decode_optimizer, encode_adapter, encode_optimizer
from .training.batch import Lora, TrainingBatch
from .training.check_batch import check_batch
from .training.initial_lora import initial_lora
from .training.train_batch import train_batch

#: Weights up to this size go into the record itself.
INLINE_BYTES = 512 * 1024


class Trainer:
    """`adapter = f(parent's weights, parent's optimizer state, batch)`, and nothing else. One batch at a time."""

    def __init__(self, model: LoadedModel, store: AdapterStore, frozen_bytes: int, micro_batch: int) -> None:
        """frozen_bytes: most bytes of keys and values that are kept for replay. micro_batch: see TrainingPass."""
        self._model = model
        self._store = store
        self._frozen = FrozenCache(frozen_bytes)
        self._micro_batch = micro_batch
        self._open: tuple[Lora, TrainingPass] | None = None
        network = model.network
        self.name = (f"secl-trainer {__version__}, torch {torch.__version__}, {network.device.type} "
                     f"{str(network.dtype).removeprefix('torch.')}")

    def train(self, batch: TrainingBatch, check_cancelled: Callable[[], None]) -> dict[str, Any]:
        """The adapter's record. Weights and optimizer state are in the store when it returns.

        Raises TrainingFailed for a batch that makes no sense, another base model, a parent that is not in the
        store, a number that is not finite, and samples that do not fit in memory; SeclError STORE_FAILED; whatever
        check_cancelled raises, which is called between runs.
        """
        started = time.monotonic()
        check_batch(batch, self._model.facts)
        weights = self._kept(batch, "weights", batch.parent_sha256)
        optimizer = self._kept(batch, "optimizer state", batch.parent_optimizer_sha256)
        run = self._pass(batch.lora)
        run.begin()
        sites = run.sites
        parameters = initial_lora(sites, batch.lora.rank, batch.seed) if weights is None \
            else decode_adapter(weights, sites, batch.lora.rank)
        state = fresh_state(parameters) if optimizer is None else decode_optimizer(optimizer, sites, parameters)
        try:
            outcome = train_batch(batch, parameters, state, run, check_cancelled)
        except (MemoryError, torch.OutOfMemoryError) as error:
            self.release()
            raise TrainingFailed(f"Batch {batch.batch_id} does not fit in memory.",
                                 "Lower --micro-batch, or train shorter prompts.") from error
        trained = encode_adapter(sites, outcome.parameters)
        before, after = outcome.before, outcome.after
        held_out = None if before.held_out_error is None else \
            {"before": before.held_out_error, "after": after.held_out_error}
        return {
            "lineage": batch.lineage,
            "version": batch.ordinal,
            "parentVersion": batch.parent_version,
            "baseSha256": batch.base_sha256,
            "scope": batch.scope,
            "batchId": batch.batch_id,
            "lora": batch.lora.record(),
            "loss": {"before": before.loss, "after": after.loss},
            "heldOutError": held_out,
            "meanConfidence": {"before": before.mean_confidence, "after": after.mean_confidence},
            "trainedOn": list(dict.fromkeys(batch.samples[i].question_id for step in batch.steps for i in step)),
            "forwardTokens": run.forward_tokens,
            "trainer": self.name,
            "durationMs": (time.monotonic() - started) * 1000,
            "sha256": self._store.put(trained),
            "sizeBytes": len(trained),
            "optimizerSha256": self._store.put(encode_optimizer(sites, outcome.optimizer)),
            "weights": trained if len(trained) <= INLINE_BYTES else None,
        }

    def release(self) -> None:
        """Gives the base model back, and what is kept for replay."""
        if self._open is not None:
            self._open[1].close()
        self._open = None
        self._frozen.clear()

    def _pass(self, lora: Lora) -> TrainingPass:
        if self._open is None or self._open[0] != lora:
            if self._open is not None:
                self._open[1].close()
            self._open = None
            self._open = (lora, TrainingPass(self._model, lora, self._frozen, self._micro_batch))
        return self._open[1]

    def _kept(self, batch: TrainingBatch, what: str, sha256: str | None) -> bytes | None:
        if sha256 is None:
            return None
        try:
            data = self._store.get(sha256)
        except SeclError as error:
            if error.code != "ADAPTER_REFUSED":
                raise
            raise TrainingFailed(f"Batch {batch.batch_id} has a parent whose {what} cannot be trusted.") from error
        if data is None:
            raise TrainingFailed(f"Batch {batch.batch_id} has a parent whose {what} {sha256} are not kept.")
        return data
