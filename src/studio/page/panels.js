// Tracks (the mixer) and takes (what was done, as a tree).
import { $, element, icon } from "./dom.js";
import { trackColour } from "./paint.js";

const channel = (mixer, t) => mixer[t] ?? { volume: 1, mute: false, solo: false, locked: false };

/// `on`: mix(mixer), instrument(track, program), active(track).
export function showMixer(score, mixer, active, instruments, on) {
  const set = (t, change) => {
    const made = score.tracks.map((_, i) => ({ ...channel(mixer, i) }));
    Object.assign(made[t], change);
    on.mix(made);
  };
  $("mixer").replaceChildren(...score.tracks.map((track, t) => {
    const its = channel(mixer, t), name = track.name || track.instrument;
    const toggle = (letter, word, key) => element("button", { class: "toggle", "aria-pressed": its[key], "aria-label": `${word} ${name}`, title: word, "data-toggle": key, onclick: () => set(t, { [key]: !its[key] }) }, letter);
    const swatch = element("span", { class: "swatch" });
    swatch.style.background = trackColour(t);
    const volume = element("input", { type: "range", min: 0, max: 1.25, step: 0.01, value: its.volume, "aria-label": `Volume of ${name}` });
    volume.addEventListener("change", () => set(t, { volume: Number(volume.value) }));
    const instrument = track.drums
      ? element("span", { class: "faint small" }, "Drums")
      : element("select", { "aria-label": `Instrument of ${name}`, onchange: (event) => on.instrument(t, Number(event.target.value)) }, ...instruments.map((word, program) => element("option", { value: program, selected: program === track.program }, word)));
    return element("li", { class: t === active ? "track active" : "track" },
      element("div", { class: "track-head" },
        element("button", { class: "track-name", "aria-pressed": t === active, title: "New notes go to this track", onclick: () => on.active(t) }, swatch, element("span", {}, name)),
        toggle("M", "Mute", "mute"), toggle("S", "Solo", "solo"), toggle(icon("M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z"), "Lock", "locked")),
      element("div", { class: "track-body" }, instrument, volume));
  }));
}

function line(take, piece, depth, on) {
  const current = take.id === piece.current;
  const words = element("button", { class: "take-words", "aria-current": current ? "true" : null, onclick: () => on.show(take.id) }, element("span", {}, take.name || take.words || take.kind), element("span", { class: "faint small" }, `${take.id}`));
  const rename = element("button", { class: "icon small", "aria-label": `Name take ${take.id}`, title: "Name", onclick: () => {
    const input = element("input", { value: take.name, placeholder: take.words, "aria-label": `Name of take ${take.id}`, maxlength: 60 });
    let closed = false;
    const close = (keep) => {
      if (closed) return;
      closed = true;
      on.name(take.id, keep ? input.value : take.name);
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") close(true);
      if (event.key === "Escape") close(false);
    });
    input.addEventListener("blur", () => close(true));
    words.replaceWith(input);
    input.focus();
    input.select();
  } }, icon("m4 20 1-5L16 4l4 4L9 19z"));
  const made = element("li", { class: current ? "take current" : "take" }, words, rename);
  made.style.paddingLeft = `${Math.min(depth, 6) * 12}px`;
  return made;
}

/// The latest first; a take that branches off stands further in. `on`: show(take), name(take, text).
export function showTakes(piece, on) {
  const children = new Map();
  for (const take of piece.takes) children.set(take.parent, [...(children.get(take.parent) ?? []), take]);
  const lines = [];
  const walk = (take, depth) => {
    lines.push([take, depth]);
    const next = children.get(take.id) ?? [];
    // The line of the piece goes on at its depth; other tries stand further in, before it.
    const main = next.length === 1 ? next[0] : next.find((child) => leads(child.id, piece, children)) ?? next.at(-1);
    for (const child of next) if (child !== main) walk(child, depth + 1);
    if (main) walk(main, depth);
  };
  for (const take of children.get(0) ?? []) walk(take, 0);
  $("tree").replaceChildren(...lines.reverse().map(([take, depth]) => line(take, piece, depth, on)));
}

function leads(id, piece, children) {
  return id === piece.current || (children.get(id) ?? []).some((child) => leads(child.id, piece, children));
}
