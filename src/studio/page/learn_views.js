// Pictures and tables of learning.
import { element, time } from "./dom.js";
import { kFont } from "./paint.js";

const many = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/// What a folder holds.
export function contentsView(contents) {
  if (contents.error) return element("p", { class: "failed" }, `${contents.error.message}. ${contents.error.hint}`);
  const lengths = contents.lengths, middle = lengths[lengths.length >> 1] ?? 0;
  const list = (rows) => element("ul", { class: "plain-list" }, ...rows.map((row) => element("li", {}, row)));
  const left = contents.files - contents.pieces;
  return element("div", { id: "contents", class: "contents" },
    element("p", {}, element("strong", {}, many(contents.pieces, "piece")), ` of ${many(contents.files, "file")}, ${time(contents.seconds)} of music, ${many(contents.notes, "note")}, ${many(contents.works, "different work")}.`),
    lengths.length > 0 ? element("p", { class: "faint" }, `From ${time(lengths[0])} to ${time(lengths.at(-1))}, half of them up to ${time(middle)}. `, contents.instruments.map((one) => `${one.name} (${one.pieces})`).join(", ")) : null,
    contents.pieces > 0 && contents.pieces < 5 ? element("p", { class: "failed" }, "So few pieces are learned by heart rather than understood: more are better.") : null,
    left > 0 ? element("details", {}, element("summary", {}, `${many(left, "file")} left out`), list(contents.left_out.map((one) => `${one.count} ${one.kind}: ${one.example} ${one.reason}`))) : null);
}

/// Models side by side.
export function evaluationView(evaluation) {
  const figure = (row, measure) => (row.figures[measure] ? row.figures[measure].value.toFixed(2) : "\u2013");
  const measures = ["bits/note", "bits/symbol", "bits/second"];
  return element("div", { id: "evaluation", class: "contents" },
    element("p", { class: "faint" }, `${evaluation.heading}. Fewer bits: it expected the music better.`),
    element("div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": "Models side by side" }, element("table", {}, element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Model"), ...measures.map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...evaluation.rows.map((row) => element("tr", { class: row.baseline ? "faint" : null }, element("th", { scope: "row" }, row.name), ...measures.map((name) => element("td", {}, figure(row, name)))))))),
    ...evaluation.differences.map((text) => element("p", {}, text)),
    ...evaluation.remarks.map((text) => element("p", { class: "faint small" }, text)));
}

/// Losses over minutes: of what is learned (pale), of what is held out (the accent). `measured`: [minutes, epoch, training, held out].
export function paintCurve(canvas, measured) {
  // At the end the mean of the weights before and after is measured, too: the better one is what counts.
  const points = measured.filter((point, i) => !measured.some((other, j) => j !== i && other[0] === point[0] && (other[3] < point[3] || (other[3] === point[3] && j < i))));
  const ratio = devicePixelRatio || 1, width = canvas.clientWidth || 600, height = canvas.clientHeight || 160;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const ctx = canvas.getContext("2d"), style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name).trim();
  ctx.scale(ratio, ratio);
  const values = points.flatMap((point) => [point[2], point[3]]).filter(Number.isFinite);
  const low = Math.min(...values), high = Math.max(...values), room = Math.max(0.02, high - low), last = Math.max(points.at(-1)[0], 0.1);
  const x = (minutes) => 48 + ((width - 144) * minutes) / last, y = (bits) => 16 + ((height - 48) * (high + room * 0.05 - bits)) / (room * 1.1);
  ctx.font = `12px ${kFont}`;
  ctx.fillStyle = colour("--faint");
  ctx.strokeStyle = colour("--line");
  for (const bits of [low, high]) {
    ctx.fillText(bits.toFixed(2), 8, y(bits) + 4);
    ctx.beginPath();
    ctx.moveTo(48, y(bits));
    ctx.lineTo(width - 96, y(bits));
    ctx.stroke();
  }
  ctx.fillText("0", 48, height - 8);
  ctx.fillText(`${last.toFixed(1)} min`, width - 128, height - 8);
  ctx.fillText("bits a symbol", 48, 12);
  for (const [column, name, word] of [[2, "--faint", "learned from"], [3, "--accent", "held out"]]) {
    ctx.strokeStyle = ctx.fillStyle = colour(name);
    ctx.lineWidth = column === 3 ? 2.5 : 1.5;
    ctx.beginPath();
    points.forEach((point, i) => (i === 0 ? ctx.moveTo(x(point[0]), y(point[column])) : ctx.lineTo(x(point[0]), y(point[column]))));
    ctx.stroke();
    for (const point of points) ctx.fillRect(x(point[0]) - 2, y(point[column]) - 2, 4, 4);
    ctx.fillText(word, width - 88, Math.min(height - 24, y(points.at(-1)[column]) + (column === 3 ? 4 : points.at(-1)[2] < points.at(-1)[3] ? 16 : -8)));
  }
}
