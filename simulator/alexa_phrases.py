"""Alexa's own words: what she takes for her built-in intents, and how a skill is called by name."""

BUILT_INS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "AMAZON.PauseIntent": ("pause", "pause it", "pause the music", "pause this"),
        "AMAZON.ResumeIntent": ("resume", "continue", "keep going", "resume the music", "play", "unpause"),
        "AMAZON.StopIntent": ("stop", "off", "shut up", "stop it", "stop the music"),
        "AMAZON.CancelIntent": ("cancel", "never mind", "forget it"),
        "AMAZON.NextIntent": ("next", "skip", "skip this", "skip forward", "next song", "next track"),
        "AMAZON.PreviousIntent": ("previous", "go back", "skip back", "back up", "previous song", "previous track"),
        "AMAZON.StartOverIntent": ("start over", "restart", "start again"),
        "AMAZON.RepeatIntent": ("repeat", "say that again", "repeat that"),
        "AMAZON.LoopOnIntent": ("loop on", "loop", "turn on loop", "turn loop on", "keep playing this"),
        "AMAZON.LoopOffIntent": ("loop off", "turn off loop", "turn loop off", "stop looping"),
        "AMAZON.ShuffleOnIntent": ("shuffle on", "shuffle", "shuffle the music", "shuffle mode", "turn on shuffle"),
        "AMAZON.ShuffleOffIntent": ("shuffle off", "stop shuffling", "turn off shuffle"),
        "AMAZON.HelpIntent": ("help", "help me", "can you help me"),
        "AMAZON.YesIntent": ("yes", "yes please", "sure", "yeah", "ok", "okay"),
        "AMAZON.NoIntent": ("no", "no thanks", "nope"),
        "AMAZON.NavigateHomeIntent": ("go home", "home", "navigate home"),
    },
    "de": {
        "AMAZON.PauseIntent": ("pause", "pausieren", "anhalten", "halte an"),
        "AMAZON.ResumeIntent": (
            "weiter", "fortsetzen", "weiterspielen", "mach weiter", "spiel weiter", "spiele weiter",
        ),
        "AMAZON.StopIntent": ("stopp", "stop", "aus", "hör auf", "ruhe"),
        "AMAZON.CancelIntent": ("abbrechen", "vergiss es", "schon gut"),
        "AMAZON.NextIntent": ("nächstes", "nächster", "nächstes lied", "nächster titel", "überspringen", "vor"),
        "AMAZON.PreviousIntent": ("zurück", "vorheriges", "vorheriger", "vorheriges lied", "vorheriger titel"),
        "AMAZON.StartOverIntent": ("von vorne", "neu starten", "noch mal von vorne", "neustart"),
        "AMAZON.RepeatIntent": ("wiederholen", "noch einmal", "nochmal", "wiederhole das"),
        "AMAZON.LoopOnIntent": ("schleife an", "endlosschleife an", "in schleife spielen"),
        "AMAZON.LoopOffIntent": ("schleife aus", "endlosschleife aus"),
        "AMAZON.ShuffleOnIntent": ("zufällige wiedergabe an", "zufallswiedergabe an", "mischen", "shuffle an"),
        "AMAZON.ShuffleOffIntent": ("zufällige wiedergabe aus", "zufallswiedergabe aus", "nicht mischen"),
        "AMAZON.HelpIntent": ("hilfe", "hilf mir"),
        "AMAZON.YesIntent": ("ja", "ja bitte", "ja gerne", "okay"),
        "AMAZON.NoIntent": ("nein", "nein danke", "nö"),
        "AMAZON.NavigateHomeIntent": ("startseite", "gehe zur startseite", "nach hause"),
    },
}  # fmt: skip

OPENERS: dict[str, tuple[str, ...]] = {
    "en": ("open", "launch", "start", "begin"),
    "de": ("öffne", "starte", "beginne"),
}

ASKERS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("ask", "to"),
        ("ask", "for"),
        ("ask", ""),
        ("tell", "to"),
        ("tell", ""),
        ("use", "to"),
        ("use", "and"),
    ),
    "de": (("frage", "nach"), ("frag", "nach"), ("bitte", ""), ("sage", ""), ("sag", ""), ("frage", ""), ("frag", "")),
}  # fmt: skip
"""What is said before the skill's name and what after it."""

WAKE_WORDS = ("alexa", "echo", "computer")
