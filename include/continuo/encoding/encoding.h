// Text of unknown encoding as UTF-8. Files do not say how their names are encoded: it is guessed from all text of a
// file.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "continuo/music/score.h"

namespace continuo::encoding {

/// The encoding of the texts of one file, by iconv's name: "ASCII", "UTF-8", "CP932" (Shift-JIS), "GB18030", "BIG5",
/// "EUC-JP", "CP949", "WINDOWS-1251", "KOI8-R", "WINDOWS-1252" and others. What is valid UTF-8 is UTF-8. Otherwise
/// uchardet's opinion counts where it fits the pattern of the bytes; short names often have too few for it, and then
/// the pattern decides: single bytes between ASCII letters are Western European. All texts converted by the answer are
/// valid.
std::string guess(std::span<const std::string_view> texts);
std::string guess(std::string_view text);

/// Text of the encoding as UTF-8; whole as Latin-1 where it is not of that encoding.
std::string to_utf8(std::string_view text, const std::string& encoding);

/// Makes the names of tracks and all texts of a score from a file UTF-8. Returns the encoding that they had.
std::string make_readable(Score& score);

/// Whether the encoding is more than ASCII and not UTF-8, so that it is worth a word to the user.
bool was_guessed(const std::string& encoding);

}  // namespace continuo::encoding
