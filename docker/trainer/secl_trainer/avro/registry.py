"""A client of a Confluent-compatible schema registry."""

import base64
import json
import logging
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from ..failures import SeclError

_log = logging.getLogger(__name__)

_TYPE = "application/vnd.schemaregistry.v1+json"
# What a registry says it does not know: subject, version, schema. A 404 of anything else says it is none.
_UNKNOWN = (40401, 40402, 40403)
# What a server says that cannot answer now.
_LATER = (408, 425, 429, 500, 502, 503, 504)


class SchemaRegistry:
    """Looks schemas up by id and registers those that are written. Ids never change, so answers are kept.

    A registry that does not answer, or says "later", is asked again for `patience_s`, as long as Kafka is waited for.
    """

    def __init__(self, url: str, user: str | None = None, password: str | None = None, timeout_s: float = 10,
                 patience_s: float = 60) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": _TYPE, "Content-Type": _TYPE}
        if user is not None:
            token = base64.b64encode(f"{user}:{password or ''}".encode()).decode()
            self._headers["Authorization"] = f"Basic {token}"
        self._timeout_s = timeout_s
        self._patience_s = patience_s
        self._schemas: dict[int, Any] = {}
        self._ids: dict[str, int] = {}

    def schema(self, schema_id: int) -> Any | None:
        """The schema of an id, None for one that the registry does not know.

        Raises SeclError REGISTRY_FAILED if the registry does not answer.
        """
        if schema_id not in self._schemas:
            answer = self._call("GET", f"/schemas/ids/{schema_id}")
            if answer is None:
                return None
            self._schemas[schema_id] = json.loads(answer["schema"])
        return self._schemas[schema_id]

    def register(self, subject: str, schema: Any) -> int:
        """Registers a schema (the same one again gives the same id).

        Raises SeclError REGISTRY_FAILED if the registry refuses it or does not answer.
        """
        if subject not in self._ids:
            answer = self._call("POST", f"/subjects/{urllib.parse.quote(subject, safe='')}/versions", {"schema": json.dumps(schema)})
            if answer is None:
                raise _failed(f"it does not know the subject {subject}")
            self._ids[subject] = int(answer["id"])
        return self._ids[subject]

    def _call(self, method: str, path: str, body: Any = None) -> Any | None:
        until = time.monotonic() + self._patience_s
        pause_s = 0.2
        while True:
            try:
                return self._ask(method, path, body)
            except _NotNow as error:
                if time.monotonic() + pause_s > until:
                    raise _failed(f"{error}, for {self._patience_s:g} s") from error
                _log.warning("the schema registry is waited for: %s", error)
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, 5)

    def _ask(self, method: str, path: str, body: Any) -> Any | None:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, self._headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code == 404 and _error_code(error) in _UNKNOWN:
                return None
            reason = f"{method} {path} was answered with {error.code}"
            raise (_NotNow(reason) if error.code in _LATER else _failed(reason)) from error
        except OSError as error:
            raise _NotNow(f"{method} {path}: {error}") from error
        except ValueError as error:
            raise _failed(f"{method} {path}: {error}") from error


class _NotNow(Exception):
    """Nobody answers, or whoever does says "later"."""


def _error_code(error: urllib.error.HTTPError) -> Any:
    try:
        body = json.load(error)
    except ValueError:
        return None
    return body.get("error_code") if isinstance(body, dict) else None


def _failed(reason: str) -> SeclError:
    return SeclError("REGISTRY_FAILED", f"the schema registry failed: {reason}", "Check --registry-url and its log.")
