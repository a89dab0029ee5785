"""Reads the part of ABC notation that data/sample uses, with exact fractions and independently of abc2midi.

All durations are fractions of a whole note. A Bar keeps what is written; play() follows repeats and endings.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARP_ORDER = "FCGDAEB"
MAJOR_SHARPS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F#": 6, "F": -1, "Bb": -2, "Eb": -3, "Ab": -4,
                "Db": -5}
MODE_SHARPS = {"": 0, "maj": 0, "m": -3, "min": -3, "dor": -2, "mix": -1, "phr": -4, "lyd": 1, "aeo": -3}
# How many notes take the time of how many: (n in the time of TUPLET_TIME[n]; None: 3 in compound metre, else 2.
TUPLET_TIME = {2: 3, 3: 2, 4: 3, 5: None, 6: 2, 7: None, 8: 3, 9: None}


class AbcError(Exception):
    """What cannot be read, with the voice and the bar where it stands."""


@dataclass
class Event:
    """Notes that start together: `pitches` are MIDI numbers, empty for a rest; `tied` those that go on in the next."""
    start: Fraction
    duration: Fraction
    pitches: list
    tied: set


@dataclass
class Bar:
    measure: Fraction
    events: list = field(default_factory=list)
    opens_repeat: bool = False
    closes_repeat: bool = False
    double: bool = False
    ending: int = 0

    @property
    def duration(self):
        return sum((event.duration for event in self.events), Fraction(0))


@dataclass
class Tune:
    headers: dict
    voices: dict
    directives: list

    @property
    def tonic(self):
        """Pitch class of the key's tonic."""
        return key_signature(self.headers["K"][0])[1]

    @property
    def tempo(self):
        """Quarter notes a minute."""
        match = re.fullmatch(r"(\d+)/(\d+)=(\d+)", self.headers["Q"][0])
        if not match:
            raise AbcError(f"Q:{self.headers['Q'][0]} is not of the form 1/4=120")
        return Fraction(int(match[1]) * int(match[3]) * 4, int(match[2]))


def key_signature(text):
    """'F#m' or 'D dor' to ({letter: -1, 0 or 1}, pitch class of the tonic)."""
    match = re.fullmatch(r"([A-G])([#b]?)\s*([A-Za-z]*)", text.strip())
    mode = match[3].lower()[:3] if match else "?"
    if mode not in MODE_SHARPS or match[1] + match[2] not in MAJOR_SHARPS:
        raise AbcError(f"K:{text} is not a key that is known here")
    sharps = MAJOR_SHARPS[match[1] + match[2]] + MODE_SHARPS[mode]
    signature = {letter: 0 for letter in STEPS}
    for letter in SHARP_ORDER[:max(0, sharps)]:
        signature[letter] = 1
    for letter in SHARP_ORDER[::-1][:max(0, -sharps)]:
        signature[letter] = -1
    tonic = STEPS[match[1]] + {"": 0, "#": 1, "b": -1}[match[2]]
    return signature, tonic % 12


def metre(text):
    text = {"C": "4/4", "C|": "2/2"}.get(text.strip(), text.strip())
    top, bottom = text.split("/")
    return int(top), int(bottom)


class VoiceReader:
    """Reads one voice's music code, token by token, into bars."""

    TOKENS = re.compile(r"""
        (?P<space>[\s`]+) | (?P<decoration>![^!]*!) | (?P<gchord>"[^"]*") | (?P<grace>\{[^}]*\}) |
        (?P<field>\[[A-Za-z]:[^\]]*\]) | (?P<ending>(?<=\|)\s*[12]|\[[12]) |
        (?P<bar>::|:\|:|:\|\]?|\|:|\|\||\|\]|\[\||\|) | (?P<tuplet>\(\d(?::\d?){0,2}\d?) | (?P<slur>[()]) |
        (?P<chord>\[(?:[\^_=]*[A-Ga-g][,']*[\d/]*-?)+\][\d/]*) | (?P<note>[\^_=]*[A-Ga-g][,']*[\d/]*) |
        (?P<rest>[zx][\d/]*) | (?P<tie>-) | (?P<broken>>+|<+)""", re.VERBOSE)
    NOTE = re.compile(r"([\^_=]*)([A-Ga-g])([,']*)([\d/]*)(-?)")

    def __init__(self, name, headers):
        self.name = name
        self.metre = metre(headers["M"][0])
        self.unit = Fraction(headers["L"][0])
        self.signature, _ = key_signature(headers["K"][0])
        self.bars = []
        self.altered = {}
        self.tuplet = (Fraction(1), 0)
        self.broken = None
        self.new_bar()

    def fail(self, what):
        raise AbcError(f"voice {self.name}, bar {len(self.bars) + 1}: {what}")

    def new_bar(self, opens_repeat=False):
        self.bar = Bar(Fraction(*self.metre), opens_repeat=opens_repeat)
        self.altered = {}

    def read(self, text):
        position = 0
        while position < len(text):
            match = self.TOKENS.match(text, position)
            if not match:
                self.fail(f"'{text[position:position + 12]}' is not understood")
            kind = match.lastgroup
            getattr(self, "on_" + kind, lambda token: None)(match[0])
            position = match.end()
        if self.bar.events:
            self.fail("music after the last bar line")
        return self.bars

    def on_gchord(self, token):
        self.fail(f"{token}: a chord symbol makes abc2midi add an accompaniment")

    def on_decoration(self, token):
        self.fail(f"{token}: decorations are written out here")

    def on_field(self, token):
        if token[1] != "M":
            self.fail(f"{token}: only the metre may change within a piece")
        if self.bar.events:
            self.fail("the metre changes within a bar")
        self.metre = metre(token[3:-1])
        self.bar.measure = Fraction(*self.metre)

    def on_ending(self, token):
        self.bar.ending = int(token.strip(" [\n"))

    def on_bar(self, token):
        if self.tuplet[1] or self.broken:
            self.fail("a tuplet or a broken rhythm goes over the bar line")
        closes = token in (":|", ":|]", "::", ":|:")
        opens = token in ("|:", "::", ":|:")
        if self.bar.events:
            self.bar.closes_repeat = closes
            self.bar.double = token != "|"
            self.bars.append(self.bar)
            ending = 0 if self.bar.double else self.bar.ending
            self.new_bar(opens)
            self.bar.ending = ending
        elif closes:
            self.fail("a repeat closes an empty bar")
        elif opens:
            self.bar.opens_repeat = True
            self.bar.ending = 0
            if self.bars:
                self.bars[-1].double = True

    def on_tuplet(self, token):
        if self.tuplet[1]:
            self.fail("a tuplet within a tuplet")
        parts = (token[1:] + "::").split(":")
        count = int(parts[0])
        time = int(parts[1]) if parts[1] else TUPLET_TIME[count]
        if time is None:
            time = 3 if self.metre[0] in (6, 9, 12) else 2
        self.tuplet = (Fraction(time, count), int(parts[2]) if parts[2] else count)

    def length(self, text):
        match = re.fullmatch(r"(\d*)(/*)(\d*)", text)
        if not match or (match[3] and len(match[2]) != 1):
            self.fail(f"'{text}' is no note length")
        bottom = int(match[3]) if match[3] else 2 ** len(match[2])
        return self.unit * int(match[1] or 1) / bottom

    def pitch(self, accidental, letter, octave):
        upper = letter.upper()
        number = 60 + STEPS[upper] + (12 if letter.islower() else 0)
        number += 12 * (octave.count("'") - octave.count(","))
        if accidental:
            self.altered[upper, number // 12] = accidental.count("^") - accidental.count("_")
        return number + self.altered.get((upper, number // 12), self.signature[upper])

    def add(self, duration, pitches, tied):
        ratio, left = self.tuplet
        if left:
            duration *= ratio
            self.tuplet = (ratio, left - 1)
        if self.broken:
            duration *= self.broken
            self.broken = None
        self.bar.events.append(Event(self.bar.duration, duration, pitches, tied))

    def on_note(self, token):
        accidental, letter, octave, length, _ = self.NOTE.fullmatch(token).groups()
        self.add(self.length(length), [self.pitch(accidental, letter, octave)], set())

    def on_chord(self, token):
        inside, outside = token[1:].split("]")
        notes = [match.groups() for match in self.NOTE.finditer(inside)]
        if len({note[3] for note in notes}) > 1:
            self.fail(f"{token}: the notes of a chord differ in length")
        pitches = [self.pitch(*note[:3]) for note in notes]
        tied = {pitch for pitch, note in zip(pitches, notes) if note[4]}
        self.add(self.length(notes[0][3]) * self.length(outside) / self.unit, pitches, tied)

    def on_rest(self, token):
        self.add(self.length(token[1:]), [], set())

    def on_tie(self, _):
        if not self.bar.events or not self.bar.events[-1].pitches:
            self.fail("a tie that follows no note")
        self.bar.events[-1].tied = set(self.bar.events[-1].pitches)

    def on_broken(self, token):
        if not self.bar.events or self.broken:
            self.fail(f"'{token}' stands between no two notes")
        short = Fraction(1, 2 ** len(token))
        first, self.broken = (2 - short, short) if token[0] == ">" else (short, 2 - short)
        self.bar.events[-1].duration *= first


def read_tune(text):
    """Parses one tune. Raises AbcError."""
    headers, music, directives, in_body, current = {}, {}, [], False, "1"
    for line in text.splitlines():
        if line.startswith("%%"):
            directives.append(line[2:].strip())
            continue
        line = re.sub(r"(?<!\\)%.*", "", line).rstrip()
        if not line:
            continue
        name = re.match(r"(?:\[V:\s*(\w+)[^\]]*\]|V:\s*(\w+).*)", line)
        if name:
            current = name[1] or name[2]
            music.setdefault(current, "")
            if name[1]:
                music[current] += line[name.end():] + "\n"
        elif re.match(r"[A-Z]:", line):
            if in_body and line[0] not in "NZ":
                raise AbcError(f"{line}: a field among the music")
            headers.setdefault(line[0], []).append(line[2:].strip())
            in_body = in_body or line[0] == "K"
        elif not in_body:
            raise AbcError(f"{line}: music before the key")
        else:
            music[current] = music.get(current, "") + line + "\n"
    for needed in "XTCMLQK":
        if needed not in headers or not headers[needed][0]:
            raise AbcError(f"no {needed}: field")
    voices = {name: VoiceReader(name, headers).read(code) for name, code in music.items()}
    return Tune(headers, voices, directives)


def play(bars):
    """The bars in the order in which they sound: repeats twice, first and second endings in their turn."""
    order, start, index, turn = [], 0, 0, 1
    while index < len(bars):
        bar = bars[index]
        if bar.opens_repeat and index != start:
            start, turn = index, 1
        if bar.ending and bar.ending != turn:
            index += 1
            continue
        order.append(bar)
        if bar.closes_repeat and turn == 1:
            index, turn = start, 2
        else:
            if bar.closes_repeat or (bar.ending and bar.double):
                start, turn = index + 1, 1
            index += 1
    return order


def sounding(bars):
    """(start, duration, pitch) of every note of the played voice, tied notes joined, in order of start and pitch."""
    notes, waiting, now = [], {}, Fraction(0)
    for bar in play(bars):
        for event in bar.events:
            start = now + event.start
            held = {}
            for pitch in event.pitches:
                begun, length = waiting.pop(pitch, (start, Fraction(0)))
                if pitch in event.tied:
                    held[pitch] = (begun, length + event.duration)
                else:
                    notes.append((begun, length + event.duration, pitch))
            if waiting:
                raise AbcError(f"a tie that no note of the same pitch ends (pitch {sorted(waiting)[0]})")
            waiting = held
        now += bar.duration
    if waiting:
        raise AbcError("a tie after the last note")
    return sorted(notes, key=lambda note: (note[0], note[2]))
