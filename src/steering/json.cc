// Requests and wishes as JSON: what is set, under the names of the command line's options.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "continuo/base/error.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/generation/wishes.h"
#include "continuo/steering/steer.h"

namespace continuo::steering {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse_member(const std::string& member, const std::string& wanted) {
  throw Error({.message = "'" + member + "' must be " + wanted,
               .hint = "docs/steering.md lists what may be asked for.",
               .code = ErrorCode::kInvalidArgument,
               .about = member});
}

double number(const ordered_json& value, const std::string& member, double low, double high) {
  if (!value.is_number() || !(value.get<double>() >= low && value.get<double>() <= high))
    refuse_member(member, "a number from " + ordered_json(low).dump() + " to " + ordered_json(high).dump());
  return value.get<double>();
}

std::uint64_t whole(const ordered_json& value, const std::string& member, std::uint64_t low, std::uint64_t high) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < low || value.get<std::uint64_t>() > high)
    refuse_member(member, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return value.get<std::uint64_t>();
}

bool flag(const ordered_json& value, const std::string& member) {
  if (!value.is_boolean()) refuse_member(member, "true or false");
  return value.get<bool>();
}

std::string text(const ordered_json& value, const std::string& member) {
  if (!value.is_string()) refuse_member(member, "a text");
  return value.get<std::string>();
}

const ordered_json& list(const ordered_json& value, const std::string& member) {
  if (!value.is_array()) refuse_member(member, "a list");
  return value;
}

int program_from(const ordered_json& value, const std::string& member) {
  if (value.is_number()) return static_cast<int>(whole(value, member, 0, 127));
  return generation::program_of_name(text(value, member));
}

void read_instruments(const ordered_json& value, const std::string& member, std::vector<int>& programs, bool& drums) {
  programs.clear();
  drums = false;
  for (const auto& one : list(value, member)) {
    if (one.is_string() && one.get<std::string>() == "drums")
      drums = true;
    else
      programs.push_back(program_from(one, member));
  }
}

ordered_json instruments(const std::vector<int>& programs, bool drums) {
  ordered_json names = ordered_json::array();
  for (const int program : programs) names.push_back(program_name(program));
  if (drums) names.push_back("drums");
  return names;
}

constexpr std::pair<const char*, Keep> kKeeps[] = {
    {"nothing", Keep::kNothing}, {"rhythm", Keep::kRhythm}, {"contour", Keep::kContour}, {"pitches", Keep::kPitches}};
constexpr std::pair<const char*, Cadence> kCadences[] = {
    {"none", Cadence::kNone}, {"tonic", Cadence::kTonic}, {"open", Cadence::kOpen}};

template <class Value, std::size_t N>
Value one_of(const std::pair<const char*, Value> (&choices)[N], const ordered_json& value, const std::string& member) {
  std::string names;
  for (const auto& [name, choice] : choices) {
    if (value.is_string() && value.get<std::string>() == name) return choice;
    names += (names.empty() ? "one of " : ", ") + std::string(name);
  }
  refuse_member(member, names);
}

template <class Value, std::size_t N>
const char* name_of(const std::pair<const char*, Value> (&choices)[N], Value value) {
  return std::ranges::find(choices, value, &std::pair<const char*, Value>::second)->first;
}

std::pair<double, double> two(const ordered_json& value, const std::string& member, double low, double high) {
  if (list(value, member).size() != 2) refuse_member(member, "two numbers");
  return {number(value[0], member, low, high), number(value[1], member, low, high)};
}

/// Wishes of numbers, words and flags.
bool read_simple_wish(const std::string& name, const ordered_json& value, Wishes& wishes) {
  constexpr std::uint64_t kMaxVoices = 1000;
  if (name == "key")
    wishes.key = text(value, name);
  else if (name == "all_play")
    wishes.all_play = flag(value, name);
  else if (name == "every_bar")
    wishes.every_bar = flag(value, name);
  else if (name == "any_range")
    wishes.any_range = flag(value, name);
  else if (name == "allow_copies")
    wishes.allow_copies = flag(value, name);
  else if (name == "allow_loops")
    wishes.allow_loops = flag(value, name);
  else if (name == "strictness")
    wishes.strictness = number(value, name, 0, 1);
  else if (name == "cadence")
    wishes.cadence = one_of(kCadences, value, name);
  else if (name == "keep")
    wishes.keep = one_of(kKeeps, value, name);
  else if (name == "amount")
    wishes.amount = number(value, name, 0, 1);
  else if (name == "differ")
    wishes.differ = number(value, name, 0, 1);
  else if (name == "most_voices")
    wishes.most_voices = static_cast<int>(whole(value, name, 0, kMaxVoices));
  else if (name == "least_voices")
    wishes.least_voices = static_cast<int>(whole(value, name, 0, kMaxVoices));
  else if (name == "most_voices_each")
    wishes.most_voices_each = static_cast<int>(whole(value, name, 0, kMaxVoices));
  else if (name == "hand_span")
    wishes.hand_span = static_cast<int>(whole(value, name, 0, 127));
  else if (name == "onsets_per_bar")
    wishes.onsets_per_bar = number(value, name, 0, 144);
  else
    return false;
  return true;
}

void read_wish(const std::string& name, const ordered_json& value, Wishes& wishes) {
  if (read_simple_wish(name, value, wishes)) return;
  if (name == "pitch_classes") {
    wishes.pitch_classes = 0;
    for (const auto& one : list(value, name))
      wishes.pitch_classes = static_cast<std::uint16_t>(wishes.pitch_classes | 1U << whole(one, name, 0, 11));
  } else if (name == "instruments") {
    read_instruments(value, name, wishes.programs, wishes.drums);
  } else if (name == "enters" || name == "ranges") {
    if (!value.is_object()) refuse_member(name, "an object by instrument");
    for (const auto& [instrument, wish] : value.items()) {
      const int program = generation::program_of_name(instrument);
      if (name == "enters") {
        wishes.enters[program] = static_cast<int>(whole(wish, name, 1, 10'000));
      } else {
        const auto [low, high] = two(wish, name, 0, 127);
        wishes.ranges[program] = {static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high)};
      }
    }
  } else if (name == "tempo") {
    wishes.tempo = two(value, name, 1, 1000);
  } else if (name == "metre") {
    const auto [beats, unit] = two(value, name, 1, 255);
    wishes.metre = {static_cast<int>(beats), static_cast<int>(unit)};
  } else if (name == "chords") {
    wishes.chords = chords_from_text(text(value, name));
  } else {
    throw Error({.message = "there is no wish '" + name + "'",
                 .hint = "docs/steering.md lists what may be asked for.",
                 .code = ErrorCode::kInvalidArgument,
                 .about = name});
  }
}

ordered_json json_of(const Wishes& wishes) {
  const Wishes plain;
  ordered_json json = ordered_json::object();
  const auto put = [&](const char* name, const auto& value, const auto& usual) {
    if (value != usual) json[name] = value;
  };
  put("key", wishes.key, plain.key);
  for (int pitch = 0; pitch < 12; ++pitch)
    if ((wishes.pitch_classes >> pitch & 1) != 0) json["pitch_classes"].push_back(pitch);
  if (!wishes.programs.empty() || wishes.drums) json["instruments"] = instruments(wishes.programs, wishes.drums);
  put("all_play", wishes.all_play, plain.all_play);
  put("every_bar", wishes.every_bar, plain.every_bar);
  for (const auto& [program, bar] : wishes.enters) json["enters"][program_name(program)] = bar;
  for (const auto& [program, range] : wishes.ranges) json["ranges"][program_name(program)] = {range.low, range.high};
  put("any_range", wishes.any_range, plain.any_range);
  if (wishes.tempo) json["tempo"] = {wishes.tempo->first, wishes.tempo->second};
  if (wishes.metre) json["metre"] = {wishes.metre->first, wishes.metre->second};
  if (wishes.chords) json["chords"] = wishes.chords->text;
  put("strictness", wishes.strictness, plain.strictness);
  if (wishes.cadence != plain.cadence) json["cadence"] = name_of(kCadences, wishes.cadence);
  put("most_voices", wishes.most_voices, plain.most_voices);
  put("least_voices", wishes.least_voices, plain.least_voices);
  put("most_voices_each", wishes.most_voices_each, plain.most_voices_each);
  put("onsets_per_bar", wishes.onsets_per_bar, plain.onsets_per_bar);
  if (wishes.keep != plain.keep) json["keep"] = name_of(kKeeps, wishes.keep);
  put("amount", wishes.amount, plain.amount);
  put("differ", wishes.differ, plain.differ);
  put("hand_span", wishes.hand_span, plain.hand_span);
  put("allow_copies", wishes.allow_copies, plain.allow_copies);
  put("allow_loops", wishes.allow_loops, plain.allow_loops);
  return json;
}

ordered_json parsed(std::string_view text) {
  const auto json = ordered_json::parse(text, nullptr, false);
  if (!json.is_object())
    throw Error({.message = "what is asked for is no JSON object", .code = ErrorCode::kInvalidArgument});
  return json;
}

Wishes wishes_of(const ordered_json& json) {
  if (!json.is_object()) refuse_member("wishes", "an object");
  Wishes wishes;
  for (const auto& [name, value] : json.items()) read_wish(name, value, wishes);
  return wishes;
}

FreeSpan span_from(const ordered_json& json) {
  constexpr std::uint64_t kMaxBars = 10'000;
  if (!json.is_object()) refuse_member("free", "a list of objects");
  FreeSpan span;
  for (const auto& [name, value] : json.items()) {
    if (name == "bars") {
      if (list(value, name).size() != 2) refuse_member(name, "two numbers, the first bar and the last");
      span.first_bar = static_cast<int>(whole(value[0], name, 1, kMaxBars));
      span.last_bar = static_cast<int>(whole(value[1], name, 1, kMaxBars));
    } else if (name == "tracks") {
      for (const auto& track : list(value, name))
        span.tracks.push_back(static_cast<int>(whole(track, name, 1, 65'535)));
    } else if (name == "replace") {
      span.replace = flag(value, name);
    } else if (name == "instruments") {
      read_instruments(value, name, span.programs, span.drums);
    } else {
      refuse_member(name, "one of bars, tracks, replace, instruments");
    }
  }
  return span;
}

ordered_json json_of(const FreeSpan& span) {
  ordered_json json = {{"bars", {span.first_bar, span.last_bar}}};
  if (!span.tracks.empty()) json["tracks"] = span.tracks;
  if (!span.replace) json["replace"] = false;
  if (!span.programs.empty() || span.drums) json["instruments"] = instruments(span.programs, span.drums);
  return json;
}

void read_member(const std::string& name, const ordered_json& value, Request& request) {
  constexpr std::uint64_t kMaxParticles = 4096, kMaxHorizon = 10'000;
  constexpr std::uint64_t kSeedLimit = (std::uint64_t{1} << 63) - 1;
  if (name == "free") {
    request.outline.free.clear();
    for (const auto& span : list(value, name)) request.outline.free.push_back(span_from(span));
  } else if (name == "ends") {
    request.outline.ends = flag(value, name);
  } else if (name == "wishes") {
    request.wishes = wishes_of(value);
  } else if (name == "sampling") {
    request.sampling = generation::sampling_from_json(value.dump());
  } else if (name == "style") {
    request.label = text(value, name);
  } else if (name == "seed") {
    request.seed = whole(value, name, 0, kSeedLimit);
  } else if (name == "particles") {
    request.particles = whole(value, name, 1, kMaxParticles);
  } else if (name == "count") {
    request.count = whole(value, name, 1, kMaxParticles);
  } else if (name == "horizon") {
    request.horizon = static_cast<int>(whole(value, name, 0, kMaxHorizon));
  } else {
    refuse_member(name, "one of free, ends, wishes, sampling, style, seed, particles, count, horizon");
  }
}

}  // namespace

std::string to_json(const Wishes& wishes) { return json_of(wishes).dump(); }

Wishes wishes_from_json(std::string_view text) { return wishes_of(parsed(text)); }

std::string to_json(const Request& request) {
  ordered_json json;
  json["free"] = ordered_json::array();
  for (const FreeSpan& span : request.outline.free) json["free"].push_back(json_of(span));
  json["ends"] = request.outline.ends;
  json["wishes"] = json_of(request.wishes);
  json["sampling"] = ordered_json::parse(generation::to_json(request.sampling));
  if (!request.label.empty()) json["style"] = request.label;
  json["seed"] = request.seed;
  json["particles"] = request.particles;
  json["count"] = request.count;
  json["horizon"] = request.horizon;
  return json.dump();
}

void from_json(std::string_view text, Request& request) {
  Request changed = request;
  const ordered_json json = parsed(text);
  for (const auto& [name, value] : json.items()) read_member(name, value, changed);
  request = std::move(changed);
}

}  // namespace continuo::steering
