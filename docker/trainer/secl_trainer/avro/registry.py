"""A client of a Confluent-compatible schema registry."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from ..failures import SeclError

_TYPE = "application/vnd.schemaregistry.v1+json"
# What a registry says it does not know: subject, version, schema. A 404 of anything else says it is none.
_UNKNOWN = (40401, 40402, 40403)


class SchemaRegistry:
    """Looks schemas up by id and registers those that are written. Ids never change, so answers are kept."""

    def __init__(self, url: str, user: str | None = None, password: str | None = None, timeout_s: float = 10) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": _TYPE, "Content-Type": _TYPE}
        if user is not None:
            token = base64.b64encode(f"{user}:{password or ''}".encode()).decode()
            self._headers["Authorization"] = f"Basic {token}"
        self._timeout_s = timeout_s
        self._schemas: dict[int, Any] = {}
        self._ids: dict[str, int] = {}

    def schema(self, schema_id: int) -> Any | None:
        """The schema of an id, None for one that the registry does not know.

        Raises SeclError STORE_FAILED if the registry does not answer.
        """
        if schema_id not in self._schemas:
            answer = self._call("GET", f"/schemas/ids/{schema_id}")
            if answer is None:
                return None
            self._schemas[schema_id] = json.loads(answer["schema"])
        return self._schemas[schema_id]

    def register(self, subject: str, schema: Any) -> int:
        """Registers a schema (the same one again gives the same id).

        Raises SeclError STORE_FAILED if the registry refuses it or does not answer.
        """
        if subject not in self._ids:
            answer = self._call("POST", f"/subjects/{urllib.parse.quote(subject, safe='')}/versions", {"schema": json.dumps(schema)})
            if answer is None:
                raise _failed(f"it does not know the subject {subject}")
            self._ids[subject] = int(answer["id"])
        return self._ids[subject]

    def _call(self, method: str, path: str, body: Any = None) -> Any | None:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, self._headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            if error.code == 404 and _error_code(error) in _UNKNOWN:
                return None
            raise _failed(f"{method} {path} was answered with {error.code}") from error
        except (OSError, ValueError) as error:
            raise _failed(f"{method} {path}: {error}") from error


def _error_code(error: urllib.error.HTTPError) -> Any:
    try:
        body = json.load(error)
    except ValueError:
        return None
    return body.get("error_code") if isinstance(body, dict) else None


def _failed(reason: str) -> SeclError:
    return SeclError("STORE_FAILED", f"the schema registry failed: {reason}", "Check --registry-url and its log.")
