"""Trains LoRA adapters from the batches on a Kafka topic, under the contract of SECL-Stream's embedded trainer."""

__version__ = "0.1.0"
