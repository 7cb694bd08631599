"""A real server is used only when someone names it."""

from simulator.real_home import RealHome

NAMED = {"MUSIC_ASSISTANT_URL": "http://music.local:8095/", "MUSIC_ASSISTANT_TOKEN": "t"}


def test_both_variables_are_needed():
    """An address without a token, or a token without an address, is the stand-in's case."""
    assert RealHome.from_env({}) is None
    for name, value in NAMED.items():
        assert RealHome.from_env({name: value}) is None


def test_its_other_ports_are_the_usual_ones():
    """Streams and slimproto are on the same host, at their own ports, unless said otherwise."""
    home = RealHome.from_env(NAMED)
    assert (home.url, home.stream_url, home.slimproto_port) == (
        "http://music.local:8095",
        "http://music.local:8097",
        3483,
    )
    other = RealHome.from_env({**NAMED, "MUSIC_ASSISTANT_STREAM_URL": "http://x:1", "SLIMPROTO_PORT": "2"})
    assert (other.stream_url, other.slimproto_port) == ("http://x:1", 2)
