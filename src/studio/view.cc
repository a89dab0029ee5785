// Scores, pieces and errors as JSON.
#include "studio/view.h"

#include <algorithm>

#include "continuo/base/format.h"
#include "continuo/base/text.h"
#include "continuo/music/describe.h"
#include "continuo/music/key.h"
#include "continuo/music/time.h"
#include "continuo/workbench/piece_view.h"

namespace continuo::studio {
namespace {

constexpr std::size_t kMaxNotes = 200'000;
constexpr std::size_t kMaxTracks = 256;

std::string as_utf8(const std::string& text) { return is_utf8(text) ? text : from_latin1(text); }

/// Where the length of bars changes: [tick, bar, ticks of a bar, ticks of a beat, numerator, denominator].
Json bars_of(const Score& score) {
  const MeterMap meter(score);
  std::vector<Tick> places = {0};
  for (const auto& signature : score.time_signatures)
    if (signature.tick > 0) places.push_back(signature.tick);
  Json bars = Json::array();
  for (const Tick tick : places) {
    const BarPosition at = meter.bar_at(tick);
    bars.push_back({at.bar_start, at.bar, at.bar_length, static_cast<Tick>(score.ppq) * 4 / at.denominator,
                    at.numerator, at.denominator});
  }
  return bars;
}

/// [tick, seconds, quarters a minute] where the tempo changes.
Json clock_of(const Score& score) {
  const TempoMap tempo(score);
  Json clock = Json::array();
  const auto add = [&](Tick tick) { clock.push_back({tick, tempo.seconds(tick), 6e7 / tempo.tempo(tick)}); };
  add(0);
  for (const auto& change : score.tempos)
    if (change.tick > 0) add(change.tick);
  return clock;
}

Json track_view(const Track& track, const std::vector<bool>* composed) {
  Json notes = Json::array();
  for (std::size_t i = 0; i < track.notes.size(); ++i) {
    const Note& note = track.notes[i];
    const bool written = composed == nullptr || (i < composed->size() && (*composed)[i]);
    notes.push_back({note.onset, note.duration, note.pitch, note.velocity, written ? 1 : 0});
  }
  return {{"name", as_utf8(track.name)},
          {"instrument", track.is_drums() ? "Drums" : program_name(track.program)},
          {"program", track.program},
          {"drums", track.is_drums()},
          {"notes", std::move(notes)}};
}

}  // namespace

void check_size(const Score& score) {
  if (note_count(score) > kMaxNotes || score.tracks.size() > kMaxTracks)
    throw Error({.message = "the piece has " + format_count(note_count(score)) + " notes on " +
                            format_count(score.tracks.size()) + " tracks",
                 .hint = "The studio shows up to 200,000 notes on 256 tracks. Take a part of the piece.",
                 .code = ErrorCode::kUnsupported});
}

Json score_view(const Score& score, const Composed* composed) {
  check_size(score);
  Json tracks = Json::array();
  for (std::size_t t = 0; t < score.tracks.size(); ++t)
    tracks.push_back(track_view(score.tracks[t], composed == nullptr ? nullptr : &(*composed)[t]));
  Json keys = Json::array();
  for (const auto& key : score.key_signatures) keys.push_back({key.tick, key_name(key)});
  const Tick end = end_tick(score);
  return {{"ppq", score.ppq},
          {"end", end},
          {"seconds", duration_seconds(score)},
          {"bar_count", end == 0 ? 0 : MeterMap(score).bar_at(end - 1).bar + 1},
          {"bars", bars_of(score)},
          {"clock", clock_of(score)},
          {"keys", std::move(keys)},
          {"facts", workbench::facts_in_short(score)},
          {"tracks", std::move(tracks)}};
}

std::string natural_title(const Score& score) {
  constexpr std::size_t kNamed = 2;
  const auto names = instrument_names(score);
  std::string title;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i)
    title += (i == 0 ? "" : names.size() == kNamed ? " and " : ", ") + names[i];
  if (names.size() > kNamed) title += " and others";
  const std::string key = workbench::key_in_words(score);
  return title + (key.empty() || title.empty() ? "" : " in " + key);
}

Json piece_line(const Piece& piece) {
  const auto current = piece.takes.find(piece.current);
  return {{"id", piece.id},
          {"title", piece.title},
          {"takes", piece.takes.size()},
          {"at", current == piece.takes.end() ? "" : current->second.at}};
}

Json piece_view(const Piece& piece) {
  Json takes = Json::array();
  bool later = piece.forward.contains(piece.current);
  for (const auto& [id, take] : piece.takes) {
    later = later || take.parent == piece.current;
    takes.push_back({{"id", id},
                     {"parent", take.parent},
                     {"kind", take.kind},
                     {"words", take.words},
                     {"name", take.name},
                     {"at", take.at}});
  }
  Json mixer = Json::array();
  for (const Channel& channel : piece.mixer)
    mixer.push_back(
        {{"volume", channel.volume}, {"mute", channel.mute}, {"solo", channel.solo}, {"locked", channel.locked}});
  const auto current = piece.takes.find(piece.current);
  return {{"id", piece.id},           {"title", piece.title},
          {"current", piece.current}, {"can_undo", current != piece.takes.end() && current->second.parent != 0},
          {"can_redo", later},        {"mixer", std::move(mixer)},
          {"takes", std::move(takes)}};
}

Json take_view(const Piece& piece, const Take& take, const TakeMusic& music) {
  return {{"piece", piece.id},         {"take", take.id},
          {"parent", take.parent},     {"kind", take.kind},
          {"words", take.words},       {"name", take.name},
          {"how", take.how},           {"command", take.command},
          {"warnings", take.warnings}, {"score", score_view(music.score, &music.composed)}};
}

Json error_view(const Error& error) {
  const ErrorInfo& info = error.info();
  const std::string file = info.path.empty() ? "" : workbench::name_in_page(std::filesystem::absolute(info.path));
  return {{"error",
           {{"code", name(info.code)},
            {"message", as_utf8((file.empty() ? "" : file + ": ") +
                                (info.offset ? "at byte " + std::to_string(*info.offset) + ": " : "") + info.message)},
            {"hint", as_utf8(info.hint)},
            {"about", as_utf8(info.about)}}}};
}

int status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kDamaged:
    case ErrorCode::kUnsupported:
    case ErrorCode::kMismatch:
    case ErrorCode::kEmpty:
    case ErrorCode::kUnspecified:  // of a file that cannot be read
      return 422;
    case ErrorCode::kWouldOverwrite:
    case ErrorCode::kBusy:
      return 409;
    case ErrorCode::kAccessDenied:
      return 403;
    case ErrorCode::kOutOfSpace:
      return 507;
    case ErrorCode::kInterrupted:
      return 503;
    case ErrorCode::kDiverged:
    case ErrorCode::kSystem:
      break;
  }
  return 500;
}

std::string text_of_json(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace continuo::studio
