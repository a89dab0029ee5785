// The lists of options.
#include "continuo/workbench/options.h"

#include "continuo/weights/precision.h"

namespace continuo::workbench {
namespace {

constexpr std::uint64_t kSeedLimit = (std::uint64_t{1} << 63) - 1;  // TOML's greatest, which recipes keep
constexpr std::uint64_t kThreadLimit = 1024;
constexpr std::uint64_t kPieceLimit = 1'000'000'000;
constexpr std::uint64_t kSecondLimit = 1'000'000;

Option seed_option(const char* explanation, std::uint64_t& seed) {
  Option option = whole_option("seed", explanation, seed, 0, kSeedLimit);
  option.letter = 's';
  return option;
}

Option column_option(const char* explanation, std::string& column) {
  return word_option("select-column", explanation, column);
}

Option precision_option(std::optional<weights::Precision>& precision) {
  return word_option(
      "precision", "How the weights are read: fp32, bf16 or int8 (default: as they are in the file)",
      [&precision] { return precision ? std::string(weights::name(*precision)) : std::string(); },
      [&precision](const std::string& text) { precision = weights::precision_from(text); }, {"fp32", "bf16", "int8"});
}

Option control_option(std::optional<evaluation::Control>& control) {
  std::vector<std::string> names;
  for (const auto one : evaluation::kControls) names.emplace_back(evaluation::name(one));
  return word_option(
      "control",
      "Compare REAL with itself, spoiled in one respect, to see what the measures notice: shuffled-bars, moved-pitches "
      "or transposed",
      [&control] { return control ? std::string(evaluation::name(*control)) : std::string(); },
      [&control](const std::string& text) { control = evaluation::find_control(text); }, names);
}

}  // namespace

std::vector<Option> options_of(EvaluateOptions& o) {
  return {choice_option("part", "What is measured: held-out, test, validation, train or all", o.part),
          whole_option("max-pieces", "A seeded random choice of so many of them; 0: all", o.pieces, 0, kPieceLimit),
          seed_option("Of that choice", o.seed),
          path_option("cache", "Folder of encoded pieces (default: ~/.cache/continuo)", o.cache, "FOLDER"),
          precision_option(o.engine.precision),
          whole_option("threads", "Pieces at a time; 0: every core", o.threads, 0, kThreadLimit)};
}

std::vector<Option> options_of(PieceSetOptions& o) {
  return {column_option("Only pieces of a folder with 1 in this column of its MANIFEST.csv", o.select_column),
          whole_option("max-pieces", "Draw so many pieces at random; 0: all", o.max_pieces, 0, kPieceLimit),
          seed_option("Of --max-pieces", o.seed),
          whole_option("threads", "Pieces read at the same time; 0: every core", o.threads, 0, kThreadLimit)};
}

std::vector<Option> options_of(CompareOptions& o) {
  std::vector<Option> options = {
      whole_option("count", "Pieces to compose", o.count, 2, 100'000),
      number_option("seconds", "Length of a composed piece; the model may end it before", o.seconds, 36'000),
      word_option("temperature", "Of composing: a number, or kinds of symbols with theirs (default: the model's own)",
                  o.temperature),
      number_option("top-p", "Of composing (default: the model's own, or 0.97)", o.top_p, 1),
      control_option(o.control),
      number_option("first", "Measure only the first so many seconds of each piece; 0: all", o.first, 0, kSecondLimit),
      whole_option("listen", "Pieces of each side to hear on the page", o.heard, 0, 100),
      number_option("listen-seconds", "How much of each", o.heard_seconds, 1, 600),
      path_option("soundfont", "SoundFont for the sound (default: the system's)", o.soundfont),
      flag_option("misaligned-grid", "Sample densities as mgeval does, each between its own extremes", o.misaligned)};
  options[0].letter = 'n';
  options[2].letter = 't';
  options[2].form = "NUMBER|KIND=NUMBER,...";
  for (Option& option : options_of(o.set)) {
    if (option.name == "seed") option.explanation = "Of composing, of --max-pieces and of the pieces to hear";
    if (option.name == "select-column")
      option.explanation = "Only real pieces with 1 in this column of their MANIFEST.csv";
    options.push_back(std::move(option));
  }
  return options;
}

std::vector<Option> options_of(evaluation::MeasureOptions& o) {
  return {number_option("first",
                        "Measure only the first so many seconds of each piece; its ending is measured all the same; "
                        "0: all",
                        o.first_seconds, 0, kSecondLimit),
          whole_option("resolution", "Steps of a quarter note to which pieces are brought first; 0: as the files are",
                       o.resolution, 0, 32767)};
}

std::vector<Option> options_of(PassageOptions& o) {
  return {
      path_option("corpus", "Folder of MIDI files in which copies are looked for", o.corpus, "FOLDER"),
      column_option("Only pieces with 1 in this column of MANIFEST.csv", o.select_column),
      path_option("cache", "Folder for the index of the collection (default: ~/.cache/continuo)", o.cache, "FOLDER")};
}

}  // namespace continuo::workbench
