// Eight bars that are played on a MIDI keyboard or on the computer's keys become a piece.
import * as api from "./api.js";
import { $, complain, dialog, element, say } from "./dom.js";

// As the keys of a piano lie: the middle row are the white ones.
const kKeys = "awsedftgyhujkolp;", kFirst = 60, kVelocity = 90;

class Instrument {
  constructor(context) {
    this.context = context;
    this.sounding = new Map();
  }
  /// A plain tone, at once: what was played sounds as itself when it is a piece.
  begin(pitch, velocity) {
    this.end(pitch);
    const tone = this.context.createOscillator(), gain = this.context.createGain(), now = this.context.currentTime;
    tone.type = "triangle";
    tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    gain.gain.setValueAtTime(0, now);
    gain.gain.linearRampToValueAtTime(0.25 * velocity / 127, now + 0.005);
    tone.connect(gain).connect(this.context.destination);
    tone.start();
    this.sounding.set(pitch, { tone, gain });
  }
  end(pitch) {
    const one = this.sounding.get(pitch);
    if (!one) return;
    this.sounding.delete(pitch);
    one.gain.gain.setTargetAtTime(0, this.context.currentTime, 0.03);
    one.tone.stop(this.context.currentTime + 0.3);
  }
  click(at, strong) {
    const tone = this.context.createOscillator(), gain = this.context.createGain();
    tone.frequency.value = strong ? 1760 : 1320;
    gain.gain.setValueAtTime(0.2, at);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.05);
    tone.connect(gain).connect(this.context.destination);
    tone.start(at);
    tone.stop(at + 0.06);
  }
}

/// `on`: context() (of sound), opened(answer). Resolves when the dialog is closed.
export async function showPlayIn(instruments, on) {
  const context = on.context(), instrument = new Instrument(context), held = new Map(), notes = [];
  let zero = null, length = 0, timer = 0, midi = null, octave = 0;
  const now = () => context.currentTime - zero;
  const begin = (pitch, velocity) => {
    if (pitch < 0 || pitch > 127 || held.has(pitch)) return;
    instrument.begin(pitch, velocity);
    held.set(pitch, { begin: zero === null ? null : Math.max(0, now()), velocity });
  };
  const end = (pitch) => {
    instrument.end(pitch);
    const one = held.get(pitch);
    held.delete(pitch);
    if (one?.begin != null && zero !== null && one.begin < length && now() > 0) notes.push([one.begin, Math.max(0.03, Math.min(now(), length) - one.begin), pitch, one.velocity]);
  };
  const key = (event, action) => {
    if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const letter = event.key.toLowerCase(), place = kKeys.indexOf(letter);
    if (action === begin && !event.repeat && (letter === "z" || letter === "x")) octave = Math.max(-3, Math.min(3, octave + (letter === "x" ? 1 : -1)));
    if (place < 0 || event.key.length > 1) return;
    event.preventDefault();
    if (!event.repeat) action(kFirst + 12 * octave + place, kVelocity);
  };
  const down = (event) => key(event, begin), up = (event) => key(event, end);

  const number = (id, label, value, min, max) => element("label", {}, element("span", {}, label), element("input", { id, type: "number", value, min, max }));
  const value = (id, low, high) => Math.max(low, Math.min(high, Number($(id).value) || low));
  const finish = async () => {
    clearInterval(timer);
    for (const pitch of [...held.keys()]) end(pitch);
    const tempo = value("played-tempo", 20, 400);
    zero = null;
    $("played-start").textContent = "Record";
    $("played-state").textContent = notes.length === 0 ? "Nothing was played." : "";
    if (notes.length === 0) return;
    try {
      const answer = await api.post("/played", { title: "Played", tempo, metre: $("played-metre").value.split("/").map(Number), program: Number($("played-program").value), notes: notes.splice(0) });
      $("dialog").close();
      on.opened(answer);
    } catch (error) {
      complain(error);
    }
  };
  const record = () => {
    if (zero !== null) return finish();
    notes.length = 0;
    const [beats, unit] = $("played-metre").value.split("/").map(Number), beat = (60 / value("played-tempo", 20, 400)) * (4 / unit), bars = value("played-bars", 1, 64);
    zero = context.currentTime + 0.1 + beats * beat;
    length = bars * beats * beat;
    for (let i = -beats; i < bars * beats; ++i) if (i < 0 || $("played-click").checked) instrument.click(zero + i * beat, i % beats === 0);
    $("played-start").textContent = "Stop";
    $("played-start").blur();
    timer = setInterval(() => {
      const bar = Math.floor(now() / (beats * beat)) + 1;
      $("played-state").textContent = now() < 0 ? `Begins in ${Math.ceil(-now() / beat)}` : `Bar ${Math.min(bar, bars)} of ${bars}`;
      if (now() > length) finish();
    }, 50);
  };

  const closed = dialog("Play",
    element("p", {}, "Play on a MIDI keyboard, or on the keys ", element("kbd", {}, "A"), " to ", element("kbd", {}, ";"), " (the row above has the black keys; ", element("kbd", {}, "Z"), " and ", element("kbd", {}, "X"), " change the octave). After one bar of beats it is recorded, and becomes a piece."),
    element("p", { id: "played-midi", class: "faint" }, "Looking for a MIDI keyboard \u2026"),
    element("div", { class: "pair" }, number("played-tempo", "Tempo", 96, 20, 400), number("played-bars", "Bars", 8, 1, 64)),
    element("div", { class: "pair" },
      element("label", {}, element("span", {}, "Metre"), element("select", { id: "played-metre" }, ...["4/4", "3/4", "2/4", "6/8"].map((name) => element("option", { value: name }, name)))),
      element("label", {}, element("span", {}, "Instrument"), element("select", { id: "played-program" }, ...instruments.map((name, program) => element("option", { value: program }, name))))),
    element("p", {}, element("label", { class: "joined" }, element("input", { id: "played-click", type: "checkbox", checked: true }), element("span", { class: "plain" }, "Beats while it is recorded"))),
    element("div", { class: "chips" }, element("button", { id: "played-start", class: "primary", onclick: record }, "Record"), element("output", { id: "played-state", class: "faint" })));
  addEventListener("keydown", down, true);
  addEventListener("keyup", up, true);
  const heard = (event) => {
    const [status, pitch, velocity] = event.data;
    if ((status & 0xf0) === 0x90 && velocity > 0) begin(pitch, velocity);
    else if ((status & 0xf0) === 0x80 || (status & 0xf0) === 0x90) end(pitch);
  };
  const connect = () => {
    const inputs = [...midi.inputs.values()];
    for (const input of inputs) input.onmidimessage = heard;
    const words = inputs.length > 0 ? `Connected: ${inputs.map((input) => input.name).join(", ")}` : "No MIDI keyboard is connected; one is found as soon as it is.";
    if ($("played-midi")) $("played-midi").textContent = words;
    say(words);
  };
  if (navigator.requestMIDIAccess) {
    navigator.requestMIDIAccess().then((access) => {
      midi = access;
      midi.onstatechange = connect;
      connect();
    }, () => { if ($("played-midi")) $("played-midi").textContent = "The browser does not let the page use MIDI keyboards; the computer\u2019s keys do."; });
  } else {
    $("played-midi").textContent = "This browser knows no MIDI keyboards; the computer\u2019s keys do.";
  }
  await closed;
  clearInterval(timer);
  zero = null;
  removeEventListener("keydown", down, true);
  removeEventListener("keyup", up, true);
  for (const pitch of [...held.keys()]) instrument.end(pitch);
  if (midi) {
    midi.onstatechange = null;
    for (const input of midi.inputs.values()) input.onmidimessage = null;
  }
}
