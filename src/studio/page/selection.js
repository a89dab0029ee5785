// The line below the music: what can be done with the selected bars, and with the whole.
import { $, dialog, element, fill } from "./dom.js";

const kKeeps = [
  ["its rhythm", { keep: "rhythm" }], ["its rhythm and contour", { keep: "contour" }], ["its pitches", { keep: "pitches" }],
  ["three quarters of its notes", { amount: 0.25 }], ["half of its notes", { amount: 0.5 }],
];

const memory = { track: "", keep: 0, bars: 8 };
export const chosenTracks = () => (memory.track === "" ? [] : [Number(memory.track)]);
export const chosenKeep = () => kKeeps[memory.keep][1];
export const barsToAdd = () => memory.bars;

export function barsInWords(bars) {
  return bars[0] === bars[1] ? `Bar ${bars[0] + 1}` : `Bars ${bars[0] + 1} to ${bars[1] + 1}`;
}

/// `on`: regenerate, vary, accompany, goOn, clear.
export function showSelection(score, bars, busy, on) {
  const box = $("selection");
  if (!score) return box.replaceChildren();
  if (memory.track !== "" && !score.tracks[memory.track]) memory.track = "";
  const button = (text, key, action) => element("button", { disabled: busy, title: `${text} (${key})`, onclick: action }, text);
  const select = (label, options, value, change) => element("select", { "aria-label": label, onchange: (event) => change(event.target.value) }, ...options.map(([text, name]) => element("option", { value: name, selected: String(name) === String(value) }, text)));
  const tracks = [["all tracks", ""], ...score.tracks.map((track, t) => [track.name || track.instrument, t])];
  const number = element("input", { id: "more-bars", type: "number", min: 1, max: 64, value: memory.bars, "aria-label": "Bars to add", onchange: (event) => { memory.bars = Math.max(1, Math.min(64, Number(event.target.value) || 8)); } });
  const ofBars = bars ? [
    element("span", { class: "selection-words" }, barsInWords(bars)),
    select("Tracks to change", tracks, memory.track, (value) => { memory.track = value; }),
    button("Four new takes", "R", on.regenerate),
    element("span", { class: "joined" }, button("Vary", "Y", on.vary), select("What stays of it", kKeeps.map(([text], i) => [`keep ${text}`, i]), memory.keep, (value) => { memory.keep = Number(value); })),
    element("button", { class: "quiet", onclick: on.clear }, "Clear"),
  ] : [element("span", { class: "faint" }, "Drag along the bar numbers to select bars.")];
  fill(box, ...ofBars, element("span", { class: "joined whole" }, button("Accompany \u2026", "G", on.accompany), button("Go on by", "E", on.goOn), number, element("span", {}, "bars")));
}

/// Asks for instruments; calls `go(names)`.
export function askAccompaniment(instruments, bars, go) {
  const chosen = new Set();
  const usual = ["drums", "Acoustic Bass", "String Ensemble 1", "Acoustic Guitar (nylon)", "Cello", "Flute", "Choir Aahs"];
  const list = element("div", { class: "chips", role: "group", "aria-label": "Instruments" });
  const start = element("button", { class: "primary", disabled: true, onclick: () => { $("dialog").close(); go([...chosen].join(",")); } }, "Four accompaniments");
  const show = () => {
    const names = [...new Set([...usual.filter((name) => name === "drums" || instruments.includes(name)), ...chosen])];
    list.replaceChildren(...names.map((name) => element("button", { class: chosen.has(name) ? "chip on" : "chip", "aria-pressed": String(chosen.has(name)), onclick: () => {
      chosen.has(name) ? chosen.delete(name) : chosen.add(name);
      show();
    } }, name === "drums" ? "Drums" : name)));
    start.disabled = chosen.size === 0;
  };
  const other = element("select", { "aria-label": "Another instrument", onchange: (event) => { if (event.target.value) chosen.add(event.target.value); event.target.value = ""; show(); } }, element("option", { value: "" }, "another \u2026"), ...instruments.map((name) => element("option", { value: name }, name)));
  show();
  return dialog("Accompany", element("p", {}, `New instruments beside what there is, ${bars ? `in ${barsInWords(bars).toLowerCase()}` : "from beginning to end"}. With chords in the panel \u201cCompose\u201d they play these.`), list, other, start);
}
