// The longest matches from every note of a piece, those within others left out, and what they mean for its bars.
#include "continuo/evaluation/originality.h"

#include <algorithm>

#include "continuo/music/time.h"

namespace continuo::evaluation {
namespace {

Tick tick_of(const StreamNote& note, int ppq) { return note.sixteenth * ppq / 4; }

std::vector<Run> find_runs(const std::vector<StreamNote>& stream, const Score& score, const PassageIndex& index) {
  const std::vector<Step> steps = steps_of(stream);
  const MeterMap meter(score);
  std::vector<Run> runs;
  std::size_t reached = 0;  // the note after the last of the runs so far
  for (std::size_t first = 0; first + 1 < stream.size(); ++first) {
    const auto match = index.longest(std::span(steps).subspan(first + 1));
    if (match.steps == 0 || first + match.steps + 1 <= reached) continue;
    reached = first + match.steps + 1;
    Run run{.first = first, .notes = match.steps + 1};
    run.begin = tick_of(stream[first], score.ppq);
    run.end = reached < stream.size() ? std::max(run.begin + 1, tick_of(stream[reached], score.ppq)) : end_tick(score);
    run.first_bar = meter.bar_at(run.begin).bar;
    run.last_bar = meter.bar_at(tick_of(stream[reached - 1], score.ppq)).bar;
    const NotePosition place = index.place(match.at);
    run.piece = place.piece;
    run.bar = place.bar;
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace

const Run* Originality::longest_run() const noexcept {
  const auto best =
      std::max_element(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.notes < b.notes; });
  return best == runs.end() ? nullptr : &*best;
}

std::size_t Originality::covered(std::size_t least) const {
  std::size_t count = 0, until = 0;
  for (const Run& run : runs) {
    if (run.notes < least) continue;
    count += run.first + run.notes - std::max(run.first, until);
    until = run.first + run.notes;
  }
  return count;
}

Originality originality(const Score& score, const PassageIndex& index) {
  const std::vector<StreamNote> stream = note_stream(score);
  Originality result;
  result.notes = stream.size();
  result.runs = find_runs(stream, score, index);
  result.longest = stream.empty() ? 0 : result.runs.empty() ? 1 : result.longest_run()->notes;

  const MeterMap meter(score);
  std::size_t earliest_run = 0;
  for (std::size_t first = 0; first < stream.size();) {
    const BarPosition at = meter.bar_at(tick_of(stream[first], score.ppq));
    std::size_t last = first;
    while (last < stream.size() && meter.bar_at(tick_of(stream[last], score.ppq)).bar == at.bar) ++last;
    BarOrigin bar{.bar = at.bar,
                  .begin = at.bar_start,
                  .end = meter.bar_start(at.bar + 1),
                  .notes = last - first,
                  .run = BarOrigin::npos};
    const auto& runs = result.runs;
    while (earliest_run < runs.size() && runs[earliest_run].first + runs[earliest_run].notes <= first) ++earliest_run;
    for (std::size_t i = earliest_run; i < runs.size() && runs[i].first < last; ++i) {
      const std::size_t shared = std::min(last, runs[i].first + runs[i].notes) - std::max(first, runs[i].first);
      if (shared < std::min<std::size_t>(2, bar.notes)) continue;
      if (bar.run != BarOrigin::npos && runs[i].notes <= runs[bar.run].notes) continue;
      bar.run = i;
      bar.shared = shared;
    }
    result.bars.push_back(bar);
    first = last;
  }
  return result;
}

}  // namespace continuo::evaluation
