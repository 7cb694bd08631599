"""From a reply to ask-sdk's response. What Alexa forbids is left out here, so that no handler can get it wrong.

Only LaunchRequest and IntentRequest may speak, show cards or keep a session; everything else is answered with
AudioPlayer directives or nothing (facts: Alexa's AudioPlayer and PlaybackController references).
"""

from typing import Any

from ask_sdk_model import Response
from ask_sdk_model.canfulfill import (
    CanFulfillIntent,
    CanFulfillIntentValues,
    CanFulfillSlot,
    CanFulfillSlotValues,
    CanUnderstandSlotValues,
)
from ask_sdk_model.interfaces.audioplayer import (
    AudioItem,
    AudioItemMetadata,
    ClearBehavior,
    ClearQueueDirective,
    PlayDirective,
    StopDirective,
    Stream,
)
from ask_sdk_model.interfaces.audioplayer import PlayBehavior as AlexaPlayBehavior
from ask_sdk_model.interfaces.display import Image as DisplayImage
from ask_sdk_model.interfaces.display import ImageInstance
from ask_sdk_model.ui import Image as CardImage
from ask_sdk_model.ui import Reprompt, SsmlOutputSpeech, StandardCard

from music_assistant_alexa.actions import Action, Art, ClearQueue, Play, Stop
from music_assistant_alexa.custom_skill.replies import Reply, Sentence
from music_assistant_alexa.custom_skill.speech import plain_text, spoken
from music_assistant_alexa.custom_skill.turn import Turn

__all__ = ["render"]

CARD_URL_LIMIT = 2000

# Of the edges that pictures have, those next to what Amazon advises: cards of 720 x 480 and 1200 x 800, art of
# 480 x 480 at least, a background of 1024 x 640 at least (cards: "Include a card"; the others: AudioPlayer reference).
CARD_SMALL = 480
CARD_LARGE = 1200
ART_EDGE = 600
BACKGROUND_EDGE = 1200


def render(turn: Turn, reply: Reply) -> Response:
    """Return the response to a request."""
    directives = [_directive(action) for action in reply.actions] if turn.device.plays_audio else []
    response = Response(directives=directives or None)
    if reply.can_fulfill is not None:
        response.can_fulfill_intent = _can_fulfill(turn, fulfill=reply.can_fulfill)
    if turn.may_speak:
        _speak(turn, reply, response)
    return response


def _speak(turn: Turn, reply: Reply, response: Response) -> None:
    if reply.sentence:
        response.output_speech = _ssml(turn, reply.sentence)
    if reply.question:
        response.reprompt = Reprompt(output_speech=_ssml(turn, reply.question))
    if reply.titled:
        response.card = _card(reply.actions)
    response.should_end_session = reply.question is None


def _ssml(turn: Turn, sentence: Sentence) -> SsmlOutputSpeech:
    text = plain_text(turn.locale, sentence.key, **sentence.names)
    return SsmlOutputSpeech(ssml=f"<speak>{spoken(text)}</speak>")


def _card(actions: tuple[Action, ...]) -> StandardCard | None:
    """Show what plays from now on."""
    play = next((action for action in actions if isinstance(action, Play)), None)
    if play is None or not play.item.title:
        return None
    text = "\n".join(line for line in (play.item.artist, play.item.album) if line)
    return StandardCard(title=play.item.title, text=text, image=_card_image(play.art))


def _card_image(art: Art) -> CardImage | None:
    """Return a card's two sizes (its own rule: addresses of at most 2,000 characters), or nothing."""
    urls = {edge: art.get(edge, "") for edge in (CARD_SMALL, CARD_LARGE)}
    if not all(0 < len(url) <= CARD_URL_LIMIT for url in urls.values()):
        return None
    return CardImage(small_image_url=urls[CARD_SMALL], large_image_url=urls[CARD_LARGE])


def _directive(action: Action) -> Any:
    match action:
        case Play():
            return _play_directive(action)
        case Stop():
            return StopDirective()
        case ClearQueue(everything=True):
            return ClearQueueDirective(clear_behavior=ClearBehavior.CLEAR_ALL)
        case ClearQueue():
            return ClearQueueDirective(clear_behavior=ClearBehavior.CLEAR_ENQUEUED)


def _play_directive(play: Play) -> PlayDirective:
    stream = Stream(
        url=play.url,
        token=play.token,
        expected_previous_token=play.expected_previous_token,
        offset_in_milliseconds=play.offset_ms,
    )
    item = AudioItem(stream=stream, metadata=_metadata(play))
    return PlayDirective(play_behavior=AlexaPlayBehavior(play.behavior.value), audio_item=item)


def _metadata(play: Play) -> AudioItemMetadata | None:
    if not play.item.title:
        return None
    return AudioItemMetadata(
        title=play.item.title,
        subtitle=play.item.artist or None,
        art=_picture(play.art, ART_EDGE),
        background_image=_picture(play.art, BACKGROUND_EDGE),
    )


def _picture(art: Art, edge: int) -> DisplayImage | None:
    """Return one source. Its `size` is left out: the names stand for the oblong sizes of display templates."""
    if edge not in art:
        return None
    return DisplayImage(sources=[ImageInstance(url=art[edge], width_pixels=edge, height_pixels=edge)])


def _can_fulfill(turn: Turn, *, fulfill: bool) -> CanFulfillIntent:
    slot = CanFulfillSlot(
        can_understand=CanUnderstandSlotValues.YES if fulfill else CanUnderstandSlotValues.NO,
        can_fulfill=CanFulfillSlotValues.YES if fulfill else CanFulfillSlotValues.NO,
    )
    values = CanFulfillIntentValues.YES if fulfill else CanFulfillIntentValues.NO
    return CanFulfillIntent(can_fulfill=values, slots=dict.fromkeys(turn.slots, slot))
