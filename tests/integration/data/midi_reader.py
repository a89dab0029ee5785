"""Reads the notes, tempo and metre of the MIDI files that abc2midi writes; anything else in them is an error."""

import struct
from dataclasses import dataclass, field


@dataclass
class MidiFile:
    ppq: int
    tempo: int = 500000                              # microseconds a quarter note
    metre: tuple = (4, 4)
    key: tuple = (0, 0)                              # sharps (negative: flats), 1 for minor
    tracks: list = field(default_factory=list)       # per track: [(start, end, pitch)] in ticks
    channels: set = field(default_factory=set)
    programs: dict = field(default_factory=dict)     # channel: program
    ends: list = field(default_factory=list)         # per track: tick of its end


def variable_length(data, at):
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def read_track(data, midi):
    notes, sounding, at, now, status = [], {}, 0, 0, 0
    while at < len(data):
        delta, at = variable_length(data, at)
        now += delta
        if data[at] >= 0x80:
            status, at = data[at], at + 1
        if status == 0xFF:
            kind, (length, start) = data[at], variable_length(data, at + 1)
            at = start + length
            body = data[start:at]
            if kind == 0x2F:
                midi.ends.append(now)
                break
            if kind == 0x51:
                midi.tempo = int.from_bytes(body, "big")
            elif kind == 0x58:
                midi.metre = (body[0], 1 << body[1])
            elif kind == 0x59:
                midi.key = struct.unpack("bb", body)
        elif status >> 4 == 0xC:
            midi.programs[status & 15] = data[at]
            at += 1
        elif status >> 4 in (0x8, 0x9):
            channel, pitch, velocity = status & 15, data[at], data[at + 1]
            at += 2
            midi.channels.add(channel)
            if status >> 4 == 0x9 and velocity:
                if (channel, pitch) in sounding:
                    raise ValueError(f"pitch {pitch} starts again at tick {now} before it ends")
                sounding[channel, pitch] = now
            else:
                notes.append((sounding.pop((channel, pitch)), now, pitch))
        elif status >> 4 == 0xB:
            at += 2
        else:
            raise ValueError(f"unexpected event {status:#x} at tick {now}")
    if sounding:
        raise ValueError(f"notes that never end: {sorted(sounding)}")
    return notes


def read_midi(data):
    if data[:4] != b"MThd":
        raise ValueError("no MIDI file")
    size, _, count, ppq = struct.unpack(">IHHH", data[4:14])
    midi, at = MidiFile(ppq), 8 + size
    for _ in range(count):
        magic, length = struct.unpack(">4sI", data[at:at + 8])
        if magic != b"MTrk":
            raise ValueError(f"no track at byte {at}")
        midi.tracks.append(read_track(data[at + 8:at + 8 + length], midi))
        at += 8 + length
    return midi
