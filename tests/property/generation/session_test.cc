// For networks of every kind: a session gives what compose() gives, whatever is done between its steps.
#include "continuo/generation/session.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "continuo/base/error.h"
#include "property/generation/expect_same.h"
#include "property/generation/random_composer.h"

namespace continuo::generation {
namespace {

using representation::SettledNote;
using representation::Symbol;
using NoteFacts = std::tuple<Tick, Tick, int, int, int, bool>;

std::vector<NoteFacts> notes_of(const std::vector<SettledNote>& notes) {
  std::vector<NoteFacts> all;
  for (const auto& [note, ppq, program, drums, begin, end] : notes)
    all.emplace_back(note.onset, note.duration, note.pitch, note.velocity, program, drums);
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<NoteFacts> notes_of(const Score& score) {
  std::vector<NoteFacts> all;
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes)
      all.emplace_back(note.onset, note.duration, note.pitch, note.velocity, track.is_drums() ? 0 : track.program,
                       track.is_drums());
  std::sort(all.begin(), all.end());
  return all;
}

ComposeOptions options_for(int kind) {
  ComposeOptions options{.sampling = {.top_p = 1}, .seconds = 5, .earliest_end = 0.5, .ending_tries = 2, .seed = 7};
  if (kind % 2 == 0) options.constraints.push_back([] { return std::make_unique<DeadEnds>(); });
  if (kind % 3 == 1) options.start = StartKind::kRandom;
  return options;
}

/// Up to `steps` steps.
void run(Session& session, std::size_t steps = static_cast<std::size_t>(-1)) {
  for (; steps > 0 && !finished(session.next()); --steps) {
  }
}

TEST(Sessions, GiveWhatComposeGivesWhateverIsDoneBetweenTheirSteps) {
  Random random(61);
  std::size_t retries = 0;
  for (int kind = 0; kind < engine::kKinds; ++kind) {
    const LoadedModel composer = random_composer(random, kind);
    SCOPED_TRACE(weights::to_json(composer.model->spec()));
    const ComposeOptions options = options_for(kind);
    const Composition whole = compose(composer, options);
    retries += whole.retries;

    Session session(composer, options);
    std::vector<SettledNote> settled;
    std::map<StepResult, std::size_t> results;
    std::size_t committed = 0;
    for (StepResult result{}; !finished(result);) {
      const std::size_t before = session.steps();
      result = session.next();
      ++results[result];
      ASSERT_LE(session.steps(), before + 1);
      ASSERT_GE(session.committed(), committed);
      committed = session.committed();
      if (random.below(20) == 0)
        for (const auto& note : session.settled_notes()) settled.push_back(note);
      switch (random.below(60)) {
        case 0:  // what happens to a clone does not matter
          if (Session other = session.clone(); true) run(other, random.below(100));
          break;
        case 1: {
          const SessionState state = session.save();
          const std::vector<Symbol> there(session.symbols().begin(), session.symbols().end());
          for (int times = 0; times < 2; ++times) {
            run(session, random.below(100));
            session.restore(state);
            ASSERT_TRUE(std::ranges::equal(session.symbols(), there));
          }
          break;
        }
        default:
          break;
      }
    }
    expect_same(session.result(), whole);
    EXPECT_EQ(session.next(), results[StepResult::kStuck] > 0 ? StepResult::kStuck : StepResult::kEnded);
    for (const auto& note : session.settled_notes()) settled.push_back(note);
    EXPECT_EQ(notes_of(settled), notes_of(whole.score));
    EXPECT_GT(results[StepResult::kSymbol], 10U);
    EXPECT_GE(results[StepResult::kBacktracked] + results[StepResult::kStuck], whole.retries);
  }
  EXPECT_GT(retries, 10U);
}

TEST(Sessions, TakeNothingBackThatWasCommitted) {
  Random random(62);
  std::size_t settled_early = 0;
  for (int kind = 0; kind < engine::kKinds; kind += 2) {
    const LoadedModel composer = random_composer(random, kind);
    SCOPED_TRACE(weights::to_json(composer.model->spec()));
    Session session(composer, options_for(kind));
    std::vector<Symbol> fixed;
    std::vector<SettledNote> settled;
    while (!finished(session.next())) {
      ASSERT_GE(session.symbols().size(), fixed.size());
      ASSERT_TRUE(std::equal(fixed.begin(), fixed.end(), session.symbols().begin()));
      if (random.below(15) > 0) continue;
      session.commit();
      fixed.assign(session.symbols().begin(), session.symbols().end());
      for (const auto& note : session.settled_notes()) settled.push_back(note);
    }
    ASSERT_TRUE(std::equal(fixed.begin(), fixed.end(), session.symbols().begin()));
    settled_early += settled.size();
    for (const auto& note : session.settled_notes()) settled.push_back(note);
    EXPECT_EQ(notes_of(settled), notes_of(session.result().score));
  }
  EXPECT_GT(settled_early, 20U);
}

TEST(Sessions, GiveWhatThereIsAfterAStop) {
  Random random(63);
  const LoadedModel composer = random_composer(random, 5);
  std::stop_source stop;
  Session session(composer, options_for(5), stop.get_token());
  run(session, 60);
  const std::size_t size = session.symbols().size();
  stop.request_stop();
  EXPECT_EQ(session.next(), StepResult::kStopped);
  EXPECT_EQ(session.symbols().size(), size);
  const Composition piece = session.result();
  EXPECT_TRUE(piece.interrupted);
  EXPECT_LE(piece.symbols.size(), size);
  EXPECT_TRUE(std::equal(piece.symbols.begin(), piece.symbols.end(), session.symbols().begin()));
  EXPECT_EQ(piece.repaired, 0U);  // it ends where a piece may end
  // A clone with a token of its own goes on to the end.
  Session other = session.clone();
  run(other);
  expect_same(other.result(), compose(composer, options_for(5)));
}

TEST(Sessions, InABatchAreHandedOverWhenTheyAreFinishedAlsoAfterAStop) {
  Random random(64);
  const LoadedModel composer = random_composer(random, 5);
  const ComposeOptions options = options_for(5);
  for (const int threads : {1, 3}) {
    std::stop_source stop;
    std::map<std::size_t, Composition> pieces;
    compose_several(
        composer, options, 60, threads,
        [&](std::size_t number, Composition&& piece) {
          EXPECT_TRUE(pieces.emplace(number, std::move(piece)).second);
          if (pieces.size() == 5) stop.request_stop();
        },
        {}, stop.get_token());
    std::size_t whole = 0;
    for (const auto& [number, piece] : pieces) {
      if (piece.interrupted) continue;
      ++whole;
      auto mine = options;
      mine.stream = number;
      EXPECT_EQ(piece.symbols, compose(composer, mine).symbols) << number;
    }
    EXPECT_GE(whole, 5U);
    EXPECT_LT(pieces.size(), 60U);
    EXPECT_LT(whole, pieces.size());
  }
  EXPECT_THROW(
      {
        std::stop_source stop;
        stop.request_stop();
        compose_several(composer, options, 3, 1, {}, stop.get_token());
      },
      Interrupted);
}

}  // namespace
}  // namespace continuo::generation
