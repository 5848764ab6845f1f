"""Whether the service lives and is ready, for whoever watches over it."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Health:
    """Progress as others see it. Healthy: something moved lately. Ready: the model is loaded and the broker answers."""

    def __init__(self, stall_seconds: float) -> None:
        self._stall_seconds = stall_seconds
        self._moved = time.monotonic()
        self.ready = False

    def beat(self) -> None:
        """Something moved."""
        self._moved = time.monotonic()

    @property
    def healthy(self) -> bool:
        """Whether something moved within the time allowed."""
        return time.monotonic() - self._moved < self._stall_seconds

    def serve(self, port: int) -> ThreadingHTTPServer:
        """Answers /healthz and /readyz with 200 or 503 until `shutdown`. Port 0: any free one."""
        health = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                good = {"/healthz": health.healthy, "/readyz": health.healthy and health.ready}.get(self.path)
                status = 404 if good is None else 200 if good else 503
                body = json.dumps({"ok": bool(good)}).encode()
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
