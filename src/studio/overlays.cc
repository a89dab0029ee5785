#include "studio/overlays.h"

#include <algorithm>
#include <span>

#include "continuo/base/error.h"
#include "continuo/loaded/known_passages.h"
#include "continuo/music/chord.h"
#include "continuo/music/note_stream.h"
#include "continuo/music/time.h"

namespace continuo::studio {

Json chords_view(const Score& score) {
  const MeterMap meter(score);
  const std::vector<Sonority> halves = half_bars(score);
  Json chords = Json::array();
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const auto chord = chord_of(halves[i]);
    if (!chord) continue;
    const int bar = static_cast<int>(i / 2);
    const Tick begin = meter.bar_start(bar), end = meter.bar_start(bar + 1), middle = begin + (end - begin) / 2;
    const Tick from = i % 2 == 0 ? begin : middle, to = i % 2 == 0 ? middle : end;
    const std::string name = chord_name(*chord);
    if (!chords.empty() && chords.back()[2] == name && chords.back()[1] == from)
      chords.back()[1] = to;
    else
      chords.push_back({from, to, name});
  }
  return {{"chords", std::move(chords)}};
}

Json borrowed_view(const Score& score, const StudioModel& model) {
  const auto& known = model.loaded.known;
  if (!known)
    throw Error({.message = "nothing beside this model tells which passages it learned from",
                 .hint = "The model that comes along has such a list; docs/originality.md says how to make one.",
                 .code = ErrorCode::kUnsupported});
  const std::vector<StreamNote> stream = note_stream(score);
  const std::vector<Step> steps = steps_of(stream);
  std::vector<bool> borrowed(stream.size(), false);
  const std::size_t length = known->notes();
  for (std::size_t first = 0; first + length <= stream.size(); ++first)
    if (known->contains(std::span(steps).subspan(first + 1, length - 1)))
      std::fill_n(borrowed.begin() + static_cast<std::ptrdiff_t>(first), length, true);
  std::size_t marked = 0, all = 0;
  Json tracks = Json::array();
  for (const Track& track : score.tracks) {
    tracks.push_back(Json::array());
    for (const Note& note : track.notes) {
      const StreamNote key{to_sixteenth(note.onset, score.ppq), note.pitch};
      const auto place = std::ranges::lower_bound(stream, key, std::less<>());
      const bool is = !track.is_drums() && place != stream.end() && *place == key &&
                      borrowed[static_cast<std::size_t>(place - stream.begin())];
      tracks.back().push_back(is ? 1 : 0);
      marked += is ? 1 : 0;
      ++all;
    }
  }
  return {{"tracks", std::move(tracks)},
          {"notes", length},
          {"share", all == 0 ? 0.0 : static_cast<double>(marked) / static_cast<double>(all)}};
}

}  // namespace continuo::studio
