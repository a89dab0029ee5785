// Plays takes: samples that the program renders are put one behind the other on the clock of the sound card.
import { sound } from "./api.js";

const kRate = 44100, kSegment = 20, kAhead = 8, kFade = 0.02;

export class Player {
  constructor() {
    this.voice = null;
    this.level = 0.8;
    this.onchange = () => {};
  }

  /// Only after a gesture of the user may a page make sound.
  wake() {
    if (!this.context) {
      this.context = new AudioContext({ sampleRate: kRate, latencyHint: "interactive" });
      this.master = this.context.createGain();
      this.master.gain.value = this.level;
      this.master.connect(this.context.destination);
    }
    if (this.context.state === "suspended") this.context.resume();
  }

  get playing() {
    return this.voice !== null;
  }

  setLevel(level) {
    this.level = level;
    if (this.master) this.master.gain.setTargetAtTime(level, this.context.currentTime, 0.01);
  }

  /// Seconds of the piece that are heard now; null while nothing is.
  position() {
    const voice = this.voice;
    if (!voice || voice.spans.length === 0) return voice ? voice.from : null;
    const now = this.context.currentTime - (this.context.outputLatency || 0);
    let place = voice.from;
    for (const span of voice.spans) if (span.start <= now) place = span.from + Math.min(now - span.start, span.length);
    return place;
  }

  /// `loop`: [begin, end] in seconds, or null. `until`: where a piece ends.
  play(piece, take, from, { loop = null, until = Infinity } = {}) {
    this.wake();
    this.stop(true);
    const voice = this.begin(from);
    Object.assign(voice, { piece, take, loop, until });
    this.fill(voice);
    this.onchange();
  }

  /// The first samples of a piece that is still being composed; goOn() gives what follows.
  playFirst(samples, from = 0) {
    this.wake();
    this.stop(true);
    const voice = this.begin(from);
    this.append(voice, samples);
    this.onchange();
  }

  goOn(piece, take, until) {
    if (!this.voice || this.voice.piece) return;
    Object.assign(this.voice, { piece, take, until, loop: null });
    this.fill(this.voice);
  }

  /// Another take, mix or loop from where the music is now.
  change(piece, take, options) {
    if (this.voice) this.play(piece, take, this.position(), options);
  }

  stop(quietly = false) {
    const voice = this.voice;
    if (!voice) return;
    this.voice = null;
    voice.abort.abort();
    clearTimeout(voice.timer);
    const now = this.context.currentTime;
    voice.gain.gain.setTargetAtTime(0, now, kFade / 3);
    setTimeout(() => voice.gain.disconnect(), 200);
    if (!quietly) this.onchange();
  }

  begin(from) {
    const gain = this.context.createGain();
    gain.connect(this.master);
    const voice = { gain, from, next: from, end: 0, spans: [], abort: new AbortController(), timer: 0, filling: false };
    this.voice = voice;
    return voice;
  }

  append(voice, samples) {
    const frames = samples.length / 2;
    if (frames === 0) return;
    const buffer = this.context.createBuffer(2, frames, kRate);
    for (let channel = 0; channel < 2; ++channel) {
      const out = buffer.getChannelData(channel);
      for (let i = 0; i < frames; ++i) out[i] = samples[2 * i + channel] / 32768;
    }
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(voice.gain);
    const start = Math.max(voice.end, this.context.currentTime + 0.015);
    source.start(start);
    voice.spans.push({ start, from: voice.next, length: frames / kRate });
    while (voice.spans.length > 400) voice.spans.shift();
    voice.end = start + frames / kRate;
    voice.next += frames / kRate;
  }

  /// Fetches the next part when what is there lasts for less than kAhead seconds.
  async fill(voice) {
    if (this.voice !== voice || voice.filling) return;
    const left = voice.end - this.context.currentTime;
    if (voice.piece && voice.next < voice.until + 2 && left < kAhead) {
      voice.filling = true;
      const stop = voice.loop && voice.next < voice.loop[1] ? voice.loop[1] : voice.until + 2;
      const length = Math.min(kSegment, Math.max(0.05, stop - voice.next));
      const wanted = voice.next + length;
      try {
        await sound(voice.piece, voice.take, voice.next, length, (samples) => this.voice === voice && this.append(voice, samples), voice.abort.signal);
      } catch (error) {
        if (error.name !== "AbortError" && this.voice === voice) {
          this.stop();
          this.onerror?.(error);
        }
        return;
      }
      voice.filling = false;
      if (this.voice !== voice) return;
      if (voice.loop && wanted >= voice.loop[1] - 1e-3) voice.next = voice.loop[0];
      else if (voice.next < wanted - 0.01) voice.until = Math.min(voice.until, voice.next - 2);  // the sound has ended
    } else if (voice.piece && voice.next >= voice.until + 2 && left <= 0) {
      this.stop();
      return;
    }
    voice.timer = setTimeout(() => this.fill(voice), 150);
  }
}
