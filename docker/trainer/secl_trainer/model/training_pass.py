"""Runs a network under LoRA weights: what training asks of PyTorch."""

from collections.abc import Callable, Sequence

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import DynamicCache

from ..training.batch import Lora, Sample
from ..training.lora_sites import MODULES, Site
from ..training.loss_target import LossTarget, loss_at
from .frozen_cache import Frozen, FrozenCache
from .load_model import LoadedModel


class TrainingPass:
    """One choice of sites on a model; puts PEFT around it until `close`.

    Positions before a sample's `adapt_from` go through the base model alone and stay as keys and values without a
    gradient, so that LoRA acts on those after: the scopes position, turn and conversation are nothing else.
    """

    def __init__(self, model: LoadedModel, lora: Lora, frozen: FrozenCache, micro_batch: int) -> None:
        """micro_batch: most samples that go through the network at once; 1 adds in the embedded trainer's order."""
        self._base = model.network
        self._device = model.network.device
        self._frozen = frozen
        self._micro_batch = micro_batch
        self.sites: list[Site] = model.sites(tuple(lora.projections), lora.last_layers)
        layers = sorted({site.layer for site in self.sites})
        config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=0.0, layers_to_transform=layers,
                            target_modules=[MODULES[p].split(".")[1] for p in dict.fromkeys(lora.projections)])
        # PEFT keeps matrices in float32 whatever the base model has.
        self._model: PeftModel = get_peft_model(self._base, config, autocast_adapter_dtype=True)
        self._model.eval()
        named = dict(self._model.named_parameters())
        self._matrices = [
            named[site.tensor(side).replace(".weight", ".default.weight")] for site in self.sites for side in "AB"
        ]
        self.begin()

    def begin(self) -> None:
        """Counts from zero, for another batch."""
        self.forward_tokens = 0
        self._counted: set[tuple[int, tuple[int, ...]]] = set()

    def place(self, parameters: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Puts weights in the network; by site, A before B. Returns them where the network is."""
        with torch.no_grad():
            for matrix, values in zip(self._matrices, parameters, strict=True):
                matrix.copy_(values)
        return [matrix.detach().clone() for matrix in self._matrices]

    def measure(self, samples: Sequence[Sample], digits: Sequence[int],
                check_cancelled: Callable[[], None]) -> list[torch.Tensor]:
        """Log probabilities of the ten digits at each sample's last position, renormalised, float32 [10]."""
        measured: list[torch.Tensor] = []
        with torch.no_grad():
            for few in self._parts(samples):
                check_cancelled()
                measured.extend(self._log_probabilities(few, digits, 1))
        return measured

    def differentiate(self, samples: Sequence[Sample], losses: Sequence[LossTarget], digits: Sequence[int],
                      check_cancelled: Callable[[], None]) -> tuple[float, list[torch.Tensor]]:
        """Mean loss and its gradient, added up in float64 in the samples' order; by site, A before B."""
        sums = [torch.zeros_like(matrix, dtype=torch.float64) for matrix in self._matrices]
        loss, at = 0.0, 0
        for few in self._parts(samples):
            check_cancelled()
            rows = self._log_probabilities(few, digits, 3)
            values = [loss_at(losses[at + i], row) for i, row in enumerate(rows)]
            at += len(few)
            loss += sum(float(value.detach()) / len(samples) for value in values)
            total = torch.stack(values).sum()
            for into, gradient in zip(sums, torch.autograd.grad(total, self._matrices), strict=True):
                into.add_(gradient.double() / len(samples))
        return loss, sums

    def close(self) -> None:
        """Gives the base model back as it was."""
        self._model.unload()

    def _parts(self, samples: Sequence[Sample]) -> list[Sequence[Sample]]:
        return [samples[i : i + self._micro_batch] for i in range(0, len(samples), self._micro_batch)]

    def _log_probabilities(self, samples: Sequence[Sample], digits: Sequence[int], counted: int) -> torch.Tensor:
        """`[samples, 10]`. counted: how often a position counts in forward_tokens."""
        stretches = [sample.token_ids[sample.adapt_from :] for sample in samples]
        self.forward_tokens += counted * sum(map(len, stretches))
        for sample in samples:
            # Kept from an earlier batch or not: a batch that is trained again has to count the same.
            prompt = (sample.adapt_from, tuple(sample.token_ids))
            self.forward_tokens += 0 if prompt in self._counted else sample.adapt_from
            self._counted.add(prompt)
        pasts = [self._past(sample) for sample in samples]
        starts = [sample.adapt_from for sample in samples]
        longest, longest_past = max(map(len, stretches)), max(starts)
        ids = torch.zeros(len(samples), longest, dtype=torch.long)
        positions = torch.zeros(len(samples), longest, dtype=torch.long)
        # Prefixes end at the same place and stretches begin there: what is not filled is never seen.
        seen = torch.zeros(len(samples), longest_past + longest, dtype=torch.long)
        for row, (stretch, start) in enumerate(zip(stretches, starts, strict=True)):
            ids[row, : len(stretch)] = torch.tensor(stretch)
            positions[row, : len(stretch)] = torch.arange(start, start + len(stretch))
            seen[row, longest_past - start : longest_past + len(stretch)] = 1
        last = torch.tensor([len(stretch) - 1 for stretch in stretches])
        d = self._device
        hidden = self._model.base_model.model.model(
            input_ids=ids.to(d), position_ids=positions.to(d),
            attention_mask=None if bool(seen.all()) else seen.to(d),
            cache=self._joined(pasts, longest_past), use_cache=True,
        ).last_hidden_state
        rows = hidden[torch.arange(len(samples), device=d), last.to(d)]
        head = self._base.get_output_embeddings().weight[torch.tensor(digits, device=d)]
        return torch.log_softmax(rows.float() @ head.float().T, -1)

    def _past(self, sample: Sample) -> Frozen:
        if sample.adapt_from == 0:
            return ()
        prefix = sample.token_ids[: sample.adapt_from]
        kept = self._frozen.get(prefix)
        if kept is not None:
            return kept
        with torch.no_grad(), self._model.disable_adapter():
            cache = self._model.base_model.model.model(
                input_ids=torch.tensor([list(prefix)], device=self._device), use_cache=True
            ).past_key_values
        computed = [(layer.keys, layer.values) for layer in cache.layers]
        self._frozen.add(prefix, computed)
        return computed

    def _joined(self, pasts: Sequence[Frozen], longest: int) -> DynamicCache:
        """One cache of all rows, filled up with zeros on the left."""
        cache = DynamicCache(config=self._base.config)
        if longest == 0:
            return cache
        some = next(past for past in pasts if len(past) > 0)
        for layer, pair in enumerate(some):
            keys_values = []
            for side in (0, 1):
                like = pair[side]
                parts = [past[layer][side] if len(past) > 0 else like[:, :, :0] for past in pasts]
                keys_values.append(torch.cat([
                    torch.nn.functional.pad(part, (0, 0, longest - part.shape[2], 0)) for part in parts]))
            cache.update(keys_values[0], keys_values[1], layer)
        return cache
