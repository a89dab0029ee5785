// Each wish forbids some symbols, wherever they stand.
#include "continuo/generation/wishes.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "continuo/base/error.h"
#include "continuo/music/instrument_range.h"

namespace continuo::generation {
namespace {

using representation::Cursor;
using representation::Preview;
using representation::Symbol;
using representation::SymbolKind;
using representation::SymbolMeaning;

constexpr double kMicroseconds = 60e6;

/// What musicians say where General MIDI has several or another name.
struct EverydayName {
  const char* name;
  int program;
};
constexpr std::array<EverydayName, 9> kEverydayNames = {{{"bass", 32},
                                                         {"choir", 52},
                                                         {"double bass", 43},
                                                         {"guitar", 24},
                                                         {"horn", 60},
                                                         {"organ", 19},
                                                         {"piano", 0},
                                                         {"strings", 48},
                                                         {"voice", 52}}};

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error({.message = message, .hint = hint, .code = ErrorCode::kInvalidArgument});
}

/// Symbols that never come.
class Without final : public Constraint {
 public:
  Without(std::shared_ptr<const std::vector<Symbol>> forbidden, const char* reason)
      : forbidden_(std::move(forbidden)), reason_(reason) {}
  std::unique_ptr<Constraint> clone() const override { return std::make_unique<Without>(*this); }
  void mask(const Cursor& /*cursor*/, std::span<std::uint8_t> mask) override {
    for (const Symbol symbol : *forbidden_) mask[symbol] = 0;
  }
  bool allows(const Cursor& /*cursor*/, Symbol symbol) override {
    return !std::binary_search(forbidden_->begin(), forbidden_->end(), symbol);
  }
  void advance(const Cursor& /*cursor*/, Symbol /*symbol*/, bool /*given*/) override {}
  void retract(std::size_t /*symbols*/) override {}
  const char* reason() const override { return reason_; }

 private:
  std::shared_ptr<const std::vector<Symbol>> forbidden_;  ///< rising
  const char* reason_;
};

/// After a prompt, an instrument that may not play can be in force: its notes are refused, too.
class OnlyInstruments final : public Constraint {
 public:
  OnlyInstruments(std::vector<int> programs, bool drums) : programs_(std::move(programs)), drums_(drums) {}
  std::unique_ptr<Constraint> clone() const override { return std::make_unique<OnlyInstruments>(*this); }
  bool allows(const Cursor& cursor, Symbol symbol) override {
    cursor.preview(symbol, preview_);
    return std::all_of(preview_.notes.begin(), preview_.notes.end(), [&](const Preview::Begin& note) {
      return note.drums ? drums_ : std::find(programs_.begin(), programs_.end(), note.program) != programs_.end();
    });
  }
  void advance(const Cursor& /*cursor*/, Symbol /*symbol*/, bool /*given*/) override {}
  void retract(std::size_t /*symbols*/) override {}
  const char* reason() const override { return "is of an instrument that shall not play"; }

 private:
  std::vector<int> programs_;
  bool drums_;
  Preview preview_;
};

/// The symbols of `kinds` that are not as wished. Throws Error where none of them would be left.
std::vector<Symbol> unwished(const LoadedModel& composer, const std::string& wish,
                             std::initializer_list<SymbolKind> kinds,
                             const std::function<bool(const SymbolMeaning&)>& wished) {
  std::vector<Symbol> symbols;
  std::size_t all = 0;
  for (std::size_t s = 0; s < composer.representation->vocabulary().size(); ++s) {
    const auto meaning = composer.representation->describe(static_cast<Symbol>(s));
    if (std::find(kinds.begin(), kinds.end(), meaning.kind) == kinds.end()) continue;
    ++all;
    if (!wished(meaning)) symbols.push_back(static_cast<Symbol>(s));
  }
  if (all == 0) refuse("this model does not write what is asked for: " + wish, "Leave the wish out.");
  if (symbols.size() == all)
    refuse("this model has no symbol for what is asked for: " + wish, "Ask for something near.");
  return symbols;
}

void add(ComposeOptions& options, std::vector<Symbol> forbidden, const char* reason) {
  auto shared = std::make_shared<const std::vector<Symbol>>(std::move(forbidden));
  options.constraints.push_back([shared, reason] { return std::make_unique<Without>(shared, reason); });
}

bool in_classes(int pitch, std::uint16_t classes) { return (classes >> pitch % 12 & 1) != 0; }

/// Every instrument that was named needs a note.
void check_instruments(const Wishes& wishes, const LoadedModel& composer, bool any_range) {
  for (const int program : wishes.programs) {
    if (program < 0 || program > 127)
      refuse("there is no program " + std::to_string(program), "They count from 0 to 127.");
    if (wishes.pitch_classes == 0) continue;
    const PitchRange range = any_range ? PitchRange{} : composer.ranges[static_cast<std::size_t>(program)];
    bool found = false;
    for (int pitch = range.low; pitch <= range.high; ++pitch) found = found || in_classes(pitch, wishes.pitch_classes);
    if (!found)
      refuse(std::string("no note of the range of ") + program_name(program) + " is among the pitch classes asked for",
             "Allow more of them, or another instrument.");
  }
}

std::string lower(std::string_view text) {
  std::string result;
  for (const char c : text) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// "90" or "80-100", "3/4".
std::pair<double, double> two_numbers(const std::string& text, char between, const char* wish, const char* example) {
  char* end = nullptr;
  const double first = std::strtod(text.c_str(), &end);
  double second = first;
  if (*end == between) second = std::strtod(end + 1, &end);
  constexpr double kHighest = 1e6;
  if (*end != 0 || !(first > 0 && first <= kHighest) || !(second > 0 && second <= kHighest))
    throw Error({.message = std::string(wish) + " cannot be '" + text + "'",
                 .hint = std::string("Write it as in ") + example + ".",
                 .code = ErrorCode::kInvalidArgument,
                 .about = wish});
  return {first, second};
}

}  // namespace

Wishes wishes_of(const WishWords& words) {
  Wishes wishes;
  if (!words.key.empty()) wishes.pitch_classes = pitch_classes_of_key(words.key);
  for (std::string_view rest = words.instruments; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view name = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (name == "drums")
      wishes.drums = true;
    else
      wishes.programs.push_back(program_of_name(name));
  }
  if (!words.tempo.empty()) {
    wishes.tempo = two_numbers(words.tempo, '-', "tempo", "80-100");
    if (wishes.tempo->first == wishes.tempo->second) {  // as near as the steps of the model's tempos lie
      constexpr double kHalfStep = 1.046;
      wishes.tempo = {wishes.tempo->first / kHalfStep, wishes.tempo->second * kHalfStep};
    }
  }
  if (!words.metre.empty()) {
    const auto [beats, unit] = two_numbers(words.metre, '/', "metre", "3/4");
    wishes.metre = {static_cast<int>(beats), static_cast<int>(unit)};
    if (wishes.metre->first != beats || wishes.metre->second != unit)
      refuse("metre cannot be '" + words.metre + "'", "Write it as in 3/4.");
  }
  return wishes;
}

void add_wishes(const Wishes& wishes, const LoadedModel& composer, ComposeOptions& options) {
  if ((wishes.pitch_classes & 0xF000) != 0) refuse("there are twelve pitch classes", "Use the bits 0 to 11.");
  check_instruments(wishes, composer, options.any_range);
  if (wishes.pitch_classes != 0 && wishes.pitch_classes != 0x0FFF) {
    add(options,
        unwished(composer, "these pitch classes", {SymbolKind::kPitch, SymbolKind::kKey, SymbolKind::kChord},
                 [&](const SymbolMeaning& meaning) {
                   if (meaning.kind == SymbolKind::kChord) return (meaning.value & ~wishes.pitch_classes) == 0;
                   return in_classes(meaning.value, wishes.pitch_classes);
                 }),
        "is outside of the key");
  }
  if (!wishes.programs.empty() || wishes.drums) {
    add(options,
        unwished(composer, "these instruments", {SymbolKind::kProgram, SymbolKind::kDrums},
                 [&](const SymbolMeaning& meaning) {
                   if (meaning.kind == SymbolKind::kDrums) return wishes.drums;
                   return std::find(wishes.programs.begin(), wishes.programs.end(), meaning.value) !=
                          wishes.programs.end();
                 }),
        "is of an instrument that shall not play");
    options.constraints.push_back(
        [wishes] { return std::make_unique<OnlyInstruments>(wishes.programs, wishes.drums); });
  }
  if (wishes.tempo) {
    const auto [slowest, fastest] = *wishes.tempo;
    if (!(slowest > 0) || fastest < slowest) refuse("the tempos asked for are none", "Give the slower one first.");
    add(options,
        unwished(composer, "this tempo", {SymbolKind::kTempo},
                 [&, slowest = slowest, fastest = fastest](const SymbolMeaning& meaning) {
                   const double tempo = kMicroseconds / meaning.value;
                   return slowest <= tempo && tempo <= fastest;
                 }),
        "has another tempo");
  }
  if (wishes.metre) {
    add(options,
        unwished(composer, "this metre", {SymbolKind::kTimeSignature},
                 [&](const SymbolMeaning& meaning) {
                   return meaning.value == wishes.metre->first && meaning.denominator == wishes.metre->second;
                 }),
        "has another metre");
  }
}

std::uint16_t pitch_classes_of_key(std::string_view text) {
  constexpr std::array<int, 7> kLetters = {9, 11, 0, 2, 4, 5, 7};  // A to G
  constexpr std::array<int, 7> kMajor = {0, 2, 4, 5, 7, 9, 11};
  constexpr std::array<int, 9> kMinor = {0, 2, 3, 5, 7, 8, 9, 10, 11};
  const std::string key = lower(text);
  const auto wrong = [&] {
    refuse("'" + std::string(text) + "' is no key", "Write it as in \"D minor\", \"F# major\" or \"Bb\".");
  };
  if (key.empty() || key[0] < 'a' || key[0] > 'g') wrong();
  int tonic = kLetters[static_cast<std::size_t>(key[0] - 'a')];
  std::size_t at = 1;
  for (; at < key.size() && (key[at] == '#' || key[at] == 'b'); ++at) tonic += key[at] == '#' ? 1 : 11;
  const std::string mode = at < key.size() ? key.substr(at) : " major";
  const bool minor = mode == " minor" || mode == "m";
  if (!minor && mode != " major") wrong();
  std::uint16_t classes = 0;
  const auto add_step = [&](int step) { classes = static_cast<std::uint16_t>(classes | 1U << (tonic + step) % 12); };
  if (minor)
    for (const int step : kMinor) add_step(step);
  else
    for (const int step : kMajor) add_step(step);
  return classes;
}

int program_of_name(std::string_view text) {
  int number = -1;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure == std::errc{} && rest == text.data() + text.size() && number >= 0 && number < 128) return number;
  const std::string asked = lower(text);
  for (const EverydayName& everyday : kEverydayNames)
    if (asked == everyday.name) return everyday.program;
  std::vector<int> fitting;
  for (int program = 0; program < 128; ++program) {
    const std::string name = lower(program_name(program));
    if (name == asked) return program;
    if (!asked.empty() && name.find(asked) != std::string::npos) fitting.push_back(program);
  }
  if (fitting.size() == 1) return fitting.front();
  std::string names;
  for (const int program : fitting) names += (names.empty() ? "" : ", ") + std::string(program_name(program));
  refuse(fitting.empty() ? "there is no instrument '" + std::string(text) + "'"
                         : "several instruments are called '" + std::string(text) + "'",
         fitting.empty() ? "Use a name of General MIDI, such as Violin, or a program from 0 to 127."
                         : "One of: " + names + ".");
}

}  // namespace continuo::generation
