// What is shown over the notes besides their tracks: what surprises the model, what it borrowed, chords.
import * as api from "./api.js";
import { $ } from "./dom.js";

/// One at a time colours the notes; chords stand above them beside any.
const kColours = {
  bits: {
    path: "/surprise",
    colour: (roll, answer) => { roll.bits = answer.tracks; },
    words: (answer) => `${answer.mean.toFixed(1)} bits a note: red surprises the model, blue it expected.`,
  },
  borrowed: {
    path: "/borrowed",
    colour: (roll, answer) => { roll.bits = answer.tracks.map((track) => track.map((one) => (one ? 14 : 0))); },
    words: (answer) => `${Math.round(100 * answer.share)} % of the notes stand in passages of ${answer.notes} notes and more that the model learned from, in some key; they are red.`,
  },
};

export class Overlays {
  constructor(roll) {
    this.roll = roll;
    this.coloured = null;
    this.chords = false;
  }

  toggle(name) {
    if (name === "chords") this.chords = !this.chords;
    else this.coloured = this.coloured === name ? null : name;
  }

  /// Of this take; asks the program.
  async show(piece, take) {
    for (const name of Object.keys(kColours)) $(name).setAttribute("aria-pressed", String(this.coloured === name));
    $("chord-names").setAttribute("aria-pressed", String(this.chords));
    this.take = take;
    this.roll.bits = this.roll.chords = null;
    if (take) $("facts").textContent = take.score.facts;
    this.roll.paintSoon();
    if (!take) return;
    if (this.chords) await this.ask(piece, take, "/chords", (answer) => { this.roll.chords = answer.chords; });
    const coloured = kColours[this.coloured];
    if (coloured) await this.ask(piece, take, coloured.path, (answer) => {
      coloured.colour(this.roll, answer);
      $("facts").textContent = coloured.words(answer);
    });
  }

  async ask(piece, take, path, use) {
    const answer = await api.get(api.takePath(piece.id, take.take, path));
    if (answer.error) throw new api.ApiError(answer.error);
    if (this.take !== take) return;
    use(answer);
    this.roll.paintSoon();
  }
}
