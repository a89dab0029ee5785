// What can be written, and what is said of what cannot.
#include "continuo/workbench/outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "continuo/audio/audio_writer.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/page/page.h"
#include "unit/workbench/collection.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array kAllKinds = {OutputKind::kMidi, OutputKind::kSound, OutputKind::kPicture, OutputKind::kTable,
                                  OutputKind::kPage};

TEST(Outputs, TheTableAgreesWithWhatTheWritersAccept) {
  for (const OutputFormat& format : output_formats()) {
    const fs::path path = fs::path("a") += format.extension;
    EXPECT_EQ(output_kind(path), format.kind) << path;
    EXPECT_EQ(is_sound(path), audio::is_audio_path(path)) << path;
    EXPECT_EQ(is_picture(path), plot::is_picture_path(path)) << path;
  }
  EXPECT_EQ(output_kind("A.MID"), OutputKind::kMidi);
  EXPECT_EQ(output_kind("a.pdf"), std::nullopt);
  EXPECT_EQ(output_kind("mid"), std::nullopt);
}

TEST(Outputs, EveryKindIsNamedWithItsExtensions) {
  EXPECT_EQ(extensions_in_words(kAllKinds),
            "Use .mid or .midi for MIDI, .wav, .flac or .ogg for sound, .png or .svg for a picture, .csv for a table, "
            ".html for a page.");
}

TEST(Outputs, AnExtensionOfAnotherKindIsRefusedWithThoseThatThereAre) {
  const std::vector<fs::path> asked = {"a.mid", "b.pdf"};
  try {
    named_outputs(asked, {OutputKind::kMidi, OutputKind::kPage});
    ADD_FAILURE() << "a PDF was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnsupported);
    EXPECT_EQ(error.info().path, "b.pdf");
    EXPECT_EQ(error.info().message, "unsupported file extension");
    EXPECT_THAT(error.info().hint, HasSubstr(".html for a page"));
    EXPECT_THAT(error.info().hint, Not(HasSubstr(".wav")));
  }
  EXPECT_THROW(named_outputs(asked, {OutputKind::kPage}), Error) << "of a kind that is not among those wanted";
}

TEST(Outputs, ANameWithoutAnExtensionStandsForSeveralAndNoFileIsWrittenTwice) {
  const std::vector<fs::path> asked = {"new", "./new.mid", "folder/x.wav"};
  EXPECT_THAT(named_outputs(asked, {OutputKind::kMidi, OutputKind::kSound}, {".mid", ".wav"}),
              ElementsAre("new.mid", "new.wav", "folder/x.wav"));
  for (const char* wrong : {"", "folder/", ".", "a/.."}) {
    const fs::path path = wrong;
    EXPECT_THROW(named_outputs({&path, 1}, {OutputKind::kMidi}, {".mid"}), Error) << wrong;
  }
  EXPECT_EQ(numbered("a/b.mid", 0, 1), "a/b.mid");
  EXPECT_EQ(numbered("a/b.mid", 1, 3), "a/b-2.mid");
}

using WriteScore = FolderTest;

TEST_F(WriteScore, WritesMidiAndPictures) {
  const std::vector<fs::path> paths = {folder_ / "a.mid", folder_ / "a.svg"};
  EXPECT_FALSE(write_score(walk(1), paths, {}, {.title = "A walk"}));
  EXPECT_EQ(midi::read_file(paths[0]).score.tracks.at(0).notes.size(), 64U);
  EXPECT_THAT(read_text_file(paths[1]), HasSubstr("A walk"));
  const fs::path table = folder_ / "a.csv";
  EXPECT_THROW(write_score(walk(1), {&table, 1}, {}, {}), Error);
}

TEST_F(WriteScore, APictureInMemoryIsTheOneOfTheFile) {
  for (const char* extension : {".svg", ".png"}) {
    std::vector<std::uint8_t> bytes;
    plot::piano_roll(plot::Target(extension, bytes), walk(2));
    const fs::path file = (folder_ / "b") += extension;
    plot::piano_roll(file, walk(2));
    EXPECT_GT(bytes.size(), 100U);
    EXPECT_EQ(bytes, read_file(file)) << extension;
  }
}

}  // namespace
}  // namespace continuo::workbench
