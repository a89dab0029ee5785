// Names as composers, titles and tracks have them, in the encodings in which old files hold them.
#include "continuo/encoding/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include <vector>

namespace continuo::encoding {
namespace {

std::string in(const std::string& utf8, const char* encoding) {
  const iconv_t converter = iconv_open(encoding, "UTF-8");
  std::string input = utf8, output(utf8.size() * 4, '\0');
  char* from = input.data();
  char* to = output.data();
  std::size_t left = input.size(), room = output.size();
  EXPECT_EQ(iconv(converter, &from, &left, &to, &room), 0U) << utf8 << " in " << encoding;
  iconv_close(converter);
  output.resize(output.size() - room);
  return output;
}

struct Language {
  const char* encoding;
  std::vector<std::string> names;
};
void PrintTo(const Language& language, std::ostream* out) { *out << language.encoding; }

class Names : public ::testing::TestWithParam<Language> {};

TEST_P(Names, OfOneFileAreGuessedTogether) {
  const auto& [encoding, names] = GetParam();
  std::vector<std::string> bytes{"Piano", "Track 2"};
  for (const std::string& name : names) bytes.push_back(in(name, encoding));
  const std::vector<std::string_view> views(bytes.begin(), bytes.end());
  const std::string guessed = guess(views);
  EXPECT_EQ(guessed, encoding);
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(to_utf8(bytes[i + 2], guessed), names[i]);
}

TEST_P(Names, OneAloneIsMostlyEnough) {
  const auto& [encoding, names] = GetParam();
  std::size_t right = 0;
  for (const std::string& name : names) right += to_utf8(in(name, encoding), guess(in(name, encoding))) == name ? 1 : 0;
  EXPECT_GE(right + 1, names.size());
}

INSTANTIATE_TEST_SUITE_P(
    Languages, Names,
    ::testing::Values(
        Language{"CP932", {"「ノルウェイの森」第一楽章", "作曲", "ピアノ", "右手", "さくらさくら", "主旋律"}},
        Language{"GB18030", {"月亮代表我的心", "作曲：贺绿汀", "钢琴", "茉莉花", "二泉映月", "第一乐章"}},
        Language{"CP949", {"아리랑", "고향의 봄", "피아노 소나타"}},
        Language{"BIG5", {"月亮代表我的心", "望春風", "雨夜花"}},
        Language{"EUC-JP", {"さくらさくら", "荒城の月", "ピアノ"}},
        Language{"WINDOWS-1251", {"Чайковский - Времена года", "Прелюдия до-диез минор", "Правая рука", "Соната"}},
        Language{"KOI8-R", {"Чайковский - Времена года", "Прелюдия до-диез минор"}},
        Language{"WINDOWS-1252",
                 {"Für Elise", "Fauré: Après un rêve", "Größe", "Señorita", "Saint-Saëns", "Händel",
                  "Prélude à l'après-midi d'un faune", "“Mazurka” – n°1", "© 1999", "¿Quién?"}},
        Language{"UTF-8", {"Für Elise", "さくら", "Прелюдия", "Größe"}}));

TEST(Guess, PlainTextIsASCII) {
  EXPECT_EQ(guess("Sonata No. 1"), "ASCII");
  EXPECT_EQ(guess(""), "ASCII");
  EXPECT_EQ(to_utf8("Sonata", "ASCII"), "Sonata");
  EXPECT_FALSE(was_guessed("ASCII"));
  EXPECT_FALSE(was_guessed("UTF-8"));
  EXPECT_TRUE(was_guessed("CP932"));
}

TEST(Guess, WhatFitsNoneIsLatin1AsAWhole) {
  EXPECT_EQ(to_utf8("\x81\xff", "CP932"), "\xc2\x81\xc3\xbf");
  EXPECT_EQ(to_utf8("R\xe9", "UTF-8"), "R\xc3\xa9");
  EXPECT_EQ(to_utf8("R\xe9", "no such encoding"), "R\xc3\xa9");
}

TEST(Guess, AnyBytesBecomeUtf8) {
  std::string all;
  for (int i = 1; i < 256; ++i) all.push_back(static_cast<char>(i));
  for (std::size_t begin = 0; begin < all.size(); begin += 7) {
    const std::string text = all.substr(begin, 40);
    EXPECT_EQ(guess(to_utf8(text, guess(text))).starts_with("ASCII") || guess(to_utf8(text, guess(text))) == "UTF-8",
              true);
  }
}

TEST(MakeReadable, TheTextsOfAScore) {
  Score score;
  score.tracks.resize(2);
  score.tracks[0].name = in("ピアノ", "CP932");
  score.tracks[1].name = "Bass";
  score.texts = {{0, TextKind::kTrackName, in("「ノルウェイの森」", "CP932")},
                 {0, TextKind::kText, in("作曲", "CP932")}};
  EXPECT_EQ(make_readable(score), "CP932");
  EXPECT_EQ(score.tracks[0].name, "ピアノ");
  EXPECT_EQ(score.tracks[1].name, "Bass");
  EXPECT_EQ(score.texts[0].text, "「ノルウェイの森」");
  EXPECT_EQ(score.texts[1].text, "作曲");
}

}  // namespace
}  // namespace continuo::encoding
