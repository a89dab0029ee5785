// The clocks of a score as the program sends it: ticks, bars and seconds.

export class Clocks {
  constructor(score) {
    this.score = score;
  }

  /// The part of the piece whose bars are of one length.
  part(tick) {
    const parts = this.score.bars;
    let found = parts[0];
    for (const part of parts) if (part[0] <= tick) found = part;
    return found;
  }

  /// The bar that holds a tick, counted from 0.
  bar(tick) {
    const [start, first, length] = this.part(tick);
    return first + Math.floor((tick - start) / length);
  }

  /// The tick at which a bar begins.
  barStart(bar) {
    const parts = this.score.bars;
    let found = parts[0];
    for (const part of parts) if (part[1] <= bar) found = part;
    return found[0] + (bar - found[1]) * found[2];
  }

  seconds(tick) {
    const clock = this.score.clock;
    let found = clock[0];
    for (const point of clock) if (point[0] <= tick) found = point;
    return found[1] + ((tick - found[0]) / this.score.ppq) * (60 / found[2]);
  }

  tick(seconds) {
    const clock = this.score.clock;
    let found = clock[0];
    for (const point of clock) if (point[1] <= seconds) found = point;
    return found[0] + (seconds - found[1]) * (found[2] / 60) * this.score.ppq;
  }

  key(tick) {
    let name = "";
    for (const [from, key] of this.score.keys) if (from <= tick) name = key;
    return name;
  }
}

export const isBlack = (pitch) => [1, 3, 6, 8, 10].includes(pitch % 12);
export const pitchName = (pitch) => ["C", "C\u266f", "D", "E\u266d", "E", "F", "F\u266f", "G", "A\u266d", "A", "B\u266d", "B"][pitch % 12] + (Math.floor(pitch / 12) - 1);

/// Lowest and highest pitch of the notes, with some room.
export function pitchRange(score) {
  let low = 127, high = 0;
  for (const track of score.tracks)
    for (const note of track.notes) {
      low = Math.min(low, note[2]);
      high = Math.max(high, note[2]);
    }
  if (low > high) return [48, 84];
  const room = Math.max(2, Math.ceil((18 - (high - low)) / 2));
  return [Math.max(0, low - room), Math.min(127, high + room)];
}
