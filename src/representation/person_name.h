// A name taken apart, to tell whether two mean one person.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace continuo::representation {

/// Letters of Latin scripts without their accents, the rest as it is: "Dvořák" is "Dvorak". Bytes that are not UTF-8
/// are taken for Latin-1.
std::string without_accents(std::string_view text);

/// Lower case, without accents and punctuation, words apart by one space, "Last, First" in the order of speech. Two
/// texts with the same key are the same label.
std::string label_key(std::string_view text);

struct PersonName {
  struct Given {
    std::string letters;      ///< lower case, without accents
    bool short_form = false;  ///< an initial or an abbreviation
  };
  std::vector<Given> given;
  std::string surname;  ///< lower case, without accents, particles (van, de ...) and hyphens; ae, oe, ue as a, o, u
  std::string suffix;   ///< "jr", "ii" ...
};

/// What has digits, or more than six words, is no person's name: all of it is the surname then.
PersonName parse_name(std::string_view text);

/// Whether both have given names that can be the same person's: "J. S." and "Johann", not "Johann" and "Richard".
bool given_names_agree(const PersonName& a, const PersonName& b);

/// Surname and suffix agree and the given names do, or neither has any.
bool same_person(const PersonName& a, const PersonName& b);

}  // namespace continuo::representation
