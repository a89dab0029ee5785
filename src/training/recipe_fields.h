// The options of a recipe, once: name, place, limits and explanation. Reading, writing and --set all walk this list.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "continuo/training/recipe.h"
#include "continuo/weights/network_info.h"

namespace continuo::training {

using weights::Limits;

inline constexpr Limits kShare{0, 1};
inline constexpr Limits kNotNegative{0, 9e18};

/// "wavenet, lstm ... or markov".
inline std::string network_choice() {
  const std::vector<std::string> names = weights::network_names();
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " or ") + names[i];
  return text;
}

// A visitor has section(name, comment), field(name, value, comment, limits or choices) and settings(spec).

/// Shows the options of a network's row to a recipe's visitor.
template <class Visitor>
class NetworkOptions final : public weights::OptionVisitor {
 public:
  explicit NetworkOptions(Visitor& visitor) : visitor_(visitor) {}
  void section(std::string_view) override {}
  void option(const weights::OptionInfo& info, int& value) override { field(info, value); }
  void option(const weights::OptionInfo& info, float& value) override { field(info, value); }
  void option(const weights::OptionInfo& info, std::vector<int>& value) override { field(info, value); }
  void option(const weights::OptionInfo& info, std::string& value, std::span<const std::string_view> choices) override {
    visitor_.field(info.name, value, info.explanation, std::vector<std::string>(choices.begin(), choices.end()));
  }

 private:
  template <class T>
  void field(const weights::OptionInfo& info, T& value) {
    if (!info.learned) visitor_.field(info.name, value, info.explanation, info.limits);
  }
  Visitor& visitor_;
};

/// An enumeration, by its names.
template <class Visitor, class E>
void choice(Visitor& v, std::string_view name, E& value, std::string_view comment) {
  std::string text(name_of(value));
  const auto& names = kNamesOf<std::remove_const_t<E>>;
  v.field(name, text, comment, std::vector<std::string>(names.begin(), names.end()));
  if constexpr (Visitor::kReads) value = value_named<E>(text).value();
}

template <class Visitor, class AnyRecipe>
void visit_network(Visitor& v, AnyRecipe& recipe) {
  v.section("network", "what learns");
  std::string name = recipe.network.name();
  v.field("name", name, network_choice(), weights::network_names());
  if constexpr (Visitor::kReads) {
    if (name != recipe.network.name()) recipe.network = weights::default_network(name);
  }
  NetworkOptions<Visitor> options(v);
  if constexpr (Visitor::kReads) {
    weights::visit_options(recipe.network, options);
  } else {
    weights::NetworkSpec same = recipe.network;
    weights::visit_options(same, options);
  }
  choice(v, "output", recipe.network.output,
         "\"categorical\" over symbols; for frames \"real\" (squared error) or \"binary\" (keys)");
  v.field("condition_on_label", recipe.condition_on_label,
          "give the network each piece's label (see collection.label_column) at every step");
}

/// `recipe` is a Recipe, const for visitors that only look.
template <class Visitor, class AnyRecipe>
void visit_recipe(Visitor& v, AnyRecipe& recipe) {
  auto& scan = recipe.collection;
  v.section("collection", "which of the folder's pieces are used");
  v.field("min_seconds", scan.min_seconds, "shorter pieces are left out", kNotNegative);
  v.field("max_seconds", scan.max_seconds, "longer pieces are left out", kNotNegative);
  v.field("min_notes", scan.min_notes, "pieces with fewer notes are left out", kNotNegative);
  v.field("max_notes", scan.max_notes, "pieces with more notes are left out", kNotNegative);
  v.field("programs", scan.programs, "only pieces played by these General MIDI programs (0 to 127); empty: any",
          Limits{0, 127});
  v.field("drums", scan.drums, "false: pieces with percussion are left out");
  v.field("max_pieces", scan.max_pieces, "a random choice of so many pieces; 0: all", kNotNegative);
  v.field("seed", scan.seed, "of that choice", kNotNegative);
  v.field("label_column", scan.label_column, "column of MANIFEST.csv that holds the pieces' labels; empty: none");
  v.field("label_min_pieces", scan.label_min_pieces, "a label that fewer of the pieces have counts as none",
          kNotNegative);
  v.field("leave_out_label", scan.leave_out_label, "pieces with this label are left out; empty: none");
  v.field("select_column", scan.select_column, "only pieces with 1 in this column of MANIFEST.csv; empty: all");
  std::string soundfont = scan.soundfont.string();
  v.field("soundfont", soundfont, "SoundFont that plays scores for representations of sound; empty: the system's");
  if constexpr (Visitor::kReads) scan.soundfont = soundfont;
  v.field("threads", scan.threads, "for reading; 0: every core", Limits{0, 4096});

  v.section("split", "pieces that are the same work stay on one side");
  v.field("train", recipe.split.train,
          "share of the pieces to learn from; 1: nothing is held out, pieces are memorised", kShare);
  v.field("validation", recipe.split.validation, "share for held-out losses while training; the rest is the test part",
          kShare);
  v.field("seed", recipe.split.seed, "of the split", kNotNegative);

  v.section("representation", "how music becomes symbols");
  v.settings(recipe.representation);

  visit_network(v, recipe);

  auto& t = recipe.training;
  v.section("training", "how the network learns");
  choice(v, "objective", t.objective, "\"every-position\", or the paper's \"many-to-one\": only the last of a window");
  choice(v, "order", t.order,
         "\"contiguous\": chunk after chunk with carried state; \"random\": random places, context recomputed");
  v.field("chunk", t.chunk, "scored symbols per example (many-to-one: length of the window)", Limits{1, 1 << 20});
  v.field("batch", t.batch, "examples per step", Limits{1, 1 << 16});
  v.field("learning_rate", t.learning_rate, "at its peak, of AdamW", Limits{1e-9, 10});
  v.field("weight_decay", t.weight_decay, "of AdamW, on matrices and kernels", Limits{0, 10});
  v.field("beta1", t.beta1, "of AdamW", Limits{0, 0.99999});
  v.field("beta2", t.beta2, "of AdamW", Limits{0, 0.9999999});
  v.field("warmup", t.warmup, "share of the run in which the rate climbs; it then falls along a cosine", kShare);
  v.field("final_rate", t.final_rate, "the rate at the end, as a share of the peak", kShare);
  v.field("clip_norm", t.clip_norm, "gradients are scaled down to this norm; 0: never", kNotNegative);
  choice(v, "precision", t.precision,
         "\"fp32\", \"bf16\" (products of bfloat16), or \"auto\": the faster one on this machine");
  v.field("accumulate", t.accumulate, "batches whose gradients make one step", Limits{1, 1 << 16});
  v.field("ema", t.ema,
          "decay of the moving average of the weights that is evaluated and exported (0.999, say); 0: none",
          Limits{0, 0.999999});
  v.field("spike", t.spike, "steps with a gradient above so many times its running mean are skipped; 0: none",
          Limits{0, 1e9});
  v.field("patience", t.patience, "the run ends after so many evaluations without a lower held-out loss; 0: never",
          kNotNegative);
  v.field("epochs", t.epochs, "the run ends at the first of these limits that is above 0", kNotNegative);
  v.field("minutes", t.minutes, "of training, evaluation not counted", kNotNegative);
  v.field("steps", t.steps, "of the optimiser", kNotNegative);
  v.field("epoch_symbols", t.epoch_symbols,
          "symbols of an epoch, from random places; 0: one reading of the training part", kNotNegative);
  v.field("evaluate_symbols", t.evaluate_symbols, "held-out symbols that are evaluated, a fixed choice; 0: all",
          kNotNegative);
  v.field("evaluate_every", t.evaluate_every, "epochs between held-out losses", Limits{1e-6, 1e9});
  v.field("transpose", t.transpose, "augmentation: up to so many semitones either way", Limits{0, 48});
  v.field("tempo", t.tempo, "augmentation: tempo times at most 1 + this, or divided by it", Limits{0, 1});
  v.field("label_dropout", t.label_dropout, "share of examples whose label is hidden, so that 'unknown' is learned",
          kShare);
  v.field("freeze", t.freeze, "fine-tuning: so many layers from below, the embedding with them, stay as they are",
          Limits{0, 4096});
  v.field("seed", t.seed, "of the first weights, the order of examples, dropout and augmentation", kNotNegative);
  v.field("threads", t.threads, "for training; 0: every core", Limits{0, 4096});
}

}  // namespace continuo::training
