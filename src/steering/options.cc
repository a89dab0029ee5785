// The list of options.
#include "continuo/steering/options.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "continuo/base/error.h"
#include "continuo/generation/wishes.h"

namespace continuo::steering {
namespace {

constexpr std::uint64_t kMaxVoicesAsked = 1000;

int number_from(std::string_view text, std::string_view all, std::string_view what) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1)
    throw Error({.message = "'" + std::string(all) + "' names no " + std::string(what),
                 .hint = "They count from 1, as in 5-8 or 2,3.",
                 .code = ErrorCode::kInvalidArgument,
                 .about = std::string(what)});
  return number;
}

/// "violin=5,cello=9"
template <class Take>
void each_of_instruments(const std::string& text, const char* name, const Take& take) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string one = text.substr(at, end - at);
    const auto equals = one.find('=');
    if (equals == std::string::npos)
      throw Error({.message = "'" + one + "' says nothing of an instrument",
                   .hint = "Write the instrument, = and what is asked of it, with commas between several.",
                   .code = ErrorCode::kInvalidArgument,
                   .about = name});
    take(generation::program_of_name(one.substr(0, equals)), one.substr(equals + 1));
    at = end + 1;
  }
}

/// "G3", "F#4" or a MIDI key.
int pitch_from(std::string_view text) {
  for (int pitch = 0; pitch < 128; ++pitch)
    if (text == pitch_name(pitch) || text == std::to_string(pitch)) return pitch;
  throw Error({.message = "'" + std::string(text) + "' is no pitch",
               .hint = "Write it as in G3, F#4 or 60.",
               .code = ErrorCode::kInvalidArgument,
               .about = "ranges"});
}

std::string enters_text(const Wishes& wishes) {
  std::string text;
  for (const auto& [program, bar] : wishes.enters)
    text += (text.empty() ? "" : ",") + std::to_string(program) + "=" + std::to_string(bar);
  return text;
}

void set_enters(Wishes& wishes, const std::string& text) {
  wishes.enters.clear();
  if (text.empty()) return;
  each_of_instruments(text, "enters", [&](int program, const std::string& bar) {
    wishes.enters[program] = number_from(bar, text, "bar");
  });
}

std::string ranges_text(const Wishes& wishes) {
  std::string text;
  for (const auto& [program, range] : wishes.ranges)
    text += (text.empty() ? "" : ",") + std::to_string(program) + "=" + pitch_name(range.low) + ":" +
            pitch_name(range.high);
  return text;
}

void set_ranges(Wishes& wishes, const std::string& text) {
  wishes.ranges.clear();
  if (text.empty()) return;
  each_of_instruments(text, "ranges", [&](int program, const std::string& range) {
    const auto colon = range.find(':');
    if (colon == std::string::npos) pitch_from("");
    wishes.ranges[program] = {static_cast<std::uint8_t>(pitch_from(range.substr(0, colon))),
                              static_cast<std::uint8_t>(pitch_from(range.substr(colon + 1)))};
  });
}

const std::vector<std::string> kCadenceNames = {"none", "tonic", "open"};
const std::vector<std::string> kKeepNames = {"nothing", "rhythm", "contour", "pitches"};

template <class Value>
Option choice_among(std::string name, std::string explanation, Value& value, const std::vector<std::string>& names) {
  return word_option(
      std::move(name), std::move(explanation), [&value, &names] { return names[static_cast<std::size_t>(value)]; },
      [&value, &names](const std::string& word) {
        const auto found = std::ranges::find(names, word);
        value = static_cast<Value>(found == names.end() ? 0 : found - names.begin());
      },
      names);
}

}  // namespace

std::pair<int, int> span_from_text(std::string_view text, std::string_view what) {
  const auto dash = text.find('-');
  const int first = number_from(text.substr(0, dash), text, what);
  return {first, dash == std::string_view::npos ? first : number_from(text.substr(dash + 1), text, what)};
}

std::vector<int> numbers_from_text(std::string_view text, std::string_view what) {
  std::vector<int> numbers;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    numbers.push_back(number_from(text.substr(at, end - at), text, what));
    at = end + 1;
  }
  return numbers;
}

void add_words(const generation::WishWords& words, Wishes& wishes) {
  const generation::Wishes read = generation::wishes_of(words);
  wishes.key = words.key;
  wishes.programs = read.programs;
  wishes.drums = read.drums;
  wishes.tempo = read.tempo;
  wishes.metre = read.metre;
}

std::vector<Option> options_of(Wishes& wishes) {
  std::vector<Option> options;
  options.push_back(word_option(
      "chords", "Chords by bar, those of a bar share it: \"Dm | Gm A7 | Dm/F | N.C.\"; from the first new bar on",
      [&wishes] { return wishes.chords ? wishes.chords->text : std::string(); },
      [&wishes](const std::string& text) {
        wishes.chords.reset();
        if (!text.empty()) wishes.chords = chords_from_text(text);
      }));
  options.push_back(number_option("strictness",
                                  "Of chords: 1 their notes alone, 0.5 on beats, below: they are only preferred",
                                  wishes.strictness, 0, 1));
  options.push_back(choice_among("cadence", "The last bar: on the tonic, held, or open on the dominant", wishes.cadence,
                                 kCadenceNames));
  options.push_back(flag_option("all-play", "Each of the instruments has a note", wishes.all_play));
  options.push_back(
      flag_option("every-bar", "Each of the instruments begins a note in every new bar", wishes.every_bar));
  options.push_back(word_option(
      "enters", "The bar at which an instrument enters: violin=5,cello=9", [&wishes] { return enters_text(wishes); },
      [&wishes](const std::string& text) { set_enters(wishes, text); }));
  options.push_back(word_option(
      "ranges", "Lowest and highest note of instruments: violin=G3:C6", [&wishes] { return ranges_text(wishes); },
      [&wishes](const std::string& text) { set_ranges(wishes, text); }));
  options.push_back(whole_option("most-voices", "Notes that sound where one begins, at most; 0: any number",
                                 wishes.most_voices, 0, kMaxVoicesAsked));
  options.push_back(whole_option("least-voices", "Notes that sound where one begins, at least", wishes.least_voices, 0,
                                 kMaxVoicesAsked));
  options.push_back(whole_option("most-voices-each", "The same of one instrument, at most; 0: any number",
                                 wishes.most_voices_each, 0, kMaxVoicesAsked));
  options.push_back(number_option("onsets", "Moments of a bar at which notes begin, about; 0: as it comes",
                                  wishes.onsets_per_bar, 0, 144));
  options.push_back(whole_option("hand-span",
                                 "Semitones that a hand reaches: what an instrument plays is playable by two; 0: no",
                                 wishes.hand_span, 0, 127));
  return options;
}

std::vector<Option> variation_options_of(Wishes& wishes) {
  std::vector<Option> options;
  options.push_back(choice_among("keep", "What stays of what stood there", wishes.keep, kKeepNames));
  options.push_back(
      number_option("amount", "Share of the notes that stood there which are written anew", wishes.amount, 1));
  options.push_back(number_option("differ", "Share of the new notes that are none of those that stood there, at least",
                                  wishes.differ, 0, 1));
  return options;
}

std::vector<Option> options_of(Request& request) {
  constexpr std::uint64_t kSeedLimit = (std::uint64_t{1} << 63) - 1;
  std::vector<Option> options;
  for (Option& option : generation::options_of(request.sampling))
    if (option.name != "argmax") options.push_back(std::move(option));
  options.push_back(word_option(
      "style", "Composer or style, where the model has such labels", [&request] { return request.label; },
      [&request](const std::string& text) { request.label = text; }));
  options.push_back(
      whole_option("seed", "The same seed, model and settings give the same music", request.seed, 0, kSeedLimit));
  options.back().letter = 's';
  options.push_back(whole_option("particles",
                                 "Versions that are written beside each other, of which those that fit go on",
                                 request.particles, 1, 4096));
  options.push_back(whole_option("horizon", "Given bars behind the new ones that decide what fits; 0: all",
                                 request.horizon, 0, 10'000));
  options.push_back(flag_option("allow-copies",
                                "Also passages that the filter beside the model forbids, which are those from which "
                                "it learned",
                                request.wishes.allow_copies));
  options.push_back(
      flag_option("allow-loops", "Also the same block of notes again and again", request.wishes.allow_loops));
  options.push_back(flag_option("any-range", "Also notes that an instrument does not have", request.wishes.any_range));
  return options;
}

}  // namespace continuo::steering
