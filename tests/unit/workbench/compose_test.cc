// Composing from a request: what is checked, what is written, what the page holds.
#include "continuo/workbench/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/evaluation/shared_beginning.h"
#include "continuo/music/time.h"
#include "continuo/workbench/compose_page.h"
#include "unit/workbench/collection.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::kUnspecified, "nothing was thrown");
}

class Compose : public FolderTest {
 protected:
  ComposeRequest request() const {
    ComposeRequest asked{.model = model()};
    asked.compose.symbols = 120;
    asked.compose.stop_at_end = false;
    asked.compose.allow_loops = true;
    asked.threads = 1;
    return asked;
  }
  static ComposeTask prepared(const ComposeRequest& asked) {
    return prepare(asked, weights::ModelFile::load(asked.model));
  }
  fs::path at(const std::string& name) const { return folder_ / name; }
};

TEST_F(Compose, WritesEachPieceOnceAndSaysSo) {
  ComposeRequest asked = request();
  asked.count = 2;
  asked.outputs = {at("new.mid"), at("new.png")};
  const ComposeTask task = prepared(asked);
  std::vector<std::string> events;
  std::vector<Score> scores;
  const ComposeSummary summary = compose_files(task, {.composed =
                                                          [&](std::size_t i, const generation::Composition& piece) {
                                                            events.push_back("composed " + std::to_string(i));
                                                            scores.push_back(piece.score);
                                                          },
                                                      .written =
                                                          [&](std::size_t i, const WrittenPiece& written) {
                                                            events.push_back("written " + std::to_string(i));
                                                            EXPECT_THAT(written.files, SizeIs(2));
                                                            for (const auto& file : written.files)
                                                              EXPECT_TRUE(fs::exists(file)) << file;
                                                          }});
  EXPECT_THAT(events, ElementsAre("composed 0", "written 0", "composed 1", "written 1"));
  EXPECT_EQ(summary.pieces, 2U);
  EXPECT_EQ(summary.finished, 2U);
  EXPECT_EQ(summary.symbols, 240U);
  EXPECT_FALSE(summary.stopped);
  ASSERT_THAT(scores, SizeIs(2));
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(note_count(midi::read_file(at("new-" + std::to_string(i + 1) + ".mid")).score), note_count(scores[i]));
}

TEST_F(Compose, OnePieceOfSeveralIsThatPiece) {
  ComposeRequest several = request();
  several.count = 3;
  several.outputs = {at("all.mid")};
  compose_files(prepared(several));
  ComposeRequest third = request();
  third.piece = 3;
  third.outputs = {at("third.mid")};
  compose_files(prepared(third));
  EXPECT_EQ(read_file(at("third.mid")), read_file(at("all-3.mid")));
  EXPECT_NE(read_file(at("third.mid")), read_file(at("all-2.mid")));
}

TEST_F(Compose, APromptStaysAndOnlyItsBeginningCounts) {
  midi::write_file(at("given.mid"), walk(3, 32));
  ComposeRequest asked = request();
  asked.prompt = at("given.mid");
  asked.prompt_seconds = 2;
  asked.outputs = {at("longer.mid")};
  const ComposeTask task = prepared(asked);
  ASSERT_TRUE(task.options.prompt.has_value());
  EXPECT_EQ(note_count(*task.options.prompt), 8U) << "two seconds of eighths at 120 a minute";
  compose_files(task);
  const Score longer = midi::read_file(at("longer.mid")).score;
  EXPECT_GT(note_count(longer), 8U);
  EXPECT_GE(evaluation::shared_beginning(longer, *task.options.prompt), 7 * 240);
}

TEST_F(Compose, APageHoldsThePiecesAndHowToMakeThemAgain) {
  ComposeRequest asked = request();
  asked.count = 2;
  asked.command = [](std::size_t number) { return "compose piece " + std::to_string(number); };
  const ComposeTask task = prepared(asked);
  const auto pieces = generation::compose_several(task.model, task.options, 2, 1);
  const std::string html = compose_page(task, pieces).page.html();
  EXPECT_THAT(html, HasSubstr("2 pieces, seed 1"));
  EXPECT_THAT(html, HasSubstr("compose piece 2"));
  EXPECT_THAT(html, HasSubstr("compose piece 0"));
  EXPECT_THAT(html, HasSubstr("120 symbols"));
  ComposeTask silent = task;
  silent.request.command = nullptr;
  EXPECT_THAT(compose_page(silent, pieces).page.html(), Not(HasSubstr("again")));
}

TEST_F(Compose, ACollectionIsComparedWith) {
  ComposeRequest asked = request();
  asked.passages.corpus = pieces("corpus", 2, 9);
  asked.passages.cache = at("cache");
  asked.outputs = {at("new.html")};
  const ComposeTask task = prepared(asked);
  EXPECT_TRUE(task.compares);
  EXPECT_EQ(task.index.pieces(), 2U);
  std::vector<std::string> said;
  std::vector<fs::path> written;
  compose_files(task, {.compared = [&](std::size_t, const std::string& words) { said.push_back(words); },
                       .page = [&](const fs::path& page) { written.push_back(page); }});
  EXPECT_THAT(said, ElementsAre(HasSubstr("stand in runs of 24 notes")));
  EXPECT_THAT(written, ElementsAre(at("new.html")));
  const auto bytes = read_file(at("new.html"));
  EXPECT_THAT(std::string(bytes.begin(), bytes.end()), HasSubstr("Is it copied?"));
}

TEST_F(Compose, AStopKeepsWhatIsFinishedAndWritesNoPage) {
  ComposeRequest asked = request();
  asked.compose.symbols = 400;
  asked.count = 40;
  asked.outputs = {at("some.mid"), at("some.html")};
  std::stop_source stop;
  const ProgressSink progress = [&](const Progress& now) {
    if (now.done * 2 > now.total) stop.request_stop();
  };
  const auto summary = compose_files(prepared(asked), {}, progress, stop.get_token());
  EXPECT_TRUE(summary.stopped);
  EXPECT_EQ(summary.pieces, 40U);
  EXPECT_GT(summary.finished, 0U);
  EXPECT_LT(summary.finished, 40U);
  EXPECT_EQ(summary.unfinished, 0U);
  EXPECT_FALSE(fs::exists(at("some.html")));
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) files += entry.path().extension() == ".mid" ? 1 : 0;
  EXPECT_EQ(files, summary.finished);
}

TEST_F(Compose, RefusesBeforeAnythingIsWritten) {
  ComposeRequest asked = request();
  asked.outputs = {asked.model};
  EXPECT_EQ(error_of([&] { prepared(asked); }).code(), ErrorCode::kUnsupported);
  midi::write_file(at("given.mid"), walk(3, 8));
  asked.prompt = at("given.mid");
  asked.outputs = {at("given.mid")};
  EXPECT_EQ(error_of([&] { prepared(asked); }).code(), ErrorCode::kWouldOverwrite);
  asked.outputs = {at("page.html")};
  asked.no_page = true;
  const Error page = error_of([&] { prepared(asked); });
  EXPECT_EQ(page.info().remedy, Remedy::kLeaveOut);
  EXPECT_EQ(page.info().about, "no-page");
  ComposeRequest style = request();
  style.compose.label = "bach";
  EXPECT_THAT(error_of([&] { prepared(style); }).what(), HasSubstr("bach"));
  ComposeRequest tempo = request();
  tempo.wishes.tempo = "fast";
  EXPECT_EQ(error_of([&] { prepared(tempo); }).info().about, "tempo");
}

TEST_F(Compose, ItsOptionsAreThoseOfComposingAndTheWishes) {
  ComposeRequest asked;
  options_from_json(R"({"seed": 5, "key": "D minor", "instruments": "violin,drums"})", options_of(asked));
  EXPECT_EQ(asked.compose.seed, 5U);
  const auto wishes = generation::wishes_of(asked.wishes);
  EXPECT_EQ(wishes.pitch_classes, generation::pitch_classes_of_key("D minor"));
  EXPECT_THAT(wishes.programs, ElementsAre(40));
  EXPECT_TRUE(wishes.drums);
}

TEST_F(Compose, TitlesNameTheModelByItsFolderWhereItsOwnNameSaysNothing) {
  ComposeRequest asked;
  asked.model = "/models/bach/best.safetensors";
  asked.compose.seed = 7;
  EXPECT_EQ(title_of(asked, 0), "bach, seed 7");
  asked.count = 4;
  EXPECT_EQ(title_of(asked, 2), "bach, seed 7, piece 3");
  asked.count = 1;
  asked.piece = 3;
  EXPECT_EQ(title_of(asked, 0), "bach, seed 7, piece 3");
}

}  // namespace
}  // namespace continuo::workbench
