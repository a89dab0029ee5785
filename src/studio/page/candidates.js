// Takes to choose from, side by side.
import { $, element } from "./dom.js";
import { paintSmall } from "./paint.js";
import { Clocks, pitchRange } from "./score.js";

export class Candidates {
  /// `on`: hear(candidate), keep(candidate).
  constructor(on) {
    this.on = on;
    this.list = [];
    this.heard = null;
  }

  get some() { return this.list.length > 0; }

  clear() {
    this.list = [];
    this.heard = null;
    this.show();
  }

  /// `bars`: the first and last that are new, from 0.
  add(take, score, bars) {
    this.list.push({ take, score, bars });
    this.show();
    if (this.list.length === 1) this.hear(0);
  }

  hear(i) {
    if (!this.list[i]) return;
    this.heard = i;
    this.show();
    this.on.hear(this.list[i]);
  }

  keep(i = this.heard) {
    if (this.list[i ?? -1]) this.on.keep(this.list[i]);
  }

  card(candidate, i, low, high) {
    const canvas = element("canvas", { "aria-hidden": "true" }), heard = this.heard === i;
    const clocks = new Clocks(candidate.score), [from, to] = candidate.bars;
    requestAnimationFrame(() => paintSmall(canvas, candidate.score, clocks.barStart(from), clocks.barStart(to + 1), low, high));
    return element("div", { class: heard ? "candidate heard" : "candidate" },
      element("button", { class: "candidate-play", "aria-pressed": String(heard), "aria-label": `Hear take ${i + 1}`, onclick: () => this.hear(i) }, canvas, element("span", { class: "key", "aria-hidden": "true" }, String(i + 1))),
      element("button", { class: heard ? "primary" : "", "aria-label": `Keep take ${i + 1}`, onclick: () => this.keep(i) }, "Keep"));
  }

  show() {
    const box = $("candidates");
    box.hidden = !this.some;
    const [low, high] = pitchRange({ tracks: this.list.flatMap((candidate) => candidate.score.tracks) });
    box.replaceChildren(
      element("p", { class: "candidates-words" }, "Press ", element("kbd", {}, "1"), " to ", element("kbd", {}, String(this.list.length)), " to hear a take, ", element("kbd", {}, "Enter"), " to keep it, ", element("kbd", {}, "Esc"), " to keep what was."),
      ...this.list.map((candidate, i) => this.card(candidate, i, low, high)));
  }
}
