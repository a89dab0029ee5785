// The words and tables around the figures.
#include "continuo/workbench/reproduce/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "continuo/audio/render.h"
#include "continuo/base/format.h"
#include "continuo/page/page.h"

namespace continuo::workbench::reproduce {
namespace {

using page::Inline;
using page::Page;

std::string nats(double loss) { return fmt::format("{:.4f}", loss); }

std::string hours(double value) { return fmt::format("{:.3g} hours", value); }

bool has_sound(const Findings& findings) {
  for (const Outcome& outcome : findings.outcomes)
    if (outcome.arm.sound) return true;
  return false;
}

const Outcome* find(const Findings& findings, std::string_view id) {
  for (const Outcome& outcome : findings.outcomes)
    if (outcome.arm.id == id) return &outcome;
  return nullptr;
}

std::string kind(const Outcome& outcome) { return outcome.arm.sound ? "amplitudes" : "notes"; }

std::string cost(const training::TrainResult& result) {
  return fmt::format("{} steps, {}", format_count(static_cast<std::uint64_t>(result.steps)),
                     format_duration(result.minutes * 60));
}

void setting(Page& page, const Settings& settings, const Findings& f) {
  page.heading("The experiment");
  page.paragraph(
      "The paper \"Music Generation\" (A. Ibreighith, 2023) trains a WaveNet, with an LSTM beside it, for three epochs "
      "on "
      "500 of 1,662 pieces of one to five minutes, 80 % to train and 20 % to test, and then composes by appending the "
      "most "
      "probable next value to a random array. This page is one run of that experiment with Continuo.");
  page::Table table{.header = {"", "the paper", "here"}};
  table.rows = {
      {"pieces", "500 of 1,662, of 1 to 5 minutes",
       fmt::format("{} of {} files{}; {} different works, {:.1f} hours of music", format_count(f.pieces),
                   format_count(f.files), settings.any_length ? ", of any length" : ", of 1 to 5 minutes",
                   format_count(f.works), f.hours)},
      {"split", "80 % train, 20 % test",
       fmt::format("{} train, {} test; whole works stay on one side", format_count(f.train_pieces),
                   format_count(f.test_pieces))},
      {"input",
       "amplitudes at 16,000 a second in 256 classes, chunks of 1,024; the code it cites: note and chord names, "
       "windows of 32",
       has_sound(f) ? "both, apart" : "the notes of the code"},
      {"objective", "many to one, cross-entropy",
       has_sound(f) ? "the same; for the amplitudes also every position" : "the same"},
      {"epochs", "3", "3"},
  };
  if (has_sound(f)) {
    const double drawn = epoch_hours(settings);
    table.rows.push_back({"an epoch of amplitudes", "not said",
                          drawn > 0 && drawn < f.train_hours
                              ? fmt::format("{} of sound, drawn at random from the {} of the training part",
                                            hours(drawn), hours(f.train_hours))
                              : fmt::format("all {} of the training part", hours(f.train_hours))});
  }
  page.table(table);
  if (settings.scale == Scale::kQuick)
    page.note(Inline()
                  .strong("A quick run. ")
                  .text("Few pieces, small networks, little sound: it shows that everything works, and its figures say "
                        "little."));
}

void losses(Page& page, const Findings& f, const Figures& figures) {
  page.heading("Losses");
  page.paragraph(
      "In nats per predicted symbol over the test part, without dropout, each symbol given all before it in its piece; "
      "in "
      "brackets over training pieces of the same amount. A loss means nothing without the number of symbols to choose "
      "from: ln V is what uniform guessing costs, and the frequencies of the symbols alone, counted in the training "
      "part, "
      "cost what stands beside it.");
  for (const Outcome& outcome : f.outcomes) {
    const auto evaluated = outcome.result.held_out_symbols;
    if (!outcome.arm.sound || evaluated >= outcome.result.baselines.symbols) continue;
    page.paragraph(fmt::format(
        "Of the amplitudes, a fixed random choice of {} of the {} of the test part is predicted; the frequencies are "
        "those of the whole.",
        format_count(evaluated), format_count(outcome.result.baselines.symbols)));
    break;
  }
  page::Table table{.caption = "Test loss (training loss), nats",
                    .header = {"", "symbols V", "ln V", "frequencies", "epoch 1", "epoch 2", "epoch 3"},
                    .align = "lrrrrrr"};
  table.rows.push_back({"the paper", "256 or 255", nats(std::log(kClasses)), "not given", nats(kPaperLosses[0]),
                        nats(kPaperLosses[1]), nats(kPaperLosses[2])});
  for (const Outcome& outcome : f.outcomes) {
    const auto& base = outcome.result.baselines;
    std::vector<Inline> row = {kind(outcome) + ": " + outcome.arm.title, std::to_string(outcome.result.outputs),
                               nats(base.uniform), nats(base.frequencies)};
    for (int epoch = 1; epoch <= kEpochs; ++epoch) {
      const auto* point = at_epoch(outcome.result, epoch);
      row.emplace_back(point == nullptr ? "" : nats(point->held_out_loss) + " (" + nats(point->train_eval_loss) + ")");
    }
    table.rows.push_back(std::move(row));
  }
  page.table(table);
  page::Table costs{.caption = "What they are and what they took",
                    .header = {"", "parameters", "depends on", "train symbols", "test symbols", "training"},
                    .align = "lrrrrr"};
  for (const Outcome& outcome : f.outcomes) {
    const auto& r = outcome.result;
    costs.rows.push_back(
        {kind(outcome) + ": " + outcome.arm.title, format_count(r.parameters),
         r.receptive_field > 0 ? format_count(static_cast<std::uint64_t>(r.receptive_field)) : "all before",
         format_count(r.train_symbols), format_count(r.held_out_symbols), cost(r)});
  }
  page.table(costs);
  std::string alt = "Test loss against epochs. The paper: ";
  for (const double loss : kPaperLosses) alt += nats(loss) + " ";
  page.picture(
      page::load(figures.curve), alt + "; the others as in the table.",
      "Figure 10. The paper's three losses and the test losses here. The paper does not say of how many symbols or "
      "on which part its losses are: the curves stand beside each other for orientation, not as a race.");
}

void many_to_one_cost(Page& page, const Findings& f) {
  const Outcome* many = find(f, "amplitudes-many-to-one");
  const Outcome* every = find(f, "amplitudes-every-position");
  if (many == nullptr || every == nullptr) return;
  page.heading("What many to one costs", 3);
  page.paragraph(fmt::format(
      "A chunk of {0} samples gives one prediction to learn from when only its last output is scored, and {0} when "
      "every "
      "output is. The same network saw the same amount of sound in both ways: {1} predictions in {2} many to one, {3} "
      "predictions in {4} at every position. The computation of a prediction many to one cannot be shared with its "
      "neighbours, so that each costs {5:.0f} times as much.",
      format_count(kChunk), format_count(many->result.symbols_seen), format_duration(many->result.minutes * 60),
      format_count(every->result.symbols_seen), format_duration(every->result.minutes * 60),
      every->result.symbols_per_second / std::max(many->result.symbols_per_second, 1e-9)));
}

void architecture(Page& page, const Figures& figures) {
  page.heading("The network");
  page.picture(page::load(figures.valid), "Eight inputs, six outputs: each output has the three inputs around it.",
               "Figure 3. A convolution of three taps without padding (valid): the output is shorter.");
  page.picture(page::load(figures.same), "Eight inputs and a zero at either end, eight outputs.",
               "Figure 4. Zeros at both ends (same): as long as the input, but an output sees the next input.");
  page.picture(page::load(figures.causal),
               "Two zeros and eight inputs, eight outputs, none of which sees to its right.",
               "Figure 5. Zeros before the first (causal): an output depends on the present and the past alone.");
  if (figures.dilated_field.empty()) return;
  page.picture(
      page::load(figures.causal_field),
      fmt::format("A triangle: the output depends on {} inputs.", figures.causal_inputs),
      fmt::format("Figure 6. As many causal layers as the network on notes has, without dilation: {} inputs reach the "
                  "output.",
                  figures.causal_inputs));
  page.picture(
      page::load(figures.dilated_field),
      fmt::format("A binary tree: the output depends on {} inputs.", figures.dilated_inputs),
      fmt::format("Figure 7. That network as it was trained: its dilations let {} inputs reach the output with as "
                  "many weights.",
                  figures.dilated_inputs));
  page.picture(
      page::load(figures.block),
      "A dilated convolution gives c; tanh and sigmoid of 1x1 convolutions of c are multiplied; the product is the "
      "skip and, added to c, the next layer's input.",
      "Figure 8. The block as the paper draws it: the product of the gates is itself the skip, and is added to the "
      "output of the first convolution, not to its input as in the WaveNet of van den Oord et al. 2016.");
}

void data(Page& page, const Findings& f, const Figures& figures) {
  const Example& example = f.example;
  page.heading("What the networks see");
  if (!figures.waveform.empty()) {
    page.picture(page::load(figures.waveform), "The waveform of ten seconds of a piece.",
                 "Figure 1. The beginning of " + example.piece + " as 16,000 amplitudes a second of 256 classes.");
    page.paragraph(Inline().audio(page::load(example.sound), "The beginning of " + example.piece));
  }
  if (!figures.chunk.empty())
    page.picture(page::load(figures.chunk), "1,024 classes as a line, and the class after them as a point.",
                 "Figure 9. A chunk from the middle of that piece, and what is to be predicted from it, many to one.");
  if (!figures.window.empty())
    page.picture(page::load(figures.window), "32 names of notes and chords, and the one after them: " + example.target,
                 "Figure 9, for the cited code: 32 symbols from the middle of " + example.piece +
                     ", and the one to be predicted. A chord is its pitch classes, C being 0.");
}

std::string remark(const Piece& piece) {
  std::string text =
      fmt::format("{} different symbols among {}", format_count(piece.different), format_count(piece.symbols.size()));
  if (piece.loop_period == 1) {
    text += fmt::format("; its last {} are one symbol", format_count(piece.loop_symbols));
  } else if (piece.loop_period > 1) {
    text += fmt::format("; its last {} repeat a block of {}", format_count(piece.loop_symbols),
                        format_count(piece.loop_period));
  }
  if (piece.measured.peak < 1e-4) text += "; silent";
  return text + ".";
}

void compositions(Page& page, const Findings& f) {
  page.heading("Compositions");
  page.paragraph("Section IV.D lists the steps, and each network did them:");
  page.list({"a random array, as long as the window (32 symbols) or the chunk (1,024 amplitudes);",
             "the network's distribution over the next value;", "the most probable value is appended to the array;",
             "the first value of the array is removed; and again."},
            true);
  page.paragraph(
      "The most probable value every time is known to fall into loops; beside each piece stands one whose values were "
      "drawn "
      "from the distribution instead, everything else being the same. The random array itself is not part of what is "
      "heard.");
  for (const Outcome& outcome : f.outcomes) {
    page.heading(kind(outcome) + ": " + outcome.arm.title, 3);
    page::Table table{.header = {"next value", "listen", "what came out", "take"}};
    for (const Piece& piece : outcome.pieces) {
      Inline take;
      if (!piece.midi.empty()) {
        auto file = page::load(piece.midi);
        file.name = outcome.arm.id + "-" + file.name;
        take.download(file, "MIDI");
      }
      table.rows.push_back(
          {piece.how, Inline().audio(page::load(piece.sound), outcome.arm.id + ", " + piece.how), remark(piece), take});
    }
    page.table(table);
    for (const Piece& piece : outcome.pieces) {
      if (!piece.picture.empty())
        page.picture(page::load(piece.picture), "Piano roll of the piece " + piece.how,
                     "Piano roll: " + piece.how + ".");
    }
  }
}

void silences(Page& page, const Settings& settings, const Findings& f) {
  page.heading("Where the paper is silent or contradicts itself");
  std::vector<Inline> items = {
      Inline()
          .strong("255 or 256 classes. ")
          .text("Both stand in the paper. 256 was chosen: eight bits, and ln 256 = 5.5452."),
      Inline()
          .strong("Amplitudes or notes. ")
          .text("The text describes raw amplitudes; the code that it cites (A. Pai, Analytics Vidhya 2020) reads MIDI "
                "files as names "
                "of notes and chords. Neither decides which of them the printed losses belong to.")
          .text(has_sound(f) ? " Both were trained." : " Only the notes were trained in this run."),
      Inline()
          .strong("LSTM beside or instead. ")
          .text("The paper describes an LSTM beside the WaveNet without saying how, or whether, they were joined. Here "
                "each network "
                "was trained by itself on the same symbols."),
      Inline()
          .strong("Many to one. ")
          .text("Only the last output of a window is scored. That is what the cited code does; for amplitudes it uses "
                "a thousandth of "
                "what a chunk can teach."),
      Inline()
          .strong("Network sizes, batch, optimiser, learning rate. ")
          .text("Not given. AdamW, a rate of 0.002 that rises and falls over the run; sizes as in the table above, all "
                "options in "
                "recipe.toml beside each model."),
      Inline()
          .strong("Which loss. ")
          .text("The paper does not say whether its losses are of the training or the test part. Both stand in the "
                "table."),
      Inline()
          .strong("How MIDI became sound. ")
          .text("Not said. Rendered with " + audio::synthesizer() + " and " +
                (settings.soundfont.empty() ? audio::default_soundfont() : settings.soundfont).filename().string() +
                ", mixed to one channel."),
      Inline()
          .strong("Which 500 pieces. ")
          .text(settings.select_column.empty() ? "Not listed. A seeded random choice of those that pass the filter."
                                               : "Not listed. Those marked in the column " + settings.select_column +
                                                     " of the collection's manifest."),
  };
  page.list(items);
}

}  // namespace

std::filesystem::path write_report(const Settings& settings, const Findings& findings, const Figures& figures,
                                   const std::string& command, double minutes) {
  Page page("Music Generation, again",
            {.subtitle = "The experiment of A. Ibreighith (2023), reproduced with Continuo"});
  setting(page, settings, findings);
  losses(page, findings, figures);
  many_to_one_cost(page, findings);
  compositions(page, findings);
  data(page, findings, figures);
  architecture(page, figures);
  silences(page, settings, findings);
  page.heading("How to make this page");
  page.code(command);
  page.paragraph(fmt::format("Seed {}. This call took {:.1f} minutes; training took {:.1f} minutes over all calls.",
                             settings.seed, minutes, [&] {
                               double sum = 0;
                               for (const Outcome& outcome : findings.outcomes)
                                 sum += outcome.result.minutes + outcome.result.evaluation_minutes;
                               return sum;
                             }()));
  std::filesystem::path path = settings.output / "index.html";
  page.write(path);
  return path;
}

std::string losses_as_text(const Findings& findings) {
  std::string text = fmt::format("{:<26} {:>5} {:>8} {:>12} {:>9} {:>9} {:>9}   test loss, nats\n", "", "V", "ln V",
                                 "frequencies", "epoch 1", "epoch 2", "epoch 3");
  text += fmt::format("{:<26} {:>5} {:>8} {:>12} {:>9.4f} {:>9.4f} {:>9.4f}\n", "the paper", kClasses,
                      nats(std::log(kClasses)), "", kPaperLosses[0], kPaperLosses[1], kPaperLosses[2]);
  for (const Outcome& outcome : findings.outcomes) {
    const auto& base = outcome.result.baselines;
    text += fmt::format("{:<26} {:>5} {:>8} {:>12}", outcome.arm.id, outcome.result.outputs, nats(base.uniform),
                        nats(base.frequencies));
    for (int epoch = 1; epoch <= kEpochs; ++epoch) {
      const auto* point = at_epoch(outcome.result, epoch);
      text += fmt::format(" {:>9}", point == nullptr ? "" : nats(point->held_out_loss));
    }
    text += '\n';
  }
  return text;
}

}  // namespace continuo::workbench::reproduce
