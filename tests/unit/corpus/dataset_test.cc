// Dataset files: what goes in comes out, damage is refused or repaired, interruptions leave nothing.
#include "continuo/corpus/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "../src/corpus/dataset_format.h"
#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "unit/corpus/fixtures.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DatasetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 7; ++i)
      midi::write_file(folder_ / ("music/" + std::to_string(i) + ".mid"), made_up_piece(static_cast<unsigned>(i), 31));
    collection_ = scan(folder_ / "music");
    split_.train = {0, 2, 3, 6};
    split_.validation = {1};
    split_.test = {4, 5};
  }

  Dataset open(const representation::RepresentationSpec& spec = {}) const {
    return open_dataset(collection_, split_, spec, cache());
  }
  fs::path cache() const { return folder_ / "cache"; }
  std::vector<std::string> cached() const {
    std::vector<std::string> names;
    if (fs::exists(cache()))
      for (const auto& entry : fs::directory_iterator(cache())) names.push_back(entry.path().filename().string());
    return names;
  }

  TemporaryFolder folder_{"dataset"};
  Collection collection_;
  Split split_;
};

TEST_F(DatasetTest, APieceOfWhichNothingIsKeptHasNoEntry) {
  Score drums;
  drums.tracks.resize(1);
  drums.tracks[0].channel = kDrumChannel;
  for (Tick beat = 0; beat < 130; ++beat) drums.tracks[0].notes.push_back({beat * 480, 240, 38, 90});
  midi::write_file(folder_ / "music/drums.mid", drums);
  collection_ = scan(folder_ / "music");
  ASSERT_EQ(collection_.pieces.size(), 8U);
  ASSERT_EQ(collection_.pieces[7].name, "drums.mid");
  split_.train.push_back(7);
  for (const char* name : {"events", "frames"}) {
    const Dataset dataset = open({.name = name});
    EXPECT_EQ(dataset.pieces().size(), 7U);
    EXPECT_THAT(names_without_entry(collection_, dataset), ElementsAre("drums.mid"));
  }
  EXPECT_THAT(names_without_entry(collection_, open({.name = "remi"})), IsEmpty());
}

TEST_F(DatasetTest, ACollectionOfWhichNothingIsKeptIsRefused) {
  Score drums;
  drums.tracks.resize(1);
  drums.tracks[0].channel = kDrumChannel;
  for (Tick beat = 0; beat < 130; ++beat) drums.tracks[0].notes.push_back({beat * 480, 240, 38, 90});
  midi::write_file(folder_ / "drums/one.mid", drums);
  collection_ = scan(folder_ / "drums");
  split_ = {.train = {0}, .validation = {}, .test = {}};
  try {
    open({.name = "events"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no piece has a note that the representation 'events' keeps"));
  }
  EXPECT_THAT(cached(), IsEmpty());
}

std::vector<std::uint8_t> contents(const fs::path& path) { return read_file(path); }

void overwrite(const fs::path& path, std::span<const std::uint8_t> bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::string error_of_opening(const fs::path& path) {
  try {
    Dataset dataset(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(DatasetTest, HoldsWhatWasEncoded) {
  const Dataset dataset = open();
  ASSERT_EQ(dataset.pieces().size(), 7u);
  const auto representation = representation::make(dataset.spec());
  std::uint64_t symbols = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    const EncodedPiece& piece = dataset.pieces()[i];
    const Score score = made_up_piece(i, 31);
    EXPECT_EQ(piece.name, std::to_string(i) + ".mid");
    EXPECT_THAT(piece.symbols, ::testing::ElementsAreArray(representation->encode(score).symbols));
    EXPECT_EQ(piece.notes, note_count(score));
    EXPECT_DOUBLE_EQ(piece.seconds, duration_seconds(score));
    EXPECT_EQ(piece.label, 0);
    symbols += piece.symbols.size();
  }
  EXPECT_THAT(dataset.indices(Part::kTrain), ElementsAre(0, 2, 3, 6));
  EXPECT_THAT(dataset.indices(Part::kValidation), ElementsAre(1));
  EXPECT_THAT(dataset.indices(Part::kTest), ElementsAre(4, 5));
  EXPECT_EQ(
      dataset.symbol_count(Part::kTrain) + dataset.symbol_count(Part::kValidation) + dataset.symbol_count(Part::kTest),
      symbols);
  EXPECT_EQ(dataset.path().parent_path(), cache());
}

TEST_F(DatasetTest, IsMadeOnceForTheSameContentAndSettings) {
  const fs::path path = open().path();
  const auto written = fs::last_write_time(path);
  EXPECT_EQ(open().path(), path);
  EXPECT_EQ(fs::last_write_time(path), written);
  std::swap(split_.validation, split_.test);
  EXPECT_NE(open().path(), path);
  midi::write_file(folder_ / "music/0.mid", made_up_piece(77, 31));
  std::swap(split_.validation, split_.test);
  collection_ = scan(folder_ / "music");
  EXPECT_NE(open().path(), path);
  EXPECT_EQ(cached().size(), 3u);
}

TEST_F(DatasetTest, TakesLabelsFromTheTrainingPart) {
  collection_.pieces[0].label = "Waltz";
  collection_.pieces[2].label = "March";
  collection_.pieces[3].label = "Waltz";
  collection_.pieces[4].label = "Polka";  // met in the test part only
  collection_.pieces[5].label = "March";
  const Dataset dataset = open();
  EXPECT_THAT(dataset.spec().labels, ElementsAre("unknown", "March", "Waltz"));
  std::vector<int> labels;
  for (const EncodedPiece& piece : dataset.pieces()) labels.push_back(piece.label);
  EXPECT_THAT(labels, ElementsAre(2, 0, 1, 2, 0, 1, 0));
  const auto representation = representation::make(dataset.spec());
  EXPECT_EQ(representation->vocabulary().name(dataset.pieces()[0].symbols[1]), "Label_Waltz");
}

TEST_F(DatasetTest, KeepsTheLabelsThatTheSpecHas) {
  collection_.pieces[0].label = "Waltz";
  collection_.pieces[2].label = "Tango";  // not among them
  collection_.pieces[4].label = "Polka";  // in the test part
  const Dataset dataset = open({.labels = {"unknown", "March", "Polka", "Waltz"}});
  EXPECT_THAT(dataset.spec().labels, ElementsAre("unknown", "March", "Polka", "Waltz"));
  std::vector<int> labels;
  for (const EncodedPiece& piece : dataset.pieces()) labels.push_back(piece.label);
  EXPECT_THAT(labels, ElementsAre(3, 0, 0, 0, 2, 0, 0));
  collection_.pieces[0].label = "Frédéric Chopin";  // of a fine-tuned model's labels the one that means him
  collection_.pieces[2].label = "Anonymous";
  const Dataset tuned = open({.labels = {"unknown", "Anonim", "Chopin"}});
  EXPECT_EQ(tuned.pieces()[0].label, 2);
  EXPECT_EQ(tuned.pieces()[2].label, 1);
  for (auto& piece : collection_.pieces) piece.label.clear();
  EXPECT_THAT(open({.labels = {"unknown", "March"}}).spec().labels, ElementsAre("unknown", "March"));
}

TEST_F(DatasetTest, LearnsTheVocabularyOfTheTrainingPart) {
  ASSERT_TRUE(representation::needs_fitting("notes"));
  const representation::RepresentationSpec spec{.name = "notes", .settings = {{"min_count", "3"}}};
  const Dataset dataset = open(spec);
  const std::vector<std::size_t> train = split_.train;
  const auto fitted =
      representation::fit(spec, train.size(), [&](std::size_t i) { return made_up_piece(train[i], 31); });
  EXPECT_EQ(dataset.spec(), fitted->spec());
  EXPECT_THAT(dataset.pieces()[4].symbols, ::testing::ElementsAreArray(fitted->encode(made_up_piece(4, 31)).symbols));
}

TEST_F(DatasetTest, RefusesEveryTruncation) {
  const fs::path path = open().path();
  const auto bytes = contents(path);
  for (std::size_t size = 0; size < bytes.size(); size += size < 300 || size + 300 > bytes.size() ? 1 : 997) {
    overwrite(path, std::span(bytes).first(size));
    EXPECT_THAT(error_of_opening(path), HasSubstr("at byte")) << size;
  }
}

TEST_F(DatasetTest, RefusesEveryChangedByte) {
  const fs::path path = open().path();
  auto bytes = contents(path);
  DatasetHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (std::size_t at = 0; at < bytes.size(); at += at < 400 ? 1 : 1 + bytes.size() / 400) {
    bytes[at] ^= 0x55;
    overwrite(path, bytes);
    EXPECT_THAT(error_of_opening(path), HasSubstr(path.string())) << at;
    bytes[at] ^= 0x55;
  }
  bytes.push_back(0);
  overwrite(path, bytes);
  EXPECT_THAT(error_of_opening(path), HasSubstr("instead of"));
}

/// Gives the file right checksums again, so that what they protect is checked itself.
void reseal(std::vector<std::uint8_t>& bytes, DatasetHeader header) {
  if (header.index_offset <= bytes.size())
    header.index_hash = digits(content_hash(std::span(bytes).subspan(header.index_offset)));
  header.header_hash = digits(content_hash(bytes_of(header, offsetof(DatasetHeader, header_hash))));
  std::memcpy(bytes.data(), &header, sizeof header);
}

/// Of the sentences between the representation and the first entry.
std::size_t losses_bytes(std::span<const std::uint8_t> bytes, const DatasetHeader& header) {
  const auto number = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + header.index_offset + at, sizeof value);
    return value;
  };
  const std::size_t begin = 4 + number(0);
  std::size_t at = begin + 4;
  for (std::uint32_t left = number(begin); left > 0; --left) at += 4 + number(at);
  return at - begin;
}

TEST_F(DatasetTest, RefusesHostileFilesWithRightChecksums) {
  const fs::path path = open().path();
  const auto good = contents(path);
  DatasetHeader header;
  std::memcpy(&header, good.data(), sizeof header);
  std::uint32_t spec_bytes = 0;
  std::memcpy(&spec_bytes, good.data() + header.index_offset, sizeof spec_bytes);
  const std::size_t first_entry = header.index_offset + sizeof spec_bytes + spec_bytes + losses_bytes(good, header);

  const auto with_header = [&](auto change) {
    auto bytes = good;
    DatasetHeader changed = header;
    change(changed);
    reseal(bytes, changed);
    overwrite(path, bytes);
    return error_of_opening(path);
  };
  const auto with_entry = [&](auto change) {
    auto bytes = good;
    DatasetEntry entry;
    std::memcpy(&entry, bytes.data() + first_entry, sizeof entry);
    change(entry);
    std::memcpy(bytes.data() + first_entry, &entry, sizeof entry);
    reseal(bytes, header);
    overwrite(path, bytes);
    return error_of_opening(path);
  };
  constexpr auto kHuge = std::uint64_t{1} << 63;
  EXPECT_EQ(with_header([](DatasetHeader&) {}), "no error");
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.version = 1; }), HasSubstr("version 1"));
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.width += 1; }), HasSubstr("vocabulary"));
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.steps = kHuge; }), HasSubstr("do not fill"));
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.kind = StepKind{7}; }), HasSubstr("unknown kind"));
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.step_bytes = 0; }), HasSubstr("unknown kind"));
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.index_offset = kHuge; }), HasSubstr("do not fill"));
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.index_bytes -= 1; }), HasSubstr("do not fill"));
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.pieces = kHuge; }), HasSubstr("more pieces"));
  EXPECT_THAT(with_header([](DatasetHeader& h) { h.pieces -= 1; }), HasSubstr("no piece"));
  EXPECT_THAT(with_entry([](DatasetEntry& e) { e.first_step = 2; }), HasSubstr("follow"));
  EXPECT_THAT(with_entry([](DatasetEntry& e) { e.steps = kHuge; }), HasSubstr("follow"));
  EXPECT_THAT(with_entry([](DatasetEntry& e) { e.label = 1; }), HasSubstr("label"));
  EXPECT_THAT(with_entry([](DatasetEntry& e) { e.part = 3; }), HasSubstr("part"));
  EXPECT_THAT(with_entry([](DatasetEntry& e) { e.seconds = -1; }), HasSubstr("length"));
  EXPECT_THAT(with_entry([](DatasetEntry& e) { e.name_bytes = 0xffffffff; }), HasSubstr("ends within"));

  auto bytes = good;  // a symbol beyond the vocabulary, with the right hash of its piece
  DatasetEntry entry;
  std::memcpy(&entry, bytes.data() + first_entry, sizeof entry);
  bytes[sizeof header + 4] = bytes[sizeof header + 5] = 0xff;
  entry.hash = digits(content_hash(std::span(bytes).subspan(sizeof header, entry.steps * 2)));
  std::memcpy(bytes.data() + first_entry, &entry, sizeof entry);
  reseal(bytes, header);
  overwrite(path, bytes);
  EXPECT_THAT(error_of_opening(path), HasSubstr("not in the vocabulary"));
}

TEST_F(DatasetTest, ADamagedOneIsNamedAndNotOverwritten) {
  const fs::path path = open().path();
  const auto good = contents(path);
  for (const std::size_t size : {good.size() / 2, std::size_t{0}}) {
    overwrite(path, std::span(good).first(size));
    try {
      open();
      FAIL() << "an Error is expected";
    } catch (const Error& error) {
      EXPECT_EQ(error.info().path, path.string());
      EXPECT_NE(error.info().hint, "");
    }
    EXPECT_EQ(contents(path).size(), size);
  }
  fs::remove(path);
  EXPECT_EQ(open().pieces().size(), 7u);
  EXPECT_EQ(contents(path), good);
}

TEST_F(DatasetTest, KeepsWhatTheRepresentationCouldNotKeep) {
  Score score = midi::read_file(folder_ / "music/3.mid").score;
  score.tracks.push_back({.channel = kDrumChannel, .notes = {{0, 24, 36}, {24, 24, 38}}});
  score.key_signatures = {{0, 2, false}};
  normalise(score);
  midi::write_file(folder_ / "music/3.mid", score);
  midi::write_file(folder_ / "music/4.mid", score);
  collection_ = scan(folder_ / "music", {.similarity = 0});
  split_ = split(collection_, {});
  const auto losses = open_dataset(collection_, split_, {.name = "events"}, cache()).losses();
  EXPECT_THAT(losses, ::testing::Contains("4 notes of drums left out, in 2 pieces"));
  EXPECT_THAT(losses, ::testing::Contains("2 key signatures left out, in 2 pieces"));
  EXPECT_EQ(open_dataset(collection_, split_, {.name = "events"}, cache()).losses(), losses) << "from the cache";
}

TEST_F(DatasetTest, LeavesNothingBehindWhenInterrupted) {
  std::stop_source source;
  EXPECT_THROW(open_dataset(collection_, split_, {}, cache(), {},
                            [&] {
                              source.request_stop();
                              return source.get_token();
                            }()),
               Interrupted);
  EXPECT_THAT(cached(), IsEmpty());
  EXPECT_EQ(open().pieces().size(), 7u);
  EXPECT_EQ(cached().size(), 1u);
}

TEST_F(DatasetTest, RefusesFilesThatChangedSinceTheScan) {
  midi::write_file(folder_ / "music/3.mid", made_up_piece(55, 31));
  try {
    open();
    FAIL() << "an Error is expected";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("3.mid: has changed"));
  }
  EXPECT_THAT(cached(), IsEmpty());
}

TEST_F(DatasetTest, RefusesASplitOfAnotherCollection) {
  split_.test.push_back(7);
  EXPECT_THROW(open(), Error);
  split_.test = {0};
  EXPECT_THROW(open(), Error);
}

TEST_F(DatasetTest, ReportsProgress) {
  std::uint64_t done = 0, total = 0;
  open_dataset(collection_, split_, {}, cache(), [&](const Progress& progress) {
    EXPECT_EQ(progress.task, "Encoding");
    done = progress.done;
    total = progress.total;
  });
  EXPECT_EQ(done, 7u);
  EXPECT_EQ(total, 7u);
}

}  // namespace
}  // namespace continuo::corpus
