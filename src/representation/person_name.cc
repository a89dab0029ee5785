// Names of people in the Latin script.
#include "representation/person_name.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "continuo/base/text.h"

namespace continuo::representation {
namespace {

/// U+00C0 to U+017F without accents; '*' where two letters are needed or it is no letter.
constexpr std::string_view kPlainLetters =
    "AAAAAA*CEEEEIIII*NOOOOO*OUUUUY**aaaaaa*ceeeeiiii*nooooo*ouuuuy*y"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi**JjKkkLlLlLlL"
    "lLlNnNnNnnNnOoOoOo**RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
static_assert(kPlainLetters.size() == 0x180 - 0xC0);

const char* two_letters(unsigned code) {
  switch (code) {
    case 0xC6:
      return "AE";
    case 0xE6:
      return "ae";
    case 0xD0:
      return "D";
    case 0xF0:
      return "d";
    case 0xDE:
      return "Th";
    case 0xFE:
      return "th";
    case 0xDF:
      return "ss";
    case 0x132:
      return "IJ";
    case 0x133:
      return "ij";
    case 0x152:
      return "OE";
    case 0x153:
      return "oe";
    default:
      return nullptr;
  }
}

unsigned code_point(std::string_view text, std::size_t at, std::size_t length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (length == 1) return byte(0);
  if (length == 2) return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
  if (length == 3) return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  return 0x10000;
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_vowel(char c) { return std::string_view("aeiouy").find(c) != std::string_view::npos; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool is_particle(const std::string& word) {
  static constexpr std::array<std::string_view, 20> kParticles = {"van",   "von", "de",  "du",  "di",  "da", "del",
                                                                  "della", "der", "den", "des", "dos", "la", "le",
                                                                  "ten",   "ter", "zu",  "zur", "of",  "af"};
  return std::find(kParticles.begin(), kParticles.end(), word) != kParticles.end();
}

bool is_suffix(const std::string& word) {
  return word == "jr" || word == "sr" || word == "i" || word == "ii" || word == "iii" || word == "iv" ||
         word == "fils" || word == "pere";
}

/// "mueller" is "muller": German umlauts without dots. Not after a vowel ("bauer") or q and g ("que", "gue").
std::string without_umlaut_e(const std::string& word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool after_consonant = i >= 2 ? !is_vowel(word[i - 2]) && word[i - 2] != 'q' && word[i - 2] != 'g' : true;
    const bool umlaut = word[i] == 'e' && i > 0 && (word[i - 1] == 'a' || word[i - 1] == 'o' || word[i - 1] == 'u');
    if (!(umlaut && after_consonant)) out += word[i];
  }
  return out;
}

/// Words with their case and a '.' where one ends them; a comma stands for itself.
std::vector<std::string> words_of(std::string_view text) {
  const std::string plain = without_accents(text);
  std::vector<std::string> words;
  bool open = false;
  for (const char c : plain) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
    if (letter || (c == '-' && open) || (c == '\'' && open)) {
      if (!open) words.emplace_back();
      open = true;
      if (c != '\'') words.back() += c;
    } else {
      if (c == '.' && open) words.back() += '.';
      if (c == ',') words.emplace_back(",");
      open = false;
    }
  }
  return words;
}

/// "Bach, J. S." as "J. S. Bach"; other commas go.
std::vector<std::string> in_order_of_speech(std::vector<std::string> words, std::size_t* surname_words) {
  const auto comma = std::find(words.begin(), words.end(), ",");
  const bool one =
      std::count(words.begin(), words.end(), ",") == 1 && comma != words.begin() && comma + 1 != words.end();
  if (one) *surname_words = static_cast<std::size_t>(comma - words.begin());
  if (one) std::rotate(words.begin(), comma + 1, words.end());
  std::erase(words, ",");
  return words;
}

std::string letters_of(std::string_view word) {
  std::string out = lowered(word);
  std::erase_if(out, [](char c) { return c == '.' || c == '-'; });
  return out;
}

/// "J.", "JS" (capitals alone), "Jean-Philippe", "Fr."
void add_given(std::vector<PersonName::Given>& given, const std::string& word, bool among_capitals) {
  const bool dotted = word.ends_with('.');
  const std::string_view bare = dotted ? std::string_view(word).substr(0, word.size() - 1) : std::string_view(word);
  const bool capitals = bare.size() >= 2 && bare.size() <= 4 && std::all_of(bare.begin(), bare.end(), is_upper);
  if (capitals && !among_capitals) {
    for (const char c : bare) given.push_back({std::string(1, lower(c)), true});
    return;
  }
  for (std::size_t at = 0; at <= bare.size();) {
    const std::size_t end = std::min(bare.find('-', at), bare.size());
    std::string part = lowered(bare.substr(at, end - at));
    if (!part.empty()) given.push_back({part, dotted});
    at = end + 1;
  }
}

}  // namespace

std::string without_accents(std::string_view bytes) {
  const std::string text = is_utf8(bytes) ? std::string(bytes) : from_latin1(bytes);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text, at));
    const unsigned code = code_point(text, at, length);
    const char plain = code >= 0xC0 && code < 0x180 ? kPlainLetters[code - 0xC0] : '*';
    if (const char* two = two_letters(code)) {
      out += two;
    } else if (plain != '*') {
      out += plain;
    } else if (code == 0x2019) {  // an apostrophe
      out += '\'';
    } else if (code == 0x2010 || code == 0x2011 || code == 0x2013) {  // hyphens and a dash
      out += '-';
    } else if (code < 0x300 || code > 0x36F) {  // not an accent that stands for itself
      out.append(text, at, length);
    }
    at += length;
  }
  return out;
}

std::string label_key(std::string_view text) {
  std::size_t surname = 0;
  std::string key;
  for (const std::string& word : in_order_of_speech(words_of(text), &surname)) {
    std::string part = lowered(word);
    std::erase(part, '.');
    std::replace(part.begin(), part.end(), '-', ' ');
    key += (key.empty() ? "" : " ") + part;
  }
  return key;
}

PersonName parse_name(std::string_view text) {
  constexpr std::size_t kMaxWords = 6;
  PersonName name;
  std::size_t surname_words = 0;
  auto words = in_order_of_speech(words_of(text), &surname_words);
  if (words.empty()) return name;
  if (words.size() > kMaxWords || std::any_of(text.begin(), text.end(), is_digit)) {
    name.surname = label_key(text);
    return name;
  }
  if (words.size() > 1 && is_suffix(letters_of(words.back()))) {
    name.suffix = letters_of(words.back());
    words.pop_back();
    if (surname_words > 1) --surname_words;
  }
  if (words.size() == 1 && words[0].ends_with('.')) {  // "F.": no surname at all
    add_given(name.given, words[0], true);
    return name;
  }
  std::size_t begin = words.size() - std::clamp<std::size_t>(surname_words, 1, words.size());
  if (surname_words == 0)
    while (begin > 1 && is_particle(letters_of(words[begin - 1]))) --begin;
  for (std::size_t i = begin; i < words.size(); ++i) {
    const std::string letters = letters_of(words[i]);
    if (i + 1 < words.size() && is_particle(letters)) continue;
    name.surname += without_umlaut_e(letters);
  }
  const bool shouted = std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  std::size_t initials = 0;
  for (std::size_t i = 0; i < begin; ++i) initials += words[i].size() == 1 && is_upper(words[i][0]) ? 1 : 0;
  for (std::size_t i = 0; i < begin; ++i) {
    if (is_particle(letters_of(words[i]))) continue;
    add_given(name.given, words[i], shouted);
    if (words[i].size() == 1 && initials > 1) name.given.back().short_form = true;  // "J S Bach", not "A minor"
  }
  return name;
}

bool given_names_agree(const PersonName& a, const PersonName& b) {
  if (a.given.empty() || b.given.empty()) return false;
  for (std::size_t i = 0; i < std::min(a.given.size(), b.given.size()); ++i) {
    const auto& [x, x_short] = a.given[i];
    const auto& [y, y_short] = b.given[i];
    const bool agree = x == y || (x_short && y.starts_with(x)) || (y_short && x.starts_with(y));
    if (!agree) return false;
  }
  return true;
}

bool same_person(const PersonName& a, const PersonName& b) {
  if (a.surname != b.surname || a.suffix != b.suffix) return false;
  return (a.given.empty() && b.given.empty()) || given_names_agree(a, b);
}

}  // namespace continuo::representation
