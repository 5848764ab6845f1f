"""The service's own errors. Each carries a code of the project's closed list (src/errors/error-code.ts)."""


class SeclError(Exception):
    """An expected failure: a code, what happened, and what to do about it."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class TrainingFailed(SeclError):
    """The batch itself is at fault: it is refused for good, and the stream goes on."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__("TRAINING_FAILED", message, hint)


class RecordInvalid(SeclError):
    """Bytes that are no record of ours. The message holds none of their content."""

    def __init__(self, message: str) -> None:
        super().__init__("RECORD_INVALID", message)


class Cancelled(SeclError):
    """Training was stopped from outside; the batch is as if it had not begun."""

    def __init__(self, message: str = "training was cancelled") -> None:
        super().__init__("CANCELLED", message)
