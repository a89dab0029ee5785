// Draws a piano roll onto a canvas.
import { isBlack, pitchName } from "./score.js";

let colours = null;
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  colours = {
    paper: read("--roll"), black: read("--roll-black"), line: read("--roll-line"), bar: read("--roll-bar"), ink: read("--ink"), faint: read("--faint"),
    dark: style.colorScheme === "dark", accent: read("--accent"), shade: read("--roll-shade"), ruler: read("--surface"), tracks: Array.from({ length: 8 }, (_, i) => read(`--track-${i}`)),
  };
}
export const trackColour = (track) => (colours ?? (readColours(), colours)).tracks[track % 8];

export const kFont = "system-ui, sans-serif";

function paintRows(ctx, view) {
  const { width, height, gutter, ruler } = view;
  ctx.fillStyle = colours.paper;
  ctx.fillRect(0, 0, width, height);
  for (let pitch = view.pitchAt(height); pitch <= view.pitchAt(ruler); ++pitch) {
    const y = view.y(pitch);
    if (isBlack(pitch)) {
      ctx.fillStyle = colours.black;
      ctx.fillRect(gutter, y, width - gutter, view.row);
    }
    if (pitch % 12 === 0) {
      ctx.fillStyle = colours.line;
      ctx.fillRect(gutter, Math.round(y + view.row) - 1, width - gutter, 1);
    }
  }
}

/// From pale blue for what was expected to red for a surprise of 14 bits and more; grey for what the model does not read.
function surpriseColour(bits) {
  if (bits === null || bits === undefined) return colours.bar;
  const part = Math.min(1, bits / 14);
  const [from, to] = colours.dark ? [[58, 92, 122], [255, 96, 84]] : [[158, 190, 216], [186, 24, 24]];
  return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * part)).join(" ")})`;
}

/// Calls `on(bar, tick, length, beat)` for each bar that is seen.
function eachBar(view, on) {
  const last = view.tickAt(view.width);
  for (let bar = Math.max(0, view.clocks.bar(Math.max(0, view.tickAt(view.gutter)))); ; ++bar) {
    const tick = view.clocks.barStart(bar);
    if (tick > last) return;
    const part = view.clocks.part(tick);
    on(bar, tick, part[2], part[3]);
  }
}

function paintGrid(ctx, view) {
  const { ruler, height } = view;
  eachBar(view, (bar, tick, length, beat) => {
    if (beat * view.scale >= 10) {
      ctx.fillStyle = colours.line;
      for (let at = tick + beat; at < tick + length - 1; at += beat) ctx.fillRect(Math.round(view.x(at)), ruler, 1, height - ruler);
    }
    if (length * view.scale >= 5 || bar % 4 === 0) {
      ctx.fillStyle = colours.bar;
      ctx.fillRect(Math.round(view.x(tick)), ruler, 1, height - ruler);
    }
  });
}

function paintNotes(ctx, view, state) {
  view.score.tracks.forEach((track, t) => {
    const dim = state.quiet.has(t);
    const colour = trackColour(t);
    track.notes.forEach((note, n) => {
      const moved = state.moved(t, n, note);
      const x = view.x(moved[0]), end = view.x(moved[0] + moved[1]);
      if (end < view.gutter || x > view.width) return;
      const y = view.y(moved[2]), h = Math.max(2, view.row - (view.row > 6 ? 1 : 0));
      const w = Math.max(2.5, end - x - (end - x > 6 ? 1 : 0));
      ctx.globalAlpha = dim ? 0.22 : state.bits ? 1 : 0.55 + (0.45 * note[3]) / 127;
      ctx.fillStyle = state.bits ? surpriseColour(state.bits[t]?.[n]) : colour;
      ctx.beginPath();
      if (track.drums) ctx.ellipse(x + Math.min(w, h) / 2, y + h / 2, Math.min(h, 10) / 2, h / 2, 0, 0, 7);
      else ctx.roundRect(x, y, w, h, Math.min(3, h / 3));
      if (note[4] || state.bits) {
        ctx.fill();
      } else {  // given, or by hand: pale with an edge
        ctx.globalAlpha *= 0.42;
        ctx.fill();
        ctx.globalAlpha = dim ? 0.3 : 1;
        ctx.strokeStyle = colour;
        ctx.lineWidth = 1.25;
        ctx.stroke();
      }
      if (state.chosen(t, n)) {
        ctx.globalAlpha = 1;
        ctx.strokeStyle = colours.ink;
        ctx.lineWidth = 2;
        ctx.stroke();
      }
    });
  });
  ctx.globalAlpha = 1;
}

function paintBarShade(ctx, view, state) {
  if (!state.bars) return;
  const x = Math.max(view.gutter, view.x(view.clocks.barStart(state.bars[0]))), end = view.x(view.clocks.barStart(state.bars[1] + 1));
  ctx.fillStyle = colours.shade;
  ctx.fillRect(x, view.ruler, end - x, view.height - view.ruler);
  ctx.fillStyle = colours.accent;
  ctx.fillRect(x, view.ruler - 3, end - x, 3);
}

function paintRuler(ctx, view) {
  const { width, ruler, gutter } = view;
  ctx.fillStyle = colours.ruler;
  ctx.fillRect(0, 0, width, ruler);
  ctx.fillStyle = colours.bar;
  ctx.fillRect(0, ruler - 1, width, 1);
  ctx.textBaseline = "alphabetic";
  let free = gutter;
  eachBar(view, (bar, tick, length, _beat) => {
    const x = view.x(tick);
    const part = view.clocks.part(tick);
    const changes = part[0] === tick;
    const step = [1, 2, 4, 8, 16, 32, 64, 128, 256].find((s) => s * length * view.scale >= 34) ?? 512;
    if (x < gutter - 1 || (bar % step !== 0 && !changes) || x < free) return;
    ctx.fillStyle = colours.bar;
    ctx.fillRect(Math.round(x), ruler - 9, 1, 8);
    ctx.fillStyle = colours.ink;
    ctx.font = `600 12px ${kFont}`;
    ctx.fillText(String(bar + 1), x + 4, ruler - 7);
    const key = view.clocks.key(tick);
    const text = changes ? `${part[4]}/${part[5]}${key ? "  " + key : ""}` : "";
    if (text) {
      ctx.fillStyle = colours.faint;
      ctx.font = `11px ${kFont}`;
      ctx.fillText(text, x + 4, 13);
    }
    free = x + 26;
  });
}

function paintKeys(ctx, view) {
  const { gutter, height, ruler, row } = view;
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, ruler, gutter, height - ruler);
  ctx.clip();
  ctx.fillStyle = colours.ruler;
  ctx.fillRect(0, ruler, gutter, height - ruler);
  for (let pitch = view.pitchAt(height); pitch <= view.pitchAt(ruler); ++pitch) {
    const y = view.y(pitch);
    if (isBlack(pitch)) {
      ctx.fillStyle = colours.bar;
      ctx.fillRect(0, y + 0.5, gutter * 0.58, Math.max(1, row - 1));
    } else if (row >= 5 && (pitch % 12 === 0 || pitch % 12 === 5)) {
      ctx.fillStyle = colours.line;
      ctx.fillRect(0, y + row - 0.5, gutter, 1);
    }
    if (pitch % 12 === 0) {
      ctx.fillStyle = colours.faint;
      ctx.font = `11px ${kFont}`;
      ctx.textAlign = "right";
      ctx.fillText(pitchName(pitch), gutter - 5, y + row / 2 + 4);
      ctx.textAlign = "left";
    }
  }
  ctx.fillStyle = colours.bar;
  ctx.fillRect(gutter - 1, 0, 1, height);
  ctx.restore();
}

/// Names of chords along the upper edge, as many as there is room for.
function paintChords(ctx, view, chords) {
  const height = 20;
  ctx.fillStyle = colours.ruler;
  ctx.globalAlpha = 0.9;
  ctx.fillRect(view.gutter, view.ruler, view.width, height);
  ctx.globalAlpha = 1;
  ctx.font = `600 12px ${kFont}`;
  let free = view.gutter;
  for (const [tick, , words] of chords) {
    const x = view.x(tick), name = words.replace(" sharp", "\u266f").replace(" flat", "\u266d").replace(" m", "m").replace(" dim", "\u00b0");
    if (x < view.gutter - 1 || x < free || x > view.width) continue;
    ctx.fillStyle = colours.bar;
    ctx.fillRect(Math.round(x), view.ruler, 1, height);
    ctx.fillStyle = colours.ink;
    ctx.fillText(name, x + 4, view.ruler + 14);
    free = x + ctx.measureText(name).width + 8;
  }
}

/// `state`: bits (by track and note, or null), bars, playhead (tick or null), cursor (tick), quiet tracks, chosen(t, n), moved(t, n, note), box.
export function paint(ctx, view, state) {
  if (!colours) readColours();
  paintRows(ctx, view);
  if (!view.score) return;
  paintGrid(ctx, view);
  paintBarShade(ctx, view, state);
  ctx.save();
  ctx.beginPath();
  ctx.rect(view.gutter, view.ruler, view.width, view.height);
  ctx.clip();
  paintNotes(ctx, view, state);
  if (state.box) {
    ctx.strokeStyle = colours.accent;
    ctx.fillStyle = colours.shade;
    ctx.lineWidth = 1;
    ctx.fillRect(...state.box);
    ctx.strokeRect(...state.box);
  }
  ctx.restore();
  if (view.chords) paintChords(ctx, view, view.chords);
  paintRuler(ctx, view);
  const head = state.playhead ?? state.cursor;
  const x = view.x(head);
  if (x >= view.gutter - 1) {
    ctx.fillStyle = colours.accent;
    ctx.fillRect(Math.round(x) - 0.75, 0, state.playhead === null ? 1.5 : 2.5, view.height);
    ctx.beginPath();
    ctx.moveTo(x - 6, view.ruler - 12);
    ctx.lineTo(x + 6, view.ruler - 12);
    ctx.lineTo(x, view.ruler - 2);
    ctx.fill();
  }
  paintKeys(ctx, view);
}

/// A small roll of some bars, without words. `from`, `to`: ticks.
export function paintSmall(canvas, score, from, to, low, high) {
  const ratio = devicePixelRatio || 1, width = canvas.clientWidth || 240, height = canvas.clientHeight || 72;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  if (!colours) readColours();
  ctx.fillStyle = colours.paper;
  ctx.fillRect(0, 0, width, height);
  const scale = width / Math.max(1, to - from), row = (height - 8) / Math.max(1, high - low + 1);
  score.tracks.forEach((track, t) => {
    ctx.fillStyle = trackColour(t);
    for (const note of track.notes) {
      if (note[0] + note[1] <= from || note[0] >= to) continue;
      ctx.globalAlpha = note[4] ? 1 : 0.45;
      ctx.fillRect((note[0] - from) * scale, 4 + (high - note[2]) * row, Math.max(2, note[1] * scale - 1), Math.max(2, row - 0.5));
    }
  });
  ctx.globalAlpha = 1;
}
