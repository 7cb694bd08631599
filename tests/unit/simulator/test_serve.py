"""The invoke address speaks as Lambda's does."""

import pytest
import requests

from simulator.serve import PATH, invoke_api


@pytest.fixture(scope="module")
def url():
    def invoke(event):
        if event == {"raise": True}:
            raise KeyError("lost")
        return {"echo": event}

    with invoke_api(invoke) as url:
        yield url


@pytest.fixture
def client():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_an_event_is_answered(url, client):
    """An event in, its answer out, 200."""
    answer = client.post(url, json={"a": "ü"}, timeout=5)
    assert url.endswith(PATH)
    assert answer.status_code == 200
    assert answer.json() == {"echo": {"a": "ü"}}
    assert "X-Amz-Function-Error" not in answer.headers


def test_an_exception_is_a_function_error(url, client):
    """What the handler raises is 200 with the error and a header that says so."""
    answer = client.post(url, json={"raise": True}, timeout=5)
    assert answer.status_code == 200
    assert answer.headers["X-Amz-Function-Error"] == "Unhandled"
    assert answer.json() == {"errorMessage": "'lost'", "errorType": "KeyError"}


def test_no_json_is_a_bad_request(url, client):
    """What is no JSON never reaches the function."""
    assert client.post(url, data=b"{", timeout=5).status_code == 400


def test_other_paths_are_not_found(url, client):
    """There is one function and one path, and a wrong one does not spoil the connection."""
    assert client.post(url + "/x", json={}, timeout=5).status_code == 404
    assert client.post(url, json={}, timeout=5).status_code == 200
