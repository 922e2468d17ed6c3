"""A session that the server cannot close fails nobody; no cluster is needed to see that."""

from __future__ import annotations

from typing import Any

import pytest
from pyhive import hive
from TCLIService import ttypes
from thrift.transport.TTransport import TTransportException

from runtime.spark import tolerate_failed_closes


class Transport:
    """Counts how often it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


class Client:
    """Answers the wish to close a session, or dies of it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def CloseSession(self, request: Any) -> Any:
        del request
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def session(answer: Any) -> Any:
    connection = hive.Connection.__new__(hive.Connection)
    connection._client, connection._transport = Client(answer), Transport()
    connection._sessionHandle = ttypes.TSessionHandle()
    return connection


def answered(code: int) -> Any:
    return ttypes.TCloseSessionResp(status=ttypes.TStatus(statusCode=code))


@pytest.fixture(autouse=True)
def tolerant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only in these tests, and asked for twice."""
    monkeypatch.setattr(hive.Connection, "close", hive.Connection.close)
    tolerate_failed_closes.cache_clear()
    tolerate_failed_closes()
    tolerate_failed_closes()


@pytest.mark.parametrize(
    "answer",
    [
        TTransportException(message="TSocket read 0 bytes"),
        answered(ttypes.TStatusCode.ERROR_STATUS),
        answered(ttypes.TStatusCode.SUCCESS_STATUS),
    ],
    ids=["the connection dies", "an error", "success"],
)
def test_a_session_ends_whatever_the_server_makes_of_it(answer: Any) -> None:
    connection = session(answer)
    connection.close()
    assert connection._transport.closed > 0


def test_any_other_fault_is_told() -> None:
    with pytest.raises(AttributeError):
        session(None).close()
