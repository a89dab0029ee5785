"""What must hold for every piece of data/sample: bars that add up, voices that agree, hands that can play it.

The functions return lists of complaints in words; an empty list means that all is well.
"""

import math
from fractions import Fraction

from abc_reader import AbcError, metre, play, read_tune, sounding

MIN_PIECES = 24
MIN_BARS = 16
LOWEST, HIGHEST = 31, 91        # G1 to G6: no piece needs the piano's outer octaves
MAX_VOICE_RANGE = 38            # semitones that one voice may span (three octaves and a tone)
MAX_HAND_SPAN = 16              # semitones between the outer notes of one voice's chord (a tenth)
SECONDS = (15, 300)             # how long a piece may sound


def check_bars(name, bars):
    """Every bar is full. A shorter one is right only beside a double bar line or a repeat, where an upbeat begins: played
    in order, it and its neighbour make one bar. An upbeat at the very beginning is filled up with rests, and so is the
    last bar: a MIDI file counts its bars from the first tick."""
    complaints = []
    for number, bar in enumerate(bars, 1):
        if bar.duration > bar.measure:
            complaints.append(f"voice {name}, bar {number} of those written: {bar.duration} instead of {bar.measure}")
    if complaints:
        return complaints
    number = {id(bar): index for index, bar in enumerate(bars, 1)}
    order = play(bars)
    wrong, index = {}, 0
    while index < len(order):
        bar, after = order[index], order[index + 1] if index + 1 < len(order) else None
        index += 1
        if bar.duration == bar.measure:
            continue
        boundary = after and (bar.double or bar.closes_repeat or after.opens_repeat)
        if boundary and bar.duration + after.duration == bar.measure:
            index += 1
        else:
            wrong[id(bar)] = bar
    for bar in wrong.values():
        complaints.append(f"voice {name}, bar {number[id(bar)]} of those written: {bar.duration} "
                          f"instead of {bar.measure}, and no upbeat fills it up")
    return complaints


def bar_count(tune):
    """Bars as written: a repeat counts once, a first ending not beside the second, and the rests around the music not
    (so that an upbeat and the last bar that leaves room for it are one)."""
    def silence(events):
        total = Fraction(0)
        for event in events:
            if event.pitches:
                break
            total += event.duration
        return total

    voices = [[bar for bar in bars if bar.ending != 1] for bars in tune.voices.values()]
    around = Fraction(0)
    for order in (1, -1):
        around += min(silence([event for bar in bars[::order] for event in bar.events[::order]]) for bars in voices)
    bars = voices[0]
    return math.ceil(sum((bar.duration / bar.measure for bar in bars), Fraction(0)) - around / bars[0].measure)


def check_voices(tune):
    """All voices have the same bars: lengths, repeats and endings."""
    def shape(bars):
        return [(bar.duration, bar.opens_repeat, bar.closes_repeat, bar.ending) for bar in bars]

    (first, reference), *others = tune.voices.items()
    complaints = []
    for name, bars in others:
        if len(bars) != len(reference):
            complaints.append(f"voice {name} has {len(bars)} bars, voice {first} {len(reference)}")
        elif shape(bars) != shape(reference):
            number = next(i for i, (a, b) in enumerate(zip(shape(bars), shape(reference)), 1) if a != b)
            complaints.append(f"voice {name}, bar {number}: its length or its repeats are not those of voice {first}")
    return complaints


def check_hands(tune):
    """Ranges of the voices and the spans of their chords."""
    complaints = []
    for name, bars in tune.voices.items():
        chords = [event.pitches for bar in bars for event in bar.events if event.pitches]
        if not chords:
            complaints.append(f"voice {name} is silent")
            continue
        low, high = min(map(min, chords)), max(map(max, chords))
        if low < LOWEST or high > HIGHEST or high - low > MAX_VOICE_RANGE:
            complaints.append(f"voice {name} goes from {low} to {high}")
        wide = [chord for chord in chords if max(chord) - min(chord) > MAX_HAND_SPAN]
        if wide:
            complaints.append(f"voice {name}: no hand spans {wide[0]}")
    return complaints


def check_end(tune):
    """The lowest voice ends on the tonic."""
    lowest = []
    for bars in tune.voices.values():
        notes = sounding(bars)
        if notes:
            start = max(note[0] for note in notes)
            lowest.append(min(note[2] for note in notes if note[0] == start))
    if lowest and min(lowest) % 12 != tune.tonic:
        return [f"ends on pitch {min(lowest)}, which is not the tonic of {tune.headers['K'][0]}"]
    return []


def seconds(tune):
    bars = play(next(iter(tune.voices.values())))
    return float(sum((bar.duration for bar in bars), Fraction(0)) * 4 * 60 / tune.tempo)


def check_tune(text):
    """Complaints about one ABC source."""
    try:
        tune = read_tune(text)
        complaints = []
        for name, bars in tune.voices.items():
            complaints += check_bars(name, bars)
        complaints += check_voices(tune) or check_hands(tune) + check_end(tune)
        if bar_count(tune) < MIN_BARS:
            complaints.append(f"{bar_count(tune)} bars, fewer than {MIN_BARS}")
        if not SECONDS[0] <= seconds(tune) <= SECONDS[1]:
            complaints.append(f"lasts {seconds(tune):.0f} seconds")
        for header, what in (("O", "origin"), ("N", "note on its sources")):
            if not tune.headers.get(header, [""])[0]:
                complaints.append(f"no {what} ({header}: field)")
        return complaints
    except AbcError as error:
        return [str(error)]


def check_collection(tunes):
    """Complaints about the whole, given {file name: text}."""
    complaints = [] if len(tunes) >= MIN_PIECES else [f"{len(tunes)} pieces, fewer than {MIN_PIECES}"]
    titles, many = {}, 0
    for name, text in sorted(tunes.items()):
        try:
            tune = read_tune(text)
        except AbcError:
            continue  # check_tune says it
        many += len(tune.voices) >= 2
        title = tune.headers["T"][0]
        if title in titles:
            complaints.append(f"{name} and {titles[title]} have the same title")
        titles[title] = name
    if 2 * many < len(tunes):
        complaints.append(f"{many} of {len(tunes)} pieces have two voices or more, fewer than half")
    return complaints


def check_midi(tune, midi):
    """The MIDI file that abc2midi made of `tune` (a midi_reader.MidiFile) holds the same notes at the same times."""
    complaints = []
    if round(60e6 / midi.tempo) != round(tune.tempo):
        complaints.append(f"tempo {60e6 / midi.tempo:.1f}, expected {float(tune.tempo):.1f}")
    if midi.metre != metre(tune.headers["M"][0]):
        complaints.append(f"metre {midi.metre}, expected {tune.headers['M'][0]}")
    tracks = [notes for notes in midi.tracks if notes]
    if len(tracks) != len(tune.voices):
        return complaints + [f"{len(tracks)} tracks with notes, {len(tune.voices)} voices"]
    if sorted(midi.channels) != list(range(len(tracks))):
        complaints.append(f"channels {sorted(midi.channels)}: expected one a voice, and none besides")
    if len(midi.programs) != len(tracks):
        complaints.append("a voice without a program")
    whole = 4 * midi.ppq
    # abc2midi starts every note one tick late and ends it on time.
    for (name, bars), found in zip(tune.voices.items(), tracks):
        expected = [(round(start * whole) + 1, round((start + length) * whole), pitch)
                    for start, length, pitch in sounding(bars)]
        found = sorted(found, key=lambda note: (note[0], note[2]))
        if len(found) != len(expected):
            complaints.append(f"voice {name}: {len(found)} notes in the MIDI file, {len(expected)} in the source")
        for want, got in zip(expected, found):
            if want[2] != got[2] or abs(want[0] - got[0]) > 1 or abs(want[1] - got[1]) > 1:
                at = want[0] / whole
                complaints.append(f"voice {name}, {at:.3f} whole notes in: start, end and pitch {got}, expected {want}")
                break
        length = sum((bar.duration for bar in play(bars)), Fraction(0)) * whole
        ending = found[-1][1] if found else 0
        if ending > length + 1:
            complaints.append(f"voice {name} sounds until tick {ending}; its bars end at {length}")
    return complaints
