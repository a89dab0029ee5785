// The piano roll: what part of the piece is seen, and what the pointer does to it.
import { Clocks, pitchRange } from "./score.js";
import { paint, readColours } from "./paint.js";

const kEdge = 6;  // pixels at the end of a note that stretch it

export class Roll {
  /// `on`: seek(tick), bars([a, b] or null), edit(changes), chosen(count), preview(track, pitch).
  constructor(canvas, on) {
    this.canvas = canvas;
    this.ctx = canvas.getContext("2d");
    this.on = on;
    this.score = null;
    this.bars = null;
    this.bits = null;  // of each note, where these are shown
    this.chords = null;  // [tick, end, name] of each, where these are shown
    this.playhead = null;
    this.cursor = 0;
    this.chosenNotes = new Set();
    this.quiet = new Set();
    this.tool = "select";
    this.snapParts = 16;
    this.activeTrack = 0;
    this.drag = null;
    this.follow = true;
    this.locked = new Set();
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", () => this.cancel());
    canvas.addEventListener("dblclick", (event) => this.double(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  // What is seen.
  get gutter() { return this.width < 500 ? 34 : 48; }
  get ruler() { return 36; }
  x(tick) { return this.gutter + (tick - this.left) * this.scale; }
  y(pitch) { return this.ruler + (this.top - pitch) * this.row; }
  tickAt(x) { return this.left + (x - this.gutter) / this.scale; }
  pitchAt(y) { return Math.max(0, Math.min(127, Math.ceil(this.top - (y - this.ruler) / this.row))); }
  get clocks() { return this.itsClocks; }

  resize() {
    const box = this.canvas.parentElement.getBoundingClientRect(), ratio = devicePixelRatio || 1;
    const first = this.width === undefined;
    this.width = Math.max(100, box.width);
    this.height = Math.max(100, box.height);
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = this.width + "px";
    this.canvas.style.height = this.height + "px";
    if (this.score && (first || this.fitted)) this.fit();
    else if (this.score) this.fitPitches();
    this.paintSoon();
  }

  /// `keep`: the part that is seen stays.
  show(score, keep = false) {
    this.score = score;
    this.itsClocks = new Clocks(score);
    if (!keep) {
      this.chosenNotes.clear();
      this.bars = null;
      this.cursor = 0;
      this.fit();
    } else {
      this.fitPitches();
      if (this.fitted) this.fit();
      for (const key of this.chosenNotes) if (!this.note(key)) this.chosenNotes.delete(key);
      if (this.bars && this.bars[0] >= score.bar_count) this.bars = null;
    }
    this.paintSoon();
  }

  fit() {
    if (!this.score || this.width === undefined) return;
    const quarter = this.score.ppq;
    const end = Math.max(this.score.end, 4 * quarter);
    this.left = 0;
    this.fitted = true;
    this.scale = Math.max((this.width - this.gutter - 8) / end, 24 / quarter / 12);
    this.scale = Math.min(this.scale, 96 / quarter);
    this.fitPitches();
    this.paintSoon();
  }

  fitPitches() {
    const [low, high] = pitchRange(this.score);
    const room = this.height - this.ruler - 4;
    this.row = Math.max(4, Math.min(18, room / (high - low + 1)));
    const shown = room / this.row;
    this.top = Math.min(127, (low + high) / 2 + shown / 2 - 0.5 + (shown > high - low + 1 ? 0 : (high - low + 1 - shown) / 2));
  }

  zoom(factor, at = this.gutter + (this.width - this.gutter) / 2) {
    if (!this.score) return;
    const tick = this.tickAt(at);
    this.fitted = false;
    this.scale = Math.max(0.002, Math.min(1.5 * (480 / this.score.ppq), this.scale * factor));
    this.left = Math.max(0, tick - (at - this.gutter) / this.scale);
    this.paintSoon();
  }

  pan(dx, dy = 0) {
    if (!this.score) return;
    this.fitted = this.fitted && dx === 0;
    const most = Math.max(0, this.score.end - (this.width - this.gutter) / this.scale / 2);
    this.left = Math.max(0, Math.min(most, this.left + dx / this.scale));
    this.top = Math.max(12, Math.min(127, this.top - dy / this.row));
    this.paintSoon();
  }

  setPlayhead(tick) {
    this.playhead = tick;
    if (tick !== null && this.follow && !this.drag) {
      const x = this.x(tick);
      if (x > this.width - 24 || x < this.gutter) this.left = Math.max(0, tick - (0.12 * (this.width - this.gutter)) / this.scale);
    }
    this.paintSoon();
  }

  recolour() {
    readColours();
    this.paintSoon();
  }

  paintSoon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (this.width === undefined) return;
      const ratio = devicePixelRatio || 1;
      this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint(this.ctx, this, {
        bits: this.bits, bars: this.bars, playhead: this.playhead, cursor: this.cursor, quiet: this.quiet, box: this.drag?.box,
        chosen: (t, n) => this.chosenNotes.has(`${t}:${n}`),
        moved: (t, n, note) => (this.drag?.shift && this.chosenNotes.has(`${t}:${n}`) ? this.shifted(note) : note),
      });
    });
  }

  // Notes.
  note(key) {
    const [t, n] = key.split(":").map(Number);
    return this.score.tracks[t]?.notes[n];
  }

  get grid() { return this.snapParts > 0 ? (this.score.ppq * 4) / this.snapParts : 1; }
  snap(tick) { return Math.max(0, Math.round(tick / this.grid) * this.grid); }

  hit(x, y) {
    for (let t = this.score.tracks.length - 1; t >= 0; --t) {
      const notes = this.score.tracks[t].notes;
      for (let n = notes.length - 1; n >= 0; --n) {
        const [onset, duration, pitch] = notes[n], top = this.y(pitch);
        if (y < top || y > top + this.row) continue;
        const from = this.x(onset), to = Math.max(from + 5, this.x(onset + duration));
        if (x >= from - 1 && x <= to + 1) return { key: `${t}:${n}`, track: t, edge: to - from > 2 * kEdge && x > to - kEdge };
      }
    }
    return null;
  }

  shifted(note) {
    const { ticks, pitches, stretch } = this.drag.shift;
    if (stretch) return [note[0], Math.max(this.grid, note[1] + ticks), note[2], note[3], note[4]];
    return [Math.max(0, note[0] + ticks), note[1], Math.max(0, Math.min(127, note[2] + pitches)), note[3], note[4]];
  }

  choose(keys) {
    this.chosenNotes = new Set(keys);
    this.on.chosen(this.chosenNotes.size);
    this.paintSoon();
  }

  /// A change of the chosen notes by the keyboard: whole steps of the grid or semitones.
  nudge(steps, pitches, stretch = false) {
    this.drag = { shift: { ticks: steps * this.grid, pitches, stretch } };
    this.finishShift();
  }

  finishShift() {
    const changes = [];
    for (const key of this.chosenNotes) {
      const [track, note] = key.split(":").map(Number);
      const old = this.note(key), made = this.shifted(old);
      if (made[0] !== old[0] || made[1] !== old[1] || made[2] !== old[2])
        changes.push({ change: "change", track, note, onset: Math.round(made[0]), duration: Math.max(1, Math.round(made[1])), pitch: made[2] });
    }
    const wanted = changes.map((change) => [change.track, change.onset, change.pitch]);
    this.drag = null;
    if (changes.length > 0) this.on.edit(changes, wanted);
    this.paintSoon();
  }

  /// After a change the notes that it made are chosen again.
  chooseLike(wanted) {
    const keys = [];
    for (const [track, onset, pitch] of wanted)
      this.score.tracks[track]?.notes.forEach((note, n) => note[0] === onset && note[2] === pitch && keys.push(`${track}:${n}`));
    this.choose(keys);
  }

  erase() {
    const changes = [...this.chosenNotes].map((key) => {
      const [track, note] = key.split(":").map(Number);
      return { change: "remove", track, note };
    });
    this.choose([]);
    if (changes.length > 0) this.on.edit(changes, []);
  }

  add(x, y) {
    if (this.score.tracks.length === 0) return;
    const track = Math.min(this.activeTrack, this.score.tracks.length - 1);
    const grid = this.snapParts > 0 ? this.grid : this.score.ppq / 4;
    const onset = Math.max(0, Math.floor(this.tickAt(x) / grid) * grid), pitch = this.pitchAt(y);
    this.on.edit([{ change: "add", track, onset: Math.round(onset), duration: Math.round(grid), pitch, velocity: 80 }], [[track, Math.round(onset), pitch]]);
  }

  // The pointer.
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (!this.score || event.button > 0) return;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const [x, y] = this.place(event);
    this.drag = { x, y, kind: "none" };
    if (y < this.ruler) {
      this.drag.kind = "ruler";
      this.drag.bar = Math.max(0, this.clocks.bar(Math.max(0, this.tickAt(x))));
      return;
    }
    const hit = x > this.gutter ? this.hit(x, y) : null;
    if (hit) {
      if (event.shiftKey) this.choose(this.chosenNotes.has(hit.key) ? [...this.chosenNotes].filter((key) => key !== hit.key) : [...this.chosenNotes, hit.key]);
      else if (!this.chosenNotes.has(hit.key)) this.choose([hit.key]);
      if (!this.locked.has(hit.track)) this.drag.kind = hit.edge ? "stretch" : "note";
      return;
    }
    if (event.pointerType === "touch" && this.tool === "select") this.drag.kind = "pan";
    else this.drag.kind = this.tool === "draw" ? "draw" : "box";
  }

  move(event) {
    const [x, y] = this.place(event);
    const drag = this.drag;
    if (!drag?.kind) return this.hover(x, y);
    const dx = x - drag.x, dy = y - drag.y;
    if (drag.kind === "ruler" && Math.abs(dx) > 4) {
      const bar = Math.max(0, Math.min(this.score.bar_count - 1, this.clocks.bar(Math.max(0, this.tickAt(x)))));
      this.bars = [Math.min(bar, drag.bar), Math.max(bar, drag.bar)];
      drag.moved = true;
    } else if (drag.kind === "note" || drag.kind === "stretch") {
      if (!drag.shift && Math.abs(dx) + Math.abs(dy) < 4) return;
      drag.shift = { ticks: Math.round(dx / this.scale / this.grid) * this.grid, pitches: drag.kind === "note" ? -Math.round(dy / this.row) : 0, stretch: drag.kind === "stretch" };
    } else if (drag.kind === "box" && Math.abs(dx) + Math.abs(dy) > 4) {
      drag.box = [Math.min(x, drag.x), Math.min(y, drag.y), Math.abs(dx), Math.abs(dy)];
    } else if (drag.kind === "pan") {
      this.pan(-(x - (drag.lastX ?? drag.x)), -(y - (drag.lastY ?? drag.y)));
      drag.moved = drag.moved || Math.abs(dx) + Math.abs(dy) > 6;
      [drag.lastX, drag.lastY] = [x, y];
    }
    this.paintSoon();
  }

  hover(x, y) {
    if (!this.score) return;
    const hit = y > this.ruler && x > this.gutter ? this.hit(x, y) : null;
    this.canvas.style.cursor = y < this.ruler ? "col-resize" : hit ? (hit.edge ? "ew-resize" : "grab") : this.tool === "draw" ? "crosshair" : "default";
  }

  up(event) {
    const drag = this.drag;
    if (!drag?.kind) return;
    const [x, y] = this.place(event);
    if (drag.shift) return this.finishShift();
    this.drag = null;
    if (drag.kind === "ruler") {
      if (drag.moved) this.on.bars(this.bars);
      else if (event.shiftKey && this.bars) this.selectBars([Math.min(this.bars[0], drag.bar), Math.max(this.bars[1], drag.bar)]);
      else this.on.seek(Math.max(0, Math.min(this.score.end, this.tickAt(x))));
    } else if (drag.kind === "draw") {
      this.add(x, y);
    } else if (drag.box) {
      const [left, top, width, height] = drag.box, keys = [];
      this.score.tracks.forEach((track, t) => track.notes.forEach((note, n) => {
        const from = this.x(note[0]), to = this.x(note[0] + note[1]), at = this.y(note[2]);
        if (to >= left && from <= left + width && at + this.row >= top && at <= top + height && !this.locked.has(t)) keys.push(`${t}:${n}`);
      }));
      this.choose(keys);
    } else if (drag.kind === "box" || (drag.kind === "pan" && !drag.moved)) {
      this.choose([]);
      if (x > this.gutter) this.on.seek(Math.max(0, Math.min(this.score.end, this.tickAt(x))));
    }
    this.paintSoon();
  }

  cancel() {
    this.drag = null;
    this.paintSoon();
  }

  double(event) {
    const [x, y] = this.place(event);
    if (!this.score || y < this.ruler || x < this.gutter || this.tool === "draw") return;
    if (this.hit(x, y)) this.erase();
    else this.add(x, y);
  }

  wheel(event) {
    if (!this.score) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 20 : 1;
    const [x] = this.place(event);
    if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(-event.deltaY * unit * 0.004), x);
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan((event.deltaX || event.deltaY) * unit);
    else if (this.rowsHidden()) this.pan(0, event.deltaY * unit);
    else this.pan(event.deltaY * unit);
  }

  rowsHidden() {
    const [low, high] = pitchRange(this.score);
    return (high - low + 1) * this.row > this.height - this.ruler;
  }

  selectBars(bars) {
    this.bars = bars;
    this.on.bars(bars);
    this.paintSoon();
  }
}
