"""Whether the service lives and is ready, for whoever watches over it."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Health:
    """Progress as others see it. Healthy: something moved lately. Ready: the model is loaded and the broker answers."""

    def __init__(self, stall_seconds: float, broker_answers: Callable[[], bool]) -> None:
        """broker_answers: asked whenever somebody wants to know, in that one's thread."""
        self._stall_seconds = stall_seconds
        self._broker_answers = broker_answers
        self._moved = time.monotonic()
        #: The model is loaded and batches are subscribed to.
        self.subscribed = False

    def beat(self) -> None:
        """Something moved."""
        self._moved = time.monotonic()

    @property
    def healthy(self) -> bool:
        """Whether something moved within the time allowed."""
        return time.monotonic() - self._moved < self._stall_seconds

    @property
    def reasons(self) -> list[str]:
        """Why it is not ready, one sentence each; none: it is."""
        if not self.subscribed:
            return ["batches are not subscribed to yet, or no more"]
        stalled = [] if self.healthy else [f"nothing has moved for {self._stall_seconds:g} s"]
        return stalled if self._broker_answers() else [*stalled, "no broker answers"]

    def serve(self, port: int) -> ThreadingHTTPServer:
        """Answers /healthz and /readyz with 200 or 503 until `shutdown`. Port 0: any free one."""
        health = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/readyz":
                    reasons = health.reasons
                    self._answer(503 if reasons else 200, {"ok": not reasons, "reasons": reasons})
                elif self.path == "/healthz":
                    self._answer(200 if health.healthy else 503, {"ok": health.healthy})
                else:
                    self._answer(404, {"ok": False})

            def _answer(self, status: int, answer: object) -> None:
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Probes are not news."""

        server = ThreadingHTTPServer(("", port), Handler)
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
        return server
