// What a cursor says of the next symbol is what decoding then does, allowed or not.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "property/representation/cases.h"

namespace continuo::representation {
namespace {

using testing::Case;
using testing::make_case;

/// Onset in quarters times a common multiple of all resolutions, pitch, program (128: drums).
using Heard = std::array<std::int64_t, 3>;
constexpr std::int64_t kFine = 96'000;

std::vector<Heard> decoded(const Score& score) {
  std::vector<Heard> notes;
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes)
      notes.push_back({note.onset * kFine / score.ppq, note.pitch, track.is_drums() ? 128 : track.program});
  std::sort(notes.begin(), notes.end());
  return notes;
}

class PreviewTest : public ::testing::TestWithParam<Case> {};

TEST_P(PreviewTest, TheNotesThatArePreviewedAreThoseThatAreDecoded) {
  const auto representation = make_case(GetParam());
  Random random(7);
  const std::size_t size = representation->vocabulary().size();
  std::vector<std::uint8_t> mask(size);
  Preview preview;
  std::size_t total = 0;
  for (int i = 0; i < 120; ++i) {
    const auto cursor = representation->cursor();
    std::vector<Symbol> symbols;
    std::vector<Heard> notes;
    std::size_t latest = 0;  // notes of the latest symbol that began any
    for (std::size_t n = random.below(300); n > 0 && !cursor->ended(); --n) {
      auto symbol = static_cast<Symbol>(random.below(size));
      if (i % 3 != 0) {
        cursor->allowed(mask);
        mask[kEnd] = n == 1 ? mask[kEnd] : 0;
        if (std::find(mask.begin(), mask.end(), 1) == mask.end()) break;
        while (mask[symbol] == 0) symbol = static_cast<Symbol>(random.below(size));
      }
      cursor->preview(symbol, preview);
      for (const auto& begin : preview.notes)
        notes.push_back({begin.tick * kFine / preview.ppq, begin.pitch, begin.drums ? 128 : begin.program});
      if (!preview.notes.empty()) latest = preview.notes.size();
      EXPECT_EQ(preview.owner == Preview::Owner::kOwnNotes && preview.notes.empty(), false);
      cursor->advance(symbol);
      symbols.push_back(symbol);
    }
    const auto is = decoded(representation->decode(symbols).score);
    // A note whose length is still to come is no note yet: decoding leaves it out.
    if (is.size() < notes.size()) notes.resize(notes.size() - latest);
    std::sort(notes.begin(), notes.end());
    ASSERT_EQ(is, notes) << testing::words(*representation, symbols);
    total += is.size();
  }
  EXPECT_GT(total, 200U);
}

INSTANTIATE_TEST_SUITE_P(All, PreviewTest, ::testing::ValuesIn(testing::cases()),
                         [](const auto& parameter) { return parameter.param.title; });

}  // namespace
}  // namespace continuo::representation
