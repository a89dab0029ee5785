// Which names mean one person, and which do not.
#include "continuo/representation/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"

namespace continuo::representation {
namespace {

using ::testing::HasSubstr;

/// What a collection with these labels, one piece each, makes of one of them.
std::string joined(std::vector<std::string> all, const std::string& one) {
  std::map<std::string, std::size_t> counts;
  const LabelNames names;
  for (const std::string& label : all) ++counts[names.resolved(label)];
  return joined_spellings(counts).at(names.resolved(one));
}

bool one_person(const std::string& a, const std::string& b) { return joined({a, b}, a) == joined({a, b}, b); }

TEST(LabelNames, SpellingsOfOnePersonBecomeOne) {
  for (const auto& [a, b] :
       std::vector<std::pair<std::string, std::string>>{{"Dvořák", "Dvorak"},
                                                        {"Bartok", "BARTÓK"},
                                                        {"Müller", "Mueller"},
                                                        {"Burgmuller", "Burgmueller"},
                                                        {"Knjze", "Kníže"},
                                                        {"Mendelssohn", "Mendelssohn-Bartholdy"},
                                                        {"Felix Mendelssohn Bartholdy", "Mendelssohn"},
                                                        {"Anonim", "Anonymous"},
                                                        {"Anon.", "anonymous"},
                                                        {"Fryderyk Chopin", "Chopin"},
                                                        {"[Chopin", "Chopin"},
                                                        {"J. S. Bach", "Bach, Johann Sebastian"},
                                                        {"JS Bach", "Bach"},
                                                        {"C.P.E. Bach", "Bach, Carl Philipp Emanuel"},
                                                        {"J.-P. Doe", "Jean-Philippe Doe"},
                                                        {"Ludwig van Beethoven", "L. v. Beethoven"},
                                                        {"Beethoven, Ludwig van", "Beethoven"},
                                                        {"R. Schumann", "Robert Schumann"},
                                                        {"Tchaikovsky", "P. I. Tchaikovsky"},
                                                        {"Saint-Saens", "Saint-Saëns"},
                                                        {"J\xF6rg Doe", "Jörg Doe"}})  // Latin-1
    EXPECT_TRUE(one_person(a, b)) << a << " and " << b;
}

TEST(LabelNames, DifferentPeopleStayApart) {
  for (const auto& [a, b] :
       std::vector<std::pair<std::string, std::string>>{{"J. S. Bach", "C. P. E. Bach"},
                                                        {"Bach", "C. P. E. Bach"},
                                                        {"Johann Christian Bach", "Johann Sebastian Bach"},
                                                        {"Johann Strauss", "Richard Strauss"},
                                                        {"Strauss", "R. Strauss"},
                                                        {"Johann Strauss I", "Johann Strauss II"},
                                                        {"Robert Schumann", "Clara Schumann"},
                                                        {"Schumann", "Clara Schumann"},
                                                        {"Mendelssohn", "Fanny Mendelssohn"},
                                                        {"Mozart", "Leopold Mozart"},
                                                        {"Giuliani", "Giuliano"},
                                                        {"Bauer", "Baur"},
                                                        {"Doe", "Jane Doe"},
                                                        {"A minor", "Ab minor"},
                                                        {"Sonata 1", "Sonata 2"},
                                                        {"F.", "Fr."},
                                                        {"F.", "Chopin"}})
    EXPECT_FALSE(one_person(a, b)) << a << " and " << b;
}

TEST(LabelNames, AnInitialThatFitsTwoPeopleJoinsNeither) {
  const std::vector<std::string> all = {"J. Doe", "John Doe", "James Doe"};
  EXPECT_EQ(joined(all, "J. Doe"), "J. Doe");
  EXPECT_EQ(joined({"J. Doe", "John Doe"}, "J. Doe"), joined({"J. Doe", "John Doe"}, "John Doe"));
  EXPECT_EQ(LabelNames().resolved("J. Strauss"), "J. Strauss");
}

TEST(LabelNames, TheMostFrequentSpellingStays) {
  const auto names = joined_spellings({{"Faure", 6}, {"Fauré", 18}, {"Bartok", 1}, {"Bartók", 1}});
  EXPECT_EQ(names.at("Faure"), "Fauré");
  EXPECT_EQ(names.at("Bartok"), "Bartók");
}

TEST(LabelNames, AliasesMayHoldInSomeFilesOnly) {
  const LabelNames names;
  EXPECT_EQ(names.resolved("F.", "editions/Chopin_-_op10.mid"), "Chopin");
  EXPECT_EQ(names.resolved("F.", "songs/somebody.mid"), "F.");
  const LabelNames own({{"Bach", "Old Bach", ""}, {"The Master", "Doe", "masters/"}});
  EXPECT_EQ(own.resolved("bach"), "Old Bach");
  EXPECT_EQ(own.resolved("the master", "Masters/1.mid"), "Doe");
  EXPECT_EQ(own.resolved("the master", "1.mid"), "the master");
}

TEST(LabelNames, KnownAliasesAreWhole) {
  EXPECT_GT(known_aliases().size(), 80U);
  for (const NameAlias& alias : known_aliases()) {
    EXPECT_NE(alias.alias, "");
    EXPECT_NE(alias.name, "");
    // What an alias gives is a name that stays.
    EXPECT_EQ(LabelNames().resolved(alias.name), alias.name);
  }
}

const std::vector<std::string> kLabels = {"unknown",
                                          "Anonim",
                                          "Anonymous",
                                          "Bach",
                                          "Chopin",
                                          "F.",
                                          "Fauré",
                                          "Fryderyk",
                                          "Hensel",
                                          "Knjze",
                                          "Lang",
                                          "Mendelssohn",
                                          "Mendelssohn-Bartholdy",
                                          "Schumann",
                                          "Strauss"};

std::string found(const std::string& name) { return kLabels[find_label(kLabels, name)]; }

std::string refusal(const std::string& name) {
  try {
    find_label(kLabels, name);
  } catch (const Error& error) {
    return error.what() + (" " + error.info().hint);
  }
  return "";
}

TEST(FindLabel, EveryLabelIsFoundByItsOwnSpelling) {
  for (const std::string& label : kLabels) EXPECT_EQ(found(label), label);
  EXPECT_EQ(found("bACH"), "Bach");
}

TEST(FindLabel, TakesNamesAsPeopleWriteThem) {
  EXPECT_EQ(found("J. S. Bach"), "Bach");
  EXPECT_EQ(found("johann sebastian bach"), "Bach");
  EXPECT_EQ(found("Faure"), "Fauré");
  EXPECT_EQ(found("Gabriel Fauré"), "Fauré");
  EXPECT_EQ(found("Kníže"), "Knjze");
  EXPECT_EQ(found("Frédéric Chopin"), "Chopin");
  EXPECT_EQ(found("Josephine Lang"), "Lang");
  EXPECT_EQ(found("Robert Schumann"), "Schumann");
  EXPECT_EQ(found("Fanny Mendelssohn"), "Hensel");
  // Two labels mean him; the one that is spelled as the alias says is taken.
  EXPECT_EQ(found("Felix Mendelssohn"), "Mendelssohn");
  EXPECT_EQ(found("anon."), "Anonymous");
}

TEST(FindLabel, SaysWhoIsMeantOrNear) {
  EXPECT_THAT(refusal("F. Mendelssohn"), HasSubstr("Hensel, Mendelssohn"));
  EXPECT_THAT(refusal("C. P. E. Bach"), HasSubstr("knows no style"));
  EXPECT_THAT(refusal("C. P. E. Bach"), HasSubstr("Bach"));
  EXPECT_THAT(refusal("Clara Schumann"), HasSubstr("Schumann"));
  EXPECT_THAT(refusal("Shopin"), HasSubstr("its 14: Chopin"));
  EXPECT_FALSE(match_label(kLabels, "Shopin").has_value());
  EXPECT_FALSE(match_label(kLabels, "").has_value());
  EXPECT_THROW(find_label({}, "Bach"), Error);
}

}  // namespace
}  // namespace continuo::representation
