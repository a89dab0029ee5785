// What a fingerprint must not depend on, and what it must tell apart.
#include "continuo/corpus/fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/corpus/duplicate_check.h"
#include "unit/corpus/fixtures.h"

namespace continuo::corpus {
namespace {

using ::testing::ElementsAre;

Score scale_study(int root, int octaves) {
  Score score;
  score.tracks.resize(1);
  constexpr int kScale[] = {0, 2, 4, 5, 7, 9, 11};
  Tick at = 0;
  const auto add = [&](int degree) {
    score.tracks[0].notes.push_back(
        {at, 240, static_cast<std::uint8_t>(root + 12 * (degree / 7) + kScale[degree % 7]), 80});
    at += 240;
  };
  for (int repeat = 0; repeat < 4; ++repeat) {
    for (int degree = 0; degree < 7 * octaves; ++degree) add(degree);
    for (int degree = 7 * octaves; degree > 0; --degree) add(degree);
  }
  return score;
}

TEST(Fingerprint, IsTheSameInAnotherKeyTempoResolutionAndDivisionIntoTracks) {
  const Score piece = made_up_piece(1);
  const Fingerprint print = fingerprint(piece);
  EXPECT_GT(print.passages.size(), 100u);
  for (const Alteration alteration :
       {Alteration::kTransposed, Alteration::kRetimed, Alteration::kTracksMerged, Alteration::kTracksSplit}) {
    Random random(5);
    const Score copy = altered(piece, alteration, random);
    ASSERT_NE(copy, piece) << alteration_name(alteration);
    EXPECT_EQ(fingerprint(copy).passages, print.passages) << alteration_name(alteration);
  }
}

TEST(Fingerprint, StaysSimilarInPlayedOrnamentedAndShortenedCopies) {
  const Score piece = made_up_piece(2);
  for (std::size_t kind = 0; kind < kAlterations; ++kind) {
    Random random(6);
    const Score copy = altered(piece, static_cast<Alteration>(kind), random);
    EXPECT_GE(similarity(fingerprint(piece), fingerprint(copy)), kDuplicateSimilarity)
        << alteration_name(static_cast<Alteration>(kind));
  }
}

TEST(Fingerprint, TellsPiecesApart) {
  for (std::uint64_t seed = 10; seed < 20; ++seed)
    EXPECT_LT(similarity(fingerprint(made_up_piece(seed)), fingerprint(made_up_piece(seed + 100))), 0.05);
}

TEST(Fingerprint, DoesNotFindWorksInScales) {
  Score piece = made_up_piece(3, 30);
  const Score study = scale_study(60, 2);
  for (Note note : study.tracks[0].notes) {
    note.onset += 30 * 1920;
    piece.tracks[0].notes.push_back(note);
  }
  EXPECT_LT(similarity(fingerprint(piece), fingerprint(scale_study(55, 1))), kDuplicateSimilarity);
  EXPECT_DOUBLE_EQ(similarity(fingerprint(study), fingerprint(scale_study(58, 2))), 1.0);
}

TEST(Fingerprint, OfPercussionCountsOnlyAlone) {
  Score piece = made_up_piece(4);
  const auto print = fingerprint(piece).passages;
  Track drums;
  drums.channel = kDrumChannel;
  for (int i = 0; i < 64; ++i) drums.notes.push_back({i * 240, 60, static_cast<std::uint8_t>(36 + i * i % 11), 90});
  piece.tracks.push_back(drums);
  EXPECT_EQ(fingerprint(piece).passages, print);
  piece.tracks = {drums};
  EXPECT_FALSE(fingerprint(piece).passages.empty());
}

TEST(Fingerprint, HasABound) {
  const Fingerprint print = fingerprint(made_up_piece(5, 2000));
  EXPECT_EQ(print.passages.size(), kMaxPassages);
  EXPECT_TRUE(std::is_sorted(print.passages.begin(), print.passages.end()));
}

TEST(Fingerprint, OfAPartIsFoundInTheFullPrintOfTheWhole) {
  Score whole = made_up_piece(6, 800), part = whole;
  for (Track& track : part.tracks)
    std::erase_if(track.notes, [](const Note& note) { return note.onset < 100 * 1920 || note.onset >= 300 * 1920; });
  ASSERT_EQ(fingerprint(whole).passages.size(), kMaxPassages);
  EXPECT_GT(similarity(fingerprint(whole), fingerprint(part)), 0.9);
}

TEST(Fingerprint, OfNothingIsEmptyAndLikeNothing) {
  EXPECT_TRUE(fingerprint(Score{}).passages.empty());
  EXPECT_EQ(similarity({}, {}), 0.0);
  EXPECT_EQ(similarity({}, fingerprint(made_up_piece(7))), 0.0);
}

TEST(Similarity, IsAShareOfTheSmallerSet) {
  Fingerprint a, b;
  for (std::uint64_t i = 0; i < 100; ++i) a.passages.push_back(i);
  for (std::uint64_t i = 70; i < 110; ++i) b.passages.push_back(i);
  EXPECT_DOUBLE_EQ(similarity(a, b), 30.0 / 40);
  EXPECT_DOUBLE_EQ(similarity(b, a), 30.0 / 40);
}

TEST(Similarity, OfVeryLittleIsLow) {
  const Fingerprint few{{1, 2, 3, 4}}, others{{1, 2, 3, 5, 6, 7}};
  EXPECT_LT(similarity(few, others), 0.2);
  EXPECT_DOUBLE_EQ(similarity(few, few), 1.0);
}

TEST(Groups, AreNumberedByFirstAppearanceAndLinkedThroughOthers) {
  const auto range = [](std::uint64_t first, std::uint64_t last) {
    Fingerprint print;
    for (std::uint64_t i = first; i < last; ++i) print.passages.push_back(i);
    return print;
  };
  // The first and the last share nothing but both share half with the fourth.
  const std::vector<Fingerprint> prints{range(0, 100), range(500, 600), {}, range(50, 150), {}, range(100, 200)};
  EXPECT_THAT(group_duplicates(prints, 0.5), ElementsAre(0, 1, 2, 0, 3, 0));
  EXPECT_THAT(group_duplicates(prints, 0.51), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Groups, OfCopiesAreThoseOfTheirOriginals) {
  Fingerprint a, b, c;
  for (std::uint64_t i = 0; i < 100; ++i) {
    a.passages.push_back(i);
    b.passages.push_back(i + 60);  // alike to a third
    c.passages.push_back(i + 1000);
  }
  const std::vector<Fingerprint> prints{c, a, {}, b, a, c, b, {}};
  EXPECT_THAT(group_duplicates(prints, 0.3), ElementsAre(0, 1, 2, 1, 1, 0, 1, 3));
  EXPECT_THAT(group_duplicates(prints, 0.5), ElementsAre(0, 1, 2, 3, 1, 0, 3, 4));
  EXPECT_THAT(group_duplicates(prints, 0), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Groups, HoldManyCopiesOfOnePiece) {
  std::vector<Fingerprint> prints(300, fingerprint(made_up_piece(8)));
  prints.push_back(fingerprint(made_up_piece(9)));
  const auto groups = group_duplicates(prints);
  EXPECT_TRUE(std::all_of(groups.begin(), groups.end() - 1, [](int group) { return group == 0; }));
  EXPECT_EQ(groups.back(), 1);
}

}  // namespace
}  // namespace continuo::corpus
