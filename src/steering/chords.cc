// Chord symbols as musicians write them.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/steering/catalogue.h"
#include "steering/rules.h"

namespace continuo::steering {

int take_note(std::string_view& text) {
  constexpr std::array<int, 7> kLetters = {9, 11, 0, 2, 4, 5, 7};  // A to G
  if (text.empty() || text.front() < 'A' || text.front() > 'G') return -1;
  int note = kLetters[static_cast<std::size_t>(text.front() - 'A')];
  text.remove_prefix(1);
  for (; !text.empty() && (text.front() == '#' || text.front() == 'b'); text.remove_prefix(1))
    note += text.front() == '#' ? 1 : 11;
  return note % 12;
}

namespace {

struct Quality {
  std::string_view name;
  std::array<int, 5> steps;  ///< above the root; the rest are 0
};

constexpr std::array<Quality, 30> kQualities = {{
    {"", {0, 4, 7}},
    {"maj", {0, 4, 7}},
    {"m", {0, 3, 7}},
    {"min", {0, 3, 7}},
    {"-", {0, 3, 7}},
    {"dim", {0, 3, 6}},
    {"aug", {0, 4, 8}},
    {"+", {0, 4, 8}},
    {"sus2", {0, 2, 7}},
    {"sus4", {0, 5, 7}},
    {"sus", {0, 5, 7}},
    {"6", {0, 4, 7, 9}},
    {"m6", {0, 3, 7, 9}},
    {"7", {0, 4, 7, 10}},
    {"maj7", {0, 4, 7, 11}},
    {"M7", {0, 4, 7, 11}},
    {"m7", {0, 3, 7, 10}},
    {"min7", {0, 3, 7, 10}},
    {"-7", {0, 3, 7, 10}},
    {"mMaj7", {0, 3, 7, 11}},
    {"m7b5", {0, 3, 6, 10}},
    {"dim7", {0, 3, 6, 9}},
    {"9", {0, 4, 7, 10, 2}},
    {"maj9", {0, 4, 7, 11, 2}},
    {"m9", {0, 3, 7, 10, 2}},
    {"add9", {0, 4, 7, 2}},
    {"7sus4", {0, 5, 7, 10}},
    {"7b9", {0, 4, 7, 10, 1}},
    {"5", {0, 7}},
    {"aug7", {0, 4, 8, 10}},
}};

[[noreturn]] void refuse_chord(std::string_view chord, const std::string& why) {
  throw Error({.message = "'" + std::string(chord) + "' is no chord: " + why,
               .hint = "Write it as in Dm, G7, F#m7b5, C/E or N.C.; bars lie between lines: \"Dm | Gm A7 | Dm\".",
               .code = ErrorCode::kInvalidArgument,
               .about = "chords"});
}

Chord chord_from(std::string_view text) {
  Chord chord{.name = std::string(text)};
  if (text == "N.C." || text == "NC") return chord;
  std::string_view rest = text;
  chord.root = take_note(rest);
  if (chord.root < 0) refuse_chord(text, "it begins with none of the notes A to G");
  const auto slash = rest.find('/');
  const std::string_view quality = rest.substr(0, slash);
  const auto found = std::ranges::find(kQualities, quality, &Quality::name);
  if (found == kQualities.end()) refuse_chord(text, "'" + std::string(quality) + "' is not known");
  for (const int step : found->steps)
    chord.classes = static_cast<std::uint16_t>(chord.classes | 1U << (chord.root + step) % 12);
  if (slash == std::string_view::npos) return chord;
  std::string_view bass = rest.substr(slash + 1);
  chord.bass = take_note(bass);
  if (chord.bass < 0 || !bass.empty()) refuse_chord(text, "behind the stroke stands no note");
  chord.classes = static_cast<std::uint16_t>(chord.classes | 1U << chord.bass);
  return chord;
}

}  // namespace

ChordChart chords_from_text(std::string_view text) {
  ChordChart chart{.bars = {}, .text = std::string(text)};
  std::vector<std::vector<std::string>> bars(1);
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) bars.back().push_back(std::exchange(word, {}));
  };
  for (const char c : text) {
    if (c == '|') {
      end_word();
      bars.emplace_back();
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      end_word();
    } else {
      word += c;
    }
  }
  end_word();
  // Lines before the first chord and behind the last bound a bar as those between do.
  while (!bars.empty() && bars.back().empty()) bars.pop_back();
  while (!bars.empty() && bars.front().empty()) bars.erase(bars.begin());
  for (const auto& words : bars) {
    if (words.empty()) refuse_chord(text, "a bar is empty; % repeats the bar before, N.C. is no chord");
    if (words.size() == 1 && words.front() == "%") {
      if (chart.bars.empty()) refuse_chord("%", "there is no bar before it");
      chart.bars.push_back(chart.bars.back());
      continue;
    }
    if (words.size() > 16) refuse_chord(text, "a bar has more than 16 chords");
    chart.bars.emplace_back();
    for (const std::string& one : words) chart.bars.back().push_back(chord_from(one));
  }
  if (chart.bars.empty()) refuse_chord(text, "there is no chord in it");
  return chart;
}

}  // namespace continuo::steering
