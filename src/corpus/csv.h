// Comma-separated values after RFC 4180: quoted fields with commas, line breaks and doubled quotes in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace continuo::corpus {

/// Lines end in CR LF, LF or CR; a byte order mark is skipped, as are empty lines. Throws Error (with the byte offset)
/// for a quoted field that never ends.
std::vector<std::vector<std::string>> parse_csv(std::string_view text);

}  // namespace continuo::corpus
