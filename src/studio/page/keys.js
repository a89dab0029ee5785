// What the keys do.
import * as studio from "./main.js";
import { dialog, element } from "./dom.js";

const kKeys = [
  ["Space", "play or stop"], ["C", "compose a new piece"], ["R", "four new takes of the selected bars"], ["Y", "vary the selected bars"], ["G", "accompany"], ["E", "go on after the last bar"],
  ["1 to 4", "hear a take"], ["Enter", "keep the take that is heard"], ["Esc", "leave the takes, the chosen notes, the selected bars"],
  ["Ctrl+Z, Ctrl+Shift+Z", "undo, redo"], ["Left, Right", "a bar back or on; with notes chosen, move them"], ["Shift+Left, Shift+Right", "select more or fewer bars; with notes chosen, shorten or lengthen them"],
  ["Up, Down", "chosen notes a semitone higher or lower; with Shift an octave"], ["N, P", "choose the next or previous note"], ["A", "choose every note of the track"], ["I", "write a note at the cursor"], ["Delete", "delete the chosen notes"],
  ["V, D", "select or draw"], ["+, \u2212, F", "zoom, show everything"], ["L", "repeat the selected bars"], ["B", "colour the notes by how much they surprise the model"], ["O", "mark what stands in the music that the model learned from"], ["H", "chords above the notes"], ["K", "play a few bars yourself"], ["Home", "to the beginning"], ["?", "this list"],
];

export function showKeys() {
  return dialog("Keys", element("dl", { class: "keys" }, ...kKeys.flatMap(([key, words]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, words)])),
    element("p", { class: "faint" }, "In the roll: drag along the bar numbers to select bars, drag notes to move them and their ends to stretch them, double-click to add or delete one. Ctrl and the wheel zoom."));
}

function selectWith(roll, way) {
  const last = roll.score.bar_count - 1;
  if (!roll.bars) return roll.selectBars([roll.clocks.bar(roll.cursor), roll.clocks.bar(roll.cursor)]);
  roll.selectBars([roll.bars[0], Math.max(roll.bars[0], Math.min(last, roll.bars[1] + way))]);
}

function chooseNext(roll, way) {
  const track = roll.score.tracks[roll.activeTrack] ? roll.activeTrack : 0;
  const notes = roll.score.tracks[track]?.notes ?? [];
  if (notes.length === 0) return;
  const chosen = [...roll.chosenNotes].map((key) => key.split(":").map(Number)).find(([t]) => t === track);
  const first = Math.max(0, notes.findIndex((note) => note[0] >= roll.cursor));
  const n = chosen ? Math.max(0, Math.min(notes.length - 1, chosen[1] + way)) : first;
  roll.choose([`${track}:${n}`]);
}

function writeNote(roll) {
  const track = roll.score.tracks[roll.activeTrack] ? roll.activeTrack : 0;
  const notes = roll.score.tracks[track].notes;
  const near = notes.find((note) => note[0] >= roll.cursor) ?? notes.at(-1);
  const onset = Math.round(roll.cursor), pitch = near ? near[2] : 60;
  roll.on.edit([{ change: "add", track, onset, duration: Math.round(Math.max(roll.grid, 1)), pitch, velocity: 80 }], [[track, onset, pitch]]);
}

export function keyboard(roll, { setTool }) {
  addEventListener("keydown", (event) => {
    const target = event.target;
    if (document.querySelector("dialog[open]") || target.matches("input:not([type=range]), textarea, select, [contenteditable]")) return;
    const chosen = roll.chosenNotes.size > 0, there = roll.score !== null && roll.score.tracks.length > 0;
    const arrows = target === roll.canvas || target === document.body;
    const act = (action) => {
      event.preventDefault();
      action();
    };
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") return act(event.shiftKey ? studio.redo : studio.undo);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") return act(studio.redo);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && !target.matches("button, [role=button], summary, a")) return act(studio.toggle);
    if (event.key === "Enter" && !target.matches("button, [role=button], summary, a")) return act(() => studio.keep());
    if (/^[1-8]$/.test(event.key)) return act(() => studio.audition(Number(event.key) - 1));
    const always = {
      c: studio.compose, r: studio.regenerate, y: studio.vary, g: studio.accompany, e: studio.goOn, l: studio.toggleLoop, b: studio.toggleBits, o: studio.toggleBorrowed, h: studio.toggleChords, k: studio.playIn, v: () => setTool("select"), d: () => setTool("draw"), f: () => roll.fit(), "+": () => roll.zoom(1.4), "=": () => roll.zoom(1.4), "-": () => roll.zoom(1 / 1.4),
      "?": showKeys, Home: studio.start, Escape: studio.leave,
    };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (always[key]) return act(always[key]);
    if (!there) return;
    if (key === "n" || key === "p") return act(() => chooseNext(roll, key === "n" ? 1 : -1));
    if (key === "a") return act(() => roll.choose(roll.score.tracks[roll.activeTrack]?.notes.map((_, n) => `${roll.activeTrack}:${n}`) ?? []));
    if (key === "i") return act(() => writeNote(roll));
    if ((key === "Delete" || key === "Backspace") && chosen) return act(() => roll.erase());
    if (!arrows) return;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[key], up = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (way && chosen) return act(() => roll.nudge(way, 0, event.shiftKey));
    if (up && chosen) return act(() => roll.nudge(0, up * (event.shiftKey ? 12 : 1)));
    if (way && event.shiftKey) return act(() => selectWith(roll, way));
    if (way) return act(() => studio.jump(way));
    if (up) return act(() => roll.pan(0, -up * 24));
  });
}
