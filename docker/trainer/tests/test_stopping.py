"""Stopping before anything has begun."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

#: The service, whose model takes a minute to load.
PROGRAM = """
import sys, time
import secl_trainer.__main__ as program

def load(*_):
    print("loading", flush=True)
    time.sleep(60)

program.load_model = load
sys.exit(program.main(["run", "--brokers", "127.0.0.1:1", "--model", "m.gguf", "--health-port", "0", "--device", "cpu",
                       "--data", sys.argv[1]]))
"""


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_the_model_is_loaded_ends_it(name: signal.Signals, tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=ROOT / "docker" / "trainer",
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "loading\n"
        process.send_signal(name)
        assert process.wait(30) == 0
    finally:
        process.kill()
