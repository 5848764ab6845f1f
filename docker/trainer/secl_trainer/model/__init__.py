"""The base model under LoRA."""
