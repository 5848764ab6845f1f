"""One trainer a topic: this service and the embedded trainer stand by for each other, and shut each other out."""

import logging

import pytest

from secl_trainer.kafka.committer import owner_id
from secl_trainer.kafka.service import CLIENT_ID
from secl_trainer.lineages import Lineages
from secl_trainer.settings import read_settings


def test_it_is_of_the_embedded_trainers_group_and_has_its_id() -> None:
    """The names of a topology's defaults (src/app/worker/groups-of.ts, src/adapters/kafka/group-state.ts)."""
    settings = read_settings(["run", "--brokers", "b:1", "--model", "m.gguf"], {})
    assert settings.group == "secl-training"
    assert CLIENT_ID < "secl"
    assert owner_id(settings.group, settings.batches_topic, 0) == "secl-training/qa.training-batches/0"


def test_a_second_version_of_one_number_is_told_and_does_not_count(caplog: pytest.LogCaptureFixture) -> None:
    lineages = Lineages()
    first = {"lineage": "l", "version": 1, "batchId": "b", "sha256": "aa", "optimizerSha256": "bb"}
    with caplog.at_level(logging.ERROR):
        lineages.add(first)
        lineages.add(first)
        assert caplog.records == []
        lineages.add({**first, "sha256": "cc"})
    assert "l/1 came a second time" in caplog.text
