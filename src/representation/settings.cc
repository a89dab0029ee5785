// Settings as text, labels, and other things that every representation does alike.
#include "representation/settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/music/pedal.h"

namespace continuo::representation {
namespace {

constexpr std::size_t kMaxLabels = 4096;
constexpr std::size_t kMaxNameLength = 200;

std::string shown(const std::string& text) {
  std::string result = text.substr(0, 60);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  }
  return result;
}

}  // namespace

SettingReader::SettingReader(const RepresentationSpec& spec, const std::vector<Setting>& defaults)
    : representation_(spec.name) {
  std::string known;
  for (const Setting& setting : defaults) {
    values_[setting.name] = setting.value;
    known += (known.empty() ? "" : ", ") + setting.name;
  }
  for (const auto& [name, value] : spec.settings) {
    const auto found = values_.find(name);
    if (found == values_.end()) {
      throw Error(ErrorInfo{.message = "representation " + representation_ + " has no setting \"" + shown(name) + "\"",
                            .hint = "Its settings are " + known + ".",
                            .code = ErrorCode::kNotFound});
    }
    found->second = value;
  }
}

void SettingReader::refuse(const std::string& name, const std::string& expected) const {
  throw Error(ErrorInfo{.message = "setting " + name + " of representation " + representation_ + " cannot be \"" +
                                   shown(values_.at(name)) + "\"",
                        .hint = "It must be " + expected + ".",
                        .code = ErrorCode::kInvalidArgument});
}

int SettingReader::integer(const std::string& name, int low, int high) const {
  const std::string& text = values_.at(name);
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    refuse(name, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

double SettingReader::number(const std::string& name, double low, double high) const {
  const std::string& text = values_.at(name);
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !(value >= low && value <= high)) {
    refuse(name, "a number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

int SettingReader::choice(const std::string& name, std::initializer_list<std::string_view> values) const {
  const auto found = std::find(values.begin(), values.end(), values_.at(name));
  if (found == values.end()) {
    std::string expected;
    for (const std::string_view value : values) {
      expected += (expected.empty() ? "" : " or ") + std::string(value);
    }
    refuse(name, expected);
  }
  return static_cast<int>(found - values.begin());
}

std::vector<NamedSymbol> first_symbols(const RepresentationSpec& spec) {
  if (spec.labels.size() > kMaxLabels) {
    throw Error(ErrorCode::kInvalidArgument, "a vocabulary with " + std::to_string(spec.labels.size()) +
                                                 " labels is too large; at most " + std::to_string(kMaxLabels) +
                                                 " are possible");
  }
  if (!spec.labels.empty() && spec.labels.front() != "unknown") {
    throw Error(ErrorCode::kInvalidArgument,
                "the first label must be \"unknown\", not \"" + shown(spec.labels.front()) + "\"");
  }
  std::vector<NamedSymbol> symbols = {{"Start", {SymbolKind::kStart}}, {"End", {SymbolKind::kEnd}}};
  std::set<std::string> seen;
  for (const std::string& label : spec.labels) {
    if (label.empty() || label.size() > kMaxNameLength)
      throw Error(ErrorCode::kInvalidArgument, "a label must have 1 to 200 bytes");
    if (!seen.insert(label).second)
      throw Error(ErrorCode::kInvalidArgument, "the label \"" + shown(label) + "\" occurs twice");
    symbols.push_back({"Label_" + label, {SymbolKind::kLabel, static_cast<int>(symbols.size()) - 2}});
  }
  return symbols;
}

void check_label(const RepresentationSpec& spec, const EncodeOptions& options) {
  if (!options.label) return;
  if (*options.label < 0 || static_cast<std::size_t>(*options.label) >= spec.labels.size()) {
    throw Error(ErrorCode::kInvalidArgument, "label number " + std::to_string(*options.label) +
                                                 " does not exist; the representation has " +
                                                 counted(spec.labels.size(), "label"));
  }
}

void append_beginning(const EncodeOptions& options, std::vector<Symbol>& symbols) {
  if (options.start) symbols.push_back(kStart);
  if (options.label) symbols.push_back(static_cast<Symbol>(2 + *options.label));
}

std::string counted(std::size_t count, std::string_view singular) {
  return std::to_string(count) + " " + std::string(singular) + (count == 1 ? "" : "s");
}

const Score& in_order(const Score& score, bool sustain, Score& storage) {
  if (score.ppq < 1)
    throw Error(ErrorCode::kInvalidArgument,
                "a score needs at least 1 tick per quarter note, not " + std::to_string(score.ppq));
  const auto by_tick = [](const auto& a, const auto& b) { return a.tick < b.tick; };
  const auto rising = [](const auto& changes) {
    return std::adjacent_find(changes.begin(), changes.end(),
                              [](const auto& a, const auto& b) { return a.tick >= b.tick; }) == changes.end();
  };
  bool ordered = rising(score.tempos) && rising(score.time_signatures);
  bool pedalled = false;
  for (const Track& track : score.tracks) {
    ordered = ordered && std::is_sorted(track.notes.begin(), track.notes.end(), note_before);
    if (!sustain) continue;
    ordered = ordered && std::is_sorted(track.controls.begin(), track.controls.end(), by_tick);
    pedalled = pedalled || std::any_of(track.controls.begin(), track.controls.end(),
                                       [](const ControlChange& change) { return change.controller == kSustainPedal; });
  }
  if (ordered && !pedalled) return score;
  storage = score;
  if (!ordered) normalise(storage);
  if (sustain) apply_sustain(storage);
  return storage;
}

std::string Loss::text() const { return counted(count, noun) + " " + what; }

void add_unkept(const Score& score, bool pedal_kept, std::vector<Loss>& losses) {
  if (!score.key_signatures.empty()) {
    losses.push_back({score.key_signatures.size(), "key signature", "left out"});
  }
  if (pedal_kept) return;
  std::size_t changes = 0;
  for (const Track& track : score.tracks) {
    changes += static_cast<std::size_t>(
        std::count_if(track.controls.begin(), track.controls.end(),
                      [](const ControlChange& change) { return change.controller == kSustainPedal; }));
  }
  if (changes > 0) losses.push_back({changes, "change", "of the sustain pedal left out"});
}

}  // namespace continuo::representation
