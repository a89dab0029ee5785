// Folders as they are: filters, broken files, loops, tables, and errors that say what to do.
#include "continuo/corpus/collection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/corpus/duplicate_check.h"
#include "continuo/corpus/manifest.h"
#include "unit/corpus/fixtures.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void write_piece(const fs::path& path, std::uint64_t seed, int bars = 40) {
  midi::write_file(path, made_up_piece(seed, bars));
}

std::vector<std::string> names(const Collection& collection) {
  std::vector<std::string> found;
  for (const Piece& piece : collection.pieces) found.push_back(piece.name);
  return found;
}

std::map<std::string, std::string> kinds(const Collection& collection) {
  std::map<std::string, std::string> found;
  for (const LeftOut& file : collection.left_out) found[file.name] = file.kind;
  return found;
}

std::string error_of(const fs::path& folder, const ScanOptions& options = {}) {
  try {
    scan(folder, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Scan, NamesMusicInFormatsThatAreNotRead) {
  const TemporaryFolder folder("formats");
  for (const char* name : {"a.abc", "deep/b.MusicXML", "c.mxl", "d.krn", "e.mscz", "f.gp5", "g.m4a"})
    write_text(folder / name, "music");
  write_text(folder / "h.xml", "<?xml version=\"1.0\"?><score-partwise version=\"3.1\"/>");
  write_text(folder / "settings.xml", "<?xml version=\"1.0\"?><settings/>");
  EXPECT_THAT(error_of(folder.path()), ::testing::AllOf(HasSubstr("holds no MIDI file"), HasSubstr("3 MusicXML files"),
                                                        HasSubstr("1 ABC notation file"), HasSubstr("Convert them")));
  write_piece(folder / "good.mid", 1);
  write_piece(folder / "karaoke.kar", 2);
  const Collection collection = scan(folder.path());
  EXPECT_EQ(collection.pieces.size(), 2U);
  EXPECT_EQ(collection.files, 9U);
  EXPECT_THAT(collection.other_formats,
              ElementsAre(std::pair("ABC notation", 1U), std::pair("Guitar Pro", 1U), std::pair("Humdrum", 1U),
                          std::pair("MuseScore", 1U), std::pair("MusicXML", 3U)));
  EXPECT_EQ(kinds(collection).at("deep/b.MusicXML"), "not read: MusicXML");
  EXPECT_EQ(kinds(collection).count("settings.xml"), 0U);
  EXPECT_EQ(kinds(collection).count("g.m4a"), 0U) << "sound is not looked for";
  EXPECT_EQ(scan(folder.path(), {.sound = true}).other_formats.at("MPEG-4 audio"), 1U);
}

TEST(Scan, KeepsWhatPassesAndSaysWhyNotTheRest) {
  const TemporaryFolder folder("scan");
  write_piece(folder / "good.mid", 1);
  write_piece(folder / "deep/er/GOOD.MIDI", 2);
  write_piece(folder / "short.mid", 3, 29);
  write_piece(folder / "long.kar", 4, 151);
  write_text(folder / "text.mid", "This is no music.");
  write_text(folder / "empty.rmi", "");
  write_text(folder / "cut.mid", "MThd");
  write_text(folder / "notes.txt", "not looked at");
  Score silent;
  silent.texts.push_back({0, TextKind::kText, "nothing"});
  midi::write_file(folder / "silent.mid", silent);

  const Collection collection = scan(folder.path());
  EXPECT_EQ(collection.files, 8u);
  EXPECT_THAT(names(collection), ElementsAre("deep/er/GOOD.MIDI", "good.mid"));
  EXPECT_EQ(kinds(collection), (std::map<std::string, std::string>{{"short.mid", "too short"},
                                                                   {"long.kar", "too long"},
                                                                   {"text.mid", "not MIDI"},
                                                                   {"empty.rmi", "empty"},
                                                                   {"cut.mid", "broken MIDI"},
                                                                   {"silent.mid", "no notes"}}));
  EXPECT_EQ(collection.left_out[3].name, "short.mid");
  EXPECT_EQ(collection.left_out[3].reason, "lasts 0:58, less than 1:00");
  EXPECT_DOUBLE_EQ(collection.left_out[3].seconds, 58);

  const Piece& piece = collection.pieces[1];
  const Score score = made_up_piece(1);
  EXPECT_EQ(piece.path, fs::absolute(folder / "good.mid"));
  EXPECT_DOUBLE_EQ(piece.seconds, duration_seconds(score));
  EXPECT_EQ(piece.notes, note_count(score));
  EXPECT_THAT(piece.programs, ElementsAre(0, 42, 73));
  EXPECT_FALSE(piece.drums);
  EXPECT_EQ(piece.hash.size(), 32u);
  EXPECT_NEAR(collection.total_seconds(), 160, 1e-9);
  EXPECT_EQ(collection.total_notes(), piece.notes + collection.pieces[0].notes);
  EXPECT_EQ(collection.groups(), 2u);
}

TEST(Scan, FiltersByInstrumentNotesAndPercussion) {
  const TemporaryFolder folder("filters");
  write_piece(folder / "mixed.mid", 1);
  Score piano = made_up_piece(2);
  for (Track& track : piano.tracks) track.program = 0;
  midi::write_file(folder / "piano.mid", piano);
  piano.tracks.resize(1);
  Track drums;
  drums.channel = kDrumChannel;
  drums.notes = {{0, 100, 36, 90}, {480, 100, 38, 90}};
  piano.tracks.push_back(drums);
  midi::write_file(folder / "drums.mid", piano);

  EXPECT_THAT(names(scan(folder.path(), {.programs = {0, 1}})), ElementsAre("drums.mid", "piano.mid"));
  EXPECT_THAT(names(scan(folder.path(), {.drums = false})), ElementsAre("mixed.mid", "piano.mid"));
  const std::size_t few = note_count(piano);
  EXPECT_THAT(names(scan(folder.path(), {.min_notes = few + 1})), ElementsAre("mixed.mid", "piano.mid"));
  const Collection small = scan(folder.path(), {.max_notes = few});
  EXPECT_THAT(names(small), ElementsAre("drums.mid"));
  EXPECT_TRUE(small.pieces[0].drums);
  EXPECT_EQ(kinds(small).at("mixed.mid"), "too many notes");
}

TEST(Scan, DrawsSoManyBySeedWhateverTheThreads) {
  const TemporaryFolder folder("draw");
  for (int i = 0; i < 12; ++i) write_piece(folder / (std::to_string(i) + ".mid"), 100 + static_cast<unsigned>(i), 31);
  ScanOptions options{.max_pieces = 5, .seed = 3, .threads = 1};
  const Collection one = scan(folder.path(), options);
  EXPECT_EQ(one.pieces.size(), 5u);
  EXPECT_EQ(one.left_out.size(), 7u);
  EXPECT_EQ(one.left_out[0].kind, "not drawn");
  options.threads = 4;
  const Collection four = scan(folder.path(), options);
  EXPECT_EQ(names(one), names(four));
  for (std::size_t i = 0; i < one.pieces.size(); ++i) EXPECT_EQ(one.pieces[i].group, four.pieces[i].group);
  options.seed = 4;
  EXPECT_NE(names(one), names(scan(folder.path(), options)));
}

TEST(Scan, FollowsLinksToFoldersOnceAndEndsInLoops) {
  const TemporaryFolder folder("links"), elsewhere("links-elsewhere");
  write_piece(folder / "a/one.mid", 1);
  write_piece(elsewhere / "two.mid", 2);
  fs::create_directory_symlink(folder.path(), folder / "a/loop");
  fs::create_directory_symlink(folder / "a", folder / "again");
  fs::create_directory_symlink(elsewhere.path(), folder / "z-linked");
  fs::create_symlink(folder / "gone.mid", folder / "dangling.mid");
  const Collection collection = scan(folder.path());
  EXPECT_THAT(names(collection), ElementsAre("a/one.mid", "z-linked/two.mid"));
  ASSERT_EQ(collection.left_out.size(), 1u);
  EXPECT_EQ(collection.left_out[0].name, "dangling.mid");
  EXPECT_EQ(collection.left_out[0].reason, "the link points nowhere");
}

TEST(Scan, SaysWhatIsWrongWithAFolder) {
  const TemporaryFolder folder("wrong");
  EXPECT_THAT(error_of(folder / "missing"), HasSubstr("there is no such folder"));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("holds no MIDI file"));
  write_piece(folder / "one.mid", 1);
  EXPECT_THAT(error_of(folder / "one.mid"), HasSubstr("is a file, not a folder"));
  EXPECT_THAT(error_of(folder.path(), {.label_column = "style"}), HasSubstr("MANIFEST.csv: is missing"));
  EXPECT_THAT(error_of(folder.path(), {.programs = {128}}), HasSubstr("0 to 127"));
  EXPECT_THAT(error_of(folder.path(), {.min_seconds = 9, .max_seconds = 8}), HasSubstr("least length"));
}

TEST(Scan, StopsWhenAsked) {
  const TemporaryFolder folder("stop");
  write_piece(folder / "one.mid", 1);
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(scan(folder.path(), {}, {}, source.get_token()), Interrupted);
}

TEST(Scan, ReportsProgressToTheEnd) {
  const TemporaryFolder folder("progress");
  for (int i = 0; i < 5; ++i) write_piece(folder / (std::to_string(i) + ".mid"), 1, 31);
  std::vector<std::uint64_t> done;
  scan(folder.path(), {.threads = 3}, [&](const Progress& progress) {
    EXPECT_EQ(progress.total, 5u);
    done.push_back(progress.done);
  });
  EXPECT_THAT(done, ElementsAre(1, 2, 3, 4, 5));
}

TEST(Scan, TakesLabelsAndSelectionsFromTheManifest) {
  const TemporaryFolder folder("manifest");
  write_piece(folder / "a.mid", 1);
  write_piece(folder / "b/b.mid", 2);
  write_piece(folder / "c.mid", 3);
  write_text(
      folder / "MANIFEST.csv",
      "title,file,style,chosen\r\n\"One, or another\",a.mid,Waltz,1\r\nTwo,./b/b.mid,,1\r\nThree,c.mid,March,0\r\n");
  const Collection collection = scan(folder.path(), {.label_column = "style", .select_column = "chosen"});
  EXPECT_THAT(names(collection), ElementsAre("a.mid", "b/b.mid"));
  EXPECT_EQ(collection.pieces[0].label, "Waltz");
  EXPECT_EQ(collection.pieces[1].label, "");
  EXPECT_EQ(kinds(collection).at("c.mid"), "not selected");
  EXPECT_THAT(error_of(folder.path(), {.label_column = "composer"}), HasSubstr("has no column 'composer'"));
  EXPECT_THAT(error_of(folder.path(), {.label_column = "composer"}), HasSubstr("title, file, style, chosen"));

  const Manifest manifest(folder.path());
  EXPECT_EQ(manifest.path_column(), "file");
  EXPECT_EQ(manifest.value("a.mid", manifest.column("title")), "One, or another");
  EXPECT_EQ(manifest.value("nowhere.mid", 0), "");
}

TEST(Scan, ATableInAnotherEncodingIsConvertedAndSaid) {
  const TemporaryFolder folder("latin1");
  for (const char* name : {"a.mid", "b.mid", "ü.mid"}) midi::write_file(folder / name, made_up_piece(1, 31));
  write_text(folder / "MANIFEST.csv", "file,composer\na.mid,R\xe9\nb.mid,R\xf6\n\xfc.mid,R\xf6\n");
  const Collection collection = scan(folder.path(), {.label_column = "composer"});
  EXPECT_EQ(collection.manifest_encoding, "WINDOWS-1252");
  ASSERT_EQ(collection.pieces.size(), 3U);
  EXPECT_EQ(collection.pieces[0].label, "R\xc3\xa9");
  EXPECT_EQ(collection.pieces[1].label, "R\xc3\xb6");
  EXPECT_EQ(collection.pieces[2].label, "R\xc3\xb6");
  write_text(folder / "MANIFEST.csv", "file,composer\na.mid,Ré\nb.mid,Rö\nü.mid,Rö\n");
  const Collection utf8 = scan(folder.path(), {.label_column = "composer"});
  EXPECT_EQ(utf8.manifest_encoding, "");
  EXPECT_EQ(utf8.pieces[0].label, "Ré");
}

TEST(Scan, SpellingsOfOneNameAreOneLabel) {
  const TemporaryFolder folder("names");
  const std::vector<std::pair<std::string, std::string>> pieces = {
      {"a.mid", "Dvorak"},    {"b.mid", "Dvořák"},         {"c.mid", "Dvořák"}, {"chopin/d.mid", "F."},
      {"e.mid", "J.S. Bach"}, {"f.mid", "Clara Schumann"}, {"g.mid", "Me"},     {"h.mid", "Schumann"}};
  std::string table = "file,composer\n";
  std::uint64_t seed = 0;
  for (const auto& [file, composer] : pieces) {
    write_piece(folder / file, ++seed);
    table += file + "," + composer + "\n";
  }
  write_text(folder / "MANIFEST.csv", table);
  const auto labels = [&] {
    std::vector<std::string> found;
    for (const Piece& piece : scan(folder.path(), {.label_column = "composer"}).pieces) found.push_back(piece.label);
    return found;
  };
  EXPECT_THAT(labels(),
              ElementsAre("Dvořák", "Dvořák", "Dvořák", "Chopin", "Bach", "Clara Schumann", "Me", "Schumann"));
  const auto spellings = scan(folder.path(), {.label_column = "composer"}).spellings;
  EXPECT_EQ(spellings.at("Dvořák").at("Dvorak"), 1U);
  EXPECT_EQ(spellings.at("Chopin").at("F."), 1U);
  EXPECT_EQ(spellings.count("Me"), 0U);
  EXPECT_THAT(kinds(scan(folder.path(), {.label_column = "composer", .leave_out_label = "Chopin"})).at("chopin/d.mid"),
              "left out by its label");

  write_text(folder / "ALIASES.csv", "name,alias\n\"Doe, J.\",Me\nJ.S. Bach,J.S. Bach\n");
  EXPECT_THAT(labels(), ElementsAre("Dvořák", "Dvořák", "Dvořák", "Chopin", "J.S. Bach", "Clara Schumann", "Doe, J.",
                                    "Schumann"));
  write_text(folder / "ALIASES.csv", "from,to\nMe,You\n");
  EXPECT_THAT(error_of(folder.path(), {.label_column = "composer"}), HasSubstr("ALIASES.csv: has no columns"));
}

TEST(Scan, ALabelOfFewPiecesCountsAsNone) {
  const TemporaryFolder folder("rare-labels");
  write_piece(folder / "a.mid", 1);
  write_piece(folder / "b.mid", 2);
  write_piece(folder / "c.mid", 3);
  write_text(folder / "MANIFEST.csv", "file,style\na.mid,Waltz\nb.mid,March\nc.mid,Waltz\nnowhere.mid,March\n");
  const Collection collection = scan(folder.path(), {.label_column = "style", .label_min_pieces = 2});
  ASSERT_EQ(collection.pieces.size(), 3U);
  EXPECT_EQ(collection.pieces[0].label, "Waltz");
  EXPECT_EQ(collection.pieces[1].label, "");
  EXPECT_EQ(collection.pieces[2].label, "Waltz");

  const Collection without = scan(folder.path(), {.label_column = "style", .leave_out_label = "Waltz"});
  EXPECT_THAT(names(without), ElementsAre("b.mid"));
  EXPECT_EQ(kinds(without).at("a.mid"), "left out by its label");
  EXPECT_THAT(error_of(folder.path(), {.leave_out_label = "Waltz"}), HasSubstr("no column has labels"));
}

TEST(Scan, RefusesTablesThatNameNoFile) {
  const TemporaryFolder folder("bad-manifest");
  write_piece(folder / "a.mid", 1);
  const ScanOptions options{.label_column = "style"};
  write_text(folder / "MANIFEST.csv", "file,style\nother.mid,Waltz\n");
  EXPECT_THAT(error_of(folder.path(), options), HasSubstr("no column names files of its folder"));
  write_text(folder / "MANIFEST.csv", "file,file\na.mid,Waltz\n");
  EXPECT_THAT(error_of(folder.path(), options), HasSubstr("two columns named 'file'"));
  write_text(folder / "MANIFEST.csv", "file,style\na.mid,\"Waltz\n");
  EXPECT_THAT(error_of(folder.path(), options), HasSubstr("MANIFEST.csv: at byte 17: a quoted field is never closed"));
  write_text(folder / "MANIFEST.csv", "");
  EXPECT_THAT(error_of(folder.path(), options), HasSubstr("has no rows"));
}

TEST(Scan, GroupsAlteredCopiesOnly) {
  const TemporaryFolder folder("groups");
  Random random(1);
  const Score piece = made_up_piece(1);
  midi::write_file(folder / "a.mid", piece);
  write_piece(folder / "b.mid", 2);
  midi::write_file(folder / "c.mid", altered(piece, Alteration::kAllAtOnce, random));
  const Collection collection = scan(folder.path(), {.min_seconds = 0, .max_seconds = 1e9});
  ASSERT_EQ(collection.pieces.size(), 3u);
  EXPECT_EQ(collection.pieces[0].group, collection.pieces[2].group);
  EXPECT_NE(collection.pieces[0].group, collection.pieces[1].group);
  EXPECT_EQ(collection.groups(), 2u);
}

TEST(Checks, CountPlantedCopiesAndPairsOfAColumn) {
  const TemporaryFolder folder("checks");
  for (int i = 0; i < 8; ++i) write_piece(folder / (std::to_string(i) + ".mid"), 50 + static_cast<unsigned>(i));
  midi::write_file(folder / "8.mid", made_up_piece(50));
  write_text(folder / "MANIFEST.csv",
             "path,work\n0.mid,x\n1.mid,y\n2.mid,y\n3.mid,z\n4.mid,\n5.mid,\n8.mid,x\n7.mid,u\n");
  const Collection collection = scan(folder.path());
  const auto figures = check_planted(collection, {.copies = 6});
  ASSERT_EQ(figures.size(), kAlterations);
  for (std::size_t kind = 0; kind < kAlterations; ++kind) {
    const char* name = alteration_name(static_cast<Alteration>(kind));
    EXPECT_EQ(figures[kind].expected, 6u) << name;
    EXPECT_EQ(figures[kind].precision(), 1.0) << name;
    if (kind == static_cast<std::size_t>(Alteration::kOrnamented) ||
        static_cast<Alteration>(kind) == Alteration::kAllAtOnce) {
      EXPECT_GE(figures[kind].recall(), 0.5) << name;  // a turn in every voice breaks most passages
    } else {
      EXPECT_EQ(figures[kind].recall(), 1.0) << name;
    }
  }
  // 0 and 8 are the same and said to be; 1 and 2 are said to be, but differ.
  const ColumnCheck check = check_column(collection, "work");
  EXPECT_EQ(check.figures.expected, 2u);
  EXPECT_EQ(check.figures.found, 1u);
  EXPECT_EQ(check.figures.right, 1u);
  EXPECT_EQ(check.figures.recall(), 0.5);
  EXPECT_EQ(check.largest_group, 2u);
  ASSERT_EQ(check.disagreements.size(), 1u);
  EXPECT_EQ(collection.pieces[check.disagreements[0].first].name, "1.mid");
  EXPECT_EQ(collection.pieces[check.disagreements[0].second].name, "2.mid");
  EXPECT_FALSE(check.disagreements[0].grouped);
}

}  // namespace
}  // namespace continuo::corpus
