// uchardet's opinion held against the pattern of the bytes, of which names have few.
#include "continuo/encoding/encoding.h"

#include <iconv.h>
#include <uchardet/uchardet.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <type_traits>
#include <vector>

#include "continuo/base/text.h"

namespace continuo::encoding {
namespace {

constexpr const char* kWestern = "WINDOWS-1252";

/// The text as UTF-8, or nothing where it is not of that encoding.
std::optional<std::string> converted(std::string_view text, const std::string& encoding) {
  const auto close = [](iconv_t converter) { iconv_close(converter); };
  const iconv_t opened = iconv_open("UTF-8", encoding.c_str());
  if (opened == reinterpret_cast<iconv_t>(-1)) return std::nullopt;  // NOLINT(performance-no-int-to-ptr): by POSIX
  const std::unique_ptr<std::remove_pointer_t<iconv_t>, decltype(close)> converter(opened, close);
  std::string input(text);
  char* from = input.data();
  std::size_t left = input.size();
  std::string output;
  std::array<char, 512> buffer;
  while (true) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const bool flushing = left == 0;
    const std::size_t result =
        iconv(converter.get(), flushing ? nullptr : &from, flushing ? nullptr : &left, &to, &room);
    output.append(buffer.data(), buffer.size() - room);
    if (result == static_cast<std::size_t>(-1) && errno != E2BIG) return std::nullopt;
    if (flushing && result != static_cast<std::size_t>(-1)) return output;
  }
}

/// What uchardet says, by the name of the larger set where there is one.
std::string opinion(std::string_view text) {
  const std::unique_ptr<std::remove_pointer_t<uchardet_t>, void (*)(uchardet_t)> detector(uchardet_new(),
                                                                                          uchardet_delete);
  uchardet_handle_data(detector.get(), text.data(), text.size());
  uchardet_data_end(detector.get());
  std::string name = uchardet_get_charset(detector.get());
  if (name == "SHIFT_JIS") return "CP932";
  if (name == "EUC-KR" || name == "UHC") return "CP949";
  if (name == "GB2312" || name == "HZ-GB-2312") return "GB18030";
  if (name == "ISO-8859-1" || name == "ISO-8859-15") return kWestern;
  return name;
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// How bytes above ASCII stand.
struct Pattern {
  std::size_t high = 0;
  std::size_t alone = 0;     ///< with no other beside them
  std::size_t runs = 0;      ///< of such bytes
  std::size_t in_words = 0;  ///< of these runs, those beside an ASCII letter
  std::size_t letters = 0;   ///< where Western, Cyrillic, Greek and Hebrew sets have their letters
  std::size_t upper = 0;     ///< in the lower half of that range
  std::size_t yo = 0;        ///< the one letter that Windows-1251 has elsewhere
  std::size_t controls = 0;  ///< 80 to 9F, less the quotation marks and dashes of Windows-1252
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Pattern pattern_of(std::string_view text) {
  Pattern pattern;
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : ' '; };  // before the first: past the end
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_high(text[i])) continue;
    const auto byte = static_cast<unsigned char>(text[i]);
    ++pattern.high;
    if (byte >= 0xc0) ++pattern.letters;
    if (byte >= 0xc0 && byte < 0xe0) ++pattern.upper;
    if (byte == 0xa8 || byte == 0xb8) ++pattern.yo;
    if (byte < 0xa0 && byte != 0x85 && !(byte >= 0x91 && byte <= 0x97)) ++pattern.controls;
    if (is_high(at(i - 1))) continue;
    std::size_t end = i + 1;
    while (is_high(at(end))) ++end;
    ++pattern.runs;
    if (end == i + 1) ++pattern.alone;
    if (is_letter(at(i - 1)) || is_letter(at(end))) ++pattern.in_words;
  }
  return pattern;
}

bool one_of(const std::string& name, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// How much a text looks like one in an encoding of two bytes a character, 0 to 1; less than 0: it is none. Each has
/// its syllables or its common ideographs under a few first bytes.
double plausibility(std::string_view text, const std::string& encoding) {
  if (!converted(text, encoding)) return -1;
  const bool japanese = encoding == "CP932";
  double score = 0;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_high(text[i])) continue;
    ++characters;
    const auto first = static_cast<unsigned char>(text[i]);
    if (japanese && first >= 0xa1 && first <= 0xdf) {  // half-width kana: seldom meant
      score += 0.1;
      continue;
    }
    const auto second = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    ++i;
    const auto within = [&](unsigned low, unsigned high) { return first >= low && first <= high; };
    const bool plain = first >= 0xa1 && second >= 0xa1;  // of the national standard, not of an extension
    if (japanese) {
      score += within(0x82, 0x83) ? 1 : within(0x88, 0x97) ? 0.9 : first == 0x81 ? 0.7 : 0.2;
    } else if (encoding == "EUC-JP") {
      score += !plain ? 0 : within(0xa4, 0xa5) ? 1 : within(0xb0, 0xcf) ? 0.75 : first == 0xa1 ? 0.6 : 0.2;
    } else if (encoding == "GB18030") {
      score += !plain ? 0.1 : within(0xb0, 0xd7) ? 0.9 : first == 0xa1 || first == 0xa3 ? 0.7 : 0.5;
    } else if (encoding == "CP949") {
      score += !plain ? 0.1 : within(0xb0, 0xc8) ? 0.95 : first == 0xa1 || first == 0xa3 ? 0.6 : 0.2;
    } else {  // BIG5
      score += within(0xa4, 0xc6) ? 0.85 : within(0xa1, 0xa3) ? 0.6 : 0.3;
    }
  }
  return characters == 0 ? -1 : score / static_cast<double>(characters);
}

/// Bytes above ASCII stand mostly alone: letters with accents among ASCII letters.
std::string guess_latin(std::string_view text, const Pattern& pattern) {
  std::string said = opinion(text);
  constexpr std::size_t kEnough = 8;  // fewer do not tell one such set from another
  if (pattern.high >= kEnough && converted(text, said) &&
      one_of(said, {"WINDOWS-1250", "ISO-8859-2", "WINDOWS-1257", "ISO-8859-13", "ISO-8859-9", "WINDOWS-1254"})) {
    return said;
  }
  return kWestern;
}

std::string guess_alphabet(std::string_view text, const Pattern& pattern) {
  std::string said = opinion(text);
  if (one_of(said, {"WINDOWS-1253", "ISO-8859-7", "WINDOWS-1255", "ISO-8859-8", "ISO-8859-5", "MAC-CYRILLIC"}) &&
      pattern.high >= 8 && converted(text, said)) {
    return said;
  }
  // Words have more small letters than capitals, and KOI8-R has them in the half where Windows-1251 has capitals.
  return pattern.upper * 2 > pattern.letters ? "KOI8-R" : "WINDOWS-1251";
}

std::string guess_two_bytes(std::string_view text) {
  std::string said = opinion(text);
  std::string best = kWestern;
  double most = 0.4;  // less is no language
  for (const char* const name : {"CP932", "GB18030", "CP949", "BIG5", "EUC-JP"}) {
    const double bonus = said == name ? 0.1 : 0;
    const double score = plausibility(text, name);
    if (score >= 0 && score + bonus > most) {
      most = score + bonus;
      best = name;
    }
  }
  return best;
}

}  // namespace

std::string guess(std::string_view text) {
  const Pattern pattern = pattern_of(text);
  if (pattern.high == 0) return "ASCII";
  if (is_utf8(text)) return "UTF-8";
  if (pattern.controls * 3 > pattern.high) return guess_two_bytes(text);
  const bool accents = pattern.in_words * 2 > pattern.runs && pattern.letters * 10 >= pattern.high * 7;
  if (accents || pattern.alone * 2 > pattern.high) return guess_latin(text, pattern);
  const bool alphabet = (pattern.letters + pattern.yo) * 20 >= pattern.high * 19 && pattern.yo * 8 <= pattern.high;
  return alphabet ? guess_alphabet(text, pattern) : guess_two_bytes(text);
}

std::string guess(std::span<const std::string_view> texts) {
  std::string all;
  std::set<std::string_view> seen;
  for (const std::string_view text : texts) {
    if (std::any_of(text.begin(), text.end(), is_high) && seen.insert(text).second) all.append(text).push_back('\n');
  }
  constexpr std::size_t kEnough = 65'536;
  if (all.size() > kEnough) all.resize(all.rfind('\n', kEnough) + 1);
  return guess(all);
}

std::string to_utf8(std::string_view text, const std::string& encoding) {
  if (!was_guessed(encoding)) return is_utf8(text) ? std::string(text) : from_latin1(text);
  const auto utf8 = converted(text, encoding);
  return utf8 ? *utf8 : from_latin1(text);
}

std::string make_readable(Score& score) {
  std::vector<std::string_view> texts;
  for (const Track& track : score.tracks) texts.push_back(track.name);
  for (const TextEvent& event : score.texts) texts.push_back(event.text);
  std::string encoding = guess(texts);
  for (Track& track : score.tracks) track.name = to_utf8(track.name, encoding);
  for (TextEvent& event : score.texts) event.text = to_utf8(event.text, encoding);
  return encoding;
}

bool was_guessed(const std::string& encoding) { return encoding != "ASCII" && encoding != "UTF-8"; }

}  // namespace continuo::encoding
