"""What a car radio is tuned to, and the station of Music Assistant's that is meant."""

import pytest

from music_assistant_alexa.errors import MediaNotFoundError
from music_assistant_alexa.models import MediaItem, MediaType
from music_assistant_alexa.stations import Stations
from simulator.scripted_home import ScriptedHome
from simulator.stand_in.music import plain


def station(number, name, *, in_library=True):
    scheme = "library" if in_library else "tunein"
    return MediaItem(f"{scheme}://radio/{number}", name, MediaType.RADIO, in_library=in_library)


NAMES = (
    *("Harbour 98.7 FM", "Harbour 98.7 HD2", "News 1010 AM", "Radio 1010 FM", "Kiss 98,8"),
    *("BBC Radio 4 Extra", "BBC Radio 2", "SiriusXM 22 Pearl", "Antenne 222", "SiriusXM 2 Hits"),
)
LIBRARY = [
    station(0, "Stranger 98.7", in_library=False),
    *(station(number, name) for number, name in enumerate(NAMES, 1)),
    MediaItem("library://playlist/1", "Late Drive", MediaType.PLAYLIST, in_library=True),
]


@pytest.fixture
def home():
    return ScriptedHome(library=LIBRARY)


@pytest.fixture
def stations(home):
    return Stations(home, {})


@pytest.mark.parametrize(
    ("source", "tuned", "name"),
    [
        ("FM_RADIO", "98.7", "Harbour 98.7 FM"),
        ("FM_RADIO", "98.7 HD 1", "Harbour 98.7 FM"),
        ("FM_RADIO", "98.7 FM HD 1", "Harbour 98.7 FM"),
        ("FM_RADIO", "98.7 fm hd 2", "Harbour 98.7 HD2"),
        ("FM_RADIO", "98,7 MHz", "Harbour 98.7 FM"),
        ("FM_RADIO", "FM 98.7", "Harbour 98.7 FM"),
        ("FM_RADIO", "FM 98.7 HD 2", "Harbour 98.7 HD2"),
        ("FM_RADIO", "98.7 MHz FM", "Harbour 98.7 FM"),
        ("AM_RADIO", "am 1010 kHz", "News 1010 AM"),
        ("FM_RADIO", "98.70", "Harbour 98.7 FM"),
        ("FM_RADIO", "98.8", "Kiss 98,8"),
        ("FM_RADIO", "1010", "Radio 1010 FM"),
        ("AM_RADIO", "1010", "News 1010 AM"),
        ("AM_RADIO", " 1010 kHz ", "News 1010 AM"),
    ],
)
def test_a_frequency_is_in_the_stations_name(stations, source, tuned, name):
    """The station whose name has the frequency, of the same band and part, the household's own first."""
    assert stations.on_frequency(tuned, source).name == name


class Server(ScriptedHome):
    """A home that finds what the server finds: names that hold all of what is asked, letters and digits alone."""

    def search(self, text, kinds, limit):
        return [item for item in super().search(text, kinds, limit) if plain(text) in plain(item.name)]


@pytest.mark.parametrize(
    ("tuned", "name"),
    [
        *(("107", "Antenne 107 FM"), ("107.0", "Antenne 107 FM"), ("107,00 MHz", "Antenne 107 FM")),
        *(("98.7 HD 1", "Harbour 98,70"), ("98.70", "Harbour 98,70"), ("90", "Radio 90"), ("100.0", "Radio 100")),
    ],
)
def test_a_frequency_is_found_however_it_is_written(tuned, name):
    """The server is asked for the signs that every way of writing it has."""
    names = ("Antenne 107 FM", "Harbour 98,70", "Radio 90", "Radio 100", "Radio 9")
    home = Server(library=[station(number, each) for number, each in enumerate(names)])
    assert Stations(home, {}).on_frequency(tuned, "FM_RADIO").name == name


@pytest.mark.parametrize(
    "tuned", ["101.1", "98.7 HD 3", "8.7", "987", "FM", "FM HD 1", "MHz 98.7", "98.7 HD", "", "98.7.1"]
)
def test_a_frequency_nobody_sends_on_is_not_found(stations, tuned):
    """Nothing near it is taken for it."""
    with pytest.raises(MediaNotFoundError):
        stations.on_frequency(tuned, "FM_RADIO")


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("BBC Radio Extra 4", "BBC Radio 4 Extra"),
        ("bbc radio 2", "BBC Radio 2"),
        ("22", "SiriusXM 22 Pearl"),
        ("2", "SiriusXM 2 Hits"),
        ("222", "Antenne 222"),
        ("Pearl", "SiriusXM 22 Pearl"),
    ],
)
def test_a_channel_is_a_name_or_a_number(stations, channel, name):
    """DAB sends a name, satellite radio a name or a number."""
    assert stations.on_channel(channel).name == name


@pytest.mark.parametrize("channel", ["BBC Radio 3", "23", "Quuxfm"])
def test_another_number_is_another_station(stations, channel):
    """Radio 3 is not Radio 2, however alike their names are."""
    with pytest.raises(MediaNotFoundError):
        stations.on_channel(channel)


def test_without_a_list_the_favourite_stations_are_the_presets(stations, home):
    """Preset n is the nth of them: one round trip."""
    assert stations.preset(3, "DEFAULT").name == LIBRARY[2].name
    assert home.names == ["favourite_stations"]


@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_preset_that_is_not_there_is_not_found(stations, number):
    """Presets count from 1 to as many as there are."""
    with pytest.raises(MediaNotFoundError):
        stations.preset(number, "DEFAULT")


def test_the_households_own_list_goes_by_source(home):
    """A source has presets of its own, or those of every source; a name is looked for, a uri is played as it is."""
    stations = Stations(home, {"": ("library://album/7", "Pearl", "playlist late drive"), "FM_RADIO": ("kiss 98,8",)})
    assert stations.preset(1, "DEFAULT").uri == "library://album/7"
    assert home.names == []
    assert stations.preset(2, "SIRIUS_XM").name == "SiriusXM 22 Pearl"
    assert stations.preset(3, "DEFAULT").name == "Late Drive"
    assert stations.preset(1, "FM_RADIO").name == "Kiss 98,8"
    with pytest.raises(MediaNotFoundError):
        stations.preset(2, "FM_RADIO")
