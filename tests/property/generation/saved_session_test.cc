// For networks of every kind: a session that was saved as bytes goes on as if nothing had happened.
#include "continuo/generation/saved_session.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "property/generation/expect_same.h"
#include "property/generation/random_composer.h"

namespace continuo::generation {
namespace {

using representation::SettledNote;

ConstraintMaker dead_ends() {
  return [] { return std::make_unique<DeadEnds>(); };
}

ComposeOptions odd_options(int kind) {
  ComposeOptions options{.sampling = {.temperature = 0.1 * (kind + 7), .top_p = 1 - 0.01 * kind},
                         .seconds = 5,
                         .earliest_end = 0.5,
                         .ending_tries = 2,
                         .seed = 7,
                         .stream = 3};
  if (kind % 2 == 0) options.constraints.push_back(dead_ends());
  if (kind % 3 == 1) options.start = StartKind::kRandom;
  if (kind % 3 == 2) {
    Score prompt{.ppq = 480};
    prompt.tracks.emplace_back().notes = {{.onset = 0, .duration = 480, .pitch = 60, .velocity = 80}};
    options.prompt = prompt;
    options.start = StartKind::kPrompt;
  }
  return options;
}

SessionParts parts_of(const ComposeOptions& options) {
  return {.prompt = options.prompt, .constraints = options.constraints};
}

/// Up to `steps` steps, with a commit now and then.
void run_with_commits(Session& session, Random& random, std::size_t steps) {
  for (; steps > 0 && !finished(session.next()); --steps)
    if (random.below(40) == 0) session.commit();
}

TEST(SavedSessions, GoOnAsIfNothingHadHappened) {
  Random random(71);
  std::size_t unfinished = 0;
  std::size_t notes = 0;
  for (int kind = 0; kind < engine::kKinds; ++kind) {
    Random twin = random;
    const LoadedModel composer = random_composer(random, kind);
    const LoadedModel elsewhere = random_composer(twin, kind);  // another object of the same model
    SCOPED_TRACE(weights::to_json(composer.model->spec()));
    const ComposeOptions options = odd_options(kind);
    for (const std::size_t steps : {0, 1, 40, 200, 100'000}) {
      Session straight(composer, options);
      run_with_commits(straight, random, steps);
      if (kind % 4 < 2) straight.settled_notes();
      unfinished += straight.result().interrupted ? 1 : 0;
      const auto bytes = to_bytes(straight.save());
      Session other(from_bytes(elsewhere, bytes, parts_of(options)));
      ASSERT_TRUE(std::ranges::equal(other.symbols(), straight.symbols()));
      EXPECT_EQ(other.committed(), straight.committed());
      EXPECT_EQ(other.steps(), straight.steps());
      EXPECT_EQ(to_bytes(other.save()), bytes);
      Random later = random;
      run_with_commits(straight, random, 100'000);
      run_with_commits(other, later, 100'000);
      expect_same(other.result(), straight.result());
      const auto settled = straight.settled_notes();
      EXPECT_EQ(other.settled_notes(), settled);
      notes += settled.size();
    }
  }
  EXPECT_GT(unfinished, 20U);
  EXPECT_GT(notes, 100U);
}

ErrorCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kUnspecified;
}

class DamagedSessions : public ::testing::Test {
 protected:
  DamagedSessions() {
    Random random(72);
    model_ = random_composer(random, 5);
    Session session(model_, {.seconds = 5, .seed = 7});
    run_with_commits(session, random, 60);
    bytes_ = to_bytes(session.save(), std::vector<std::uint8_t>{1, 2, 3});
  }
  /// With the hash put right: bytes 8 to 39 are that of all from 40 on.
  void rehash() {
    const std::string hash = content_hash(std::span<const std::uint8_t>(bytes_).subspan(40));
    std::ranges::copy(hash, bytes_.begin() + 8);
  }
  ErrorCode refusal(const SessionParts& parts = {}, const RestoreLimits& limits = {}) const {
    return code_of([&] { from_bytes(model_, bytes_, parts, limits); });
  }
  LoadedModel model_;
  std::vector<std::uint8_t> bytes_;
};

TEST_F(DamagedSessions, KeepAnAttachmentAsItIs) {
  EXPECT_EQ(attachment_of(bytes_), (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_NO_THROW(from_bytes(model_, bytes_));
}

TEST_F(DamagedSessions, AreRefusedWithEveryLengthAndEveryByteChanged) {
  const auto whole = bytes_;
  for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 37) {
    bytes_.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(refusal(), ErrorCode::kDamaged) << size;
  }
  for (std::size_t at = 0; at < whole.size(); at += at < 200 ? 1 : 37) {
    bytes_ = whole;
    bytes_[at] ^= 0x10;
    EXPECT_EQ(refusal(), ErrorCode::kDamaged) << at;
  }
}

/// Numbers of the header that lie under a hash that is right.
TEST_F(DamagedSessions, AreRefusedWhenTheirNumbersLie) {
  const auto whole = bytes_;
  for (std::size_t at = 40; at < 40 + std::size_t{14} * 8; at += 8) {
    for (const std::uint64_t value : {std::uint64_t{1} << 20, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
      bytes_ = whole;
      std::memcpy(bytes_.data() + at, &value, sizeof value);
      rehash();
      EXPECT_THROW(from_bytes(model_, bytes_), Error) << "number at " << at << ": " << value;
    }
  }
}

TEST_F(DamagedSessions, AreRefusedWithAnotherModelPromptOrLimit) {
  EXPECT_EQ(refusal({.constraints = {dead_ends()}}), ErrorCode::kMismatch);
  EXPECT_EQ(refusal({.prompt = Score{.ppq = 480}}), ErrorCode::kMismatch);
  EXPECT_EQ(refusal({}, {.calls = 10}), ErrorCode::kInvalidArgument);
  Random random(73);
  model_ = random_composer(random, 5);
  EXPECT_EQ(refusal(), ErrorCode::kMismatch);
}

TEST_F(DamagedSessions, StopWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(from_bytes(model_, bytes_, {}, {}, stop.get_token()), Interrupted);
}

}  // namespace
}  // namespace continuo::generation
