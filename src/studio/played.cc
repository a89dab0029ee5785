#include "studio/played.h"

#include <algorithm>
#include <cmath>

#include "continuo/midi/midi.h"
#include "continuo/music/score.h"
#include "studio/edit.h"

namespace continuo::studio {
namespace {

constexpr std::size_t kMaxPlayed = 20'000;
constexpr double kLongestPlayed = 3600;
constexpr int kPpq = 480;

/// Four numbers within their limits.
Note note_of(const Json& json, double ticks_a_second) {
  if (!json.is_array() || json.size() != 4) refuse("a note must be [begin, length, pitch, velocity]", "notes");
  const Json named = {{"begin", json[0]}, {"length", json[1]}, {"pitch", json[2]}, {"velocity", json[3]}};
  const double begin = number_of(named, "begin", 0, kLongestPlayed),
               length = number_of(named, "length", 0, kLongestPlayed);
  return {.onset = std::llround(begin * ticks_a_second),
          .duration = std::max<Tick>(1, std::llround(length * ticks_a_second)),
          .pitch = static_cast<std::uint8_t>(whole_of(named, "pitch", 0, 127)),
          .velocity = static_cast<std::uint8_t>(whole_of(named, "velocity", 1, 127))};
}

}  // namespace

std::vector<std::uint8_t> file_of_played(const Json& body) {
  constexpr double kSlowest = 20, kFastest = 400, kMicroseconds = 6e7;
  const double tempo = number_of(body, "tempo", kSlowest, kFastest);
  const auto metre = body.find("metre");
  if (metre == body.end() || !metre->is_array() || metre->size() != 2) refuse("metre must be [4, 4] or so", "metre");
  const Json parts = {{"beats", (*metre)[0]}, {"beat", (*metre)[1]}};
  const auto beat = static_cast<int>(whole_of(parts, "beat", 2, 8));
  if (beat != 2 && beat != 4 && beat != 8) refuse("a beat must be a half, a quarter or an eighth", "metre");
  const auto notes = body.find("notes");
  if (notes == body.end() || !notes->is_array() || notes->empty() || notes->size() > kMaxPlayed)
    refuse("notes must be a list of 1 to 20,000", "notes", "Play something.");
  Score score;
  score.ppq = kPpq;
  score.tempos = {{0, static_cast<std::uint32_t>(std::lround(kMicroseconds / tempo))}};
  score.time_signatures = {{0, static_cast<int>(whole_of(parts, "beats", 1, 12)), beat}};
  score.tracks.push_back({.program = static_cast<std::uint8_t>(whole_of(body, "program", 0, 127, 0))});
  for (const Json& note : *notes) score.tracks.front().notes.push_back(note_of(note, tempo * kPpq / 60));
  normalise(score);
  return midi::write(score);
}

}  // namespace continuo::studio
