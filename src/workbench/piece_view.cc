// Words about pieces.
#include "continuo/workbench/piece_view.h"

#include <fmt/format.h>

#include <map>

#include "continuo/base/format.h"
#include "continuo/evaluation/repeats.h"
#include "continuo/music/describe.h"
#include "continuo/music/key.h"
#include "continuo/music/time.h"

namespace continuo::workbench {
namespace {

constexpr double kClearKey = 0.6;  ///< correlation with the key's profile
constexpr std::size_t kNamedInstruments = 4;

std::string joined(const std::vector<std::string>& words, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) text += (i == 0 ? "" : ", ") + words[i];
  if (words.size() > most) text += fmt::format(" and {} more", words.size() - most);
  return text;
}

std::string bars_in_words(const evaluation::Repeat& repeat) {
  return repeat.first_bar == repeat.last_bar ? std::to_string(repeat.first_bar + 1)
                                             : fmt::format("{} to {}", repeat.first_bar + 1, repeat.last_bar + 1);
}

/// "A: bars 1 to 4, 9 to 12; B: bars 5 to 6, 13 to 14"
std::string repeats_in_words(const Score& score) {
  std::map<std::string, std::string> places;
  for (const auto& repeat : evaluation::find_repeats(score)) {
    std::string& text = places[repeat.name()];
    text += (text.empty() ? "bars " : ", ") + bars_in_words(repeat);
  }
  std::string text;
  for (const auto& [name, bars] : places) text += (text.empty() ? "" : "; ") + name + ": " + bars;
  return text.empty() ? "none of two bars or more" : text;
}

}  // namespace

std::string name_in_page(const std::filesystem::path& path) {
  if (!path.is_absolute()) return path.string();
  const auto whole = path.lexically_normal();
  const auto name = whole.has_filename() ? whole : whole.parent_path();
  const std::string stem = name.stem().string();
  if ((stem == "best" || stem == "last") && name.parent_path().has_filename())
    return (name.parent_path().filename() / name.filename()).string();
  return name.filename().string();
}

std::string key_in_words(const Score& score) {
  const auto key = find_key(score);
  return key.fit >= kClearKey ? key_name(key) : std::string();
}

std::vector<plot::NamedSpan> repeated_spans(const Score& score) {
  std::vector<plot::NamedSpan> spans;
  for (const auto& repeat : evaluation::find_repeats(score)) spans.push_back({repeat.begin, repeat.end, repeat.name()});
  return spans;
}

plot::PianoRollOptions roll_of(const Score& score, const std::string& title, const std::string& style) {
  return {.title = title,
          .facts = {key_in_words(score), style.empty() ? std::string() : "style " + style},
          .repeats = repeated_spans(score)};
}

std::string facts_in_short(const Score& score) {
  std::string text;
  for (const std::string& part :
       {key_in_words(score), metre_in_words(score), tempo_in_words(score), format_duration(duration_seconds(score)),
        joined(instrument_names(score), kNamedInstruments)})
    if (!part.empty()) text += (text.empty() ? "" : " \u00B7 ") + part;
  return text;
}

std::vector<std::pair<std::string, std::string>> facts_of(const Score& score) {
  const std::string key = key_in_words(score);
  const int bars = note_count(score) == 0 ? 0 : MeterMap(score).bar_at(end_tick(score) - 1).bar + 1;
  return {{"length", fmt::format("{}, {} bars, {} notes", format_duration(duration_seconds(score)), format_count(bars),
                                 format_count(note_count(score)))},
          {"key", key.empty() ? "none that is clear" : key},
          {"tempo", tempo_in_words(score)},
          {"metre", metre_in_words(score)},
          {"instruments", joined(instrument_names(score), 16)},
          {"passages that return", repeats_in_words(score)}};
}

std::string given_in_words(const Score& score, Tick until) {
  const BarPosition place = MeterMap(score).bar_at(until);
  const bool within = until > place.bar_start;
  const int whole = place.bar;  // so many bars before it
  if (whole == 0) return "The beginning of bar 1 was given and is not judged.";
  const std::string bars = whole == 1 ? "Bar 1" : fmt::format("Bars 1 to {}", whole);
  return fmt::format("{}{} {} given and {} not judged.", bars,
                     within ? fmt::format(" and the beginning of bar {}", whole + 1) : "",
                     whole == 1 && !within ? "was" : "were", whole == 1 && !within ? "is" : "are");
}

}  // namespace continuo::workbench
